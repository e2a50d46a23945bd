"""The cross-validated score with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_validate,
)
from sklearn.utils import check_random_state, check_scalar

from ..utils._compat import num_samples
from ..utils._confidence import check_confidence
from ..utils._label_marks import is_auto
from ..utils._labeled_scorer import LabeledScorer, stated_mark
from ..utils._labels import encode_labels
from ..utils._text_table import with_interval
from ..utils._warnings import warn
from ._labeled_split import LabeledSplit
from ._uncertainty import bounds_of, metric_name, score_interval, variance_of

__all__ = ["ScoreInterval", "cross_val_interval"]


@dataclass(frozen=True, eq=False)
class ScoreInterval:
    """A cross-validated score and the interval that holds the true one.

    Parameters
    ----------
    score : float
        Mean over the folds.
    low : float
        Lower end of the interval.
    high : float
        Upper end of the interval.
    scores : ndarray of shape (n_repeats * n_folds,)
        Score of each fold.
    confidence : float
        Share of such intervals that hold the true score.
    n_folds : int
        Number of folds, or of all splits where a splitter chose them.
    n_repeats : int
        How often the rows were dealt out anew.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection import ScoreInterval
    >>> ScoreInterval(0.741, 0.702, 0.78, np.array([0.72, 0.762]), 0.95, n_folds=2)
    0.741 [0.702, 0.780] (95 % interval, 2 folds)
    """

    score: float
    low: float
    high: float
    scores: np.ndarray
    confidence: float
    n_folds: int
    n_repeats: int = 1

    def __repr__(self):
        folds = f"{self.n_folds} folds"
        if self.n_repeats > 1:
            folds = f"{self.n_repeats} x {folds}"
        return (
            f"{with_interval(self.score, self.low, self.high)} "
            f"({100 * self.confidence:g} % interval, {folds})"
        )


def cross_val_interval(
    estimator,
    X,
    y,
    *,
    scoring=None,
    cv=5,
    n_repeats=1,
    groups=None,
    confidence=0.95,
    unlabeled="auto",
    params=None,
    n_jobs=None,
    random_state=None,
):
    r"""Cross-validate on the labelled rows and say how sure the score is.

    With few labels a measured score is little more than a guess, and folds that share
    their train rows agree more than they know. The interval allows for both: it holds
    the score that the estimator, fitted on all labels, has on other rows.

    Parameters
    ----------
    estimator : estimator
        Classifier to score. Unlabeled rows are in its train parts: it must know them,
        or be wrapped in :class:`~sklearn_featrix.compose.LabeledOnly`.
    X : array-like of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Partial labels.
    scoring : str or callable, default=None
        One metric; None takes the `score` of the estimator. It is shown labelled rows
        only, see :func:`~sklearn_featrix.metrics.make_labeled_scorer`.
    cv : int, splitter, iterable or None, default=5
        Splits the labelled rows, see :class:`LabeledSplit`, which may be passed too. A
        number means stratified folds, of whole groups if there are `groups`.
    n_repeats : int, default=1
        How often the rows are dealt out into `cv` folds. The score is less a matter of
        luck, and three rounds make the interval about a third narrower than one.
    groups : array-like of shape (n_samples,), default=None
        Group of each row, for splitters that keep groups together.
    confidence : float, default=0.95
        Share of such intervals that hold the true score, in (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what a :class:`LabeledSplit` as `cv` or the estimator says in its own
        parameter. The estimator has to know a mark of yours: say it there.
    params : dict, default=None
        Parameters of the estimator's `fit`; with metadata routing enabled, of the
        splitter and the scorer too.
    n_jobs : int, default=None
        Number of folds that are fitted at a time.
    random_state : int, RandomState instance or None, default=None
        Shuffles the rows before they are dealt out into folds. With None, one round of
        folds takes them as they come, like scikit-learn, and repeats are random.

    Returns
    -------
    ScoreInterval
        `score`, `low`, `high`, `scores` and what they rest on.

    Raises
    ------
    ValueError
        If there are several metrics, fewer than two folds, a fold without a score, or
        too few labels for the folds; and if the estimator does not know unlabeled rows,
        and has learnt their mark as a class.

    Warns
    -----
    UserWarning
        If all folds have the same score and nothing but their spread is known of the
        metric: the interval has no width, for want of tests.

    See Also
    --------
    compare_estimators : Which of several estimators is better.
    LabeledSplit : The folds.

    Notes
    -----
    How the interval is made depends on the metric, and on how the rows were drawn:

    - Accuracy, balanced accuracy and the ROC AUC of two classes have a known variance
      :math:`V(p)` for a true value :math:`p` and so many rows of each class
      (binomial; Hanley and McNeil [1]_). The interval holds every :math:`p` with
      :math:`|m - p| \le z \sqrt{c V(p)}` for the mean :math:`m` over folds, as
      Wilson's does. The factor :math:`c` is 1.25, for the AUC :math:`1.25 + 0.75/r`
      with :math:`r` rounds of folds; it stands for the luck of the train rows and of
      the folds, and was measured: 90 % intervals at 20 labels then hold the true score
      in about 9 of 10 draws.
    - For other metrics it is the corrected resampled t interval [2]_, [3]_: with
      :math:`J` scores of mean :math:`m` and variance :math:`s^2` it is
      :math:`m \pm t_{J-1} \sqrt{(1/J + n_{test}/n_{train}) s^2}`, where the sizes count
      labelled rows. It is cut off at the bounds of the metric, where these are known.
    - With `groups`, or with a splitter of yours as `cv`, rows may have been drawn in
      lumps, and their number promises too much. Then it is the wider of the two.

    Copies of a row count as rows, and may be on both sides of a fold: of 20 rows that
    were written down ten times each, 90 % intervals held the true accuracy of naive
    Bayes in 31 of 100 draws, and that of the nearest neighbour in none. Give copies a
    group in common, such as ``groups=np.unique(X, axis=0, return_inverse=True)[1]``,
    and it is 97 and 93.

    A metric is known by its name, or as the scorer of that name. The estimator's own
    score counts as accuracy if the score of every fold is a share of its test rows.

    References
    ----------
    .. [1] J. A. Hanley and B. J. McNeil. The meaning and use of the area under a
       receiver operating characteristic (ROC) curve. Radiology 143, 29-36, 1982.
    .. [2] C. Nadeau and Y. Bengio. Inference for the generalization error. Machine
       Learning 52, 239-281, 2003.
    .. [3] R. R. Bouckaert and E. Frank. Evaluating the replicability of significance
       tests for comparing learning algorithms. PAKDD, 3-12, 2004.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix.compose import LabeledOnly
    >>> from sklearn_featrix.datasets import mask_labels
    >>> from sklearn_featrix.model_selection import cross_val_interval
    >>> X, y = make_classification(1000, flip_y=0.2, random_state=0)
    >>> y = mask_labels(y, n_labeled=200, random_state=0)
    >>> model = LabeledOnly(LogisticRegression())
    >>> cross_val_interval(model, X, y, n_repeats=3, random_state=0)
    0.8... [0.7..., 0.8...] (95 % interval, 3 x 5 folds)
    """
    check_confidence(confidence)
    check_scalar(n_repeats, "n_repeats", Integral, min_val=1)
    _check_one_metric(scoring)
    if isinstance(cv, LabeledSplit) and is_auto(unlabeled):
        unlabeled = cv.unlabeled_mark
    unlabeled = stated_mark(estimator, unlabeled)
    splitters = _splitters(cv, n_repeats, groups, unlabeled, random_state)
    if not isinstance(cv, LabeledSplit):  # wrong labels are said in terms of unlabeled=
        encode_labels(y, unlabeled=unlabeled, n_samples=num_samples(X), min_classes=2)
    metric = _metric(scoring, estimator)
    if not isinstance(scoring, LabeledScorer):
        scoring = LabeledScorer(scoring, unlabeled, estimator)
    rounds = [
        _score_folds(estimator, X, y, splitter, scoring, groups, params, n_jobs)
        for splitter in splitters
    ]
    scores, ratios, tests = (
        [fold for part in parts for fold in part] for parts in zip(*rounds, strict=True)
    )
    scores = np.array(scores)
    low, high = _interval(
        scores, tests, np.mean(ratios), confidence, metric,
        splitters[0]._read(X, y, None).codes, is_iid=_is_iid(cv, groups),
    )  # fmt: skip
    return ScoreInterval(
        float(scores.mean()), low, high, scores, confidence,
        n_folds=len(scores) // n_repeats, n_repeats=n_repeats,
    )  # fmt: skip


def _check_one_metric(scoring):
    if scoring is not None and not isinstance(scoring, str) and not callable(scoring):
        raise ValueError(
            f"scoring={scoring!r} is not allowed: an interval belongs to one metric. "
            "Pass one name or one scorer."
        )


def _splitters(cv, n_repeats, groups, unlabeled, random_state):
    """One splitter for each time that the rows are dealt out."""
    if isinstance(cv, LabeledSplit) or not (cv is None or isinstance(cv, Integral)):
        if n_repeats > 1:
            raise ValueError(
                f"n_repeats={n_repeats} needs a number of folds as cv, got {cv!r}. "
                "Pass cv=5, or a splitter that repeats: RepeatedStratifiedKFold(...)."
            )
        is_ours = isinstance(cv, LabeledSplit)
        return [cv if is_ours else LabeledSplit(cv, unlabeled_mark=unlabeled)]
    n_folds = LabeledSplit(cv).get_n_splits()  # refuses fewer than two
    folds = StratifiedKFold if groups is None else StratifiedGroupKFold
    if n_repeats == 1 and random_state is None:
        return [LabeledSplit(folds(n_folds), unlabeled_mark=unlabeled)]
    seeds = check_random_state(random_state).randint(2**31 - 1, size=n_repeats)
    return [
        LabeledSplit(
            folds(n_folds, shuffle=True, random_state=int(seed)),
            unlabeled_mark=unlabeled,
        )
        for seed in seeds
    ]


def _metric(scoring, estimator):
    """Name of the metric; "score" is what a classifier itself calls so."""
    if scoring is None and is_classifier(estimator):
        return "score"
    return metric_name(scoring)


def _interval(scores, tests, ratio, confidence, metric, codes, *, is_iid):
    """Interval of a score by what is known of its metric.

    `tests` are the test rows of each fold, `codes` the classes of all rows.
    """
    _check_finite(scores)
    metric = _settled(metric, scores, tests)
    tested = np.unique(np.concatenate(tests))
    counts = np.bincount(codes[tested])
    n_rounds = sum(map(len, tests)) / len(tested)
    variance = variance_of(metric, counts[counts > 0], n_rounds)
    if variance is None:
        _warn_without_spread(scores)
    return score_interval(
        scores, ratio, confidence,
        bounds=bounds_of(metric), variance=variance, is_iid=is_iid,
    )  # fmt: skip


def _settled(metric, scores, tests):
    """Name of the metric, now that it is seen whether "score" can be the accuracy."""
    if metric == "score":
        return "accuracy" if _are_shares(scores, tests) else None
    return metric


def _is_iid(cv, groups):
    """Whether the folds are stratified ones of single rows."""
    if isinstance(cv, LabeledSplit):
        cv = cv.cv
    return groups is None and (cv is None or isinstance(cv, Integral))


def _are_shares(scores, tests):
    """Whether each score is a whole number of test rows over all of them."""
    sizes = np.array([len(rows) for rows in tests])
    n_right = scores * sizes
    in_range = (n_right > -0.5) & (n_right < sizes + 0.5)
    return bool(in_range.all() and np.allclose(n_right, n_right.round(), atol=1e-6))


def _score_folds(estimator, X, y, splitter, scoring, groups, params, n_jobs):
    """Score, ratio of test labels to train labels, and test rows of each fold."""
    if groups is not None and get_config()["enable_metadata_routing"]:
        params, groups = {**(params or {}), "groups": groups}, None
    result = cross_validate(
        estimator, X, y, scoring=scoring, cv=splitter, groups=groups, params=params,
        n_jobs=n_jobs, return_indices=True, error_score="raise",
    )  # fmt: skip
    if "test_score" not in result:
        raise ValueError(
            f"scoring={scoring!r} returns several metrics; an interval belongs to one. "
            "Pass one name or one scorer."
        )
    labeled = splitter._read(X, y, None).labeled
    indices = result["indices"]
    ratios = [
        len(test) / labeled[train].sum()
        for train, test in zip(indices["train"], indices["test"], strict=True)
    ]
    return result["test_score"], np.array(ratios), indices["test"]


def _check_finite(scores):
    if len(scores) < 2:
        raise ValueError(
            f"cv makes {len(scores)} fold; the spread of the score takes at least two."
        )
    n_missing = int(np.isnan(scores).sum())
    if n_missing:
        raise ValueError(
            f"{n_missing} of {len(scores)} folds have no score (NaN): as a rule their "
            "train or test part lacks a class. Use fewer folds, or label more rows."
        )


def _warn_without_spread(scores):
    if np.ptp(scores) == 0:
        warn(
            f"All {len(scores)} folds score {scores[0]:.3f}, so the interval has no "
            "width. That says too few test rows, not certainty. Label more rows, or "
            "take a finer metric such as neg_log_loss.",
        )
