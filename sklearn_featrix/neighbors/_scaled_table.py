"""A table as rows between which distances make sense."""

from __future__ import annotations

import numpy as np

from ..preprocessing import TableEncoder
from ..utils._compat import index_rows, num_samples

N_STATISTICS_ROWS = 10_000
MIN_DEVIATION = 0.5


def some_rows(X):
    """Take evenly spaced rows, 10,000 at most: enough for means and variances."""
    step = -(-num_samples(X) // N_STATISTICS_ROWS)
    return index_rows(X, np.arange(0, num_samples(X), step)) if step > 1 else X


class ScaledTable:
    """Encode a table so that every input column has the same say in a distance.

    The encoded columns that came from one input column are divided by the root of
    their total variance, so that a category with twenty levels weighs as much as a
    number. Columns that hardly vary (root below 0.5) are divided by 0.5: a flag that
    is set in one row of a thousand would decide every distance otherwise.

    Parameters
    ----------
    encoder : TableEncoder, default=None
        A fitted encoder, used as it is; None fits one.
    random_state : int, RandomState instance or None, default=None
        Seeds the text components of an encoder fitted here.

    Attributes
    ----------
    encoder_ : TableEncoder
        The fitted encoder.
    scale_ : ndarray of shape (n_encoded,)
        Factor of each encoded column.
    groups_ : ndarray of shape (n_encoded,)
        Position of the input column that each encoded column came from.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors._scaled_table import ScaledTable
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> rows = ScaledTable().fit(X).transform(X)
    >>> rows.var(axis=0).reshape(3, 2).sum(axis=1).round(3)
    array([1., 1., 1.])
    """

    def __init__(self, encoder=None, *, random_state=None):
        self.encoder = encoder
        self.random_state = random_state

    def fit(self, X):
        """Fit the encoder, unless there is one, and the scale of each column.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        ScaledTable
            Itself.
        """
        self.encoder_ = self.encoder or TableEncoder(
            random_state=self.random_state
        ).fit(X)
        encoded = self.encoder_._encode(some_rows(X), "linear").astype(np.float64)
        self.groups_ = self._groups()
        variances = np.bincount(self.groups_, weights=encoded.var(axis=0))
        deviations = np.sqrt(variances)[self.groups_]
        self.scale_ = 1 / np.maximum(deviations, MIN_DEVIATION)
        return self

    def _groups(self):
        suffixes = self.encoder_._suffixes("linear")
        lengths = [len(names) for _, names in suffixes]
        return np.repeat([position for position, _ in suffixes], lengths)

    def transform(self, X):
        """Encode rows and scale their columns.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_encoded)
            float64 rows.
        """
        return self.encoder_._encode(X, "linear") * self.scale_
