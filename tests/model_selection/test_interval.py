from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import polars as pl
import pytest
from joblib import parallel_config
from scipy.stats import norm
from scipy.stats import t as student_t
from sklearn import config_context
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GroupKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_featrix.compose import LabeledOnly
from sklearn_featrix.datasets import mask_labels
from sklearn_featrix.metrics import make_labeled_scorer
from sklearn_featrix.model_selection import (
    LabeledSplit,
    ScoreInterval,
    cross_val_interval,
)
from sklearn_featrix.utils import is_labeled

X, Y = make_classification(300, flip_y=0.3, random_state=0)
PARTIAL = mask_labels(Y, n_labeled=100, random_state=0)
LABELED = is_labeled(PARTIAL)
GROUPS = np.arange(300) % 20
MODEL = LabeledOnly(GaussianNB())


def _expected(scores, ratio, confidence=0.95):
    """The corrected resampled t interval, from its formula."""
    n = len(scores)
    error = np.sqrt((1 / n + ratio) * np.var(scores, ddof=1))
    return student_t.interval(confidence, n - 1, loc=np.mean(scores), scale=error)


def _wilson(share, n, confidence=0.95):
    """Wilson's interval with 1.25 times the variance, from its formula."""
    z2 = 1.25 * norm.ppf((1 + confidence) / 2) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return centre - half, centre + half


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("n_folds", [3, 5])
def test_formula(n_folds, confidence):
    interval = cross_val_interval(
        MODEL, X, PARTIAL, cv=n_folds, confidence=confidence, scoring="neg_log_loss"
    )
    scores = cross_val_score(
        MODEL, X, PARTIAL, cv=LabeledSplit(n_folds), scoring="neg_log_loss"
    )
    np.testing.assert_array_equal(interval.scores, scores)
    assert interval.score == scores.mean()
    # k folds of equal size: n_test / n_train = 1 / (k - 1)
    low, high = _expected(scores, 1 / (n_folds - 1), confidence)
    np.testing.assert_allclose(interval.low, low, rtol=1e-3)
    np.testing.assert_allclose(interval.high, min(high, 0), rtol=1e-3)
    assert interval.n_folds == n_folds
    assert interval.confidence == confidence


@pytest.mark.parametrize("confidence", [0.5, 0.9])
@pytest.mark.parametrize("n_repeats", [1, 2])
@pytest.mark.parametrize(
    "scoring", [None, "accuracy", get_scorer("accuracy"), make_labeled_scorer()]
)
def test_accuracy_has_an_interval_for_shares(scoring, n_repeats, confidence):
    interval = cross_val_interval(
        MODEL, X, PARTIAL, scoring=scoring, n_repeats=n_repeats, random_state=0,
        confidence=confidence,
    )  # fmt: skip
    expected = _wilson(interval.score, 100, confidence)
    np.testing.assert_allclose((interval.low, interval.high), expected)


def test_perfect_scores_have_an_interval_too():
    table = Y[:, None] + np.zeros((1, 2))
    interval = cross_val_interval(MODEL, table, PARTIAL, confidence=0.9)
    assert (interval.score, interval.high) == (1, 1)
    np.testing.assert_allclose(interval.low, _wilson(1, 100, 0.9)[0])


def test_a_score_that_is_no_accuracy_is_not_taken_for_one():
    class Halved(GaussianNB):
        def score(self, X, y):
            return super().score(X, y) / 2

    interval = cross_val_interval(LabeledOnly(Halved()), X, PARTIAL)
    expected = _expected(interval.scores, 1 / 4)
    np.testing.assert_allclose((interval.low, interval.high), expected)


@pytest.mark.parametrize("scoring", ["f1", "average_precision"])
def test_no_interval_leaves_the_bounds_of_the_metric(scoring):
    few = mask_labels(Y, n_labeled=20, random_state=0)
    interval = cross_val_interval(MODEL, X, few, cv=3, scoring=scoring, confidence=0.99)
    assert 0 <= interval.low < interval.score < interval.high == 1


