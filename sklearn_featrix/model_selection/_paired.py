"""Scores over the same folds, compared: the statistics that all comparisons share."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student_t

__all__ = ["corrected_half_width", "corrected_interval", "is_tie", "verdict_of"]


def corrected_half_width(scores, ratio, confidence):
    """Half width of the corrected resampled t interval of Nadeau and Bengio (2003).

    Parameters
    ----------
    scores : ndarray of shape (..., n_scores)
        Scores of the folds, or differences of two estimators' scores.
    ratio : float
        Number of test labels over that of train labels.
    confidence : float
        Share of such intervals that hold the true score, in (0, 1).

    Returns
    -------
    ndarray of shape (...)
        Half widths; 0 where all scores are the same.
    """
    scores = np.asarray(scores, dtype=np.float64)
    n_scores = scores.shape[-1]
    quantile = student_t.ppf((1 + confidence) / 2, n_scores - 1)
    variance = (1 / n_scores + ratio) * scores.var(axis=-1, ddof=1)
    return quantile * np.sqrt(variance)


def corrected_interval(scores, ratio, confidence):
    """Mean of scores, or of paired differences, and its interval.

    Parameters
    ----------
    scores : ndarray of shape (..., n_scores)
        Scores of the folds, or differences of two estimators' scores.
    ratio : float
        Number of test labels over that of train labels.
    confidence : float
        Share of such intervals that hold the true mean, in (0, 1).

    Returns
    -------
    mean, low, high : ndarray of shape (...)
        The mean and the ends of the interval.

    Examples
    --------
    >>> from sklearn_featrix.model_selection._paired import corrected_interval
    >>> mean, low, high = corrected_interval([0.1, 0.0, 0.2, 0.1], 1 / 3, 0.9)
    >>> [f"{value:.2f}" for value in (mean, low, high)]
    ['0.10', '-0.05', '0.25']
    """
    mean = np.mean(scores, axis=-1)
    half = corrected_half_width(scores, ratio, confidence)
    return mean, mean - half, mean + half


def is_tie(low, high):
    """Tell whether a difference is inside the noise: its interval holds zero.

    Parameters
    ----------
    low, high : array-like
        Ends of the intervals of differences.

    Returns
    -------
    ndarray of bool
        True for a tie.
    """
    return (np.asarray(low) <= 0) & (np.asarray(high) >= 0)


def verdict_of(low, high):
    """Say what the interval of a difference says of what makes the difference.

    Parameters
    ----------
    low, high : float
        Ends of the interval.

    Returns
    -------
    {"helps", "hurts", "tie"}
        "tie" where zero is inside, or nothing is known: an end is NaN.
    """
    if low > 0:
        return "helps"
    return "hurts" if high < 0 else "tie"
