"""Neighbours for SMOTENC that do not see the numbers of the rows."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.neighbors import NearestNeighbors

__all__ = ["NominalNeighbors"]


class NominalNeighbors(BaseEstimator):
    """Nearest neighbours by numbers and categories, as SMOTENC measures them.

    Two different categories are as far apart as the median of the numbers' standard
    deviations in the class.

    Parameters
    ----------
    k_neighbors : int or estimator
        Number of neighbours besides the row itself, or what finds them.
    n_numbers : int
        Columns of numbers, the first ones.
    n_digits : int
        Columns behind them that do not count; categories follow.
    """

    def __init__(self, k_neighbors=5, n_numbers=1, n_digits=1):
        self.k_neighbors = k_neighbors
        self.n_numbers = n_numbers
        self.n_digits = n_digits

    def fit(self, X, y=None):
        """Store the rows of a class.

        Parameters
        ----------
        X : sparse matrix of shape (n_samples, n_columns)
            Rows as SMOTENC encodes them.
        y : None
            Ignored.

        Returns
        -------
        NominalNeighbors
            Itself, fitted.
        """
        numbers = X[:, : self.n_numbers].toarray()
        self.unit_ = np.median(numbers.std(axis=0)) / np.sqrt(2)
        if hasattr(self.k_neighbors, "kneighbors"):
            self.neighbors_ = clone(self.k_neighbors)
        else:
            self.neighbors_ = NearestNeighbors(n_neighbors=self.k_neighbors + 1)
        self.neighbors_.fit(self._measured(X))
        return self

    def kneighbors(self, X, n_neighbors=None, return_distance=True):
        """Find the neighbours of rows.

        Parameters
        ----------
        X : sparse matrix of shape (n_queries, n_columns)
            Rows as SMOTENC encodes them.
        n_neighbors : int, default=None
            Number of neighbours.
        return_distance : bool, default=True
            Whether to return distances too.

        Returns
        -------
        ndarray of shape (n_queries, n_neighbors), or two of these
            As of :class:`~sklearn.neighbors.NearestNeighbors`.
        """
        return self.neighbors_.kneighbors(
            self._measured(X), n_neighbors, return_distance
        )

    def kneighbors_graph(self, X, n_neighbors=None, mode="connectivity"):
        """Give the neighbours of rows as a graph, which SMOTENC insists on.

        Parameters
        ----------
        X : sparse matrix of shape (n_queries, n_columns)
            Rows as SMOTENC encodes them.
        n_neighbors : int, default=None
            Number of neighbours.
        mode : {"connectivity", "distance"}, default="connectivity"
            What stands in the graph.

        Returns
        -------
        sparse matrix of shape (n_queries, n_samples)
            The graph.
        """
        return self.neighbors_.kneighbors_graph(self._measured(X), n_neighbors, mode)

    def _measured(self, X):
        categories = X[:, self.n_numbers + self.n_digits :].astype(bool) * self.unit_
        return sparse.hstack([X[:, : self.n_numbers], categories], format="csr")
