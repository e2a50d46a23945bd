import numpy as np
import pytest
from scipy import sparse

from sklearn_featrix.neighbors._graph import undirected
from sklearn_featrix.semi_supervised._affinities import AnchorAffinity, MatrixAffinity
from sklearn_featrix.semi_supervised._propagation import (
    anchored_propagation,
    anchored_spreading,
    conjugate_gradient,
    conjugate_propagation,
    conjugate_spreading,
    power_propagation,
    power_spreading,
)

ALPHA = 0.6


def normalized(values):
    return values / values.sum(axis=1, keepdims=True)


def labels_of(n_nodes, *pairs):
    labels = np.zeros((n_nodes, 2))
    for node, code in pairs:
        labels[node, code] = 1
    return labels


@pytest.fixture
def graph():
    """A connected random graph."""
    rng = np.random.default_rng(0)
    dense = rng.random((40, 40)) * (rng.random((40, 40)) < 0.1)
    dense[np.arange(39), np.arange(1, 40)] = 0.3
    return MatrixAffinity(undirected(sparse.csr_array(dense)))


LABELS = labels_of(40, (0, 0), (11, 0), (30, 1))


def spreading_closed_form(graph, labels, alpha):
    W = graph.weights.toarray()
    root = W.sum(axis=1) ** -0.5
    S = root[:, None] * W * root
    return (1 - alpha) * np.linalg.solve(np.eye(len(W)) - alpha * S, labels)


def propagation_closed_form(graph, labels):
    W = graph.weights.toarray()
    P = W / W.sum(axis=1, keepdims=True)
    free = ~labels.any(axis=1)
    F = labels.copy()
    A = np.eye(free.sum()) - P[np.ix_(free, free)]
    F[free] = np.linalg.solve(A, P[np.ix_(free, ~free)] @ labels[~free])
    return F


def test_power_spreading_is_the_closed_form(graph):
    solution = power_spreading(graph.spread(), LABELS, ALPHA, tol=1e-12, max_iter=1000)
    expected = spreading_closed_form(graph, LABELS, ALPHA)
    np.testing.assert_allclose(solution.values, expected, rtol=1e-9)
    assert solution.converged


@pytest.mark.parametrize("alpha", [0.05, 0.6, 0.99])
def test_conjugate_spreading_is_the_closed_form(graph, alpha):
    everywhere = np.ones(40, dtype=bool)
    solution = conjugate_spreading(
        graph.spread(np.float32), LABELS, alpha, everywhere, tol=1e-3, max_iter=200
    )
    expected = normalized(spreading_closed_form(graph, LABELS, alpha))
    np.testing.assert_allclose(normalized(solution.values), expected, atol=2e-3)
    assert solution.converged


def test_conjugate_spreading_gives_far_rows_a_distribution():
    """Along a chain of 60 nodes the mass falls to 1e-55, float32 ends at 1e-45."""
    chain = MatrixAffinity(
        undirected(sparse.diags_array(np.ones(59), offsets=1, shape=(60, 60)))
    )
    labels = labels_of(60, (0, 0), (1, 1))
    solution = conjugate_spreading(
        chain.spread(np.float32), labels, 0.2, np.ones(60, bool), tol=1e-3, max_iter=30
    )
    expected = normalized(spreading_closed_form(chain, labels, 0.2))
    np.testing.assert_allclose(normalized(solution.values), expected, atol=2e-3)


def test_conjugate_spreading_leaves_what_it_cannot_reach(graph):
    reachable = np.ones(40, dtype=bool)
    reachable[35:] = False
    solution = conjugate_spreading(
        graph.spread(np.float32), LABELS, ALPHA, reachable, tol=1e-3, max_iter=50
    )
    assert not solution.values[35:].any()
    assert solution.values[:35].any(axis=1).all()


