import numpy as np
import pytest
from scipy import sparse

from sklearn_featrix.semi_supervised._affinities import (
    AnchorAffinity,
    MatrixAffinity,
    inverse_root,
)


@pytest.fixture
def weights():
    """Two components, one isolated node."""
    W = np.zeros((6, 6))
    for i, j, w in ((0, 1, 2.0), (1, 2, 0.5), (3, 4, 1.0)):
        W[i, j] = W[j, i] = w
    return W


@pytest.fixture
def memberships():
    Z = np.array([[0.5, 0.5, 0], [0.2, 0.8, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1.0]])
    return sparse.csr_array(Z)


def written_out(memberships):
    Z = memberships.toarray()
    return Z @ np.diag(1 / Z.sum(axis=0)) @ Z.T


def test_inverse_root_of_an_isolated_node_is_zero():
    np.testing.assert_array_equal(inverse_root(np.array([4.0, 0.0])), [0.5, 0.0])


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_steps_are_the_normalisations(weights, container):
    affinity = MatrixAffinity(container(weights))
    values = np.random.default_rng(0).random((6, 2))
    degrees = np.maximum(weights.sum(axis=1), 1e-300)
    root = np.where(weights.any(axis=1), degrees**-0.5, 0)
    np.testing.assert_allclose(
        affinity.spread()(values), root[:, None] * weights * root @ values
    )
    np.testing.assert_allclose(
        affinity.walk()(values), (root**2)[:, None] * weights @ values
    )


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_single_precision_stays_single(weights, container):
    step = MatrixAffinity(container(weights)).spread(np.float32)
    assert step(np.ones((6, 1), dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_reach_is_the_component_of_the_seeds(weights, container):
    reached = MatrixAffinity(container(weights)).reach(np.arange(6) == 2)
    np.testing.assert_array_equal(reached, [1, 1, 1, 0, 0, 0])


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_tells_whether_weights_are_symmetric(weights, container):
    assert MatrixAffinity(container(weights)).is_symmetric()
    weights[0, 1] += 1
    assert not MatrixAffinity(container(weights)).is_symmetric()


def test_anchors_are_the_matrix_they_stand_for(memberships):
    affinity = AnchorAffinity(memberships)
    W = written_out(memberships)
    values = np.random.default_rng(0).random((5, 2))
    np.testing.assert_allclose(affinity.degrees, W.sum(axis=1))
    np.testing.assert_allclose(affinity.spread()(values), W @ values)
    np.testing.assert_allclose(affinity.walk()(values), W @ values)


def test_anchors_reach_the_component_of_the_seeds(memberships):
    reached = AnchorAffinity(memberships).reach(np.arange(5) == 2)
    np.testing.assert_array_equal(reached, [1, 1, 1, 0, 0])


def test_system_of_anchors_solves_that_of_the_nodes(memberships):
    affinity = AnchorAffinity(memberships)
    W = written_out(memberships)
    source = np.array([[1.0, 0], [0, 1], [0, 0], [0, 0], [0, 0]])
    through = np.array([True, False, True, True, True])
    F = np.linalg.solve(np.eye(5) - 0.7 * W * through, W @ (source * ~through[:, None]))
    F += np.linalg.solve(np.eye(5) - 0.7 * W * through, W @ (source * through[:, None]))
    arrived = affinity.solve(source, through, 0.7, affinity.reach(source.any(axis=1)))
    np.testing.assert_allclose(arrived, F, atol=1e-12)
    assert not arrived[3:].any()
