import numpy as np
import pytest
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    precision_score,
    recall_score,
)

from sklearn_featrix.calibration._goals import GOALS, Outcomes, choose

RNG = np.random.default_rng(0)
POSITIVE = RNG.uniform(size=200) < 0.2
SCORES = np.round(0.3 * POSITIVE + RNG.uniform(0, 0.7, size=200), 2)  # with ties
WEIGHTS = RNG.uniform(0.1, 2, size=200)
COSTS = np.array([[0.0, 1.0], [7.0, -0.5]])


def outcomes(scores=SCORES, positive=POSITIVE, weights=WEIGHTS, observations=None):
    if observations is None:
        observations = np.arange(len(scores))
    return Outcomes.of(scores, positive, weights, observations)


def test_counts_are_those_of_scikit_learn_at_every_threshold():
    found = outcomes()
    assert (np.diff(found.thresholds) > 0).all()
    for at, threshold in list(enumerate(found.thresholds))[::6]:
        alarm = threshold <= SCORES
        common = {"sample_weight": WEIGHTS}
        recall = recall_score(POSITIVE, alarm, **common)
        precision = precision_score(POSITIVE, alarm, zero_division=1, **common)
        assert found.recall[at] == pytest.approx(recall)
        assert found.precision[at] == pytest.approx(precision)
        assert found.f1[at] == pytest.approx(f1_score(POSITIVE, alarm, **common))
        assert found.balanced_accuracy[at] == pytest.approx(
            balanced_accuracy_score(POSITIVE, alarm, **common)
        )
        assert found.alarm_rate[at] == pytest.approx(np.average(alarm, weights=WEIGHTS))
        costs = COSTS[POSITIVE.astype(int), alarm.astype(int)]
        assert found.mean_cost(COSTS)[at] == pytest.approx(
            np.average(costs, weights=WEIGHTS)
        )


def test_thresholds_between_neighbouring_floats_tell_them_apart():
    low = 0.3
    high = np.nextafter(low, 1)
    found = outcomes(np.array([low, high]), np.array([False, True]), np.ones(2))
    assert found.true_alarms.tolist() == [1, 1, 0]
    assert found.false_alarms.tolist() == [1, 0, 0]
    assert low < found.thresholds[1] <= high


@pytest.mark.parametrize("goal", ["balanced", "f1", "minimize_cost"])
def test_no_threshold_is_better(goal):
    found = outcomes()
    choice = choose(found, goal, None, COSTS)
    assert choice.is_feasible
    assert choice.score == pytest.approx(choice.scores.max())
    at = found.thresholds.tolist().index(choice.threshold)
    assert choice.scores[at] == choice.score


def test_all_are_caught_with_as_few_alarms_as_that_takes():
    found = outcomes()
    choice = choose(found, "catch_everything", 0.9, None)
    at = found.thresholds.tolist().index(choice.threshold)
    assert found.recall[at] == choice.score >= 0.9
    assert (found.recall[at + 1 :] < 0.9).all()


def test_alarms_are_sure_and_as_many_as_that_allows():
    found = outcomes()
    choice = choose(found, "alert_only_when_sure", 0.6, None)
    at = found.thresholds.tolist().index(choice.threshold)
    alarms = found.thresholds[:-1, None] <= SCORES
    n_alarms = (alarms @ WEIGHTS) ** 2 / (alarms @ WEIGHTS**2)
    with_one_more = found.precision[:-1] * n_alarms / (n_alarms + 1)
    assert with_one_more[at] == pytest.approx(choice.score)
    assert choice.score >= 0.6
    assert (with_one_more[:at] < 0.6).all()


class TestOutOfReach:
    def test_a_precision(self):
        found = outcomes(-SCORES + 1)  # the ranking upside down
        choice = choose(found, "alert_only_when_sure", 0.95, None)
        assert not choice.is_feasible
        assert choice.score == choice.scores.max() < 0.95
        assert f"the best is {choice.score:.3f}" in choice.problem

    def test_a_precision_of_a_single_alarm_is_no_evidence(self):
        scores = np.append(np.full(50, 0.1), 0.9)
        positive = np.append(np.arange(50) < 5, True)
        found = outcomes(scores, positive, np.ones(51))
        assert found.precision[1] == 1
        choice = choose(found, "alert_only_when_sure", 0.9, None)
        assert not choice.is_feasible
        assert choice.score == 0.5

    @pytest.mark.parametrize("weight", [1, 20])
    def test_nor_is_that_of_its_copies_or_its_weight(self, weight):
        scores = np.append(np.full(50, 0.1), np.full(20, 0.9))
        positive = np.append(np.arange(50) < 5, np.full(20, True))
        observations = np.append(np.arange(50), np.full(20, 50))
        weights = np.ones(70)
        if weight > 1:
            scores, positive, observations = scores[:51], positive[:51], np.arange(51)
            weights = np.append(np.ones(50), weight)
        found = outcomes(scores, positive, weights, observations)
        choice = choose(found, "alert_only_when_sure", 0.9, None)
        assert not choice.is_feasible
        assert choice.score == 0.5

    def test_a_recall_that_takes_an_alarm_for_all(self):
        scores = np.array([0.1, 0.5, 0.6, 0.7])
        positive = np.array([True, False, True, True])
        choice = choose(
            outcomes(scores, positive, np.ones(4)), "catch_everything", 0.9, None
        )
        assert (choice.is_feasible, choice.threshold) == (False, 0)
        assert choice.score == pytest.approx(2 / 3)
        assert "spares a row is 0.667" in choice.problem

    @pytest.mark.parametrize("goal", GOALS)
    def test_anything_where_all_rows_are_alike(self, goal):
        found = outcomes(np.full(200, 0.2))
        level = {"catch_everything": 0.9, "alert_only_when_sure": 0.9}.get(goal)
        choice = choose(found, goal, level, COSTS)
        assert not choice.is_feasible
        assert choice.threshold in (0, np.inf)
        assert choice.problem

    def test_costs_that_forbid_any_alarm(self):
        costs = np.array([[0, 1e6], [1, 0]])
        choice = choose(outcomes(1 - SCORES), "minimize_cost", None, costs)
        assert (choice.is_feasible, choice.threshold) == (False, np.inf)
