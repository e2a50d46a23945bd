import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    balanced_accuracy_score,
    precision_score,
    recall_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from sklearn_featrix import (
    CostSensitiveClassifier,
    GoalThresholdClassifier,
    LabeledOnly,
    PriorCorrectedClassifier,
)
from sklearn_featrix.model_selection import LabeledSplit

RNG = np.random.default_rng(0)
Y = (RNG.uniform(size=4000) < 0.06).astype(int)
X = RNG.normal(size=(4000, 2)) + 1.5 * Y[:, None]
LABELED = np.arange(4000) < 1000
PARTIAL = np.where(LABELED, Y, -1)
MODEL = LabeledOnly(GaussianNB())
COSTS = [[0, 1], [30, 0]]


def fit(goal="balanced", y=PARTIAL, model=MODEL, **options):
    return GoalThresholdClassifier(model, goal, **options).fit(X, y)


def test_the_balanced_goal_beats_the_most_probable_class():
    model = fit()
    rows, true = X[~LABELED], Y[~LABELED]
    plain = balanced_accuracy_score(true, model.estimator_.predict(rows))
    reached = balanced_accuracy_score(true, model.predict(rows))
    assert reached > plain + 0.15
    assert model.best_score_ == pytest.approx(reached, abs=0.06)
    assert model.goal_feasible_


def test_the_levels_are_nearly_kept_on_rows_never_seen():
    rows, true = X[~LABELED], Y[~LABELED]
    careful = fit("catch_everything")
    assert recall_score(true, careful.predict(rows)) >= 0.85
    assert precision_score(true, careful.predict(rows)) < 0.5
    sure = fit("alert_only_when_sure", min_precision=0.75)
    assert precision_score(true, sure.predict(rows)) > 0.6
    assert recall_score(true, sure.predict(rows)) < 0.5
    assert careful.best_threshold_ < fit().best_threshold_ < sure.best_threshold_


def test_the_least_cost_is_near_that_of_the_cost_itself():
    costs = np.array(COSTS)
    rows, true = X[~LABELED], Y[~LABELED]
    tuned, told = (
        costs[true, model.fit(X, PARTIAL).predict(rows)].mean()
        for model in (
            GoalThresholdClassifier(MODEL, "minimize_cost", cost_matrix=COSTS),
            CostSensitiveClassifier(MODEL, COSTS),
        )
    )
    assert tuned == pytest.approx(told, rel=0.15)


def test_scores_are_those_of_held_out_labelled_rows():
    cv = StratifiedKFold(4)
    model = fit(cv=cv)
    proba = np.full(1000, np.nan)
    for train, test in LabeledSplit(cv).split(X, PARTIAL):
        fitted = clone(MODEL).fit(X[train], PARTIAL[train])
        proba[test] = fitted.predict_proba(X[test])[:, 1]
    predicted = proba >= model.best_threshold_
    expected = balanced_accuracy_score(Y[:1000], predicted)
    assert model.best_score_ == pytest.approx(expected)
    results = model.cv_results_
    at = results["thresholds"].tolist().index(model.best_threshold_)
    assert results["recall"][at] == pytest.approx(recall_score(Y[:1000], predicted))
    assert results["scores"].max() == pytest.approx(expected)


def test_as_good_as_scikit_learns_tuning_where_all_rows_have_a_label():
    half, other = np.arange(4000) < 2000, np.arange(4000) >= 2000
    ours = GoalThresholdClassifier(GaussianNB()).fit(X[half], Y[half])
    peer = TunedThresholdClassifierCV(GaussianNB(), thresholds=30).fit(X[half], Y[half])
    scores = [
        balanced_accuracy_score(Y[other], m.predict(X[other])) for m in (ours, peer)
    ]
    assert scores[0] > scores[1] - 0.02


def test_unlabeled_rows_go_to_the_fits_and_never_into_the_score():
    class Recorder(LabeledOnly):
        seen = []

        def fit(self, X, y):
            self.seen.append((np.asarray(y) == -1).sum())
            return super().fit(X, y)

    model = fit(model=Recorder(GaussianNB()))
    assert Recorder.seen == [3000] * 6
    alone = GoalThresholdClassifier(GaussianNB()).fit(X[LABELED], Y[LABELED])
    assert model.best_threshold_ == alone.best_threshold_
    np.testing.assert_array_equal(model.predict(X), alone.predict(X))


