"""Hiding labels, to see what a few of them are worth."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils import check_random_state, check_scalar

from ..utils._erase_labels import erase_labels
from ..utils._labels import PartialLabels, encode_labels
from ..utils._warnings import warn

__all__ = ["mask_labels"]


def mask_labels(
    y,
    *,
    n_labeled=None,
    fraction=None,
    stratify=True,
    unlabeled="auto",
    random_state=None,
):
    """Hide all labels but a few.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: a list, tuple, numpy array, pandas or polars Series. Rows that are
        unlabeled already stay so.
    n_labeled : int, default=None
        Number of labels to keep. Give either this or `fraction`.
    fraction : float, default=None
        Share of the labels in `y` to keep, in (0, 1]; rounded, at least one.
    stratify : bool, default=True
        Whether to keep the class shares of `y`, with at least one label per class if
        there are as many labels as classes. Without it each label has the same chance,
        and a rare class may lose all of its labels (a warning names it).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`. Pass
        None if -1 is a class of `y`.
    random_state : int, RandomState instance or None, default=None
        Chooses the labels that stay.

    Returns
    -------
    array-like of shape (n_samples,)
        A copy of `y` in the same container. Hidden labels carry the mark that its dtype
        can hold: -1 in integers, "-1" in numpy string arrays, NaN in floats and pandas
        strings and categories, NA in nullable pandas dtypes, null in polars, None
        otherwise. Booleans have no room for a mark: a numpy array becomes an array of
        objects with None, a pandas Series becomes "boolean"; the classes stay boolean.

    Raises
    ------
    ValueError
        If not exactly one of `n_labeled` and `fraction` is given, or more labels are
        asked for than `y` has.

    Warns
    -----
    UserWarning
        If a class of `y` keeps no label.

    See Also
    --------
    sklearn_featrix.utils.is_labeled : Tells which rows have a label.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.datasets import mask_labels
    >>> y = np.array([0, 0, 0, 0, 1, 1])
    >>> mask_labels(y, n_labeled=3, random_state=0)
    array([-1, -1,  0,  0,  1, -1])
    >>> mask_labels(["spam", "ham", "ham"], n_labeled=2, random_state=0)
    ['spam', None, 'ham']
    """
    labels = encode_labels(y, unlabeled=unlabeled)
    n_labeled = _n_to_keep(n_labeled, fraction, labels.n_labeled)
    rng = check_random_state(random_state)
    candidates = np.flatnonzero(labels.labeled)
    if stratify:
        kept = _draw_by_class(labels, n_labeled, rng)
    else:
        kept = rng.choice(candidates, n_labeled, replace=False)
    _warn_lost_classes(labels, kept)
    hidden = np.ones(len(labels.labeled), dtype=bool)
    hidden[kept] = False
    return erase_labels(y, hidden & labels.labeled, unlabeled=unlabeled)


def _n_to_keep(n_labeled: int | None, fraction: float | None, n_labels: int) -> int:
    if (n_labeled is None) == (fraction is None):
        raise ValueError(
            f"Got n_labeled={n_labeled!r} and fraction={fraction!r}. Give exactly one: "
            "n_labeled, the number of labels to keep, or fraction, their share."
        )
    if fraction is not None:
        check_scalar(
            fraction, "fraction", Real, min_val=0, max_val=1,
            include_boundaries="right",
        )  # fmt: skip
        return max(1, round(fraction * n_labels))
    check_scalar(n_labeled, "n_labeled", Integral, min_val=1)
    if n_labeled > n_labels:
        raise ValueError(
            f"n_labeled={n_labeled} labels are to stay, but y has only {n_labels}. "
            "Ask for fewer."
        )
    return int(n_labeled)


def _draw_by_class(
    labels: PartialLabels, n_labeled: int, rng: np.random.RandomState
) -> np.ndarray:
    sizes = np.bincount(labels.labeled_codes)
    rows_of = [
        np.flatnonzero(labels.labeled & (labels.codes == code))
        for code in range(len(sizes))
    ]
    counts = _shares(sizes, n_labeled)
    return np.concatenate(
        [
            rng.choice(rows, count, replace=False)
            for rows, count in zip(rows_of, counts, strict=True)
        ]
    )


def _shares(sizes: np.ndarray, n_labeled: int) -> np.ndarray:
    """Proportional counts by largest remainder, none zero if `n_labeled` allows."""
    quotas = sizes * (n_labeled / sizes.sum())
    counts = np.floor(quotas).astype(int)
    at_least = int(n_labeled >= len(sizes))
    counts = np.maximum(counts, at_least)
    while counts.sum() < n_labeled:
        counts[np.argmax(np.where(counts < sizes, quotas - counts, -np.inf))] += 1
    while counts.sum() > n_labeled:
        counts[np.argmax(np.where(counts > at_least, counts - quotas, -np.inf))] -= 1
    return counts


def _warn_lost_classes(labels: PartialLabels, kept: np.ndarray) -> None:
    lost: list[Any] = np.delete(labels.classes, np.unique(labels.codes[kept])).tolist()
    if lost:
        warn(
            f"No label of {len(lost)} of {len(labels.classes)} classes stays: "
            f"{', '.join(repr(name) for name in lost)}. Keep more labels, or use "
            "stratify=True to keep one of each.",
        )
