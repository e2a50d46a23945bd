"""Neighbours become a graph."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def neighbor_matrix(weights, positions, n_columns):
    """Make a sparse matrix of the neighbours of some rows.

    Parameters
    ----------
    weights : ndarray of shape (n_queries, n_neighbors)
        Weight of each neighbour.
    positions : ndarray of shape (n_queries, n_neighbors)
        Which row it is; negative: none, left out.
    n_columns : int
        Number of rows that were searched.

    Returns
    -------
    csr_array of shape (n_queries, n_columns)
        The weights.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors._graph import neighbor_matrix
    >>> neighbor_matrix(np.ones((2, 2)), np.array([[0, 2], [1, -1]]), 3).toarray()
    array([[1., 0., 1.],
           [0., 1., 0.]])
    """
    found = positions >= 0
    starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    return sparse.csr_array(
        (weights[found], positions[found], starts), shape=(len(positions), n_columns)
    )


def without_loops(graph):
    """Leave out the edges from a row to itself.

    Parameters
    ----------
    graph : sparse matrix of shape (n_samples, n_samples)
        Weights.

    Returns
    -------
    csr_array of shape (n_samples, n_samples)
        A copy with nothing stored on the diagonal.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sklearn_featrix.neighbors._graph import without_loops
    >>> without_loops(csr_array([[1.0, 2.0], [0.0, 1.0]])).toarray()
    array([[0., 2.],
           [0., 0.]])
    """
    graph = sparse.coo_array(graph)
    apart = graph.row != graph.col
    return sparse.csr_array(
        (graph.data[apart], (graph.row[apart], graph.col[apart])), shape=graph.shape
    )


def undirected(graph):
    """Join two rows if either names the other as a neighbour, and no row with itself.

    Parameters
    ----------
    graph : sparse matrix of shape (n_samples, n_samples)
        Weights, none of them negative.

    Returns
    -------
    csr_array of shape (n_samples, n_samples)
        Symmetric weights, the larger one where both directions have one.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sklearn_featrix.neighbors._graph import undirected
    >>> undirected(csr_array([[1.0, 2.0], [0.0, 1.0]])).toarray()
    array([[0., 2.],
           [2., 0.]])
    """
    graph = without_loops(graph)
    return graph.maximum(graph.T.tocsr())
