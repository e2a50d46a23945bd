import numpy as np
from scipy import sparse

from sklearn_featrix.neighbors._graph import (
    neighbor_matrix,
    undirected,
    without_loops,
)


def test_matrix_keeps_a_weight_of_zero_and_leaves_out_what_was_not_found():
    weights = np.array([[0.0, 0.5], [1.0, 9.0]])
    matrix = neighbor_matrix(weights, np.array([[1, 2], [0, -1]]), 3)
    assert matrix.nnz == 3
    np.testing.assert_array_equal(matrix.toarray(), [[0, 0, 0.5], [1, 0, 0]])


def test_undirected_is_the_larger_of_both_directions_without_loops():
    rng = np.random.default_rng(0)
    dense = rng.random((30, 30)) * (rng.random((30, 30)) < 0.2)
    joined = undirected(sparse.csr_array(dense)).toarray()
    expected = np.maximum(dense, dense.T)
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(joined, expected)


def test_edges_of_weight_zero_are_no_loops():
    graph = sparse.csr_array(
        (np.array([0.0, 1.0]), np.array([1, 0]), np.array([0, 2, 2])), shape=(2, 2)
    )
    assert without_loops(graph).nnz == 1


def test_undirected_leaves_its_input_alone():
    graph = sparse.csr_array([[1.0, 2.0], [0.0, 1.0]])
    undirected(graph)
    np.testing.assert_array_equal(graph.toarray(), [[1, 2], [0, 1]])
