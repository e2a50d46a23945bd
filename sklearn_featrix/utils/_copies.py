"""Rows that occur more than once, and rows that count more than once."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compat import check_sample_weight
from ._labels import PartialLabels

__all__ = [
    "distinct_rows",
    "effective_number",
    "effective_numbers",
    "merge_copies",
    "row_weights",
]


def row_weights(X: Any, sample_weight: Any) -> np.ndarray:
    """Check the weights of the rows of a table.

    Parameters
    ----------
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The table.
    sample_weight : array-like of shape (n_samples,) or None
        Weights; None is 1 for each row.

    Returns
    -------
    ndarray of shape (n_samples,)
        The weights.

    Raises
    ------
    ValueError
        If a weight is negative or all are zero.
    """
    weights: np.ndarray = check_sample_weight(
        sample_weight, X, ensure_non_negative=True
    )
    if not weights.any():
        raise ValueError(
            "sample_weight is zero in every row. Give a weight above zero to the "
            "rows that shall count."
        )
    return weights


def distinct_rows(keys: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Find one row of each kind that counts.

    Parameters
    ----------
    keys : ndarray of shape (n_samples,)
        Equal for equal rows.
    weights : ndarray of shape (n_samples,), default=None
        Rows of weight zero do not count; None: all count.

    Returns
    -------
    ndarray of int
        Positions in the order of the keys: neither copies nor the order of the rows
        have a part in it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._copies import distinct_rows
    >>> distinct_rows(np.array([7, 3, 7, 5]))
    array([1, 3, 0])
    """
    kept = np.flatnonzero(np.ones(len(keys)) if weights is None else weights > 0)
    return kept[np.unique(keys[kept], return_index=True)[1]]


def merge_copies(
    keys: np.ndarray, labels: PartialLabels, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn the labelled rows into distinct (row, label) pairs in a fixed order.

    Parameters
    ----------
    keys : ndarray of shape (n_samples,)
        Equal for equal rows.
    labels : PartialLabels
        Labels of all rows.
    weights : ndarray of shape (n_samples,)
        Weights of all rows.

    Returns
    -------
    rows : ndarray of shape (n_pairs,)
        Position of one row for each pair.
    codes : ndarray of shape (n_pairs,)
        Its class.
    weights : ndarray of shape (n_pairs,)
        Sum of the weights of the rows that are copies of it.
    """
    labeled = np.flatnonzero(labels.labeled)
    order = labeled[np.lexsort((labels.codes[labeled], keys[labeled]))]
    pairs = np.column_stack([keys[order], labels.codes[order].astype(keys.dtype)])
    is_new = np.r_[True, (pairs[1:] != pairs[:-1]).any(axis=1)]
    rows = order[is_new]
    summed = np.add.reduceat(weights[order], np.flatnonzero(is_new))
    return rows, labels.codes[rows], summed


def effective_number(weights: np.ndarray) -> np.ndarray:
    """Count observations of unequal weight as equal ones that tell as much.

    The effective number of Kish [1]_: the square of the sum of the weights through the
    sum of their squares.

    Parameters
    ----------
    weights : ndarray of shape (n_observations,) or (n_observations, n_subsets)
        Weights, none negative; 0 for what is not in a subset. Of an observation that
        has copies it is their joint weight.

    Returns
    -------
    float or ndarray of shape (n_subsets,)
        From 1 to the number of weights above zero; NaN where there is none.

    References
    ----------
    .. [1] L. Kish. Survey sampling. Wiley, 1965.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._copies import effective_number
    >>> float(effective_number(np.array([3.0, 1.0])).round(3))
    1.6
    """
    largest = np.max(weights, initial=0.0)  # its square may be too large, or 0
    shares = weights / (largest or 1.0)
    return _through_squares(shares.sum(axis=0), (shares**2).sum(axis=0))


def _through_squares(total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Kish's number of a sum of weights and the sum of their squares."""
    with np.errstate(invalid="ignore"):
        number: np.ndarray = total**2 / squares
    return number


def effective_numbers(
    observations: np.ndarray,
    weights: np.ndarray,
    scores: np.ndarray,
    thresholds: np.ndarray,
) -> np.ndarray:
    """Count the observations with a score from each threshold on, as far as they vary.

    This is :func:`effective_number` [1]_, where copies of an observation are one with
    their joint weight. Bounds for proportions that take it for the number of rows [2]_
    do not become narrower by copies, nor by a few rows that outweigh all others.

    Parameters
    ----------
    observations : ndarray of shape (n_rows,)
        Equal for copies of one observation.
    weights : ndarray of shape (n_rows,)
        Weights of the rows, above zero.
    scores : ndarray of shape (n_rows,)
        Their scores; copies may have different ones.
    thresholds : ndarray of shape (n_thresholds,)
        Thresholds, none above the highest score.

    Returns
    -------
    ndarray of shape (n_thresholds,)
        Between 1 and the number of different observations.

    References
    ----------
    .. [1] L. Kish. Survey sampling. Wiley, 1965.
    .. [2] E. L. Korn and B. I. Graubard. Confidence intervals for proportions with
       small expected number of positive counts estimated from survey data. Survey
       Methodology 24, 193-201, 1998.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._copies import effective_numbers
    >>> observations, scores = np.array([4, 4, 4, 7]), np.array([0.9, 0.9, 0.9, 0.8])
    >>> effective_numbers(observations, np.ones(4), scores, np.array([0.9, 0.8]))
    array([1. , 1.6])
    """
    order = np.lexsort((-scores, observations))
    observations, scores = observations[order], scores[order]
    weights = weights[order] / weights.max()
    total = weights.cumsum()
    first = np.flatnonzero(np.append(True, observations[1:] != observations[:-1]))
    earlier = np.append(0.0, total[first[1:] - 1])
    joint = total - np.repeat(earlier, np.diff(np.append(first, len(total))))
    # what each row adds to the square of its observation's weight
    squares = weights * (2 * joint - weights)
    falling = np.argsort(-scores, kind="stable")
    last = np.searchsorted(-scores[falling], -thresholds, side="right") - 1
    return _through_squares(
        weights[falling].cumsum()[last], squares[falling].cumsum()[last]
    )
