"""What more labels would bring, and whether the unlabeled rows are needed at all."""

from __future__ import annotations

import warnings
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state, check_scalar

from ..utils._confidence import check_confidence
from ..utils._labeled_scorer import LabeledScorer
from ._comparison import _common_mark, _fixed_folds
from ._interval import (
    _check_one_metric,
    _interval,
    _is_iid,
    _metric,
    _score_folds,
    _settled,
)
from ._label_budget_report import LabelBudgetReport
from ._labeled_split import LabeledSplit
from ._uncertainty import bounds_of

__all__ = ["label_budget_report"]

SPAN = 5  # the smallest size is the largest over this


def label_budget_report(
    estimator,
    X,
    y,
    *,
    baseline=None,
    scoring=None,
    cv=5,
    n_repeats=3,
    groups=None,
    n_sizes=4,
    confidence=0.9,
    unlabeled="auto",
    params=None,
    n_jobs=None,
    random_state=None,
):
    r"""Learn from ever more of the labels, and say what more of them would bring.

    Are more labels worth their price, and are the unlabeled rows needed at all? The
    labels that there are say something about both: each train part is cut down to fewer
    labels, the unlabeled rows stay, and the score on the same test rows makes a
    learning curve. A power law goes on with it to twice the labels. Beside it stands
    plain supervised learning, on the labelled rows alone.

    Parameters
    ----------
    estimator : estimator
        Classifier that knows unlabeled rows.
    X : array-like of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Partial labels.
    baseline : estimator, default=None
        The plain supervised learning: a classifier that is fitted on the labelled rows
        alone. None is `estimator` itself, without the unlabeled rows.
    scoring : str or callable, default=None
        One metric, greater is better; None takes the `score` of the estimator.
    cv : int, splitter, iterable or None, default=5
        Splits the labelled rows, see :class:`LabeledSplit`.
    n_repeats : int, default=3
        How often the rows are dealt out into `cv` folds, and the labels drawn anew.
    groups : array-like of shape (n_samples,), default=None
        Group of each row, for splitters that keep groups together. Labels are drawn row
        by row all the same.
    n_sizes : int, default=4
        Points of the curve, at least 3: from a fifth of a train part's labels to all.
    confidence : float, default=0.9
        Of all intervals, in (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
    params : dict, default=None
        Parameters of `fit`, of both estimators.
    n_jobs : int, default=None
        Number of folds that are fitted at a time.
    random_state : int, RandomState instance or None, default=None
        Shuffles the rows and draws the labels.

    Returns
    -------
    LabelBudgetReport
        The curves, the extrapolated gain, and the verdict.

    Raises
    ------
    ValueError
        If there are too few labels for a curve, and in the cases of
        :func:`cross_val_interval`.

    See Also
    --------
    compare_estimators : Several estimators, with all labels.
    sklearn_featrix.inspection.LabelBudgetDisplay : Draws the report.

    Notes
    -----
    Two times `n_sizes` times `n_repeats` times the number of folds are fitted: 120 by
    default. An embedding that is fitted once and shared by the folds, in a
    :class:`~sklearn.frozen.FrozenEstimator`, saves most of the time.

    Labels are drawn class by class, and one set is part of the next. Rows whose label
    is not drawn are left out, so that a fold has the same unlabeled rows at every size.

    The law is :math:`\alpha - \beta n^{-b}` [1]_. A handful of sizes does not tell the
    exponent [2]_: exponents from 0 (the logarithm) to 1 are averaged by how well they
    fit, their disagreement is part of the interval, and the spread over folds is
    widened as in :func:`cross_val_interval`. The interval holds the gain if the curve
    goes on as it began. No curve can promise that. Copies of a row count as rows;
    give them a group in common, see :func:`cross_val_interval`.

    References
    ----------
    .. [1] R. L. Figueroa, Q. Zeng-Treitler, S. Kandula and L. H. Ngo. Predicting sample
       size required for classification performance. BMC Medical Informatics and
       Decision Making 12:8, 2012.
    .. [2] T. Viering and M. Loog. The shape of learning curves: a review. IEEE
       Transactions on Pattern Analysis and Machine Intelligence 45, 7799-7819, 2023.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix import SelfTrainingClassifier, mask_labels
    >>> from sklearn_featrix.model_selection import label_budget_report
    >>> X, y = make_classification(600, flip_y=0.1, random_state=0)
    >>> y = mask_labels(y, n_labeled=80, random_state=0)
    >>> model = SelfTrainingClassifier(LogisticRegression(), n_folds=None, max_iter=1)
    >>> report = label_budget_report(model, X, y, n_repeats=1, random_state=0)
    >>> report.sizes
    array([13, 22, 38, 64])
    >>> print(report.verdict)
    160 labels in place of 80: +0.0... [-0.0..., +0.0...], inside the noise. Plain
    supervised learning is enough, for all that these labels can tell: the difference
    is a tie.
    """
    check_confidence(confidence)
    check_scalar(n_sizes, "n_sizes", Integral, min_val=3)
    _check_one_metric(scoring)
    rng = check_random_state(random_state)
    mark = _common_mark({"estimator": estimator}, cv, unlabeled)
    folds = _fixed_folds(X, y, cv, n_repeats, groups, mark, rng)
    labels = folds._read(X, y, None)
    parts = [
        (_drawing_order(train[labels.labeled[train]], labels.codes, rng), train, test)
        for train, test in folds.split(X, y)
    ]
    sizes = _sizes([len(order) for order, *_ in parts], len(labels.classes), n_sizes)
    plain = estimator if baseline is None else baseline
    options = {
        "scoring": scoring, "params": params, "n_jobs": n_jobs,
        "is_iid": _is_iid(cv, groups),
    }  # fmt: skip
    measured = {}
    for learner, is_plain in ((estimator, False), (plain, True)):
        cuts = [
            _cut_down(parts, labels.labeled, size, mark, is_plain) for size in sizes
        ]
        measured[is_plain] = _curve(
            learner, X, y, cuts, labels.codes, mark, confidence, **options
        )
    scores, intervals, ratio, bounds = measured[False]
    plain_scores, plain_intervals, *_ = measured[True]
    return LabelBudgetReport(
        sizes, scores, plain_scores, intervals, plain_intervals, ratio,
        labels.n_labeled, confidence, bounds,
    )  # fmt: skip


