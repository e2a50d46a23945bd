"""The rows that a vote learns from: each once, the labelled ones first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..utils._copies import distinct_rows, merge_copies

__all__ = ["TrainingRows"]


@dataclass(frozen=True)
class TrainingRows:
    """Distinct rows in a fixed order, the labelled ones first.

    Parameters
    ----------
    rows : ndarray of int
        Positions in the table.
    codes : ndarray of int
        Classes, -1 in rows without a label.
    weights : ndarray of float
        Joint weights of the copies of a labelled row, 1 for others.
    n_pairs : int
        How many have a label: distinct pairs of a row and a label.
    """

    rows: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    n_pairs: int

    def labeled(self):
        """Return the labelled rows alone."""
        pairs = self.n_pairs
        return TrainingRows(
            self.rows[:pairs], self.codes[:pairs], self.weights[:pairs], pairs
        )

    def class_weights(self):
        """Return the joint weight of the labelled rows of each class."""
        return np.bincount(self.codes[: self.n_pairs], self.weights[: self.n_pairs])

    @classmethod
    def of(cls, keys, labels, weights):
        """Take the rows of a table whose weight is above zero."""
        labeled, codes, joint = merge_copies(keys, labels, weights)
        others = distinct_rows(keys, weights * ~labels.labeled)
        others = others[~np.isin(keys[others], keys[labeled])]
        return cls(
            np.concatenate([labeled, others]),
            np.concatenate([codes, np.full(len(others), -1)]),
            np.concatenate([joint, np.ones(len(others))]),
            len(labeled),
        )
