"""Label propagation alone; what it shares is in test_label_spreading.py."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics.pairwise import rbf_kernel

from sklearn_featrix import LabelPropagation


@pytest.fixture
def blobs():
    X, y = make_blobs(150, n_features=5, centers=2, cluster_std=4, random_state=0)
    y[::3] = -1
    return X, y


@pytest.mark.parametrize("params", [{"tol": 1e-9}, {"solver": "cg", "tol": 1e-6}])
def test_is_the_closed_form_of_zhu(blobs, params):
    """Their closed-form test, whose graph is private, in public terms."""
    X, y = blobs
    P = rbf_kernel(X, gamma=0.1)
    P /= P.sum(axis=1, keepdims=True)
    u, labeled = np.flatnonzero(y == -1), np.flatnonzero(y != -1)
    expected = np.eye(3)[y][:, :2]
    expected[u] = np.linalg.solve(
        np.eye(len(u)) - P[np.ix_(u, u)], P[np.ix_(u, labeled)] @ expected[labeled]
    )
    model = LabelPropagation(gamma=0.1, max_iter=20_000, **params).fit(X, y)
    np.testing.assert_allclose(model.label_distributions_, expected, atol=1e-5)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"kernel": "knn"},
        {"kernel": "knn", "class_mass_normalization": True},
        {"kernel": "knn", "neighbors": "anchors", "n_anchors": 40},
    ],
)
def test_labelled_rows_keep_their_label(blobs, params):
    X, y = blobs
    rng = np.random.default_rng(0)
    wrong = np.where((y >= 0) & (rng.random(len(y)) < 0.3), 1 - y, y)
    labels = np.where(y >= 0, wrong, -1)
    model = LabelPropagation(**{"gamma": 0.05, **params}, random_state=0).fit(X, labels)
    labeled = labels >= 0
    np.testing.assert_array_equal(
        model.label_distributions_[labeled], np.eye(2)[labels[labeled]]
    )


@pytest.mark.parametrize(
    ("params", "power"),
    [
        ({"gamma": 0.05}, 0),
        ({"gamma": 0.05, "neighbors": "exact"}, 0.25),
        ({"kernel": "knn"}, 0.25),
        ({"kernel": "knn", "neighbors": "anchors", "n_anchors": 40}, 0.25),
    ],
)
def test_balance_by_default_is_for_sparse_graphs(blobs, params, power):
    X, y = blobs
    y = np.where((y == 1) & (np.cumsum(y == 1) > 9), -1, y)
    auto, given = (
        LabelPropagation(**params, **balance, random_state=0).fit(X, y)
        for balance in ({}, {"class_balance": power})
    )
    np.testing.assert_array_equal(auto.label_distributions_, given.label_distributions_)


def test_balance_by_default_leaves_class_masses_alone(blobs):
    X, y = blobs
    LabelPropagation("knn", class_mass_normalization=True).fit(X, y)  # no error


@pytest.mark.filterwarnings("ignore::sklearn_featrix.exceptions.UnreachedRowsWarning")
def test_shares_of_anchors_that_vanish_are_no_paths():
    """A walk over such a path takes longer than a number can say."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 8)) * 30
    y = np.full(600, -1)
    y[:20] = np.arange(20) % 2
    model = LabelPropagation(neighbors="anchors", n_anchors=50, random_state=0)
    model.fit(X, y)
    assert 0.03 < model.reached_.mean() < 1
    np.testing.assert_allclose(model.label_distributions_.sum(axis=1), 1)


def test_every_row_labelled(blobs):
    X, _ = blobs
    y = (X[:, 0] > X[:, 0].mean()).astype(int)
    model = LabelPropagation("knn").fit(X, y)
    np.testing.assert_array_equal(model.transduction_, y)
