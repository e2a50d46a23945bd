"""Graphs over the rows of a table: who passes its label on to whom, and how much.

``fit`` leaves ``node_of_row``, the node of each row, and ``affinity``, the weights
between nodes. ``keep`` takes the distributions of the nodes in exchange for the
weights; with them, ``average`` answers for new rows.
"""

from __future__ import annotations

import numpy as np
from joblib import effective_n_jobs
from scipy import sparse
from scipy.special import softmax
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel
from sklearn.utils import gen_batches
from threadpoolctl import threadpool_limits

from ..neighbors._backends import ExactIndex
from ..neighbors._graph import neighbor_matrix, undirected, without_loops
from ..preprocessing._rows import row_keys_within
from ..utils._copies import distinct_rows
from ._affinities import AnchorAffinity, MatrixAffinity

BATCH_ENTRIES = 2**23  # of a matrix between new rows and nodes
ROWS_PER_ANCHOR = 20  # to place the anchors


class Graph:
    """What graphs that answer with the distributions of their nodes have in common."""

    def keep(self, distributions):
        """Keep the distributions of the nodes in exchange for the weights.

        Parameters
        ----------
        distributions : ndarray of shape (n_nodes, n_classes)
            Rows of zeros where there is none.
        """
        self._distributions = distributions
        del self.affinity