def _curve(
    learner, X, y, cuts, codes, mark, confidence, *, scoring, params, n_jobs, is_iid
):
    """Scores and intervals at each size, ratio of test to train labels, and bounds."""
    scorer = scoring
    if not isinstance(scoring, LabeledScorer):
        scorer = LabeledScorer(scoring, mark, learner)
    metric = _metric(scoring, learner)
    curve, intervals = [], []
    for folds in cuts:
        with warnings.catch_warnings():  # the labelled rows alone are what is wanted
            warnings.filterwarnings("ignore", "y contains no unlabeled samples")
            scores, ratios, tests = _score_folds(
                learner, X, y, folds, scorer, None, params, n_jobs
            )
        curve.append(scores)
        ends = _interval(
            scores, tests, ratios.mean(), confidence, metric, codes, is_iid=is_iid
        )
        intervals.append(ends)
    bounds = bounds_of(_settled(metric, scores, tests))
    return np.array(curve), np.array(intervals), float(ratios.mean()), bounds


def _drawing_order(rows, codes, rng):
    """Shuffle labelled rows so that every beginning has the classes in proportion.

    One row of each class comes first.
    """
    rows = rng.permutation(rows)
    place = np.empty(len(rows))
    for code in np.unique(codes[rows]):
        members = np.flatnonzero(codes[rows] == code)
        place[members] = (np.arange(len(members)) + rng.uniform()) / len(members)
        place[members[0]] = -1.0
    return rows[np.argsort(place, kind="stable")]


def _sizes(n_labels, n_classes, n_sizes):
    """Numbers of labels from small to all, each a constant times the one before."""
    largest = min(n_labels)
    smallest = max(2 * n_classes, -(-largest // SPAN))
    if 2 * smallest > largest:
        raise ValueError(
            f"A train part has {largest} labels of {n_classes} classes, and a curve "
            f"from {smallest} to {largest} labels says nothing. Label more rows: at "
            f"least {5 * n_classes} with five folds."
        )
    sizes = np.geomspace(smallest, largest, n_sizes).round().astype(int)
    return np.unique(sizes)


def _cut_down(parts, labeled, size, mark, is_plain):
    """Folds whose train parts have `size` labels, and the unlabeled rows or not."""
    folds = []
    for order, train, test in parts:
        beside = train[~labeled[train]]
        kept = order[:size] if is_plain else np.concatenate([order[:size], beside])
        folds.append((kept, test))
    return LabeledSplit(folds, unlabeled_mark=mark)
