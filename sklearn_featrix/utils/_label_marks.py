"""What marks a row as unlabeled: -1, None, NaN, or what the caller says."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._label_containers import is_missing, read_present
from ._warnings import warn

__all__ = ["classes_read_as_marks", "is_auto", "mark_beside", "split_unlabeled"]

# What NaN, None and pandas.NA become in a numpy array of strings.
_MISSING_AS_TEXT = ("nan", "None", "<NA>")


def split_unlabeled(y: Any, unlabeled: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values of the labelled rows in their own dtype, and the mask of these rows."""
    if hasattr(unlabeled, "__len__") and not isinstance(unlabeled, (str, bytes)):
        raise TypeError(
            f"unlabeled must be 'auto', None or a scalar, got {unlabeled!r}. Where "
            "several marks are in use, replace all of them by None first."
        )
    present, missing = read_present(y)
    _refuse_bytes(present)
    if unlabeled is not None:
        if is_auto(unlabeled):
            marked = _auto_marks(present)
        else:
            marked = _equals(present, unlabeled)
            if not isinstance(y, (list, tuple)):  # a list can hold anything
                _warn_if_text_among_numbers(present, unlabeled)
        if marked.any():
            missing[~missing] = marked
            present = present[~marked]
    return _settle_dtype(present), ~missing


def _refuse_bytes(present: NDArray[Any]) -> None:
    kind = present.dtype.kind
    if kind == "S" or (kind == "O" and any(isinstance(v, bytes) for v in present)):
        raise TypeError(
            "y holds bytes, which are no labels. Decode them to strings first, e.g. "
            "np.char.decode(y) for a numpy array of bytes."
        )


def _warn_if_text_among_numbers(present: NDArray[Any], mark: Any) -> None:
    if isinstance(mark, str) and present.dtype.kind in "biufc" and len(present):
        warn(
            f"unlabeled={mark!r} is text, y holds numbers (dtype {present.dtype}): it "
            "marks no row. Pass the number that marks unlabeled rows, or "
            "unlabeled='auto'.",
        )


def classes_read_as_marks(classes: Any, unlabeled: Any = "auto") -> NDArray[Any]:
    """Those of a classifier's classes that `unlabeled` reads as marks."""
    values = np.asarray(classes)
    if unlabeled is None or (is_auto(unlabeled) and values.dtype.kind == "f"):
        return values[:0]
    is_mark = _auto_marks(values) if is_auto(unlabeled) else _equals(values, unlabeled)
    return values[is_mark]


def mark_beside(classes: Any, unlabeled: Any) -> Any:
    """`unlabeled` as it reads once the classes are known: a mark may be one of them."""
    if len(classes_read_as_marks(classes, unlabeled)):
        return None
    return unlabeled


def is_auto(unlabeled: Any) -> bool:
    """Whether nobody said what marks an unlabeled row."""
    return isinstance(unlabeled, str) and unlabeled == "auto"


def _auto_marks(present: NDArray[Any]) -> NDArray[np.bool_]:
    kind = present.dtype.kind
    if kind == "i":
        return _equals(present, -1)
    if kind == "O":
        return _equals(present, -1)
    if kind == "U":
        return np.isin(present, ["-1", *_MISSING_AS_TEXT])
    if kind == "f" and (present == -1).any():
        raise ValueError(
            f"y is a float array and holds -1.0 in {int((present == -1).sum())} rows: "
            "an unlabeled mark or a class? In a float y only NaN marks unlabeled rows. "
            "Pass unlabeled=-1 if -1.0 means unlabeled, unlabeled=None if it is a "
            "class, or use integer labels."
        )
    return np.zeros(len(present), dtype=bool)


def _equals(values: NDArray[Any], mark: Any) -> NDArray[np.bool_]:
    if is_missing(mark):
        return np.zeros(len(values), dtype=bool)
    if values.dtype == object:
        return np.fromiter((_is_mark(value, mark) for value in values), bool)
    if values.dtype.kind == "U":
        return np.asarray(values == str(mark), dtype=bool)
    if isinstance(mark, str):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(values == mark, dtype=bool)


def _is_mark(value: Any, mark: Any) -> bool:
    """Whether an entry is the mark; among strings a number is its text."""
    if isinstance(value, str):
        return value == str(mark)
    return not isinstance(mark, str) and bool(value == mark)


def _settle_dtype(present: NDArray[Any]) -> NDArray[Any]:
    """Give numbers and booleans that stood beside None their own dtype back."""
    if present.dtype != object or not len(present):
        return present
    is_bool = [isinstance(value, (bool, np.bool_)) for value in present]
    if all(is_bool):
        return present.astype(np.bool_)
    if any(is_bool) or not all(isinstance(value, numbers.Real) for value in present):
        return present
    if not all(isinstance(value, numbers.Integral) for value in present):
        return present.astype(np.float64)
    fits = all(abs(int(value)) < 2**63 for value in present)
    return present.astype(np.int64) if fits else present