class TestOutOfReach:
    @pytest.mark.parametrize("seed", range(5))
    def test_the_warning_names_the_goal_and_the_best_reachable(self, seed):
        noise = np.random.default_rng(seed).permutation(PARTIAL)
        with pytest.warns(UserWarning, match="alert_only_when_sure") as caught:
            model = fit("alert_only_when_sure", y=noise)
        assert not model.goal_feasible_
        assert model.best_score_ < 0.9
        assert f"the best is {model.best_score_:.3f}" in str(caught[0].message)
        results = model.cv_results_
        at = results["thresholds"].tolist().index(model.best_threshold_)
        alarms = results["alarm_rate"] > 0
        assert alarms[at]  # never to answer would have been the easy way out
        assert results["scores"][at] == results["scores"][alarms].max()
        np.testing.assert_array_equal(
            model.predict(X), model.predict_proba(X)[:, 1] >= model.best_threshold_
        )

    def test_no_row_to_hold_out(self):
        few = np.full(4000, -1)
        few[[0, 1, np.flatnonzero(Y)[0]]] = 0, 0, 1
        logistic = LabeledOnly(LogisticRegression())
        with pytest.warns(
            UserWarning, match=r"\[2, 1\] rows .*at least two different rows"
        ):
            model = fit(y=few, model=logistic)
        assert np.isnan(model.best_score_)
        assert model.cv_results_ is None
        assert model.best_threshold_ == pytest.approx(1 / 3)
        with pytest.warns(UserWarning, match="held out"):
            model = fit("minimize_cost", few, logistic, cost_matrix=COSTS)
        assert model.best_threshold_ == pytest.approx(1 / 31)
        with pytest.warns(UserWarning, match="held out"):
            assert fit("f1", few, logistic).best_threshold_ == 0.5


def test_either_class_may_raise_the_alarm():
    expected = fit("catch_everything", min_recall=0.9).predict(X)
    upside_down = np.where(LABELED, 1 - Y, -1)
    model = fit("catch_everything", upside_down, min_recall=0.9, pos_label=0)
    np.testing.assert_array_equal(model.predict(X), 1 - expected)
    costs = np.array([[0, 30], [1, 0]])  # those of COSTS, the classes exchanged
    model = fit("minimize_cost", upside_down, cost_matrix=costs, pos_label=0)
    expected = fit("minimize_cost", cost_matrix=COSTS)
    np.testing.assert_array_equal(model.predict(X), 1 - expected.predict(X))


@pytest.fixture
def three():
    y = Y.copy()
    y[(X[:, 0] < -1.5) & (Y == 0)] = 2
    return np.where(LABELED, y, -1), y


class TestMoreClasses:
    def test_balanced_is_the_balanced_prior(self, three):
        partial, _ = three
        model = fit(y=partial)
        expected = PriorCorrectedClassifier(MODEL, "balanced").fit(X, partial)
        np.testing.assert_array_equal(model.predict(X), expected.predict(X))
        assert model.best_threshold_ is None
        assert model.goal_feasible_
        assert 0.6 < model.best_score_ < 1

    def test_cost(self, three):
        partial, _ = three
        costs = np.array([[0, 1, 2], [9, 0, 9], [1, 1, 0]])
        model = fit("minimize_cost", partial, cost_matrix=costs)
        expected = CostSensitiveClassifier(MODEL, costs).fit(X, partial)
        np.testing.assert_array_equal(model.predict(X), expected.predict(X))
        assert -1 < model.best_score_ < 0

    def test_not_feasible(self, three):
        partial, _ = three
        prior = LabeledOnly(DummyClassifier())  # the same answer for every row
        with pytest.warns(UserWarning, match="best same answer for every row"):
            model = fit("minimize_cost", partial, prior, cost_matrix=[
                [0, 1, 1], [1, 0, 1], [1, 1, 0]])  # fmt: skip
        assert not model.goal_feasible_

    @pytest.mark.parametrize("goal", ["f1", "catch_everything", "alert_only_when_sure"])
    def test_other_goals_are_for_two(self, goal, three):
        with pytest.raises(ValueError, match=f"{goal}.* is for two classes, y has 3"):
            fit(goal, three[0])

    def test_nor_is_there_a_positive_class(self, three):
        with pytest.raises(ValueError, match="pos_label=1 is for two classes"):
            fit(y=three[0], pos_label=1)


def test_copies_of_one_sure_row_are_one_alarm():
    rng = np.random.default_rng(0)
    table, y = rng.normal(size=(60, 2)), np.arange(60) % 2
    table[1] = 9.0, 9.0  # far from all others, on the side of its class
    table[y == 1] += 0.5
    copies = np.append(np.arange(60), np.full(30, 1))
    for rows in (np.arange(60), copies):
        model = GoalThresholdClassifier(
            LabeledOnly(LogisticRegression()), "alert_only_when_sure", min_precision=0.9
        )
        with pytest.warns(UserWarning, match="not feasible"):
            model.fit(table[rows], y[rows])
        assert model.best_score_ < 0.9