def test_sizes_count_labelled_rows_only():
    cv = ShuffleSplit(8, train_size=60, test_size=30, random_state=0)
    interval = cross_val_interval(MODEL, X, PARTIAL, cv=cv, scoring="neg_log_loss")
    low, high = _expected(interval.scores, 30 / 60)
    np.testing.assert_allclose((interval.low, interval.high), (low, min(high, 0)))
    assert interval.n_folds == 8


def test_repeats_are_repeated_folds():
    interval = cross_val_interval(
        MODEL, X, PARTIAL, n_repeats=4, random_state=0, scoring="neg_log_loss"
    )
    assert interval.scores.shape == (20,)
    assert (interval.n_folds, interval.n_repeats) == (5, 4)
    np.testing.assert_allclose(
        (interval.low, interval.high), _expected(interval.scores, 1 / 4)
    )
    # Each round deals the rows out anew.
    assert len({tuple(scores) for scores in interval.scores.reshape(4, 5)}) == 4


def test_a_splitter_may_repeat():
    cv = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=0)
    interval = cross_val_interval(MODEL, X, PARTIAL, cv=cv, scoring="neg_log_loss")
    assert interval.scores.shape == (12,)
    np.testing.assert_allclose(
        (interval.low, interval.high), _expected(interval.scores, 1 / 3)
    )


@pytest.mark.parametrize(
    "options",
    [{"groups": GROUPS}, {"cv": ShuffleSplit(5, test_size=0.5, random_state=1)}],
    ids=["groups", "splitter"],
)
def test_rows_that_may_come_in_lumps_get_the_wider_interval(options):
    interval = cross_val_interval(MODEL, X, PARTIAL, **options)
    ratio = 1 / 4 if "groups" in options else 1
    by_spread = _expected(interval.scores, ratio)
    n_tested = 100 if "groups" in options else 95
    by_rows = _wilson(interval.score, n_tested)
    assert interval.low == pytest.approx(min(by_spread[0], by_rows[0]), abs=0.01)
    assert interval.high == pytest.approx(max(by_spread[1], by_rows[1]), abs=0.01)


def test_random_state():
    first, again, other, plain = (
        cross_val_interval(MODEL, X, PARTIAL, random_state=seed).scores
        for seed in (0, 0, 1, None)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first != plain).any()


def test_labeled_split_is_taken_as_it_is():
    mark = np.where(LABELED, Y, 9)
    cv = LabeledSplit(StratifiedKFold(4), unlabeled="drop", unlabeled_mark=9)
    interval = cross_val_interval(
        LabeledOnly(GaussianNB(), unlabeled=9), X, mark, cv=cv
    )
    same = cross_val_interval(
        LabeledOnly(GaussianNB(), unlabeled=9), X, mark, cv=4, unlabeled=9
    )
    np.testing.assert_array_equal(interval.scores, same.scores)


@pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss"])
def test_scoring(scoring):
    with parallel_config(backend="threading"):
        interval = cross_val_interval(MODEL, X, PARTIAL, scoring=scoring, n_jobs=2)
    expected = cross_val_score(MODEL, X, PARTIAL, cv=LabeledSplit(), scoring=scoring)
    np.testing.assert_array_equal(interval.scores, expected)


