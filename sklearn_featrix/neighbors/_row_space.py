"""What makes vectors of the rows of a table, so that distances can be measured."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_array

from ..preprocessing._table import Table
from ._column_space import ColumnSpace, unit


class RowSpace:
    """Vectors of rows: of encoded columns, of an embedding, or the rows themselves.

    Parameters
    ----------
    embedding : "auto", "passthrough" or transformer
        See :class:`~sklearn_featrix.neighbors.SimilaritySearch`.
    metric : {"cosine", "euclidean"}
        For "cosine" vectors are scaled to length one.
    random_state : int, RandomState instance or None, default=None
        Seeds the encoding of texts.

    Attributes
    ----------
    labels_ : list
        Labels of the columns of the table.
    embedding_ : ColumnSpace, transformer or None
        What makes vectors; None for rows that are vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors._row_space import RowSpace
    >>> space = RowSpace("passthrough", "cosine").fit(np.eye(2))
    >>> space.transform([[3.0, 4.0]])
    array([[0.6, 0.8]], dtype=float32)
    """

    def __init__(self, embedding, metric, random_state=None):
        self.embedding = embedding
        self.metric = metric
        self.random_state = random_state

    def fit(self, X):
        """Fit the embedding.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.

        Returns
        -------
        RowSpace
            Itself.
        """
        self.labels_ = Table(X).names
        self._columns = None
        self.embedding_ = self._fit_embedding(X)
        return self

    def _fit_embedding(self, X):
        if isinstance(self.embedding, str):
            return self._fit_columns(X) if self.embedding == "auto" else None
        if isinstance(self.embedding, FrozenEstimator):
            return self.embedding
        return clone(self.embedding).fit(X)

    def _fit_columns(self, X):
        return ColumnSpace(self.metric, self.random_state).fit(X)

    def columns(self, X):
        """Return the space in which input columns can be told apart.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table, to fit that space on the first time.

        Returns
        -------
        ColumnSpace
            The space.
        """
        if isinstance(self.embedding_, ColumnSpace):
            return self.embedding_
        if self._columns is None:
            self._columns = self._fit_columns(X)
        return self._columns

    def transform(self, X, *, is_checked=False):
        """Turn rows into vectors.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The rows.
        is_checked : bool, default=False
            Whether rows that are vectors are known to be finite floats.

        Returns
        -------
        ndarray of shape (n_samples, n_dimensions)
            The vectors, float32.
        """
        if isinstance(self.embedding_, ColumnSpace):
            return self.embedding_.transform(X)
        if self.embedding_ is None and is_checked:
            return self.scaled(X).astype(np.float32, copy=False)
        vectors = X if self.embedding_ is None else self.embedding_.transform(X)
        vectors = vectors.toarray() if sparse.issparse(vectors) else vectors
        vectors = check_array(vectors, dtype=[np.float64, np.float32], copy=False)
        return self.scaled(vectors).astype(np.float32, copy=False)

    def scaled(self, vectors):
        """Scale vectors as the metric wants them."""
        return unit(vectors) if self.metric == "cosine" else vectors

    def told(self, distances):
        """Turn Euclidean distances between vectors into those of the metric."""
        return distances**2 / 2 if self.metric == "cosine" else distances
