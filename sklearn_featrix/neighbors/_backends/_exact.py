"""Exact search, by scikit-learn."""

from __future__ import annotations

from sklearn.neighbors import NearestNeighbors


class ExactIndex:
    """Find the nearest rows by comparing with all, or with a tree in few columns.

    Parameters
    ----------
    n_jobs : int, default=None
        Number of searches at once.
    algorithm : {"auto", "brute"}, default="auto"
        "brute" never builds a tree; faster among few rows.
    """

    def __init__(self, n_jobs=None, *, algorithm="auto"):
        self.n_jobs = n_jobs
        self.algorithm = algorithm

    def fit(self, X):
        """Keep the rows to search among.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ExactIndex
            Itself.
        """
        self._search = NearestNeighbors(
            algorithm=self.algorithm, n_jobs=self.n_jobs
        ).fit(X)
        return self

    def kneighbors(self, X, n_neighbors):
        """Find the nearest rows, by Euclidean distance.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_queries, n_features)
            The rows asked for.
        n_neighbors : int
            How many to find; at most all.

        Returns
        -------
        tuple of ndarray of shape (n_queries, n_neighbors)
            Distances and positions, nearest first.
        """
        n_neighbors = min(n_neighbors, self._search.n_samples_fit_)
        return self._search.kneighbors(X, n_neighbors)