def test_power_propagation_is_the_closed_form(graph):
    solution = power_propagation(graph.walk(), LABELS, tol=1e-12, max_iter=10_000)
    expected = propagation_closed_form(graph, LABELS)
    np.testing.assert_allclose(solution.values, expected, atol=1e-9)


def test_conjugate_propagation_is_the_closed_form(graph):
    solution = conjugate_propagation(
        graph.spread(), graph.degrees, LABELS, np.ones(40, bool), tol=1e-3, max_iter=99
    )
    expected = propagation_closed_form(graph, LABELS)
    np.testing.assert_allclose(solution.values, expected, atol=1e-3)
    assert solution.converged


def test_conjugate_propagation_with_every_node_labeled():
    labels = labels_of(2, (0, 0), (1, 1))
    solution = conjugate_propagation(
        None, np.ones(2), labels, np.ones(2, bool), tol=1e-3, max_iter=9
    )
    np.testing.assert_array_equal(solution.values, labels)


def test_conjugate_gradients_need_fewer_steps_along_a_chain():
    weights = sparse.diags_array(np.ones(79), offsets=1, shape=(80, 80))
    chain = MatrixAffinity(undirected(weights))
    labels, everywhere = labels_of(80, (0, 0), (20, 1)), np.ones(80, dtype=bool)
    expected = normalized(spreading_closed_form(chain, labels, 0.99))
    step = chain.spread(np.float32)
    cg = conjugate_spreading(step, labels, 0.99, everywhere, tol=1e-4, max_iter=200)
    thrice = 3 * cg.n_iter
    power = power_spreading(chain.spread(), labels, 0.99, tol=0, max_iter=thrice)
    assert np.abs(normalized(cg.values) - expected).max() < 1e-3
    assert np.abs(normalized(power.values) - expected).max() > 1e-3


def test_anchors_give_what_power_iteration_gives():
    rng = np.random.default_rng(0)
    Z = rng.random((50, 6)) * (rng.random((50, 6)) < 0.5)
    Z[:, 0] += 0.1
    affinity = AnchorAffinity(sparse.csr_array(normalized(Z)))
    labels = labels_of(50, (3, 0), (20, 1), (40, 1))
    everywhere = np.ones(50, dtype=bool)
    limits = {"tol": 1e-13, "max_iter": 10_000}
    np.testing.assert_allclose(
        anchored_spreading(affinity, labels, ALPHA, everywhere).values,
        power_spreading(affinity.spread(), labels, ALPHA, **limits).values,
        rtol=1e-8,
    )
    np.testing.assert_allclose(
        anchored_propagation(affinity, labels, everywhere).values,
        power_propagation(affinity.walk(), labels, **limits).values,
        atol=1e-9,
    )


def test_solutions_that_end_early_say_how_far_they_are(graph):
    power = power_spreading(graph.spread(), LABELS, 0.9, tol=1e-9, max_iter=2)
    assert (power.n_iter, power.converged) == (2, False)
    assert power.error > 1e-9
    assert "sum of absolute changes" in power.measure
    cg = conjugate_propagation(
        graph.spread(), graph.degrees, LABELS, np.ones(40, bool), tol=1e-9, max_iter=2
    )
    totals = cg.values.sum(axis=1)
    assert not cg.converged
    np.testing.assert_allclose(cg.error, np.abs(totals - 1).max())


def test_conjugate_gradient_solves_columns_of_different_scale():
    rng = np.random.default_rng(0)
    A = rng.normal(size=(20, 20))
    A = A @ A.T + np.eye(20)
    b = rng.normal(size=(20, 3)) * [1, 1e-8, 0]
    x, _, error = conjugate_gradient(
        A.__matmul__, b, lambda _, r: np.abs(r).max(), tol=1e-14, max_iter=100
    )
    np.testing.assert_allclose(x[:, :2], np.linalg.solve(A, b)[:, :2], rtol=1e-4)
    assert not x[:, 2].any()
    assert error <= 1e-14
