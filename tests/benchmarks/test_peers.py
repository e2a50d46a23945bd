import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel

from benchmarks.label_efficiency.peers import (
    LANDMARKS,
    STRENGTHS,
    CalibratedSVC,
    LogisticRegressionOfChosenStrength,
    RbfFeatures,
)
from benchmarks.label_efficiency.tabm_classifier import TabMClassifier


@pytest.fixture(params=[2, 3])
def blobs(request):
    X, y = make_blobs(90, 4, centers=request.param, cluster_std=3.0, random_state=0)
    return X, y + 4  # classes need not begin at 0


@pytest.mark.parametrize("peer", [LogisticRegressionOfChosenStrength, CalibratedSVC])
@pytest.mark.parametrize("n_of_first", [1, 2, 20])
def test_peers_answer_however_few_rows_a_class_has(peer, n_of_first, blobs):
    X, y = blobs
    shown = np.append(np.flatnonzero(y == 4)[:n_of_first], np.flatnonzero(y > 4))
    model = peer(0).fit(X[shown], y[shown])
    proba = model.predict_proba(X)
    np.testing.assert_array_equal(model.classes_, np.unique(y))
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    found = model.classes_[proba[shown].argmax(axis=1)]
    assert (found == y[shown]).mean() > 0.7


def test_strength_is_chosen_where_rows_can_be_held_out(blobs):
    X, y = blobs
    noise = np.random.default_rng(0).normal(size=(len(X), 30))
    chosen = LogisticRegressionOfChosenStrength(0).fit(noise, y)
    assert chosen.model_.best_params_["C"] == STRENGTHS[0]  # nothing to learn
    one_each = np.unique(y, return_index=True)[1]
    few = LogisticRegressionOfChosenStrength(0).fit(X[one_each], y[one_each])
    plain = LogisticRegression(max_iter=1000).fit(X[one_each], y[one_each])
    np.testing.assert_array_equal(few.predict_proba(X), plain.predict_proba(X))


def test_rbf_features_give_the_kernel(blobs):
    X, _ = blobs
    features = RbfFeatures(0).fit_transform(100 * X)
    assert features.shape == (90, 90)
    expected = rbf_kernel(X, gamma=0.5 / X.var(axis=0).sum())
    np.testing.assert_allclose(features @ features.T, expected, atol=1e-6)
    many = np.random.default_rng(0).normal(size=(2 * LANDMARKS, 3))
    assert RbfFeatures(0).fit_transform(many).shape == (2 * LANDMARKS, LANDMARKS)


def test_tabm_learns_and_repeats_itself(blobs):
    pytest.importorskip("tabm")
    X, y = blobs
    models = [
        TabMClassifier(30, width=16, n_blocks=1, random_state=s).fit(X, y)
        for s in (0, 0, 1)
    ]
    one, same, other = (model.predict_proba(X) for model in models)
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-4
    np.testing.assert_allclose(one.sum(axis=1), 1, atol=1e-6)
    assert (models[0].classes_[one.argmax(axis=1)] == y).mean() > 0.7
