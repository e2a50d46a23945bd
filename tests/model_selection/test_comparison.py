import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import ShuffleSplit, StratifiedKFold
from sklearn.naive_bayes import GaussianNB

from sklearn_featrix import LabeledOnly, LabeledSplit, mask_labels
from sklearn_featrix.model_selection import (
    ScoreComparison,
    compare_estimators,
    cross_val_interval,
)
from sklearn_featrix.model_selection._paired import corrected_interval

X, Y = make_classification(200, flip_y=0.1, random_state=0)
PARTIAL = mask_labels(Y, n_labeled=80, random_state=0)
BAYES, GUESS = LabeledOnly(GaussianNB()), LabeledOnly(DummyClassifier())
THREE = {
    "bayes": BAYES,
    "smooth": LabeledOnly(GaussianNB(var_smoothing=1e-3)),
    "guess": GUESS,
}


@pytest.fixture(scope="module")
def comparison():
    return compare_estimators(THREE, X, PARTIAL, random_state=0)


def test_ties_share_a_rank_and_the_worse_does_not(comparison):
    assert comparison.names == ("bayes", "smooth", "guess")
    assert comparison.ranks.tolist() == [1, 1, 3]
    assert comparison.is_tie().tolist() == [True, True, False]
    assert comparison.best in (0, 1)


def test_differences_are_paired_and_intervals_hold_at_once(comparison):
    scores = comparison.scores
    assert scores.shape == (3, 15)
    each = 1 - 0.1 / 3  # three pairs
    mean, low, high = corrected_interval(scores[0] - scores[2], 1 / 4, each)
    np.testing.assert_allclose(comparison.differences[0, 2], mean)
    np.testing.assert_allclose(comparison.low[0, 2], low, rtol=1e-3)
    np.testing.assert_allclose(comparison.high[0, 2], high, rtol=1e-3)
    np.testing.assert_allclose(comparison.low, -comparison.high.T)


def test_the_folds_are_those_of_the_interval(comparison):
    alone = cross_val_interval(BAYES, X, PARTIAL, n_repeats=3, random_state=0)
    np.testing.assert_array_equal(comparison.scores[0], alone.scores)
    np.testing.assert_allclose(comparison.means[0], alone.score)


def test_every_score_has_the_interval_that_it_has_alone(comparison):
    for (low, high), estimator in zip(
        comparison.intervals, THREE.values(), strict=True
    ):
        alone = cross_val_interval(
            estimator, X, PARTIAL, n_repeats=3, confidence=0.9, random_state=0
        )
        assert (low, high) == pytest.approx((alone.low, alone.high))
        assert f"{alone.score:.3f} [{low:.3f}, {high:.3f}]" in repr(comparison)


@pytest.mark.parametrize(
    "cv", [StratifiedKFold(4, shuffle=True), LabeledSplit(ShuffleSplit(4))]
)
def test_a_random_splitter_gives_all_the_same_folds(cv):
    twins = {"one": BAYES, "two": BAYES}
    comparison = compare_estimators(twins, X, PARTIAL, cv=cv, n_repeats=1)
    np.testing.assert_array_equal(*comparison.scores)
    assert comparison.is_tie().all()


def test_repr_says_tie_and_worse(comparison):
    lines = repr(comparison).splitlines()
    assert lines[0].split() == ["estimator", "score", "rank", "against", "the", "best"]
    assert "tie: " in lines[2]
    assert lines[3].startswith("guess")
    assert "worse: -" in lines[3]
    assert lines[4] == (
        "(90 % intervals, of the differences all at once, over 15 folds)"
    )


def test_differences_and_the_ends_of_their_intervals_have_signs():
    gap = np.array([[0.0, 0.012], [-0.012, 0.0]])
    scores, ends = np.array([[0.8, 0.812], [0.8, 0.788]]), np.full((2, 2), 0.8)
    text = repr(
        ScoreComparison(("a", "b"), scores, ends, gap, gap - 0.02, gap + 0.02, 0.9)
    )
    assert "tie: -0.012 [-0.032, +0.008]" in text


def test_groups_stay_together():
    groups = np.arange(200) // 10
    comparison = compare_estimators(
        {"a": BAYES, "b": GUESS}, X, PARTIAL, groups=groups, n_repeats=1
    )
    alone = cross_val_interval(BAYES, X, PARTIAL, groups=groups, confidence=0.9)
    np.testing.assert_array_equal(comparison.scores[0], alone.scores)
    assert tuple(comparison.intervals[0]) == pytest.approx((alone.low, alone.high))


def test_a_mark_of_an_estimator_is_enough():
    marked = np.where(PARTIAL < 0, 9, Y)
    estimators = {
        "bayes": LabeledOnly(GaussianNB(), unlabeled=9),
        "guess": LabeledOnly(DummyClassifier(), unlabeled=9),
    }
    comparison = compare_estimators(estimators, X, marked, random_state=0)
    same = compare_estimators(
        {"bayes": BAYES, "guess": GUESS}, X, PARTIAL, random_state=0
    )
    np.testing.assert_array_equal(comparison.scores, same.scores)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"estimators": {"a": BAYES}}, "at least two"),
        ({"estimators": [BAYES, GUESS]}, "dict"),
        ({"confidence": 1.0}, "confidence"),
        ({"scoring": ["accuracy"]}, "one metric"),
        ({"y": PARTIAL[:-1]}, "200 rows"),
        ({"estimators": {"a": GaussianNB(), "b": BAYES}}, "learnt 'unlabeled'"),
    ],
)
def test_errors(change, message):
    given = {"estimators": THREE, "X": X, "y": PARTIAL, "n_repeats": 1} | change
    with pytest.raises(ValueError, match=message):
        compare_estimators(**given)
