"""TableSpaces: what members see, and what it costs."""

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_featrix.semi_supervised import _spaces
from sklearn_featrix.semi_supervised._spaces import TableSpaces


def components_of(X, embedding):
    """Fit on all rows; show them."""
    spaces = TableSpaces(["components"], embedding, np.random.RandomState(0)).fit(X)
    return spaces, spaces.transform(X, ["components"])["components"]


def linear_embedding(rank):
    """Vectors of 12 numbers, of which `rank` say all."""
    loadings = np.random.default_rng(1).normal(size=(9, 12))
    loadings[rank:] = 0
    return FrozenEstimator(FunctionTransformer(np.dot, kw_args={"b": loadings}))


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(90, 9))


@pytest.mark.parametrize(("rank", "n_kept"), [(0, 1), (2, 2), (9, 8)])
def test_components_are_no_rounding_errors(X, rank, n_kept):
    spaces, seen = components_of(X, linear_embedding(rank))
    assert seen.shape == (90, n_kept)
    assert (seen.std(axis=0) > 1e-3).all() == (rank > 0)
    alone = spaces.transform(X[7:8], ["components"])["components"]
    np.testing.assert_allclose(alone, seen[7:8], rtol=1e-9)


@pytest.mark.parametrize(("n_rows", "n_kept"), [(1, 1), (2, 1), (4, 3)])
def test_components_of_few_rows(X, n_rows, n_kept):
    _, seen = components_of(X[:n_rows], StandardScaler())
    assert seen.shape == (n_rows, n_kept)
    assert np.isfinite(seen).all()


def test_vectors_of_many_rows_are_never_there_at_once(X, monkeypatch):
    sizes = []
    remember = FunctionTransformer(lambda X: sizes.append(len(X)) or X)
    expected = components_of(X, remember)[1]
    monkeypatch.setattr(_spaces, "BATCH", 40)
    monkeypatch.setattr(_spaces, "PCA_ROWS", 90)
    sizes.clear()
    found = components_of(X, remember)[1]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert sizes == [90, 40, 40, 10]  # the first ones fit the components


def test_vectors_that_are_shown_anyway_are_computed_once(X):
    sizes = []
    remember = FunctionTransformer(lambda X: sizes.append(len(X)) or X)
    both = ["embedding", "components"]
    spaces = TableSpaces(both, remember, np.random.RandomState(0)).fit(X)
    sizes.clear()
    spaces.transform(X, ["embedding", "raw+components"])
    assert sizes == [90]
