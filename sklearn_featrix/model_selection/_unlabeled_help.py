"""Whether an estimator is better with the unlabeled rows or without them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from ..utils._compat import num_samples
from ..utils._confidence import check_confidence
from ..utils._label_marks import is_auto
from ..utils._labeled_scorer import LabeledScorer, stated_mark
from ..utils._labels import encode_labels
from ..utils._text_table import with_interval
from ._comparison import _fixed_folds
from ._interval import (
    _check_one_metric,
    _interval,
    _is_iid,
    _metric,
    _score_folds,
)
from ._labeled_split import LabeledSplit
from ._paired import corrected_interval, verdict_of

__all__ = ["UnlabeledHelp", "does_unlabeled_help"]


@dataclass(frozen=True, eq=False, repr=False)
class UnlabeledHelp:
    """What unlabeled rows bring, over the same folds of the labelled rows.

    Parameters
    ----------
    difference : float
        Mean score with unlabeled rows minus that without.
    low, high : float
        Interval of the difference.
    score, baseline_score : float
        Mean score with and without unlabeled rows.
    interval, baseline_interval : tuple of float
        Intervals of either score, as from :func:`cross_val_interval`.
    differences : ndarray of shape (n_repeats * n_folds,)
        The difference on each fold.
    confidence : float
        Share of such intervals that hold the true difference, or the true score.

    Attributes
    ----------
    verdict : {"helps", "hurts", "tie"}
        "tie" where the interval holds zero: these labels cannot tell.

    See Also
    --------
    does_unlabeled_help : Makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection import UnlabeledHelp
    >>> UnlabeledHelp(
    ...     0.03, 0.01, 0.05, 0.83, 0.8, (0.76, 0.88), (0.73, 0.86),
    ...     differences=np.array([0.02, 0.04]), confidence=0.9,
    ... )
    helps: +0.030 [+0.010, +0.050] (90 % intervals, 2 folds)
    score 0.830 [0.760, 0.880] with unlabeled rows, 0.800 [0.730, 0.860] without
    """

    difference: float
    low: float
    high: float
    score: float
    baseline_score: float
    interval: tuple[float, float]
    baseline_interval: tuple[float, float]
    differences: np.ndarray
    confidence: float

    @property
    def verdict(self):
        """What the interval says."""
        return verdict_of(self.low, self.high)

    def __repr__(self):
        return (
            f"{self.verdict}: "
            f"{with_interval(self.difference, self.low, self.high, '+.3f')} "
            f"({100 * self.confidence:g} % intervals, {len(self.differences)} folds)\n"
            f"score {with_interval(self.score, *self.interval)} with unlabeled rows, "
            f"{with_interval(self.baseline_score, *self.baseline_interval)} without"
        )


def does_unlabeled_help(
    estimator,
    X,
    y,
    *,
    baseline=None,
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
    """Compare an estimator that sees all rows with itself on the labelled rows alone.

    Nothing guarantees that unlabeled rows help: where they come from elsewhere, or the
    labels do not follow the shape of the data, they hurt [1]_. Both are fitted on the
    same folds of the labelled rows, once with all unlabeled rows in the train part and
    once with none, and the differences are judged fold by fold.

    Parameters
    ----------
    estimator : classifier
        It must know unlabeled rows.
    X : array-like of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Partial labels.
    baseline : classifier, default=None
        What is fitted on the labelled rows alone; None takes `estimator`. As it never
        sees an unlabeled row, it may be any classifier.
    scoring : str or callable, default=None
        One metric, greater is better; None takes the `score` of each classifier. A fine
        one, such as "neg_log_loss" or "roc_auc", decides with fewer labels.
    cv : int, splitter, iterable or None, default=5
        Splits the labelled rows, see :class:`LabeledSplit`.
    n_repeats : int, default=3
        How often the rows are dealt out into `cv` folds.
    groups : array-like of shape (n_samples,), default=None
        Group of each row, for splitters that keep groups together.
    confidence : float, default=0.9
        Share of such intervals that hold the true difference, in (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what a :class:`LabeledSplit` as `cv` or the estimator says.
    params : dict, default=None
        Parameters of both `fit` methods.
    n_jobs : int, default=None
        Number of folds that are fitted at a time.
    random_state : int, RandomState instance or None, default=None
        Shuffles the rows before they are dealt out into folds.

    Returns
    -------
    UnlabeledHelp
        The mean difference, its interval, and a verdict: "helps", "hurts" or "tie".

    Raises
    ------
    ValueError
        If no row is unlabeled, the estimator does not know unlabeled rows, and in the
        cases of :func:`cross_val_interval`.

    See Also
    --------
    compare_estimators : Several estimators, all with the unlabeled rows.
    sklearn_featrix.compose.LabeledOnly : An estimator that never sees them.

    Notes
    -----
    The interval is the corrected resampled t interval [2]_ of the differences. "tie"
    says that so few labels cannot tell, not that nothing is gained. Copies of a row
    count as rows; give them a group in common, see :func:`cross_val_interval`.

    References
    ----------
    .. [1] S. Ben-David, T. Lu and D. Pal. Does unlabeled data provably help? Worst-case
       analysis of the sample complexity of semi-supervised learning. COLT, 2008.
    .. [2] C. Nadeau and Y. Bengio. Inference for the generalization error. Machine
       Learning 52, 239-281, 2003.

    Examples
    --------
    >>> from sklearn.datasets import make_circles
    >>> from sklearn_featrix import LabelSpreading, mask_labels
    >>> from sklearn_featrix.model_selection import does_unlabeled_help
    >>> X, y = make_circles(400, noise=0.05, factor=0.6, random_state=0)
    >>> y = mask_labels(y, n_labeled=20, random_state=0)
    >>> does_unlabeled_help(LabelSpreading("knn"), X, y, random_state=0).verdict
    'helps'
    """
    check_confidence(confidence)
    _check_one_metric(scoring)
    mark = _mark(estimator, cv, unlabeled)
    _check_unlabeled(X, y, mark)
    with_all = _fixed_folds(X, y, cv, n_repeats, groups, mark, random_state)
    without = LabeledSplit(with_all.cv, unlabeled="drop", unlabeled_mark=mark)
    codes, is_iid = with_all._read(X, y, None).codes, _is_iid(cv, groups)
    fold_scores, intervals = [], []
    for one, folds in (
        (estimator, with_all),
        (clone(estimator if baseline is None else baseline), without),
    ):
        scorer = (
            scoring
            if isinstance(scoring, LabeledScorer)
            else LabeledScorer(scoring, mark, one)
        )
        with warnings.catch_warnings():
            # as scikit-learn's self-training says of what is meant to be so here
            warnings.filterwarnings("ignore", "y contains no unlabeled samples")
            scores, ratios, tests = _score_folds(
                one, X, y, folds, scorer, None, params, n_jobs
            )
        ends = _interval(
            scores, tests, ratios.mean(), confidence, _metric(scoring, one), codes,
            is_iid=is_iid,
        )  # fmt: skip
        fold_scores.append(np.asarray(scores))
        intervals.append(ends)
    differences = fold_scores[0] - fold_scores[1]
    found = corrected_interval(differences, ratios.mean(), confidence)
    return UnlabeledHelp(
        *map(float, found),
        *(float(scores.mean()) for scores in fold_scores),
        *intervals,
        differences,
        confidence,
    )


def _mark(estimator, cv, unlabeled):
    if isinstance(cv, LabeledSplit) and is_auto(unlabeled):
        unlabeled = cv.unlabeled_mark
    return stated_mark(estimator, unlabeled)


def _check_unlabeled(X, y, mark):
    labels = encode_labels(y, unlabeled=mark, n_samples=num_samples(X), min_classes=2)
    if labels.labeled.all():
        raise ValueError(
            f"All {labels.n_labeled} rows have a label: there are no unlabeled rows "
            "that could help. Mark them in y, or see compare_estimators."
        )
