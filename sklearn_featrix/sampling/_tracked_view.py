"""Vectors for a sampler, with the numbers of the rows underneath."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ._columns import MAX_LEVELS, Columns
from ._drawn import Drawn

__all__ = ["TrackedView"]

_DIGIT = -60  # of a scale: far below what rounding leaves of a distance
_TOLERANCE = 1e-12


class TrackedView:
    """Show a sampler vectors, and read from what it makes which rows are between which.

    The number of each row goes along in binary digits, one column for each, so small
    that they vanish in any distance. What lies between two rows has digits between
    theirs, which tells both and how far it is from one to the other. With that a row is
    made in the table, whatever the vectors are.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_dimensions)
        What distances are measured in.
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    columns : Columns or None
        Its columns; None for a sparse matrix.
    """

    def __init__(self, vectors, X, columns):
        self.X = X
        self.columns = columns
        n_rows = len(vectors)
        n_digits = max(int(n_rows - 1).bit_length(), 1)
        self.places = 1 << np.arange(n_digits)
        digits = (np.arange(n_rows)[:, None] & self.places) > 0
        deviation = vectors.std(axis=0)
        scale = np.median(deviation[deviation > 0]) if deviation.any() else 1.0
        # a power of two: nothing is rounded on the way there and back
        self.one = 2.0 ** (np.floor(np.log2(scale)) + _DIGIT)
        self.vectors = np.asarray(vectors, dtype=np.float64)
        self.matrix = np.hstack([self.vectors, digits * self.one])

    @classmethod
    def of_vectors(cls, vectors, X):
        """Make the view of rows that have an embedding.

        Parameters
        ----------
        vectors : ndarray of shape (n_samples, n_dimensions)
            The embedding.
        X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        TrackedView
            The view.
        """
        columns = None if sparse.issparse(X) else Columns(X)
        return cls(np.asarray(vectors, dtype=np.float64), X, columns)

    @classmethod
    def of_table(cls, X):
        """Make the view of a table with categories or gaps.

        Different categories are as far apart as a typical column of numbers deviates,
        as in SMOTENC.

        Parameters
        ----------
        X : DataFrame or ndarray of shape (n_samples, n_features)
            The table.

        Returns
        -------
        TrackedView
            The view.
        """
        columns = Columns(X)
        unit = columns.typical_deviation / np.sqrt(2)
        blocks = [columns.measured()]
        for position in np.flatnonzero(columns.is_category):
            codes = columns.values[:, position]
            # rare levels of a text are no kinds of rows; a gap is one
            known, counts = np.unique(codes, return_counts=True)  # NaN: one
            common = known[np.argsort(-counts, kind="stable")[:MAX_LEVELS]]
            same = codes[:, None] == common
            same[:, np.isnan(common)] = np.isnan(codes)[:, None]
            blocks.append(same * unit)
        return cls(np.hstack(blocks), X, columns)

    @staticmethod
    def adapt(sampler):
        """Nothing has to be changed about the sampler."""
        return sampler

    def read(self, matrix, y, sampler):
        """Find the rows, and for made ones the two that they lie between.

        Parameters
        ----------
        matrix : ndarray of shape (n_out, n_columns)
            What the sampler gave.
        y : ndarray of shape (n_out,)
            Its labels.
        sampler : sampler
            The fitted sampler.

        Returns
        -------
        Drawn
            The rows.

        Raises
        ------
        ValueError
            If a row lies between no two.
        """
        matrix = np.asarray(matrix)
        n_vectors = self.vectors.shape[1]
        near, far, share = self._parents(matrix[:, n_vectors:] / self.one, sampler)
        is_row = (share == 1) & (self.vectors[near] == matrix[:, :n_vectors]).all(1)
        source = np.where(is_row, near, -1)
        made = ~is_row
        near, far, share = near[made], far[made], share[made]
        return Drawn(source, near, numbers=self._between(near, far, share))

    def _parents(self, digits, sampler):
        """Find the nearer row, the farther one, and the share of the nearer."""
        ones = np.abs(digits - 1) < _TOLERANCE
        between = ~ones & (np.abs(digits) >= _TOLERANCE)
        rows = np.arange(len(digits))
        share = np.where(between.any(1), digits[rows, between.argmax(1)], 1.0)
        # where a digit is as far up as the first one, the same row of the two has it
        first = np.abs(digits - share[:, None]) < _TOLERANCE
        second = np.abs(digits - (1 - share[:, None])) < _TOLERANCE
        left = (ones | (between & first)) @ self.places
        right = (ones | (between & ~first)) @ self.places
        known = (~between | first | second).all(1)
        if not (known & (left < len(self.vectors)) & (right < len(self.vectors))).all():
            raise ValueError(
                f"{sampler!r} makes rows that do not lie between two rows of the "
                "table, and no categories, gaps or vectors can be found for these. "
                "Pass numbers without gaps and space='table', or a sampler such as "
                "SMOTE() or ADASYN()."
            )
        is_left = share >= 0.5
        near, far = np.where(is_left, left, right), np.where(is_left, right, left)
        return near, far, np.where(is_left, share, 1 - share)

    def _between(self, near, far, share):
        """Numbers between two rows; NaN where one of them has none."""
        if not len(near):
            return None
        if self.columns is None:
            X = self.X.tocsr()
            return X[near].multiply(share[:, None]) + X[far].multiply(
                1 - share[:, None]
            )
        values = self.columns.values
        numbers = values[far] + share[:, None] * (values[near] - values[far])
        numbers[:, self.columns.is_category | ~self.columns.holds_numbers] = np.nan
        return numbers
