"""Several estimators on the same folds: who is better, and who is a tie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..utils._compat import num_samples
from ..utils._confidence import check_confidence
from ..utils._label_marks import is_auto
from ..utils._labeled_scorer import LabeledScorer, stated_mark
from ..utils._labels import encode_labels
from ..utils._text_table import aligned, with_interval
from ._interval import (
    _check_one_metric,
    _interval,
    _is_iid,
    _metric,
    _score_folds,
    _splitters,
)
from ._labeled_split import LabeledSplit
from ._paired import corrected_interval, is_tie

__all__ = ["ScoreComparison", "compare_estimators"]


@dataclass(frozen=True, eq=False)
class ScoreComparison:
    """Scores of several estimators on the same folds, and their differences.

    Parameters
    ----------
    names : tuple of str of length n_estimators
        Names of the estimators, in the order they were given.
    scores : ndarray of shape (n_estimators, n_scores)
        Score of each on each fold; greater is better.
    intervals : ndarray of shape (n_estimators, 2)
        Interval of the mean score of each, each with `confidence` by itself, as from
        :func:`cross_val_interval`.
    differences : ndarray of shape (n_estimators, n_estimators)
        Mean score of the row's estimator minus that of the column's.
    low, high : ndarray of shape (n_estimators, n_estimators)
        Intervals of the differences. All of them hold at once with `confidence`.
    confidence : float
        Share of such comparisons in which every interval holds the true difference.

    Attributes
    ----------
    means : ndarray of shape (n_estimators,)
        Mean score of each estimator.
    ranks : ndarray of shape (n_estimators,)
        1 and the number of estimators that are better beyond the noise. Ties share
        a rank.
    best : int
        Position of the highest mean score, which others may tie with.

    See Also
    --------
    compare_estimators : Makes it.
    sklearn_featrix.inspection.ScoreComparisonDisplay : Draws it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection import ScoreComparison
    >>> gap = np.array([[0.0, 0.2], [-0.2, 0.0]])
    >>> scores = np.array([[0.8, 0.9], [0.6, 0.7]])
    >>> ends = np.array([[0.7, 0.95], [0.5, 0.8]])
    >>> ScoreComparison(("ours", "plain"), scores, ends, gap, gap - 0.3, gap + 0.3, 0.9)
    estimator  score                 rank  against the best
    ours       0.850 [0.700, 0.950]     1
    plain      0.650 [0.500, 0.800]     1  tie: -0.200 [-0.500, +0.100]
    (90 % intervals, of the differences all at once, over 2 folds)
    """

    names: tuple[str, ...]
    scores: np.ndarray
    intervals: np.ndarray
    differences: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float

    @property
    def means(self):
        """Mean score of each estimator."""
        return self.scores.mean(axis=1)

    @property
    def ranks(self):
        """One and the number of estimators that are better beyond the noise."""
        return 1 + (self.high < 0).sum(axis=1)

    @property
    def best(self):
        """Position of the highest mean score."""
        return int(self.means.argmax())

    def is_tie(self):
        """Tell whom the best estimator is not proven better than.

        Returns
        -------
        ndarray of bool of shape (n_estimators,)
            True where the difference from the best is inside the noise, so also for
            the best itself.
        """
        return is_tie(self.low[:, self.best], self.high[:, self.best])

    def __repr__(self):
        rows = [("estimator", "score", "rank", "against the best")]
        for row in np.argsort(-self.means, kind="stable"):
            score = with_interval(self.means[row], *self.intervals[row])
            rank = f"{self.ranks[row]:4d}"
            rows.append((self.names[row], score, rank, self._against_best(row)))
        lines = aligned(rows)
        lines.append(
            f"({100 * self.confidence:g} % intervals, of the differences all at once, "
            f"over {self.scores.shape[1]} folds)"
        )
        return "\n".join(lines)

    def _against_best(self, row):
        if row == self.best:
            return ""
        low, high = self.low[row, self.best], self.high[row, self.best]
        verdict = "tie" if is_tie(low, high) else "worse"
        gap = with_interval(self.differences[row, self.best], low, high, "+.3f")
        return f"{verdict}: {gap}"


def compare_estimators(
    estimators,
    X,
    y,
    *,
    scoring=None,
    cv=5,
    n_repeats=3,
    groups=None,
    confidence=0.9,
    unlabeled="auto",
    params=None,
    n_jobs=None,
    random_state=None,
):
    r"""Compare estimators on the same folds of the labelled rows; call ties ties.

    Two scores from few labels differ by luck alone, and each interval by itself is so
    wide that nothing would ever be decided. On the same folds the luck is shared, and
    the differences fold by fold are what is judged.

    Parameters
    ----------
    estimators : dict of {str: estimator}
        At least two classifiers by name. Unlabeled rows are in their train parts: they
        must know them, or be wrapped in
        :class:`~sklearn_featrix.compose.LabeledOnly`.
    X : array-like of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Partial labels.
    scoring : str or callable, default=None
        One metric, greater is better; None takes the `score` of each estimator.
    cv : int, splitter, iterable or None, default=5
        Splits the labelled rows, see :class:`LabeledSplit`.
    n_repeats : int, default=3
        How often the rows are dealt out into `cv` folds.
    groups : array-like of shape (n_samples,), default=None
        Group of each row, for splitters that keep groups together.
    confidence : float, default=0.9
        Share of comparisons in which all intervals hold the true differences, in
        (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what a :class:`LabeledSplit` as `cv` or an estimator says.
    params : dict, default=None
        Parameters of the `fit` of all estimators.
    n_jobs : int, default=None
        Number of folds that are fitted at a time.
    random_state : int, RandomState instance or None, default=None
        Shuffles the rows before they are dealt out into folds.

    Returns
    -------
    ScoreComparison
        Scores, differences with intervals, and ranks that ties share.

    Raises
    ------
    ValueError
        If there are fewer than two estimators or several metrics, and in the cases of
        :func:`cross_val_interval`.

    See Also
    --------
    cross_val_interval : How good one estimator is.

    Notes
    -----
    A difference is judged by the corrected resampled t interval [1]_ of the differences
    fold by fold. With :math:`k` estimators there are :math:`k(k-1)/2` differences, and
    each has the confidence :math:`1 - (1 - c) / (k(k-1)/2)` (Bonferroni), so that all
    of them hold at once with confidence :math:`c`. A tie says that these labels cannot
    tell, not that the two are equally good. Copies of a row count as rows; give them a
    group in common, see :func:`cross_val_interval`.

    References
    ----------
    .. [1] C. Nadeau and Y. Bengio. Inference for the generalization error. Machine
       Learning 52, 239-281, 2003.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn_featrix.compose import LabeledOnly
    >>> from sklearn_featrix.datasets import mask_labels
    >>> from sklearn_featrix.model_selection import compare_estimators
    >>> X, y = load_iris(return_X_y=True)
    >>> y = mask_labels(y, n_labeled=60, random_state=0)
    >>> estimators = {
    ...     "linear": LabeledOnly(LogisticRegression(max_iter=500)),
    ...     "bayes": LabeledOnly(GaussianNB()),
    ...     "guess": LabeledOnly(DummyClassifier()),
    ... }
    >>> compare_estimators(estimators, X, y, random_state=0)
    estimator  score                 rank  against the best
    bayes      0.9... [0.8..., 0.9...]     1
    linear     0.9... [0.8..., 0.9...]     1  tie: -0.0... [-0..., +0...]
    guess      0.3... [0.2..., 0.4...]     3  worse: -0.6... [-0..., -0...]
    (90 % intervals, of the differences all at once, over 15 folds)
    """
    check_confidence(confidence)
    names = _checked_names(estimators)
    _check_one_metric(scoring)
    mark = _common_mark(estimators, cv, unlabeled)
    folds = _fixed_folds(X, y, cv, n_repeats, groups, mark, random_state)
    scored = [
        _score_folds(
            estimator, X, y, folds,
            scoring if isinstance(scoring, LabeledScorer)
            else LabeledScorer(scoring, mark, estimator),
            None, params, n_jobs,
        )
        for estimator in estimators.values()
    ]  # fmt: skip
    codes, is_iid = folds._read(X, y, None).codes, _is_iid(cv, groups)
    intervals = [
        _interval(
            values, tests, ratios.mean(), confidence, _metric(scoring, estimator),
            codes, is_iid=is_iid,
        )
        for estimator, (values, ratios, tests) in zip(
            estimators.values(), scored, strict=True
        )
    ]  # fmt: skip
    scores = np.array([values for values, *_ in scored])
    n_pairs = len(names) * (len(names) - 1) // 2
    differences, low, high = corrected_interval(
        scores[:, None] - scores[None],
        scored[0][1].mean(),
        1 - (1 - confidence) / n_pairs,
    )
    return ScoreComparison(
        names, scores, np.array(intervals), differences, low, high, confidence
    )


def _checked_names(estimators):
    if not hasattr(estimators, "items") or len(estimators) < 2:
        raise ValueError(
            "estimators must be a dict of at least two estimators by name, got "
            f"{estimators!r}. For a single one use cross_val_interval."
        )
    return tuple(str(name) for name in estimators)


def _common_mark(estimators, cv, unlabeled):
    """Find what marks an unlabeled row: the first of those concerned says so."""
    if isinstance(cv, LabeledSplit) and is_auto(unlabeled):
        unlabeled = cv.unlabeled_mark
    for estimator in estimators.values():
        unlabeled = stated_mark(estimator, unlabeled)
    return unlabeled


def _fixed_folds(X, y, cv, n_repeats, groups, mark, random_state):
    """Folds that are the same every time, whatever is random in `cv`."""
    if not isinstance(cv, LabeledSplit):  # wrong labels are said in terms of unlabeled=
        encode_labels(y, unlabeled=mark, n_samples=num_samples(X), min_classes=2)
    folds = [
        fold
        for splitter in _splitters(cv, n_repeats, groups, mark, random_state)
        for fold in splitter.split(X, y, groups)
    ]
    return LabeledSplit(folds, unlabeled_mark=mark)