NAMES = np.array(["a", "b"])
MARKED = {
    "list": [None if y < 0 else int(y) for y in PARTIAL],
    "object None": np.where(LABELED, Y.astype(object), None),
    "object NaN": np.where(LABELED, Y.astype(object), np.nan),
    "object bool": np.where(LABELED, (Y == 1).astype(object), None),
    "float": np.where(LABELED, Y, np.nan),
    "numpy strings": np.where(LABELED, NAMES[Y], "-1"),
    "numpy strings nan": np.where(LABELED, NAMES[Y], "nan"),
    "strings None": np.where(LABELED, NAMES[Y].astype(object), None),
    "pandas object": pd.Series(np.where(LABELED, Y.astype(object), None)),
    "pandas str": pd.Series(NAMES[Y], dtype="str").where(LABELED),
    "pandas category": pd.Series(Y).astype("category").where(LABELED),
    "pandas Int64": pd.Series(Y, dtype="Int64").where(LABELED),
    "pandas boolean": pd.Series(Y == 1, dtype="boolean").where(LABELED),
    "polars int": pl.Series([None if y < 0 else int(y) for y in PARTIAL]),
    "polars bool": pl.Series([None if y < 0 else bool(y) for y in PARTIAL]),
    "polars str": pl.Series([None if y < 0 else NAMES[y] for y in PARTIAL]),
}


@pytest.mark.parametrize("scoring", [None, "accuracy", "roc_auc", "neg_log_loss"])
@pytest.mark.parametrize("y", list(MARKED.values()), ids=list(MARKED))
def test_any_mark_and_any_metric(y, scoring):
    expected = cross_val_interval(MODEL, X, PARTIAL, scoring=scoring)
    interval = cross_val_interval(MODEL, X, y, scoring=scoring)
    np.testing.assert_allclose(interval.scores, expected.scores)


@pytest.mark.parametrize("y", list(MARKED.values()), ids=list(MARKED))
def test_scorer_and_splitter_together_take_any_mark(y):
    expected = cross_val_score(MODEL, X, PARTIAL, cv=LabeledSplit(), scoring="roc_auc")
    scores = cross_val_score(
        MODEL, X, y, cv=LabeledSplit(), scoring=make_labeled_scorer("roc_auc"),
        error_score="raise",
    )  # fmt: skip
    np.testing.assert_allclose(scores, expected)


class TestMarks:
    """A mark that was learnt as a class is an error, never a score of 0."""

    PLAIN = make_pipeline(StandardScaler(), GaussianNB())
    OWN = np.where(LABELED, Y, 99)

    @pytest.mark.parametrize("scoring", [None, "accuracy"])
    def test_a_classifier_that_does_not_know_unlabeled_rows(self, scoring):
        with pytest.raises(ValueError, match="learnt 'unlabeled' as a class"):
            cross_val_interval(self.PLAIN, X, PARTIAL, scoring=scoring)

    def test_it_never_meets_them_if_they_are_dropped(self):
        cv = LabeledSplit(unlabeled="drop")
        interval = cross_val_interval(self.PLAIN, X, PARTIAL, cv=cv)
        same = cross_val_interval(self.PLAIN, X[LABELED], Y[LABELED])
        np.testing.assert_array_equal(interval.scores, same.scores)

    @pytest.mark.parametrize(
        "options", [{"unlabeled": 99}, {"cv": LabeledSplit(unlabeled_mark=99)}]
    )
    def test_a_mark_that_the_estimator_does_not_know(self, options):
        with pytest.raises(ValueError, match=r"99 marks unlabeled rows.*unlabeled=99"):
            cross_val_interval(MODEL, X, self.OWN, **options)

    @pytest.mark.parametrize("wrap", [lambda m: m, make_pipeline])
    def test_a_mark_said_to_the_estimator_is_enough(self, wrap):
        model = LabeledOnly(GaussianNB(), unlabeled=99)
        interval = cross_val_interval(wrap(model), X, self.OWN)
        expected = cross_val_interval(MODEL, X, PARTIAL)
        np.testing.assert_array_equal(interval.scores, expected.scores)

    def test_errors_name_the_parameter_of_whoever_reads_y(self):
        with pytest.raises(ValueError, match=r"Pass unlabeled_mark=-1 .*mark=None"):
            cross_val_interval(MODEL, X, PARTIAL.astype(float), cv=LabeledSplit(5))
        with pytest.raises(ValueError, match=r"Pass unlabeled=-1 .*unlabeled=None"):
            cross_val_interval(MODEL, X, PARTIAL.astype(float))

    def test_a_labeled_scorer_is_taken_as_it_is(self):
        scorer = make_labeled_scorer("roc_auc", unlabeled=None)
        interval = cross_val_interval(MODEL, X, PARTIAL, scoring=scorer)
        expected = cross_val_interval(MODEL, X, PARTIAL, scoring="roc_auc")
        np.testing.assert_array_equal(interval.scores, expected.scores)


