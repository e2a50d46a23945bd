"""Vectors for a sampler, with the numbers of the rows underneath.

Why numbers, where samplers that select rows have `sample_indices_`, and kept rows could
be known again by their values:

- A made row gets its categories, gaps and dates from the two rows that it lies between,
  which no sampler names. Nor does the place of the row: in one dimension, or among few
  values, many pairs have it between them. The steps of the samplers that would tell are
  private, and others in each. A number is made along with the row by any of them, also
  inside combinations such as SMOTETomek.
- Tables of categories have many copies. Samplers take the first neighbour of a row for
  the row itself; without numbers it may be a copy, and TomekLinks finds no link between
  rows of two classes in one place.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ._columns import MAX_LEVELS, Columns
from ._drawn import Drawn
from ._row_digits import RowDigits

__all__ = ["TrackedView"]

_EXPONENT = -60  # of the scale: far below what rounding leaves of a distance


class TrackedView:
    """Show a sampler vectors, and read from what it makes which rows are between which.

    The number of each row goes along in digits so small that they vanish in any
    distance. They tell which two rows a made one lies between, so that it can be made
    in the table, whatever the vectors are.

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
        deviation = vectors.std(axis=0)
        scale = np.median(deviation[deviation > 0]) if deviation.any() else 1.0
        one = 2.0 ** (np.floor(np.log2(scale)) + _EXPONENT)
        self.digits = RowDigits(len(vectors), one)
        # no mean: an SVM scales by the variance of all cells, digits among them
        self.vectors = np.asarray(vectors, dtype=np.float64) - vectors.mean(axis=0)
        self.matrix = np.hstack([self.vectors, self.digits.columns])

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
        try:
            near, far, share = self.digits.parents(matrix[:, n_vectors:])
        except ValueError as error:
            raise ValueError(
                f"{sampler!r} makes rows that do not lie between two rows of the "
                "table, and no categories, gaps or vectors can be found for these. "
                "Pass numbers without gaps and space='table', or a sampler such as "
                "SMOTE() or ADASYN()."
            ) from error
        is_row = (share == 1) & (self.vectors[near] == matrix[:, :n_vectors]).all(1)
        source = np.where(is_row, near, -1)
        near, far, share = near[~is_row], far[~is_row], share[~is_row]
        return Drawn(source, near, numbers=self._between(near, far, share))

    def _between(self, near, far, share):
        if not len(near):
            return None
        if self.columns is not None:
            return self.columns.between(near, far, share)
        X, share = self.X.tocsr(), share[:, None]
        return X[near].multiply(share) + X[far].multiply(1 - share)
