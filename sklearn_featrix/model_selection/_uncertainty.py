"""The interval around a cross-validated score, by what is known of its metric."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import get_scorer, get_scorer_names

from ..utils._labeled_scorer import LabeledScorer
from ._paired import corrected_half_width

__all__ = ["bounds_of", "metric_name", "score_interval", "variance_of"]

_FROM_0_TO_1 = (
    "accuracy", "average_precision", "balanced_accuracy", "f1", "jaccard", "precision",
    "recall", "roc_auc", "top_k_accuracy",
)  # fmt: skip
_BOUNDS = {
    "matthews_corrcoef": (-1.0, 1.0),
    "neg_brier_score": (-np.inf, 0.0),
    "neg_log_loss": (-np.inf, 0.0),
}


def metric_name(scoring):
    """Name of a scorer of scikit-learn.

    Parameters
    ----------
    scoring : str, callable or None
        What the caller gave.

    Returns
    -------
    str or None
        The name; None where it is unknown.

    Examples
    --------
    >>> from sklearn.metrics import accuracy_score, make_scorer
    >>> from sklearn_featrix.model_selection._uncertainty import metric_name
    >>> metric_name(make_scorer(accuracy_score))
    'accuracy'
    """
    if isinstance(scoring, LabeledScorer):
        scoring = scoring._scoring
    if scoring is None or isinstance(scoring, str):
        return scoring
    return _names_of_scorers().get(repr(scoring))


@cache
def _names_of_scorers():
    return {repr(get_scorer(name)): name for name in get_scorer_names()}


def bounds_of(metric):
    """Least and largest value of a metric.

    Parameters
    ----------
    metric : str or None
        Name of a scorer of scikit-learn.

    Returns
    -------
    low, high : float
        Infinite where there is no bound, or the metric is unknown.
    """
    if metric is not None and metric.startswith(_FROM_0_TO_1):
        return 0.0, 1.0
    return _BOUNDS.get(metric, (-np.inf, np.inf))


def inflation(metric, n_rounds):
    """How much larger the variance is than that of as many independent test rows.

    Other train rows would have made another classifier; and for the AUC a fold compares
    its own rows only, so that few rounds compare few pairs. Measured at 20 labels, see
    benchmarks/score_interval.

    Parameters
    ----------
    metric : str
        Name of the metric.
    n_rounds : float
        How often each row is a test row.

    Returns
    -------
    float
        The factor.
    """
    return 1.25 + (0.75 / n_rounds if metric == "roc_auc" else 0.0)


def variance_of(metric, class_counts, n_rounds=1.0) -> Callable[[float], float] | None:
    """Variance of a cross-validated metric as a function of its true value.

    Parameters
    ----------
    metric : str or None
        Name of a scorer of scikit-learn.
    class_counts : array-like of shape (n_classes,)
        Number of rows of each class that the score rests on.
    n_rounds : float, default=1.0
        How often each of them is a test row.

    Returns
    -------
    callable or None
        None where no formula is known: for other metrics than accuracy, balanced
        accuracy and the ROC AUC of two classes.
    """
    counts = np.asarray(class_counts, dtype=np.float64)
    factor = inflation(metric, n_rounds)
    if metric == "accuracy":
        return partial(_variance_of_share, n_rows=counts.sum() / factor)
    if metric == "balanced_accuracy":
        n_rows = len(counts) ** 2 / (1 / counts).sum()
        return partial(_variance_of_share, n_rows=n_rows / factor)
    if metric == "roc_auc" and len(counts) == 2:
        return lambda true: factor * _variance_of_auc(true, *counts)
    return None


def _variance_of_share(true, n_rows):
    return true * (1 - true) / n_rows


def _variance_of_auc(true, n_first, n_second):
    """Hanley and McNeil (1982)."""
    two_seconds, two_firsts = true / (2 - true), 2 * true**2 / (1 + true)
    return (
        true * (1 - true)
        + (n_second - 1) * (two_seconds - true**2)
        + (n_first - 1) * (two_firsts - true**2)
    ) / (n_first * n_second)


def score_interval(scores, ratio, confidence, *, bounds, variance=None, is_iid=True):
    """Interval that holds the true score.

    Parameters
    ----------
    scores : ndarray of shape (n_scores,)
        Scores of the folds.
    ratio : float
        Number of test labels over that of train labels.
    confidence : float
        Share of such intervals that hold the true score.
    bounds : tuple of float
        As `bounds_of` returns them.
    variance : callable, default=None
        As `variance_of` returns it.
    is_iid : bool, default=True
        Whether rows are drawn one by one. If not, their number says too little, and
        the interval reaches as far as the spread over folds at least.

    Returns
    -------
    low, high : float
        Within `bounds`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection._uncertainty import *
    >>> variance = variance_of("accuracy", [10, 10])
    >>> low, high = score_interval(
    ...     np.ones(5), 0.25, 0.9, bounds=(0, 1), variance=variance
    ... )
    >>> f"{low:.2f} {high:.2f}"
    '0.86 1.00'
    """
    mean = float(np.mean(scores))
    if variance is None or not is_iid:
        half = float(corrected_half_width(scores, ratio, confidence))
        low, high = mean - half, mean + half
        if variance is not None:
            inner = _invert(mean, variance, confidence)
            low, high = min(low, inner[0]), max(high, inner[1])
    else:
        low, high = _invert(mean, variance, confidence)
    return float(max(low, bounds[0])), float(min(high, bounds[1]))


def _invert(mean, variance, confidence):
    """Find the true values for which the measured one is not too far away.

    For a share of rows this is Wilson's interval.
    """
    quantile = norm.ppf((1 + confidence) / 2)

    def too_far(true):
        return (mean - true) ** 2 - quantile**2 * variance(true)

    inside = min(max(mean, 1e-9), 1 - 1e-9)  # a bound has no variance, and is a root
    low = brentq(too_far, 0, inside) if mean > 0 else 0.0
    high = brentq(too_far, inside, 1) if mean < 1 else 1.0
    return low, high