class TestRareClasses:
    Y = np.where(np.arange(300) < 60, np.arange(300) % 15, -1)  # 4 labels of each

    def test_every_class_with_fewer_labels_than_folds(self):
        with pytest.raises(ValueError, match=r"labels per class.*Use fewer folds"):
            cross_val_interval(MODEL, X, self.Y)
        assert len(cross_val_interval(MODEL, X, self.Y, cv=4).scores) == 4

    def test_one_class_with_fewer_labels_than_folds(self):
        rare = np.where(np.arange(300) == np.flatnonzero(LABELED)[0], 2, PARTIAL)
        with pytest.warns(UserWarning, match="least populated class in y has only 1"):
            assert len(cross_val_interval(MODEL, X, rare).scores) == 5

    @pytest.mark.filterwarnings("ignore:The least populated class")
    def test_a_metric_of_all_classes_says_which_one_is_missing(self):
        rare = np.where(np.arange(300) == np.flatnonzero(LABELED)[0], 2, PARTIAL)
        with pytest.raises(ValueError, match=r"train part does not have: \[2\]"):
            cross_val_interval(MODEL, X, rare, scoring="roc_auc_ovr")


class TestGroups:
    def test_a_number_of_folds_keeps_groups_together(self):
        class Groups(LabeledOnly):
            """Fails where a group is on both sides."""

            def fit(self, X, y, sample_weight=None, **params):
                self.train_groups_ = set(X[:, -1])
                return super().fit(X, y, sample_weight, **params)

            def score(self, X, y, sample_weight=None, **params):
                assert not self.train_groups_ & set(X[:, -1])
                return super().score(X, y, sample_weight, **params)

        table = np.column_stack([X, GROUPS])
        for n_repeats in (1, 2):
            interval = cross_val_interval(
                Groups(GaussianNB()), table, PARTIAL, groups=GROUPS, cv=4,
                n_repeats=n_repeats, random_state=0,
            )  # fmt: skip
            assert interval.scores.shape == (4 * n_repeats,)

    def test_copies_with_a_group_in_common_are_one_row(self):
        """The interval holds the true score, which it does not where they are rows."""
        held = np.zeros((2, 40), dtype=bool)
        for seed in range(40):
            rng = np.random.default_rng(seed)
            y = np.arange(2020) % 2
            table = rng.normal(size=(2020, 2)) + y[:, None]
            rows = rng.permutation(np.tile(np.arange(20), 10))
            truth = GaussianNB().fit(table[:20], y[:20]).score(table[20:], y[20:])
            for at, groups in enumerate((None, rows)):
                interval = cross_val_interval(
                    MODEL, table[rows], y[rows], groups=groups, confidence=0.9,
                    random_state=0,
                )  # fmt: skip
                held[at, seed] = interval.low <= truth <= interval.high
        counted_as_rows, as_groups = held.mean(axis=1)
        assert counted_as_rows < 0.6  # which is what the docstring warns of
        assert as_groups > 0.8

    def test_routing(self):
        expected = cross_val_interval(
            MODEL, X, PARTIAL, groups=GROUPS, cv=GroupKFold(4)
        )
        with config_context(enable_metadata_routing=True):
            routed = cross_val_interval(
                MODEL, X, PARTIAL, groups=GROUPS, cv=GroupKFold(4)
            )
        np.testing.assert_array_equal(routed.scores, expected.scores)


def test_params_reach_fit():
    weight = np.where(Y == 1, 50.0, 1.0)
    model = LabeledOnly(LogisticRegression())
    plain = cross_val_interval(model, X, PARTIAL)
    weighted = cross_val_interval(model, X, PARTIAL, params={"sample_weight": weight})
    assert (plain.scores != weighted.scores).any()