class KernelGraph(Graph):
    """All pairs of rows, weighted by a kernel.

    Parameters
    ----------
    kernel : callable or None
        Takes two tables, returns their weights; None: radial basis functions.
    gamma : float
        Of the radial basis functions.
    """

    def __init__(self, kernel, gamma):
        self.kernel = kernel
        self.gamma = gamma

    def fit(self, X):
        """Compute the weights.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        KernelGraph
            Itself.
        """
        self._X = X
        self.node_of_row = np.arange(X.shape[0])
        if self.kernel is None:
            # float64: in float32, weights of rows not far apart are 0 already
            weights = rbf_kernel(X.astype(np.float64), gamma=self.gamma)
        else:
            weights = _check_weights(self.kernel(X, X), (X.shape[0], X.shape[0]))
        self.affinity = MatrixAffinity(_without_loops(weights))
        return self

    def average(self, X):
        """Average the distributions of all rows for each new row.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_queries, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_queries, n_classes)
            Weighted means or sums.
        """
        if self.kernel is not None:
            shape = self._X.shape[0], X.shape[0]
            weights = _check_weights(self.kernel(self._X, X), shape)
            return np.asarray(weights.T @ self._distributions)
        size = max(1, BATCH_ENTRIES // self._X.shape[0])
        batches = gen_batches(X.shape[0], size)
        return np.vstack([self._average(X[batch]) for batch in batches])

    def _average(self, X):
        counts = self._distributions.any(axis=1)
        X, rows = X.astype(np.float64), self._X[counts].astype(np.float64)
        squared = euclidean_distances(X, rows, squared=True)
        # softmax: far from all rows the nearest one decides, nothing is divided by 0
        return softmax(-self.gamma * squared, axis=1) @ self._distributions[counts]


def _check_weights(weights, shape):
    """Check what a callable kernel returned."""
    if not sparse.issparse(weights):
        weights = np.asarray(weights)
    if weights.shape != shape:
        raise ValueError(
            f"The callable given as kernel returned weights of shape {weights.shape}, "
            f"expected {shape}: one for each of the values it was given, or for each "
            "pair of rows of the two tables."
        )
    values = weights.data if sparse.issparse(weights) else weights
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(
            "The callable given as kernel returned weights that are negative, infinite "
            "or NaN. Return weights of zero or more, larger for rows that are nearer, "
            "such as sklearn.metrics.pairwise.rbf_kernel."
        )
    return weights


def _without_loops(weights):
    if sparse.issparse(weights):
        return without_loops(weights)
    weights = np.array(weights, dtype=np.float64)
    np.fill_diagonal(weights, 0)
    return weights


class NeighborGraph(Graph):
    """Rows and their nearest neighbours; two rows are joined if either names the other.

    Parameters
    ----------
    index : object
        Has ``fit(X)`` and ``kneighbors(X, n_neighbors)``.
    n_neighbors : int
        Number of nearest rows, a row itself among them.
    weigh : callable
        Turns distances into weights.
    """

    def __init__(self, index, n_neighbors, weigh):
        self.index = index
        self.n_neighbors = n_neighbors
        self.weigh = weigh

    def fit(self, X):
        """Search the neighbours of all distinct rows.

        Copies of a row are one node: they get the same answer, and do not take one
        another's places among the neighbours.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        NeighborGraph
            Itself.
        """
        X, self.node_of_row = merge_rows(X)
        self.index.fit(X)
        distances, positions = self.index.kneighbors(X, self.n_neighbors)
        weights = neighbor_matrix(self.weigh(distances), positions, X.shape[0])
        self.affinity = MatrixAffinity(undirected(weights))
        return self

    def average(self, X):
        """Average the distributions of the nodes nearest to each new row.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_queries, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_queries, n_classes)
            Weighted sums; zeros where no neighbour counts.
        """
        distances, positions = self.index.kneighbors(X, self.n_neighbors)
        squared = np.square(distances, dtype=np.float64)
        nearest = np.where(np.isfinite(squared[:, [0]]), squared[:, [0]], 0)
        # only ratios count, and far from all rows the nearest one decides
        weights = self.weigh(np.sqrt(squared - nearest))
        n_nodes = len(self._distributions)
        return neighbor_matrix(weights, positions, n_nodes) @ self._distributions


class PrecomputedGraph(Graph):
    """A sparse graph of distances, as scikit-learn's neighbour transformers make it.

    Parameters
    ----------
    weigh : callable
        Turns distances into weights.
    transformer : transformer or None
        Makes the graph of a table; None: the table is the graph.
    """

    def __init__(self, weigh, transformer=None):
        self.weigh = weigh
        self.transformer = transformer

    def fit(self, X):
        """Make the graph symmetric.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features or n_samples)
            The rows, or their graph.

        Returns
        -------
        PrecomputedGraph
            Itself.
        """
        self.node_of_row = np.arange(X.shape[0])
        if self.transformer is not None:
            self.transformer.fit(X)
        self.affinity = MatrixAffinity(undirected(self._weights(X)))
        return self

    def _weights(self, X):
        if self.transformer is not None:
            X = self._transform(X)
        graph = sparse.csr_array(X, copy=True)
        graph.data = _check_weights(self.weigh(graph.data), graph.data.shape)
        return graph

    def _transform(self, X):
        graph = self.transformer.transform(X)
        shape = X.shape[0], len(self.node_of_row)
        if not sparse.issparse(graph) or graph.shape != shape:
            raise ValueError(
                f"{self.transformer!r}, given as neighbors, made a "
                f"{type(graph).__name__} of shape {graph.shape}, expected a sparse "
                f"graph of shape {shape}. Pass a transformer that makes a graph of "
                "distances, such as KNeighborsTransformer."
            )
        return graph

    def average(self, X):
        """Average the distributions of the nodes that each new row is joined to.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_queries, n_features or n_samples)
            New rows, or their distances to the rows of `fit`.

        Returns
        -------
        ndarray of shape (n_queries, n_classes)
            Weighted sums; zeros where no neighbour counts.
        """
        return self._weights(X) @ self._distributions


class AnchorGraph:
    """Rows joined through anchors, the centres of k-means clusters.

    Parameters
    ----------
    n_anchors : int
        Number of anchors, if there are as many distinct rows.
    n_neighbors : int
        Number of anchors of a row.
    gamma : float or None
        Weights are ``exp(-gamma d^2)`` of the distances to anchors; None: the width is
        that of the row's own neighbourhood.
    n_jobs : int or None
        Number of threads.
    random_state : RandomState
        Draws the rows that place the anchors.
    """

    def __init__(self, n_anchors, n_neighbors, gamma, *, n_jobs, random_state):
        self.n_anchors = n_anchors
        self.n_neighbors = n_neighbors
        self.gamma = gamma
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X):
        """Place the anchors and find those around each row.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        AnchorGraph
            Itself.
        """
        X, self.node_of_row = merge_rows(X)
        with threadpool_limits(effective_n_jobs(self.n_jobs)):
            self.anchors_ = self._place_anchors(X)
            self._search = ExactIndex(algorithm="brute").fit(self.anchors_)
            self.affinity = AnchorAffinity(self._memberships(X))
        return self

    def _place_anchors(self, X):
        n_rows = X.shape[0]
        if n_rows <= self.n_anchors:
            return X
        n_drawn = min(n_rows, ROWS_PER_ANCHOR * self.n_anchors)
        clustering = MiniBatchKMeans(
            self.n_anchors,
            init="random",
            n_init=1,
            batch_size=4 * self.n_anchors,
            max_iter=5,
            random_state=self.random_state,
        )
        drawn = self.random_state.permutation(n_rows)[:n_drawn]
        return clustering.fit(X[drawn]).cluster_centers_

    def _memberships(self, X):
        distances, positions = self._search.kneighbors(X, self.n_neighbors)
        exponent = np.square(distances, out=distances)  # in place: these are large
        if self.gamma is None:
            width = exponent[:, [-1]]
            exponent /= np.where(width > 0, width, 1)
        else:
            exponent *= self.gamma
        exponent -= exponent[:, [0]]  # the nearest counts, however far it is
        weights = np.exp(np.negative(exponent, out=exponent), out=exponent)
        weights /= weights.sum(axis=1, keepdims=True)
        return neighbor_matrix(weights, positions, self.anchors_.shape[0])

    def keep(self, distributions):
        """Keep the mean distribution around each anchor; rows of zeros do not count."""
        self._means = self.affinity.anchor_means(distributions)
        del self.affinity

    def average(self, X):
        """Average the mean distributions around the anchors of each new row.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_queries, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_queries, n_classes)
            Weighted sums; zeros where no anchor counts.
        """
        with threadpool_limits(effective_n_jobs(self.n_jobs)):
            return self._memberships(X) @ self._means


def merge_rows(X):
    """Take one of each row, in an order that depends on their values alone.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        The rows.

    Returns
    -------
    tuple of ({ndarray, sparse matrix}, ndarray of shape (n_samples,))
        The distinct rows, and for each row of `X` its place among them.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._graphs import merge_rows
    >>> X = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    >>> distinct, place = merge_rows(X)
    >>> len(distinct), bool((distinct[place] == X).all())
    (2, True)
    """
    keys = row_keys_within(X)
    first = distinct_rows(keys)
    place = np.searchsorted(keys[first], keys)
    return (X.tocsr() if sparse.issparse(X) else X)[first], place