def test_weights_count_and_zero_is_out():
    weights = RNG.uniform(0.5, 3, size=4000)
    weights[500:] = 0
    weighted = GoalThresholdClassifier(GaussianNB()).fit(X, Y, weights)
    kept = GoalThresholdClassifier(GaussianNB()).fit(X[:500], Y[:500], weights[:500])
    np.testing.assert_array_equal(weighted.predict(X), kept.predict(X))
    heavy = np.where(Y == 1, 50.0, 1.0)
    for goal in ("minimize_cost", "f1"):
        options = {"cost_matrix": [[0, 1], [1, 0]]}
        thresholds = [
            GoalThresholdClassifier(LogisticRegression(), goal, **options)
            .fit(X, Y, w)
            .predict(X)
            .mean()
            for w in (None, heavy)
        ]
        assert thresholds[1] > thresholds[0]


def test_rows_of_weight_zero_are_not_held_out_by_a_splitter_either():
    rng = np.random.default_rng(0)
    y = (rng.uniform(size=120) < 0.4).astype(int)
    X = rng.normal(size=(120, 2)) + y[:, None]
    weights = (np.arange(120) % 3 > 0).astype(float)
    model = GoalThresholdClassifier(LogisticRegression(), cv=StratifiedKFold(3))
    model.fit(X, y, sample_weight=weights)
    assert len(model.cv_results_["thresholds"]) == weights.sum() + 1


def test_every_mark_and_float_labels():
    expected = fit().predict(X)
    for y in (
        np.where(LABELED, Y, np.nan),
        np.where(LABELED, np.array(["a", "b"])[Y], "-1"),
        pd.Series(Y, dtype="Int64").mask(~LABELED),
    ):
        model = fit(y=y)
        np.testing.assert_array_equal(model.predict(X), model.classes_[expected])
    model = fit(y=np.where(LABELED, Y, 9), model=LabeledOnly(GaussianNB(), unlabeled=9))
    np.testing.assert_array_equal(model.predict(X), expected)


def test_a_search_over_goals_and_levels():
    grid = {"goal": ["catch_everything"], "min_recall": [0.5, 0.95]}
    search = GridSearchCV(
        GoalThresholdClassifier(MODEL), grid, scoring="recall",
        cv=LabeledSplit(3), error_score="raise",
    ).fit(X, PARTIAL)  # fmt: skip
    assert search.best_params_["min_recall"] == 0.95


def test_clone_pickle_and_columns():
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = GoalThresholdClassifier(MODEL).fit(frame, PARTIAL)
    revived = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(revived.predict(frame), model.predict(frame))
    assert model.feature_names_in_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(
        model.predict(frame[["b", "a"]]), model.predict(frame)
    )
    assert not hasattr(model, "decision_function")


def test_sample_weight_is_routed():
    weights = RNG.uniform(0.1, 3, size=4000)
    with config_context(enable_metadata_routing=True):
        inner = LabeledOnly(GaussianNB().set_fit_request(sample_weight=True))
        model = GoalThresholdClassifier(inner).fit(X, PARTIAL, sample_weight=weights)
        routed = model.predict_proba(X)
    by_hand = GaussianNB().fit(X[LABELED], Y[LABELED], weights[LABELED])
    np.testing.assert_array_equal(routed, by_hand.predict_proba(X))


@pytest.mark.parametrize(
    ("goal", "options", "message"),
    [
        ("win", {}, "'goal' parameter"),
        ("balanced", {"min_recall": 0}, "min_recall"),
        ("balanced", {"min_precision": 2}, "min_precision"),
        ("balanced", {"pos_label": 7}, r"pos_label=7 is none of the classes \[0, 1\]"),
        ("minimize_cost", {}, "needs a cost_matrix"),
        ("minimize_cost", {"cost_matrix": [[1, 0]]}, "allowed is \\(2, 2\\)"),
        ("balanced", {"cv": 1}, "cv"),
    ],
)
def test_wrong_parameters(goal, options, message):
    with pytest.raises(ValueError, match=message):
        fit(goal, **options)


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (GaussianNB(), ValueError, "took 'unlabeled' for a class.*LabeledOnly"),
        (LabeledOnly(LinearSVC()), TypeError, "no predict_proba.*GoalThreshold"),
        (None, TypeError, "wraps a classifier"),
    ],
)
def test_wrong_classifiers(estimator, error, message):
    with pytest.raises(error, match=message):
        fit(model=estimator)


def test_a_cost_matrix_may_be_balanced():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fit("minimize_cost", cost_matrix="balanced")
    assert model.best_threshold_ == pytest.approx(fit().best_threshold_)
