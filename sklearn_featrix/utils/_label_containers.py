"""Labels in any container become one numpy array and a mask of missing entries."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import check_array

from ._warnings import warn

__all__ = ["HOW_TO_MARK", "as_one_dimensional", "is_missing", "read_present"]

HOW_TO_MARK = (
    "-1 (integers, strings, objects), None or NaN (objects, floats, pandas and "
    "polars) mark unlabeled rows"
)


def read_present(y: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Entries that are not missing, as one numpy array, and the mask of the missing."""
    if y is None:
        raise ValueError(
            "This estimator requires y to be passed, but the target y is None. Give "
            f"one entry per row; {HOW_TO_MARK}."
        )
    y = as_one_dimensional(y)
    if hasattr(y, "is_null"):  # polars: NaN and null are two things
        is_nan = y.is_nan().fill_null(False) if y.dtype.is_float() else False
        missing = (y.is_null() | is_nan).to_numpy().astype(bool)
        return y.filter(~(y.is_null() | is_nan)).to_numpy(), missing
    if hasattr(y, "isna"):  # pandas, nullable and categorical dtypes included
        missing = np.array(y.isna(), dtype=bool)
        return np.asarray(y[~missing]), missing
    missing = _missing_in_array(y)
    return y[~missing] if missing.any() else y, missing


def as_one_dimensional(y: Any) -> Any:
    if hasattr(y, "to_pylist") and not hasattr(y, "columns"):  # pyarrow, no table
        y = np.array(y.to_pylist(), dtype=object)
    if hasattr(y, "is_null") or hasattr(y, "isna") or hasattr(y, "get_columns"):
        if getattr(y, "ndim", len(y.shape)) == 1:
            return y
        if y.shape[1] == 1:
            _warn_column_vector(y.shape)
            return y.iloc[:, 0] if hasattr(y, "iloc") else y.to_series(0)
        raise ValueError(_not_one_dimensional_message(y.shape))
    if isinstance(y, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(y)
        y = y.data.astype(object)
        y[masked] = None
    elif isinstance(y, np.ndarray) and y.dtype.kind == "T":
        y = y.astype(object)  # numpy's StringDType, with or without a missing value
    array = check_array(
        y, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name="y",
        ensure_min_samples=0, allow_nd=True,
    )  # fmt: skip
    if isinstance(y, (list, tuple)) and array.dtype.kind in "US":
        # numpy turns ["a", None] into strings only when forced to: keep the objects.
        array = np.array(y, dtype=object)
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        _warn_column_vector(array.shape)
        return array.ravel()
    raise ValueError(_not_one_dimensional_message(array.shape))


def _warn_column_vector(shape: tuple[int, ...]) -> None:
    warn(
        "A column-vector y was passed when a 1d array was expected. Please change the "
        f"shape of y to (n_samples,), got {shape}, for example using ravel().",
        DataConversionWarning,
    )


def _not_one_dimensional_message(shape: tuple[int, ...]) -> str:
    return (
        f"y should be a 1d array, got an array of shape {shape} instead. Give one "
        "label per row: multi-label and multi-output targets are not supported."
    )


def _missing_in_array(y: NDArray[Any]) -> NDArray[np.bool_]:
    if y.dtype.kind == "f":
        return np.asarray(np.isnan(y), dtype=bool)
    if y.dtype == object:
        # None, NaN, NaT and pandas.NA, without importing pandas.
        return np.fromiter((is_missing(value) for value in y), bool, len(y))
    if y.dtype.kind in "mM":
        return np.asarray(np.isnat(y))
    return np.zeros(len(y), dtype=bool)


def is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real) and value != value
