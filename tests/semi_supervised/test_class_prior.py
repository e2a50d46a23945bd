import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from sklearn_featrix.semi_supervised import _class_prior
from sklearn_featrix.semi_supervised._class_prior import (
    estimate_class_prior,
    scar_sigmoid,
)


def draw(seed, n=4000, prior=0.2, shift=2.0):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < prior
    return rng.normal(size=n) + shift * truth, truth, rng


def test_with_many_positives_the_sigmoid_is_that_of_the_labels():
    """Normal scores of both classes: the log-odds are linear, and known."""
    scores, truth, rng = draw(0, 20_000)
    held_out = rng.normal(2, 1, size=20_000)
    slope, intercept = scar_sigmoid(held_out, scores, truth.mean())
    supervised = LogisticRegression(C=1e6).fit(scores[:, np.newaxis], truth)
    assert slope == pytest.approx(supervised.coef_.item(), rel=0.1)
    assert slope == pytest.approx(2, rel=0.1)
    assert intercept == pytest.approx(supervised.intercept_.item(), rel=0.1)


@pytest.mark.parametrize("prior", [0.01, 0.2, 0.9])
@pytest.mark.parametrize("held_out", [[], [1.0], [3.0, 50.0], [-4.0]])
def test_the_mean_probability_is_the_prior(held_out, prior):
    scores = draw(1)[0]
    slope, intercept = scar_sigmoid(np.array(held_out), scores, prior)
    assert slope >= 0
    assert expit(slope * scores + intercept).mean() == pytest.approx(prior)


def test_scores_that_tell_nothing_give_the_prior_to_all():
    for held_out, scores in (([0.0, 0.1], np.zeros(50)), ([-9.0] * 5, draw(0)[0])):
        slope, intercept = scar_sigmoid(np.array(held_out), scores, 0.3)
        assert slope == 0
        assert expit(intercept) == pytest.approx(0.3)


def test_fully_labelled_rows_give_logistic_regression():
    scores, truth, _ = draw(2, 3000)
    slope, intercept = scar_sigmoid(scores[truth], scores, truth.mean())
    expected = LogisticRegression(C=1e9).fit(scores[:, np.newaxis], truth)
    assert slope == pytest.approx(expected.coef_.item(), rel=0.02)
    assert intercept == pytest.approx(expected.intercept_.item(), rel=0.02)


def test_many_scores_are_thinned_by_rank(monkeypatch):
    scores = draw(3)[0]
    expected = scar_sigmoid(np.array([2.0]), scores, 0.2)
    monkeypatch.setattr(_class_prior, "MAX_SCORES", 1000)
    np.testing.assert_allclose(
        scar_sigmoid(np.array([2.0]), scores, 0.2), expected, rtol=0.02
    )


@pytest.mark.parametrize("prior", [0.05, 0.3])
def test_the_share_is_found_where_positives_lie_apart(prior):
    errors = []
    for seed in range(20):
        scores, truth, rng = draw(seed, 2000, prior, shift=5.0)
        estimate = estimate_class_prior(rng.normal(5, 1, size=100), scores)
        errors.append(np.log(estimate / truth.mean()))
    assert abs(np.mean(errors)) < 0.35
    assert np.std(errors) < 0.35


def test_few_positives_are_drawn_towards_a_typical_share():
    scores, _, rng = draw(0, 2000, 0.5, shift=5.0)
    held_out = rng.normal(5, 1, size=200)
    estimates = [estimate_class_prior(held_out[:n], scores) for n in (5, 20, 200)]
    assert 0.05 < estimates[0] < estimates[1] < estimates[2]


def test_the_estimate_is_a_share():
    for held_out, scores in (
        (np.zeros(5), np.zeros(9)),
        (np.full(5, 9.0), np.zeros(9)),
        (np.full(5, -9.0), np.zeros(9)),
    ):
        assert 0 < estimate_class_prior(held_out, scores) < 1
