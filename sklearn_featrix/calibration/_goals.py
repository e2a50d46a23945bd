"""Named goals of a decision between two classes, and the thresholds that serve them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..utils._copies import effective_numbers

__all__ = ["GOALS", "Choice", "Outcomes", "choose"]

GOALS = (
    "balanced",
    "f1",
    "minimize_cost",
    "catch_everything",
    "alert_only_when_sure",
)
_TINY = 1e-12  # a score is reached that is below by rounding alone


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each threshold would have done with held-out rows.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        Increasing: 0, below which nothing is, the middles between neighbouring
        probabilities, and infinity.
    true_alarms, false_alarms : ndarray of shape (n_thresholds,)
        Weights of the positive and of the negative rows at or above each.
    n_observed : ndarray of shape (n_thresholds,)
        Effective number of observations at or above each.
    """

    thresholds: np.ndarray
    true_alarms: np.ndarray
    false_alarms: np.ndarray
    n_observed: np.ndarray

    @classmethod
    def of(cls, probabilities, positive, weights, observations):
        """Count them.

        Parameters
        ----------
        probabilities : ndarray of shape (n_rows,)
            Probability of the positive class.
        positive : ndarray of bool of shape (n_rows,)
            Which rows are.
        weights : ndarray of shape (n_rows,)
            How much each row counts.
        observations : ndarray of shape (n_rows,)
            Equal for rows that are one observation.

        Returns
        -------
        Outcomes
            The counts.
        """
        values, at = np.unique(probabilities, return_inverse=True)
        middles = values[:-1] + np.diff(values) / 2
        middles = np.where(middles > values[:-1], middles, values[1:])
        counts = (
            np.append(np.bincount(at, weights * kind)[::-1].cumsum()[::-1], 0.0)
            for kind in (positive, ~positive)
        )
        thresholds = np.concatenate([[0.0], middles, [np.inf]])
        n_observed = effective_numbers(observations, weights, probabilities, values)
        return cls(thresholds, *counts, np.append(n_observed, 0.0))

    @property
    def recall(self):
        """Share of the positive rows that are found."""
        return self.true_alarms / self.true_alarms[0]

    @property
    def precision(self):
        """Share of the alarms that are right; 1 without an alarm."""
        alarms = self.true_alarms + self.false_alarms
        return np.divide(
            self.true_alarms, alarms, out=np.ones_like(alarms), where=alarms > 0
        )

    @property
    def cautious_precision(self):
        """Precision with one more false alarm than was seen.

        The surest row alone may be right by chance, and is no evidence of a precision,
        whatever its weight, or however many copies there are of it.
        """
        return self.precision * self.n_observed / (self.n_observed + 1)

    @property
    def alarm_rate(self):
        """Share of the rows that raise an alarm."""
        alarms = self.true_alarms + self.false_alarms
        return alarms / alarms[0]

    @property
    def balanced_accuracy(self):
        """Mean of the shares of both classes that are told rightly."""
        return (1 + self.recall - self.false_alarms / self.false_alarms[0]) / 2

    @property
    def f1(self):
        """Harmonic mean of precision and recall."""
        return (
            2
            * self.true_alarms
            / (self.true_alarms[0] + self.true_alarms + self.false_alarms)
        )

    def mean_cost(self, costs):
        """Mean cost of a row; rows of `costs` and its columns: negative, positive."""
        positive, negative = self.true_alarms[0], self.false_alarms[0]
        total = (
            self.true_alarms * costs[1, 1]
            + (positive - self.true_alarms) * costs[1, 0]
            + self.false_alarms * costs[0, 1]
            + (negative - self.false_alarms) * costs[0, 0]
        )
        return total / (positive + negative)


@dataclass(frozen=True, eq=False)
class Choice:
    """A threshold for a goal.

    Parameters
    ----------
    threshold : float
        The threshold.
    score : float
        Held-out score of the goal there; if it is not feasible, the best reachable.
    scores : ndarray of shape (n_thresholds,)
        That score at every threshold.
    is_feasible : bool
        Whether the goal is reached.
    problem : str
        If not, what is missing, and what is done.
    """

    threshold: float
    score: float
    scores: np.ndarray
    is_feasible: bool
    problem: str = ""


def choose(outcomes, goal, level, costs):
    """Choose the threshold for a goal.

    Parameters
    ----------
    outcomes : Outcomes
        Of held-out rows, of both classes.
    goal : str
        One of `GOALS`.
    level : float or None
        The recall or the precision that is asked for.
    costs : ndarray of shape (2, 2) or None
        Costs, negative class first.

    Returns
    -------
    Choice
        The threshold and what it reaches.
    """
    if goal == "catch_everything":
        return _catch(outcomes, level)
    if goal == "alert_only_when_sure":
        return _be_sure(outcomes, level)
    if goal == "minimize_cost":
        return _best(outcomes, -outcomes.mean_cost(costs), "mean cost", sign=-1)
    if goal == "f1":
        return _best(outcomes, outcomes.f1, "F1")
    return _best(outcomes, outcomes.balanced_accuracy, "balanced accuracy")


def _best(outcomes, scores, name, sign=1):
    tied = np.flatnonzero(scores >= scores.max() - _TINY)
    at = tied[len(tied) // 2]
    constant = max(scores[0], scores[-1])
    problem = (
        f"No threshold has a better {name} than the same answer for every row, "
        f"{sign * constant:.3f}, which is therefore given."
    )
    feasible = scores[at] > constant + _TINY
    if not feasible:
        at = 0 if scores[0] >= scores[-1] else -1
    return Choice(
        float(outcomes.thresholds[at]),
        float(scores[at]),
        scores,
        bool(feasible),
        "" if feasible else problem,
    )


def _catch(outcomes, level):
    recall = outcomes.recall
    selective = outcomes.alarm_rate < 1 - _TINY
    reached = np.flatnonzero(selective & (recall >= level - _TINY))
    if len(reached):
        at = reached[-1]
        return Choice(float(outcomes.thresholds[at]), float(recall[at]), recall, True)
    best = float(recall[selective].max())
    return Choice(
        0.0, best, recall, False,
        f"A recall of {level:g} takes an alarm on every row, which is therefore given; "
        f"the best recall that spares a row is {best:.3f}.",
    )  # fmt: skip


def _be_sure(outcomes, level):
    precision = outcomes.cautious_precision
    answered = outcomes.alarm_rate > 0
    reached = np.flatnonzero(answered & (precision >= level - _TINY))
    if len(reached):
        at = reached[0]
        return Choice(
            float(outcomes.thresholds[at]), float(precision[at]), precision, True
        )
    best = precision[answered].max()
    at = np.flatnonzero(answered & (precision >= best - _TINY))[0]
    return Choice(
        float(outcomes.thresholds[at]), float(best), precision, False,
        f"No threshold has a precision of {level:g} if one more alarm is false; the "
        f"best is {best:.3f}, with a recall of {outcomes.recall[at]:.3f}, and its "
        "threshold is taken.",
    )  # fmt: skip
