import numpy as np
import pytest
from sklearn.datasets import make_circles, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_featrix import LabeledOnly, LabelSpreading, mask_labels
from sklearn_featrix.model_selection import (
    LabeledSplit,
    UnlabeledHelp,
    cross_val_interval,
    does_unlabeled_help,
)
from sklearn_featrix.model_selection._paired import corrected_interval


@pytest.fixture
def circles():
    X, y = make_circles(400, noise=0.05, factor=0.6, random_state=0)
    return X, mask_labels(y, n_labeled=20, random_state=0)


def spread():
    return LabelSpreading("knn", n_neighbors=7)


def test_help_is_seen_where_classes_are_shapes(circles):
    found = does_unlabeled_help(spread(), *circles, random_state=0)
    assert found.verdict == "helps"
    assert found.low > 0
    assert found.score > found.baseline_score
    assert len(found.differences) == 15


def test_harm_is_seen_where_labels_cut_across_the_clusters():
    rng = np.random.default_rng(0)
    X = rng.normal(0, 0.3, (300, 2)) + np.repeat([[0, 0], [2, 0]], 150, axis=0)
    y = mask_labels((X[:, 1] > 0).astype(int), n_labeled=60, random_state=0)
    learner = LabelSpreading("knn", n_neighbors=30, alpha=0.99, max_iter=2000)
    found = does_unlabeled_help(
        learner, X, y, baseline=LogisticRegression(), random_state=0
    )
    assert found.verdict == "hurts"
    assert found.high < 0


def test_noise_is_a_tie():
    X, y = make_classification(400, n_features=10, flip_y=0.3, random_state=1)
    y = mask_labels(y, n_labeled=40, random_state=0)
    learner = SelfTrainingClassifier(LogisticRegression(), threshold=0.8)
    assert does_unlabeled_help(learner, X, y, random_state=0).verdict == "tie"


def test_what_never_sees_unlabeled_rows_gains_nothing(circles):
    found = does_unlabeled_help(LabeledOnly(LogisticRegression()), *circles)
    assert found.difference == found.low == found.high == 0
    assert found.verdict == "tie"


def test_both_are_fitted_on_the_same_labels_and_tested_on_the_same_rows(circles):
    X, y = circles
    seen = []

    class Spy(LabelSpreading):
        def fit(self, X, y):
            seen.append(np.asarray(y))
            return super().fit(X, y)

    folds = LabeledSplit(StratifiedKFold(4, shuffle=True, random_state=0))
    found = does_unlabeled_help(Spy("knn", n_neighbors=7), X, y, cv=folds, n_repeats=1)
    with_all, without = seen[:4], seen[4:]
    assert len(without) == 4
    for one, other in zip(with_all, without, strict=True):
        assert (one == -1).sum() == (y == -1).sum()
        np.testing.assert_array_equal(one[one >= 0], other)
    _, low, high = corrected_interval(found.differences, 1 / 3, 0.9)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_baseline_may_be_another_classifier(circles):
    X, y = circles
    baseline = LogisticRegression()
    found = does_unlabeled_help(spread(), X, y, baseline=baseline, random_state=0)
    alone = does_unlabeled_help(LabeledOnly(baseline), X, y, random_state=0)
    assert found.baseline_score == pytest.approx(alone.score)
    assert found.baseline_interval == pytest.approx(alone.interval)
    assert not hasattr(baseline, "coef_")


@pytest.mark.parametrize("grouped", [False, True])
def test_scores_have_the_intervals_that_they_have_alone(circles, grouped):
    X, y = circles
    options = {"groups": np.arange(len(y)) // 2 if grouped else None, "cv": 4}
    found = does_unlabeled_help(spread(), X, y, n_repeats=1, **options)
    alone = cross_val_interval(spread(), X, y, confidence=0.9, **options)
    assert found.score == alone.score
    assert found.interval == pytest.approx((alone.low, alone.high))


def test_more_confidence_is_a_wider_interval(circles):
    X, y = circles
    X = X + np.random.default_rng(0).normal(0, 0.1, X.shape)  # folds differ
    sure, unsure = (
        does_unlabeled_help(spread(), X, y, confidence=confidence, random_state=0)
        for confidence in (0.99, 0.5)
    )
    assert sure.low < unsure.low < unsure.high < sure.high
    assert sure.difference == unsure.difference


def test_same_seed_same_answer(circles):
    one, other = (
        does_unlabeled_help(spread(), *circles, random_state=3, n_jobs=n_jobs)
        for n_jobs in (None, 1)
    )
    np.testing.assert_array_equal(one.differences, other.differences)


def test_classifier_that_knows_no_unlabeled_rows_is_refused(circles):
    with pytest.raises(ValueError, match="learnt 'unlabeled' as a class"):
        does_unlabeled_help(LogisticRegression(), *circles)


def test_wrong_input(circles):
    X, y = circles
    known = y >= 0
    with pytest.raises(ValueError, match="no unlabeled rows that could help"):
        does_unlabeled_help(spread(), X[known], y[known])
    with pytest.raises(ValueError, match="belongs to one metric"):
        does_unlabeled_help(spread(), X, y, scoring=["accuracy"])
    with pytest.raises(ValueError, match="confidence"):
        does_unlabeled_help(spread(), X, y, confidence=2)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.1, 0.2, "helps"), (-0.2, -0.1, "hurts"), (-0.1, 0.1, "tie"), (0, 0, "tie")],
)
def test_verdict_and_repr(low, high, verdict):
    middle = (low + high) / 2
    ends = (0.7, 0.9), (0.6, 0.95)
    found = UnlabeledHelp(
        middle, low, high, 0.8, 0.8 - middle, *ends, np.zeros(15), 0.9
    )
    assert found.verdict == verdict
    assert repr(found).startswith(f"{verdict}: {middle:+.3f} [{low:+.3f}")
    assert "15 folds" in repr(found)
    assert "score 0.800 [0.700, 0.900] with" in repr(found)
    assert f"{0.8 - middle:.3f} [0.600, 0.950] without" in repr(found)
