"""Where the rows of a resampled table stand, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Order"]


@dataclass(frozen=True)
class Order:
    """Rows that stay in the order that they had, below them copies and made rows.

    Parameters
    ----------
    sample_indices : ndarray of shape (n_out,)
        Position of each row in the table; -1 for made rows.
    rows : ndarray of shape (n_out,)
        The same; for made rows a row that they are like.
    codes : ndarray of shape (n_out,)
        Class of each row; meaningless where it has no label.
    rows_of_labels : ndarray of shape (n_out,)
        Positions of rows that have the label which each row shall have.
    made : ndarray of shape (n_made,)
        Positions of the made rows in the result.
    donors : ndarray of shape (n_made, n_features) or None
        Position in the table of the row that each of their cells comes from.
    numbers : ndarray or sparse matrix of shape (n_made, n_features) or None
        Numbers in place of these.
    """

    sample_indices: np.ndarray
    rows: np.ndarray
    codes: np.ndarray
    rows_of_labels: np.ndarray
    made: np.ndarray
    donors: np.ndarray | None = None
    numbers: Any = None

    @classmethod
    def of(cls, drawn, codes, labels):
        """Order the rows that a sampler gave among those that it did not see.

        Parameters
        ----------
        drawn : Drawn
            The rows, as positions among the labelled ones.
        codes : ndarray of shape (n_drawn,)
            Their classes.
        labels : PartialLabels
            Labels of the table.

        Returns
        -------
        Order
            The rows.
        """
        labeled = np.flatnonzero(labels.labeled)
        is_made = drawn.source < 0
        source = np.where(is_made, -1, labeled[drawn.source])
        first = np.unique(source, return_index=True)[1]
        is_new = np.ones(len(source), dtype=bool)
        is_new[first] = False
        is_new |= is_made
        new = np.flatnonzero(is_new)
        stay = ~labels.labeled
        stay[source[~is_new]] = True
        kept = np.flatnonzero(stay)

        near = source.copy()
        near[is_made] = labeled[drawn.near]
        example = np.zeros(len(labels.classes), dtype=np.intp)
        example[labels.labeled_codes] = labeled
        made = len(kept) + np.flatnonzero(is_made[new])
        return cls(
            sample_indices=np.r_[kept, source[new]],
            rows=np.r_[kept, near[new]],
            codes=np.r_[labels.codes[kept], codes[new]],
            rows_of_labels=np.r_[
                kept, np.where(is_made[new], example[codes[new]], source[new])
            ],
            made=made,
            donors=None if drawn.donors is None else labeled[drawn.donors],
            numbers=drawn.numbers,
        )

    def weights(self, weights, labels):
        """Weights of the rows; made ones weigh as the mean of their class.

        Parameters
        ----------
        weights : ndarray of shape (n_samples,)
            Weights of the rows of the table.
        labels : PartialLabels
            Its labels.

        Returns
        -------
        ndarray of shape (n_out,)
            The weights.
        """
        of_class = np.bincount(labels.labeled_codes, weights[labels.labeled])
        means = of_class / np.bincount(labels.labeled_codes)
        new = weights[self.rows]
        new[self.made] = means[self.codes[self.made]]
        return new
