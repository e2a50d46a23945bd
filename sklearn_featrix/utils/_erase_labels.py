"""Write marks into a copy of y, in whatever it is kept."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._label_containers import as_one_dimensional, is_missing

__all__ = ["erase_labels"]


def erase_labels(y: Any, rows: ArrayLike, *, unlabeled: Any = "auto") -> Any:
    """Copy `y` with some rows marked as unlabeled.

    The mark is the one that fits: -1 in integers, "-1" in numpy strings, NaN in floats,
    NA in nullable and categorical pandas Series, null in polars, None in objects. Where
    the dtype has no room for a mark it widens: numpy booleans become objects with None,
    a pandas Series of booleans or unsigned integers becomes nullable, unsigned numpy
    integers become signed.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: a list, tuple, numpy array, pandas or polars Series. Anything else
        comes back as a numpy array.
    rows : array-like of bool of shape (n_samples,)
        True where the label is to be erased.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`is_labeled`. With None or a scalar, -1
        is not written: integers take the scalar, or become objects (pandas: nullable)
        with a missing value.

    Returns
    -------
    array-like of shape (n_samples,)
        A new container of the same type, whatever was labelled before and is not in
        `rows` unchanged.

    Raises
    ------
    ValueError
        If `rows` has another length than `y`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._erase_labels import erase_labels
    >>> erase_labels(np.array([0, 1, 1]), [False, True, False])
    array([ 0, -1,  1])
    >>> erase_labels(["spam", "ham"], [True, False])
    [None, 'ham']
    """
    rows = np.asarray(rows, dtype=bool)
    column = as_one_dimensional(y)
    if rows.shape != (len(column),):
        raise ValueError(
            f"rows has shape {rows.shape}, y has {len(column)} rows. Give one boolean "
            "per row of y, True where its label is to be erased."
        )
    if hasattr(column, "is_null"):
        kept = np.where(rows, -1, np.arange(len(rows)))  # polars: no row, no label
        return column.gather(type(column)(kept).replace(-1, None)).alias(column.name)
    if hasattr(column, "isna") and hasattr(column, "mask"):
        return _erase_in_pandas(column, rows, unlabeled)
    erased = _erase_in_array(np.asarray(column), rows, unlabeled)
    return type(y)(erased.tolist()) if isinstance(y, (list, tuple)) else erased


def _erase_in_pandas(column: Any, rows: NDArray[np.bool_], unlabeled: Any) -> Any:
    dtype = column.dtype
    if not isinstance(dtype, np.dtype):
        return column.mask(rows)
    if dtype.kind in "bu" or (
        dtype.kind == "i" and _mark_for(np.asarray(column), unlabeled) is None
    ):
        nullable = dtype.name.replace("int", "Int").replace("u", "U")
        nullable = {"bool": "boolean"}.get(nullable, nullable)
        return column.astype(nullable).mask(rows)
    erased = _erase_in_array(column.to_numpy(), rows, unlabeled)
    return type(column)(
        erased, index=column.index, name=column.name, dtype=erased.dtype
    )


def _erase_in_array(
    values: NDArray[Any], rows: NDArray[np.bool_], unlabeled: Any
) -> NDArray[Any]:
    mark = _mark_for(values, unlabeled)
    if mark is None:
        values = values.astype(object)
        values[rows] = None
        return values
    return np.where(rows, mark, values)


def _mark_for(values: NDArray[Any], unlabeled: Any) -> Any:
    """Mark that an array can hold, None if it has to become an array of objects."""
    kind = values.dtype.kind
    if kind == "f":
        return np.array(np.nan, dtype=values.dtype)
    if unlabeled is None or is_missing(unlabeled):
        return None
    if isinstance(unlabeled, str) and unlabeled == "auto":
        unlabeled = "-1" if kind == "U" else -1
    if kind == "U" and isinstance(unlabeled, str):
        return np.array(unlabeled)
    if kind in "iu" and isinstance(unlabeled, numbers.Integral):
        mark = np.array(unlabeled, dtype=np.min_scalar_type(int(unlabeled)))
        # uint64 and -1 meet in float64 only, which is no label.
        return mark if np.result_type(mark, values).kind in "iu" else None
    return None
