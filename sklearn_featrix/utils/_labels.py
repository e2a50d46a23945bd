"""Partial labels: which rows have one, their classes and codes."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets

from ._label_containers import HOW_TO_MARK
from ._label_marks import is_auto, split_unlabeled
from ._warnings import warn

__all__ = ["PartialLabels", "encode_labels", "is_labeled"]


@dataclass(frozen=True)
class PartialLabels:
    """Labels of a table in which some rows have none.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The sorted class labels, in the dtype the caller gave them.
    codes : ndarray of shape (n_samples,)
        Position of each row's label in `classes`; meaningless where `labeled` is
        False.
    labeled : ndarray of shape (n_samples,)
        True where the row has a label.
    """

    classes: NDArray[Any]
    codes: NDArray[np.intp]
    labeled: NDArray[np.bool_]

    @property
    def n_labeled(self) -> int:
        """Number of rows with a label."""
        return int(self.labeled.sum())

    @property
    def labeled_codes(self) -> NDArray[np.intp]:
        """Codes of the labelled rows only."""
        return self.codes[self.labeled]

    @property
    def labeled_values(self) -> NDArray[Any]:
        """Labels of the labelled rows only, in the caller's dtype."""
        return self.classes[self.labeled_codes]


def is_labeled(y: Any, *, unlabeled: Any = "auto") -> NDArray[np.bool_]:
    """Tell which rows have a label.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels: a list, numpy array, pyarrow array, pandas or polars Series.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row. Missing values (None, NaN, NA) always do.

        - "auto": also -1 in integer, object and string `y`. Numpy string arrays cannot
          hold a missing value: there "nan", "None" and "<NA>", as which numpy stores
          one, count as unlabeled too;
        - None: nothing else, -1 is a class like any other;
        - a scalar: also rows that equal it. Among strings a number is its text: -1
          also finds "-1".

    Returns
    -------
    ndarray of shape (n_samples,)
        Boolean mask, True where the row has a label.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, or a float `y` holds -1.0 and `unlabeled` does
        not say what it means.
    TypeError
        If `y` holds bytes, or `unlabeled` is no scalar.

    Warns
    -----
    UserWarning
        If `unlabeled` is text and `y` can only hold numbers: it marks no row.

    Examples
    --------
    >>> from sklearn_featrix.utils import is_labeled
    >>> is_labeled([0, 1, -1, 1])
    array([ True,  True, False,  True])
    >>> is_labeled(["spam", None, "ham"])
    array([ True, False,  True])
    >>> is_labeled([-1, 1, 1], unlabeled=None)
    array([ True,  True,  True])
    """
    return split_unlabeled(y, unlabeled)[1]


def encode_labels(
    y: Any,
    *,
    unlabeled: Any = "auto",
    n_samples: int | None = None,
    min_classes: int = 1,
    keep: NDArray[np.bool_] | None = None,
) -> PartialLabels:
    """Turn any accepted form of partial labels into classes, codes and a mask.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`is_labeled`.
    n_samples : int, default=None
        Number of rows of the table that `y` belongs to.
    min_classes : int, default=1
        Fewer classes among the labelled rows are an error, but for one case: a `y` of
        -1 and 1 only, with no more of -1, is read as two classes, with a warning.
    keep : ndarray of shape (n_samples,), default=None
        Rows where it is False count as unlabeled, whatever `y` says.

    Returns
    -------
    PartialLabels
        Classes, codes and mask.

    Raises
    ------
    ValueError
        If `y` has another length than the table, no label at all, too few classes,
        labels that cannot be sorted, or continuous values.
    """
    values, labeled = split_unlabeled(y, unlabeled)
    if n_samples is not None and len(labeled) != n_samples:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: X has "
            f"{n_samples} rows, y has {len(labeled)}. Give y one entry per row of X; "
            f"{HOW_TO_MARK}."
        )
    if keep is not None:
        values, labeled = values[keep[labeled]], labeled & keep
    if not labeled.any():
        raise ValueError(
            f"y has {len(labeled)} rows and no label at all: all are unlabeled "
            f"({HOW_TO_MARK}). Label at least {_rows_to_label(min_classes)}, or pass "
            "unlabeled=None if -1 is a real class."
        )
    classes, codes_of_labeled = _sorted_classes(values)
    if len(classes) < min_classes:
        if _is_sign_coded(y, unlabeled):
            _warn_sign_coded()
            return encode_labels(
                y, unlabeled=None, n_samples=n_samples,
                min_classes=min_classes, keep=keep,
            )  # fmt: skip
        raise ValueError(_too_few_classes_message(classes, labeled, min_classes))
    codes = np.zeros(len(labeled), dtype=np.intp)
    codes[labeled] = codes_of_labeled
    return PartialLabels(classes, codes, labeled)


