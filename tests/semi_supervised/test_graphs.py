import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsTransformer

from sklearn_featrix.neighbors._backends import ExactIndex
from sklearn_featrix.semi_supervised import _graphs
from sklearn_featrix.semi_supervised._graphs import (
    AnchorGraph,
    KernelGraph,
    NeighborGraph,
    PrecomputedGraph,
    merge_rows,
)


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(80, 3))


def anchor_graph(n_anchors=10, n_neighbors=3, gamma=None):
    random_state = np.random.RandomState(0)
    return AnchorGraph(
        n_anchors, n_neighbors, gamma, n_jobs=None, random_state=random_state
    )


def answers(graph, X, distributions):
    graph.keep(distributions)
    sums = graph.average(X)
    return sums / sums.sum(axis=1, keepdims=True)


def test_merged_rows_are_in_an_order_of_their_own(X):
    twice = np.vstack([X, X[:5]])
    order = np.random.default_rng(1).permutation(len(twice))
    one, place = merge_rows(twice)
    other, _ = merge_rows(twice[order])
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one[place], twice)
    assert len(one) == len(X)


def test_merged_rows_of_a_sparse_matrix(X):
    twice = sparse.csc_array(np.vstack([X, X[:5]]))
    one, place = merge_rows(twice)
    np.testing.assert_array_equal(one[place].toarray(), twice.toarray())


def test_kernel_graph_is_the_kernel_without_loops(X):
    weights = KernelGraph(None, 0.5).fit(X).affinity.weights
    expected = rbf_kernel(X, gamma=0.5)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(weights, expected)


def test_kernel_graph_averages_batches_of_rows(X, monkeypatch):
    monkeypatch.setattr(_graphs, "BATCH_ENTRIES", 200)
    graph, distributions = KernelGraph(None, 0.5).fit(X), np.eye(80)[:, :2]
    distributions[5:] = [0.5, 0.5]
    distributions[7] = 0  # not reached: does not count
    new = X[:9] + 0.1
    sums = rbf_kernel(new, X, gamma=0.5) @ distributions
    np.testing.assert_allclose(
        answers(graph, new, distributions), sums / sums.sum(axis=1, keepdims=True)
    )


def test_far_from_all_rows_the_nearest_decides(X):
    graph, distributions = KernelGraph(None, 20).fit(X), np.zeros((80, 2))
    distributions[:, 0] = 1
    nearest = X[:, 0].argmax()
    distributions[nearest] = [0, 1]
    far = X[[nearest]] + [[100.0, 0, 0]]
    np.testing.assert_allclose(answers(graph, far, distributions), [[0, 1]])


def test_far_from_all_neighbors_the_nearest_decides(X):
    def weigh(distances):
        return np.exp(-20 * distances**2)

    graph = NeighborGraph(ExactIndex(), 5, weigh).fit(X)
    distributions = np.tile([1.0, 0.0], (80, 1))
    farthest = X[:, 0].argmax()
    distributions[graph.node_of_row[farthest]] = [0, 1]
    far = X[[farthest]] + [[100.0, 0, 0]]
    np.testing.assert_allclose(answers(graph, far, distributions), [[0, 1]])


def test_sparse_callable_kernel_loses_its_loops(X):
    def kernel(A, B):
        return sparse.csr_matrix(rbf_kernel(A, B))

    affinity = KernelGraph(kernel, None).fit(X).affinity
    assert affinity.is_sparse
    assert not affinity.weights.diagonal().any()


def test_neighbor_graph_joins_rows_if_either_names_the_other():
    X = np.array([[0.0], [1.0], [2.5], [10.0]])
    graph = NeighborGraph(ExactIndex(), 2, np.ones_like).fit(X)
    joined = graph.affinity.weights.toarray()[np.ix_(*[graph.node_of_row] * 2)]
    expected = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    np.testing.assert_array_equal(joined, expected)


def test_copies_of_a_row_are_one_node(X):
    copies = np.vstack([X, np.repeat(X[:1], 50, axis=0)])
    graph = NeighborGraph(ExactIndex(), 5, np.ones_like).fit(copies)
    once = NeighborGraph(ExactIndex(), 5, np.ones_like).fit(X)
    assert (graph.affinity.weights != once.affinity.weights).nnz == 0
    assert len(set(graph.node_of_row[[0, *range(80, 130)]])) == 1


def test_precomputed_graph_is_that_of_the_transformer(X):
    transformer = KNeighborsTransformer(n_neighbors=4)
    given = PrecomputedGraph(np.ones_like).fit(transformer.fit_transform(X))
    made = PrecomputedGraph(np.ones_like, KNeighborsTransformer(n_neighbors=4)).fit(X)
    searched = NeighborGraph(ExactIndex(), 5, np.ones_like).fit(X)
    place = searched.node_of_row
    expected = searched.affinity.weights[place][:, place]
    for graph in (given, made):
        assert (graph.affinity.weights != expected).nnz == 0


def test_copies_at_distance_zero_stay_joined_in_a_precomputed_graph():
    distances = sparse.csr_array(
        (np.array([0.0, 2.0]), np.array([1, 2]), np.array([0, 1, 2, 2])), shape=(3, 3)
    )
    graph = PrecomputedGraph(np.ones_like).fit(distances)
    np.testing.assert_array_equal(
        graph.affinity.weights.toarray(), [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    )


@pytest.mark.parametrize("gamma", [None, 0.5, 50.0])
def test_memberships_are_shares(X, gamma):
    memberships = anchor_graph(gamma=gamma).fit(X * 100).affinity.memberships
    np.testing.assert_allclose(memberships.sum(axis=1), 1)
    assert (memberships.data >= 0).all()
    assert memberships.shape == (80, 10)


def test_rbf_memberships_are_the_kernel():
    X = np.random.default_rng(0).normal(size=(8, 2))
    graph = anchor_graph(n_anchors=100, n_neighbors=8, gamma=0.7).fit(X)
    kernel = rbf_kernel(*[merge_rows(X)[0]] * 2, gamma=0.7)
    np.testing.assert_allclose(
        graph.affinity.memberships.toarray(), kernel / kernel.sum(axis=1, keepdims=True)
    )


def test_anchors_are_the_rows_where_there_are_few(X):
    graph = anchor_graph(n_anchors=100).fit(X)
    assert graph.anchors_.shape == X.shape


def test_anchors_lie_in_the_clusters():
    rng = np.random.default_rng(0)
    centers = np.array([[0.0, 0], [50, 0], [0, 50]])
    X = np.repeat(centers, 60, axis=0) + rng.normal(size=(180, 2))
    anchors = anchor_graph(n_anchors=12).fit(X).anchors_
    gaps = np.linalg.norm(anchors[:, None] - centers, axis=2)
    assert gaps.min(axis=1).max() < 4
    assert gaps.min(axis=0).max() < 4


def test_anchors_answer_with_the_means_around_them(X):
    graph = anchor_graph().fit(X)
    Z = graph.affinity.memberships.toarray()[graph.node_of_row]
    distributions = np.random.default_rng(0).dirichlet([1, 1], size=80)
    means = Z.T @ distributions / Z.sum(axis=0)[:, None]
    nodes = np.empty_like(distributions)
    nodes[graph.node_of_row] = distributions
    np.testing.assert_allclose(answers(graph, X, nodes), Z @ means)
