from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsTransformer, RadiusNeighborsTransformer

from sklearn_featrix.neighbors._backends import ExactIndex, FaissIndex
from sklearn_featrix.semi_supervised import _graph_choice
from sklearn_featrix.semi_supervised._graph_choice import choose_graph
from sklearn_featrix.semi_supervised._graphs import (
    AnchorGraph,
    KernelGraph,
    NeighborGraph,
    PrecomputedGraph,
)

DEFAULTS = {
    "kernel": "rbf",
    "gamma": 20,
    "n_neighbors": 7,
    "neighbors": "auto",
    "n_anchors": 1000,
    "metric": "euclidean",
    "n_jobs": None,
}
X = np.zeros((30, 2))


def choose(X=X, **params):
    params = SimpleNamespace(**{**DEFAULTS, **params})
    return choose_graph(params, X, np.random.RandomState(0))


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(_graph_choice, "MAX_KERNEL_ROWS", 10)
    monkeypatch.setattr(_graph_choice, "MAX_EXACT_ROWS", 20)


def test_all_pairs_of_few_rows():
    graph, neighbors = choose()
    assert isinstance(graph, KernelGraph)
    assert neighbors is None


def test_size_decides(small_limits):
    pytest.importorskip("faiss")
    kinds = {}
    for kernel in ("knn", "rbf"):
        for n_rows in (10, 20, 21):
            kinds[kernel, n_rows] = choose(X[:n_rows], kernel=kernel)[1]
    assert kinds == {
        ("knn", 10): "exact",
        ("knn", 20): "exact",
        ("knn", 21): "faiss",
        ("rbf", 10): None,
        ("rbf", 20): "exact",
        ("rbf", 21): "faiss",
    }


def test_warns_where_anchors_stand_in_for_faiss(small_limits, monkeypatch):
    monkeypatch.setattr(_graph_choice, "find_spec", lambda _: None)
    with pytest.warns(UserWarning, match="30 rows through anchors"):
        graph, neighbors = choose(kernel="knn")
    assert isinstance(graph, AnchorGraph)
    assert neighbors == "anchors"


def test_sparse_rows_are_not_for_faiss(small_limits):
    with pytest.warns(UserWarning, match="not sparse"):
        assert choose(sparse.csr_array(X), kernel="knn")[1] == "anchors"
    with pytest.raises(ValueError, match="'faiss' cannot search a sparse matrix"):
        choose(sparse.csr_array(X), neighbors="faiss")


@pytest.mark.parametrize(
    ("neighbors", "kind"), [("exact", ExactIndex), ("faiss", FaissIndex)]
)
def test_search_on_demand(neighbors, kind):
    graph, _ = choose(neighbors=neighbors)
    assert isinstance(graph, NeighborGraph)
    assert isinstance(graph.index, kind)


def test_sparse_rbf_has_more_neighbors_than_knn():
    assert choose(neighbors="exact")[0].n_neighbors == _graph_choice.RBF_NEIGHBORS
    assert choose(neighbors="exact", n_neighbors=99)[0].n_neighbors == 99
    assert choose(neighbors="exact", kernel="knn")[0].n_neighbors == 7


def test_weights_of_the_kernels():
    distances = np.array([0.0, 0.5, np.inf])
    rbf, knn = (choose(neighbors="exact", kernel=k)[0].weigh for k in ("rbf", "knn"))
    np.testing.assert_allclose(rbf(distances), np.exp(-20 * distances**2))
    np.testing.assert_array_equal(knn(distances), 1)


def test_any_transformer_makes_the_graph():
    transformer = RadiusNeighborsTransformer()
    graph, used = choose(neighbors=transformer, kernel="knn")
    assert isinstance(graph, PrecomputedGraph)
    assert isinstance(used, RadiusNeighborsTransformer)
    assert used is not transformer


def test_rbf_of_a_graph_without_distances_is_refused():
    transformer = KNeighborsTransformer(mode="connectivity")
    with pytest.raises(ValueError, match="Pass mode='distance'"):
        choose(neighbors=transformer)
    assert choose(neighbors=transformer, kernel="knn")


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"metric": "precomputed"}, "brings its own"),
        ({"kernel": rbf_kernel}, "joins all pairs"),
    ],
)
@pytest.mark.parametrize("neighbors", ["exact", KNeighborsTransformer()])
def test_two_graphs_at_once_are_refused(params, why, neighbors):
    with pytest.raises(ValueError, match=why):
        choose(**params, neighbors=neighbors)
