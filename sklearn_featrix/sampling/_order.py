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
    rows_of_labels : ndarray of shape (n_out,)
        Positions of rows that have the label which each row shall have.
    made : ndarray of shape (n_made,)
        Positions of the made rows in the result.
    made_codes : ndarray of shape (n_made,)
        Classes of the made rows.
    donors : ndarray of shape (n_made, n_features) or None
        Position in the table of the row that each of their cells comes from.
    numbers : ndarray or sparse matrix of shape (n_made, n_features) or None
        Numbers in place of these.
    """

    sample_indices: np.ndarray
    rows: np.ndarray
    rows_of_labels: np.ndarray
    made: np.ndarray
    made_codes: np.ndarray
    donors: np.ndarray | None = None
    numbers: Any = None

    @classmethod
    def of(cls, drawn, values, labels):
        """Order the rows that a sampler gave among those that it did not see.

        Parameters
        ----------
        drawn : Drawn
            The rows, as positions among the labelled ones.
        values : ndarray of shape (n_drawn,)
            Their labels.
        labels : PartialLabels
            Labels of the table.

        Returns
        -------
        Order
            The rows.
        """
        labeled = np.flatnonzero(labels.labeled)
        kept, new = _split(drawn, labeled, labels)
        source = drawn.source[new]
        made = np.flatnonzero(source < 0)
        copies = np.concatenate([kept, labeled[source]])
        if not len(made):
            return cls(copies, copies, copies, made, made)
        made_codes = np.searchsorted(labels.classes, values[new[made]])
        example = np.zeros(len(labels.classes), dtype=np.intp)
        example[labels.labeled_codes] = labeled
        made += len(kept)
        sample_indices, rows, rows_of_labels = (copies.copy() for _ in range(3))
        sample_indices[made] = -1
        rows[made] = labeled[drawn.near]
        rows_of_labels[made] = example[made_codes]
        return cls(
            sample_indices=sample_indices,
            rows=rows,
            rows_of_labels=rows_of_labels,
            made=made,
            made_codes=made_codes,
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
        new[self.made] = means[self.made_codes]
        return new


def _split(drawn, labeled, labels):
    """Rows of the table that stay, and positions in `drawn` of what comes below."""
    n_labeled = len(labeled)
    if np.array_equal(drawn.source[:n_labeled], np.arange(n_labeled)):
        # all of them, as after most over-samplers
        return np.arange(len(labels.labeled)), np.arange(n_labeled, len(drawn.source))
    is_new = np.ones(len(drawn.source), dtype=bool)
    is_new[np.unique(drawn.source, return_index=True)[1]] = False
    is_new |= drawn.source < 0
    stay = ~labels.labeled
    stay[labeled[drawn.source[~is_new]]] = True
    return np.flatnonzero(stay), np.flatnonzero(is_new)
