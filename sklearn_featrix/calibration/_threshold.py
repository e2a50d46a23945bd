"""The confidence below which a classifier abstains, from held-out labelled rows."""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

__all__ = ["choose_for_accuracy", "choose_for_coverage"]

# Coverages that are tried where the accuracy is to be guaranteed: each try costs.
TRIED = np.arange(0.1, 1.05, 0.1)


def choose_for_coverage(curve, target):
    """Threshold that answers at least this share of the rows, and little more.

    Parameters
    ----------
    curve : tuple of ndarray
        Coverage, accuracy and thresholds.
    target : float
        The share.

    Returns
    -------
    float
        The threshold.
    """
    coverage, *_ = curve
    return _threshold(curve, np.searchsorted(coverage, target - 1e-12))


def choose_for_accuracy(curve, target, n_observed=None, guarantee=None):
    """Threshold of the largest coverage with this accuracy.

    Parameters
    ----------
    curve : tuple of ndarray
        Coverage, accuracy and thresholds.
    target : float
        The accuracy.
    n_observed : ndarray of shape (n_thresholds,), default=None
        Effective number of observations at each place of the curve, for a guarantee.
    guarantee : float, default=None
        With this confidence the true accuracy is not below the target (Clopper and
        Pearson's bound, for all of ten coverages at once). None: the measured one is.

    Returns
    -------
    float
        The threshold; infinite where no coverage has the accuracy.
    """
    coverage, accuracy, _ = curve
    tried = np.arange(len(coverage))
    if guarantee is not None:
        tried = np.unique(np.searchsorted(coverage, TRIED - 1e-12))
        n_answered = n_observed[tried]
        n_right = accuracy[tried] * n_answered
        risk = (1 - guarantee) / len(TRIED)
        accuracy = beta.ppf(risk, n_right, n_answered - n_right + 1)
    reached = np.flatnonzero(accuracy >= target - 1e-12)
    return _threshold(curve, tried[reached[-1]]) if len(reached) else np.inf


def _threshold(curve, position):
    """Threshold of a position in the curve; 0 where all rows are answered."""
    coverage, _, thresholds = curve
    return float(thresholds[position]) if position < len(coverage) - 1 else 0.0
