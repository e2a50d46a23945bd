import numpy as np
import pytest
from sklearn.metrics import f1_score, get_scorer, make_scorer

from sklearn_featrix.metrics import make_labeled_scorer
from sklearn_featrix.model_selection._uncertainty import (
    bounds_of,
    inflation,
    metric_name,
    score_interval,
    variance_of,
)


@pytest.mark.parametrize(
    ("scoring", "name"),
    [
        (None, None),
        ("roc_auc", "roc_auc"),
        (get_scorer("roc_auc"), "roc_auc"),
        (make_labeled_scorer("neg_log_loss"), "neg_log_loss"),
        (make_labeled_scorer(get_scorer("accuracy")), "accuracy"),
        (make_scorer(f1_score, beta=2), None),
        (lambda *_: 1.0, None),
    ],
)
def test_name_of_a_scorer(scoring, name):
    assert metric_name(scoring) == name


@pytest.mark.parametrize(
    ("metric", "bounds"),
    [
        ("f1_macro", (0, 1)),
        ("roc_auc_ovr", (0, 1)),
        ("neg_log_loss", (-np.inf, 0)),
        ("matthews_corrcoef", (-1, 1)),
        ("r2", (-np.inf, np.inf)),
        (None, (-np.inf, np.inf)),
    ],
)
def test_bounds(metric, bounds):
    assert bounds_of(metric) == bounds


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy"])
def test_variance_of_shares_by_simulation(metric):
    counts, true, rng = [12, 30], 0.7, np.random.default_rng(0)
    shares = [rng.binomial(n, true, 20_000) / n for n in counts]
    weights = counts if metric == "accuracy" else [1, 1]
    simulated = np.average(shares, axis=0, weights=weights).var()
    expected = inflation(metric, 1) * simulated
    assert variance_of(metric, counts)(true) == pytest.approx(expected, rel=0.05)


def test_variance_of_auc_by_simulation():
    """Exponential scores, for which the formula is exact."""
    rng, counts = np.random.default_rng(0), [9, 14]
    negative = rng.exponential(size=(4000, 9, 1))
    positive = rng.exponential(3.0, size=(4000, 1, 14))
    aucs = (positive > negative).mean(axis=(1, 2))
    assert np.mean(aucs) == pytest.approx(0.75, abs=0.01)
    expected = inflation("roc_auc", 1) * np.var(aucs)
    assert variance_of("roc_auc", counts)(0.75) == pytest.approx(expected, rel=0.1)


def test_more_rounds_compare_more_pairs():
    once, often = (variance_of("roc_auc", [9, 14], rounds)(0.8) for rounds in (1, 3))
    assert once / often == pytest.approx(2 / 1.5)
    once, often = (variance_of("accuracy", [9, 14], rounds)(0.8) for rounds in (1, 3))
    assert once == often


@pytest.mark.parametrize(
    ("metric", "counts"), [("roc_auc", [4, 4, 4]), ("f1", [5, 5]), (None, [5, 5])]
)
def test_no_formula(metric, counts):
    assert variance_of(metric, counts) is None


@pytest.mark.parametrize("mean", [0.02, 0.5, 0.93])
@pytest.mark.parametrize("metric", ["accuracy", "roc_auc"])
def test_ends_are_where_the_score_is_just_too_far_away(metric, mean):
    variance = variance_of(metric, [8, 12])
    ends = score_interval(np.full(5, mean), 0.25, 0.9, bounds=(0, 1), variance=variance)
    for end in ends:
        far = 1.6448536 * np.sqrt(variance(end))
        assert abs(mean - end) == pytest.approx(far, rel=1e-5)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_at_the_bounds_the_interval_has_one_side(mean):
    low, high = score_interval(
        np.full(5, mean), 0.25, 0.9, bounds=(0, 1),
        variance=variance_of("accuracy", [8, 12]),
    )  # fmt: skip
    z2 = 1.25 * 1.6448536**2
    assert min(abs(low - mean), abs(high - mean)) == 0
    assert high - low == pytest.approx(z2 / (20 + z2))


def test_lumps_make_it_wider_never_narrower():
    scores = np.array([0.2, 0.9, 0.4, 1.0, 0.6])
    variance = variance_of("accuracy", [500, 500])
    narrow, wide = (
        score_interval(
            scores, 0.25, 0.9, bounds=(0, 1), variance=variance, is_iid=is_iid
        )
        for is_iid in (True, False)
    )
    assert wide[0] < narrow[0] - 0.2
    assert wide[1] > narrow[1] + 0.2
