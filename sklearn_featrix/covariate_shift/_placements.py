"""The AUC of held-out rows, fold by fold, and how sure it is."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

__all__ = ["auc_interval", "auc_of_columns"]


def auc_interval(source, target, source_folds, target_folds, confidence):
    """AUC of scores, compared within each fold only, and its interval.

    Scores of different folds come from different models and are not compared: pooled,
    they would put even rows of one kind below an AUC of 0.5.

    Parameters
    ----------
    source, target : ndarray of shape (n_source,), (n_target,)
        Scores of held-out rows, higher where a row looks like a target row.
    source_folds, target_folds : ndarray of shape (n_source,), (n_target,)
        Fold that held each row out.
    confidence : float
        Share of such intervals that hold the true AUC.

    Returns
    -------
    auc, low, high : float
        The AUC and its interval by DeLong's variance [1]_, with one row at chance
        added to either side, so that the interval always has a width. It is cut off
        at 0 and 1.

    References
    ----------
    .. [1] E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson. Comparing the areas
       under two or more correlated receiver operating characteristic curves.
       Biometrics 44, 837-845, 1988.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.covariate_shift._placements import auc_interval
    >>> folds = np.zeros(4, dtype=int)
    >>> auc, low, high = auc_interval(
    ...     np.array([0.1, 0.2, 0.3, 0.6]),
    ...     np.array([0.4, 0.5, 0.7, 0.8]),
    ...     folds,
    ...     folds,
    ...     0.95,
    ... )
    >>> auc
    0.875
    """
    above = _placements(source[:, None], target[:, None], source_folds, target_folds)
    below = 1 - _placements(
        target[:, None], source[:, None], target_folds, source_folds
    )
    auc = float(above.mean())
    variance = sum(
        np.append(side, 0.5).var(ddof=1) / (len(side) + 1) for side in (above, below)
    )
    half = norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    return auc, float(max(auc - half, 0)), float(min(auc + half, 1))


def auc_of_columns(source, target, source_folds, target_folds):
    """AUC of each column of scores, compared within each fold only.

    Parameters
    ----------
    source, target : ndarray of shape (n_source, n_columns), (n_target, n_columns)
        Scores of held-out rows.
    source_folds, target_folds : ndarray of shape (n_source,), (n_target,)
        Fold that held each row out.

    Returns
    -------
    ndarray of shape (n_columns,)
        The AUCs.
    """
    return _placements(source, target, source_folds, target_folds).mean(axis=0)


def _placements(rows, others, row_folds, other_folds):
    """Share of the other rows of the same fold with a higher score, ties by half."""
    shares = np.empty(rows.shape)
    for fold in np.unique(row_folds):
        at, beside = row_folds == fold, np.sort(others[other_folds == fold], axis=0)
        for column in range(rows.shape[1]):
            lowest = np.searchsorted(beside[:, column], rows[at, column], "left")
            highest = np.searchsorted(beside[:, column], rows[at, column], "right")
            shares[at, column] = 1 - (lowest + highest) / (2 * len(beside))
    return shares