def test_minus_one_as_a_class():
    interval = cross_val_interval(
        LabeledOnly(GaussianNB(), unlabeled=None), X, 2 * Y - 1, unlabeled=None
    )
    same = cross_val_interval(MODEL, X, Y)
    np.testing.assert_array_equal(interval.scores, same.scores)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"scoring": ["accuracy"]}, ValueError, "an interval belongs to one metric"),
        ({"scoring": lambda *_: {"a": 1.0, "b": 0.5}}, ValueError, "several metrics"),
        ({"confidence": 1.0}, ValueError, "confidence == 1.0, must be < 1"),
        ({"confidence": 95}, ValueError, "confidence == 95, must be < 1"),
        ({"n_repeats": 0}, ValueError, "n_repeats == 0, must be >= 1"),
        ({"n_repeats": 2, "cv": StratifiedKFold(3)}, ValueError,
         r"n_repeats=2 needs a number of folds as cv, got StratifiedKFold"),
        ({"cv": 1}, ValueError, "cv=1 is not allowed"),
        ({"cv": ShuffleSplit(1)}, ValueError, "cv makes 1 fold"),
        ({"scoring": lambda *_: np.nan}, ValueError,
         "5 of 5 folds have no score.*train or test part lacks a class"),
    ],
)  # fmt: skip
def test_errors(options, error, message):
    with pytest.raises(error, match=message):
        cross_val_interval(MODEL, X, PARTIAL, **options)


def test_a_fold_that_fails_is_an_error():
    with pytest.raises(AttributeError, match="predict_proba"):
        cross_val_interval(
            LabeledOnly(_NoProbabilities()), X, PARTIAL, scoring="neg_log_loss"
        )


class _NoProbabilities(LogisticRegression):
    predict_proba = property()


def test_no_spread_is_no_certainty():
    with pytest.warns(UserWarning, match=r"All 5 folds score 0.500.*too few test rows"):
        interval = cross_val_interval(MODEL, X, PARTIAL, scoring=lambda *_: 0.5)
    assert interval.low == interval.high == 0.5


def test_repr_and_str():
    scores = np.array([0.7, 0.8])
    once = ScoreInterval(0.7412, 0.7021, 0.7799, scores, 0.95, n_folds=5)
    assert str(once) == "0.741 [0.702, 0.780] (95 % interval, 5 folds)"
    assert repr(once) == str(once)
    often = ScoreInterval(0.5, 0.4, 0.6, scores, 0.995, n_folds=5, n_repeats=10)
    assert str(often) == "0.500 [0.400, 0.600] (99.5 % interval, 10 x 5 folds)"


def test_is_frozen():
    interval = ScoreInterval(0.5, 0.4, 0.6, np.array([0.4, 0.6]), 0.95, n_folds=2)
    with pytest.raises(FrozenInstanceError):
        interval.score = 0.9


@pytest.mark.slow
def test_coverage_by_simulation():
    """The true score is in the interval as often as it says; in the naive one, not."""
    rng = np.random.RandomState(0)
    n_rounds, n_labeled = 100, 60

    def draw(n):
        y = rng.permutation(np.arange(n) % 2)
        return rng.randn(n, 4) + 0.5 * y[:, None], y

    model, table = NearestCentroid(), draw(20_000)
    n_train = n_labeled * 4 // 5
    truth = np.mean([model.fit(*draw(n_train)).score(*table) for _ in range(200)])
    corrected = naive = 0
    for _ in range(n_rounds):
        interval = cross_val_interval(
            model, *draw(n_labeled), n_repeats=3, random_state=rng
        )
        low, high = _expected(interval.scores, 0.0)
        corrected += interval.low <= truth <= interval.high
        naive += low <= truth <= high
    # Nominal: 95. One standard deviation of such a count is 2 to 5.
    assert corrected >= 85
    assert naive <= 80