def _rows_to_label(min_classes: int) -> str:
    return f"{min_classes} rows of different classes" if min_classes > 1 else "one row"


def _is_sign_coded(y: Any, unlabeled: Any) -> bool:
    """Whether y is a fully labelled binary target of -1 and 1.

    Where most rows are -1 it is a table with few labels, all of one class.
    """
    if not is_auto(unlabeled):
        return False
    values, labeled = split_unlabeled(y, None)
    return bool(
        labeled.all()
        and values.dtype.kind == "i"
        and np.array_equal(np.unique(values), [-1, 1])
        and values.sum() >= 0
    )


def _warn_sign_coded() -> None:
    warn(
        "y holds only -1 and 1, and no more of -1: they are read as two classes. Pass "
        "unlabeled=None to say so (to LabeledSplit: unlabeled_mark=None), before any "
        "cross-validation, where a fold can tip the balance; or pass unlabeled=-1 if "
        "-1 marks unlabeled rows.",
    )


def _sorted_classes(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    if values.dtype.kind in "iu" and len(values):
        classes, codes = _distinct(values)
        if len(classes) <= len(values) // 2:
            return classes, codes  # scikit-learn has no objection, and takes longer
    with np.errstate(invalid="ignore"):  # infinity is refused just below
        check_classification_targets(_as_known_target(values))
    try:
        classes, codes = _distinct(values)
    except TypeError as error:
        types = sorted({type(value).__name__ for value in values})
        raise ValueError(
            f"The labels mix types that cannot be sorted: {', '.join(types)}. Use one "
            "type for all classes, and convert labelled rows only: labeled = "
            f"is_labeled(y); y[labeled] = y[labeled].astype(str). {HOW_TO_MARK}."
        ) from error
    return classes, codes


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Sort the distinct values and find each one's place; integers without a sort."""
    if np.can_cast(values.dtype, np.int64) and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < len(values):
            offsets = values.astype(np.int64) - low
            present = np.bincount(offsets) > 0
            classes = (np.flatnonzero(present) + low).astype(values.dtype)
            return classes, (np.cumsum(present) - 1)[offsets]
    classes, codes = np.unique(values, return_inverse=True)
    return classes, codes


def _as_known_target(values: NDArray[Any]) -> NDArray[Any]:
    """Labels in a form whose type scikit-learn can name, with the same distinctness."""
    if values.dtype != object:
        return values
    if all(isinstance(value, (str, bytes)) for value in values):
        return values
    return np.asarray([_plain(value) for value in values])


def _plain(value: Any) -> Any:
    return str(value) if not isinstance(value, numbers.Number) else value


def _too_few_classes_message(
    classes: NDArray[Any], labeled: NDArray[np.bool_], min_classes: int
) -> str:
    n_labeled = int(labeled.sum())
    noun = "class" if len(classes) == 1 else "classes"
    names = ", ".join(repr(name) for name in classes.tolist())
    message = (
        f"The labelled rows of y hold {len(classes)} {noun} ({names}; {n_labeled} of "
        f"{len(labeled)} rows labelled); at least {min_classes} classes are needed."
    )
    if not labeled.all():
        message += (
            " Some rows count as unlabeled; if -1 is a real class, pass unlabeled=None."
        )
    return message
