"""Learning curves over the labels there are, and what more of them would bring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..utils._text_table import aligned, with_interval
from ._learning_curve import PowerLaw
from ._paired import corrected_interval, is_tie

__all__ = ["LabelBudgetReport"]


@dataclass(frozen=True, eq=False)
class LabelBudgetReport:
    """Learning curves over the labels there are, and what twice as many would bring.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Numbers of labels that were learnt from; the largest is what a train part has.
    scores : ndarray of shape (n_sizes, n_folds)
        Score of the estimator on each fold.
    plain_scores : ndarray of shape (n_sizes, n_folds)
        The same of plain supervised learning, on the labelled rows alone.
    intervals : ndarray of shape (n_sizes, 2)
        Interval of the score of the estimator at each size.
    plain_intervals : ndarray of shape (n_sizes, 2)
        The same of plain supervised learning.
    ratio : float
        Number of test labels over that of train labels.
    n_labeled : int
        Number of labelled rows of the table.
    confidence : float
        Of all intervals.
    bounds : tuple of float, default=(-inf, inf)
        Least and largest value of the metric.

    Attributes
    ----------
    curve : ndarray of shape (n_sizes, 3)
        Score of the estimator at each size, with the ends of its interval.
    plain_curve : ndarray of shape (n_sizes, 3)
        The same of plain supervised learning.
    advantage : ndarray of shape (n_sizes, 3)
        Score of the estimator minus that of plain supervised learning on the same
        folds, with the ends of its interval.
    doubling_gain : tuple of float of length 3
        What twice the labels add to the score of the estimator, extrapolated, with the
        ends of its interval.
    plain_doubling_gain : tuple of float of length 3
        The same of plain supervised learning.
    exponent : float
        Of the power law through the curve of the estimator.
    plain_is_enough : bool
        Whether nothing measured speaks for the unlabeled rows: with all labels of a
        train part the difference is a tie, or plain supervised learning is better.
    verdict : str
        Both findings in words.

    See Also
    --------
    label_budget_report : Makes it.
    sklearn_featrix.inspection.LabelBudgetDisplay : Draws it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection import LabelBudgetReport
    >>> scores = np.array([[0.69, 0.71], [0.76, 0.74], [0.77, 0.79]])
    >>> intervals = np.array([[0.6, 0.8], [0.65, 0.85], [0.68, 0.88]])
    >>> report = LabelBudgetReport(
    ...     sizes=np.array([10, 20, 40]),
    ...     scores=scores,
    ...     plain_scores=scores - 0.02,
    ...     intervals=intervals,
    ...     plain_intervals=intervals - 0.02,
    ...     ratio=0.25,
    ...     n_labeled=50,
    ...     confidence=0.9,
    ... )
    >>> report.plain_is_enough
    False
    >>> print(report.verdict)
    100 labels in place of 50: +0.02... [-0..., +0...], inside the noise. Plain
    supervised learning is not enough: with the unlabeled rows the estimator is better.
    """

    sizes: np.ndarray
    scores: np.ndarray
    plain_scores: np.ndarray
    intervals: np.ndarray
    plain_intervals: np.ndarray
    ratio: float
    n_labeled: int
    confidence: float
    bounds: tuple[float, float] = (-np.inf, np.inf)

    @property
    def curve(self):
        """Scores of the estimator with their intervals."""
        return np.column_stack([self.scores.mean(axis=1), self.intervals])

    @property
    def plain_curve(self):
        """Scores of plain supervised learning with their intervals."""
        return np.column_stack([self.plain_scores.mean(axis=1), self.plain_intervals])

    @property
    def advantage(self):
        """Paired differences with their intervals."""
        gaps = self.scores - self.plain_scores
        return np.stack(corrected_interval(gaps, self.ratio, self.confidence), axis=1)

    @property
    def doubling_gain(self):
        """Extrapolated gain of twice the labels, with its interval."""
        return self._gain(self._law)

    @property
    def plain_doubling_gain(self):
        """Extrapolated gain of plain supervised learning, with its interval."""
        return self._gain(PowerLaw(self.sizes, self.plain_scores, self.ratio))

    @property
    def exponent(self):
        """Exponent of the power law through the curve."""
        return self._law.exponent

    @property
    def plain_is_enough(self):
        """Whether nothing measured speaks for the unlabeled rows."""
        return bool(self.advantage[-1, 1] <= 0)

    def predict(self, n_labels):
        """Score of the estimator with so many labels, by the power law.

        Parameters
        ----------
        n_labels : array-like of shape (n,) or float
            Numbers of labels. Far beyond twice those there are it is a guess.

        Returns
        -------
        score, low, high : ndarray of shape (n,) or float
            The score and its interval.
        """
        law = self._law.predict(n_labels, self.confidence)
        return tuple(np.clip(values, *self.bounds) for values in law)

    @property
    def verdict(self):
        """Both findings in words."""
        return f"{self._verdict_of_labels()} {self._verdict_of_plain()}"

    @cached_property
    def _law(self):
        return PowerLaw(self.sizes, self.scores, self.ratio)

    def _gain(self, law):
        n_labels = self.n_labeled
        gain = law.gain(n_labels, 2 * n_labels, self.confidence)
        most = self.bounds[1] - min(law.predict(n_labels)[0], self.bounds[1])
        return tuple(float(min(value, most)) for value in gain)

    def _verdict_of_labels(self):
        gain, low, high = self.doubling_gain
        says = "more labels pay" if low > 0 else "inside the noise"
        if high < 0:
            says = "more labels do not pay, by this curve"
        return (
            f"{2 * self.n_labeled} labels in place of {self.n_labeled}: "
            f"{with_interval(gain, low, high, '+.3f')}, {says}."
        )

    def _verdict_of_plain(self):
        _, low, high = self.advantage[-1]
        if low > 0:
            return (
                "Plain supervised learning is not enough: with the unlabeled rows the "
                "estimator is better."
            )
        if is_tie(low, high):
            return (
                "Plain supervised learning is enough, for all that these labels can "
                "tell: the difference is a tie."
            )
        return "Plain supervised learning is enough: it is better."

    def __repr__(self):
        rows = [("labels", "score", "labelled rows alone", "difference")]
        for size, *intervals in zip(
            self.sizes, self.curve, self.plain_curve, self.advantage, strict=True
        ):
            score, plain = (with_interval(*each) for each in intervals[:2])
            gap = with_interval(*intervals[2], "+.3f")
            tie = " tie" if is_tie(*intervals[2][1:]) else ""
            rows.append((str(size), score, plain, gap + tie))
        lines = aligned(rows)
        n_folds = self.scores.shape[1]
        lines += [
            f"({100 * self.confidence:g} % intervals, {n_folds} folds)",
            self._verdict_of_labels(),
            self._verdict_of_plain(),
        ]
        return "\n".join(lines)
