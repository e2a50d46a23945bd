"""The table as centred rows, and how much each column says about nearness."""

from __future__ import annotations

import numpy as np

from ._scaled_table import ScaledTable, some_rows


def unit(rows):
    """Scale rows to length one; rows of zeros stay."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return rows / np.where(lengths > 0, lengths, 1).astype(rows.dtype)[:, np.newaxis]


class ColumnSpace:
    """Rows of a table in which every column has the same say, around their mean.

    Parameters
    ----------
    metric : {"cosine", "euclidean"}
        For "cosine" rows are scaled to length one.
    random_state : int, RandomState instance or None, default=None
        Seeds the text components of the encoder.

    Attributes
    ----------
    labels_ : list
        Labels of the input columns.
    """

    def __init__(self, metric, random_state=None):
        self.metric = metric
        self.random_state = random_state

    def fit(self, X):
        """Fit the encoding, its centre, and the moments of the rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        ColumnSpace
            Itself.
        """
        self.table_ = ScaledTable(random_state=self.random_state).fit(X)
        some = some_rows(X)
        rows = self.table_.transform(some)
        self.center_ = rows.mean(axis=0)
        rows = self.transform(some)
        self.mean_ = rows.mean(axis=0, dtype=np.float64)
        self.mean_square_ = (rows.astype(np.float64) ** 2).mean(axis=0)
        return self

    @property
    def labels_(self):
        """Labels of the input columns."""
        return self.table_.encoder_._names

    def transform(self, X):
        """Turn rows of a table into vectors.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        ndarray of shape (n_samples, n_encoded)
            The vectors, float32.
        """
        rows = self.encode(X)
        return unit(rows) if self.metric == "cosine" else rows

    def encode(self, X):
        """Encode rows of a table around the mean, whatever the metric.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        ndarray of shape (n_samples, n_encoded)
            The rows, float32.
        """
        return (self.table_.transform(X) - self.center_).astype(np.float32)

    def mask_of(self, given):
        """Tell which encoded columns came from the given input columns.

        Parameters
        ----------
        given : list
            Labels of input columns.

        Returns
        -------
        ndarray of bool of shape (n_encoded,)
            Which they are.
        """
        positions = [self.labels_.index(label) for label in given]
        return np.isin(self.table_.groups_, positions)

    def contributions(self, query, rows, mask):
        """Tell how much each input column brings rows nearer to a query.

        For each column: how far apart query and row would be in it on average over
        the table, less how far they are (squared distances; half of them for
        "cosine"). Summed over the columns: the mean distance less that of the row.

        Parameters
        ----------
        query : ndarray of shape (n_encoded,)
            The vector asked for.
        rows : ndarray of shape (n_rows, n_encoded)
            The vectors found.
        mask : ndarray of bool of shape (n_encoded,)
            Encoded columns that count.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            The contributions, zero for columns that do not count.
        """
        query, rows = query.astype(np.float64), rows.astype(np.float64)
        expected = query**2 - 2 * query * self.mean_ + self.mean_square_
        gains = (expected - (rows - query) ** 2) * mask
        sums = np.zeros((len(rows), len(self.labels_)))
        np.add.at(sums, (slice(None), self.table_.groups_), gains)
        return sums / 2 if self.metric == "cosine" else sums
