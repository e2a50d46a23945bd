"""Containers into typed columns: the only file that knows what a DataFrame is."""

from __future__ import annotations

import datetime as dt
import numbers
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError
from scipy import sparse


@dataclass(frozen=True)
class Column:
    """One column of a table in the same form whatever container it came from.

    Parameters
    ----------
    name : str or other label
        Label of the column, `x0`, `x1`, ... where the table has none.
    form : {"number", "boolean", "date", "text"}
        What the values are.
    values : ndarray of shape (n_samples,)
        float64 with NaN for numbers and booleans, datetime64[us] with NaT for dates,
        positions in `levels` with -1 for text; NaN, NaT and -1 are missing values.
    levels : list of str, default=()
        Distinct texts, sorted.
    declared : bool, default=False
        Whether the container says that the column is categorical.
    """

    name: Any
    form: str
    values: np.ndarray
    levels: Iterable[str] = ()
    declared: bool = False

    @property
    def missing(self) -> np.ndarray:
        """Mask of the missing values."""
        if self.form == "text":
            return self.values < 0
        return np.isnat(self.values) if self.form == "date" else np.isnan(self.values)


class Table:
    """A table that hands out one typed column at a time.

    Parameters
    ----------
    X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        A pandas, polars or pyarrow table, a two-dimensional array or a sparse matrix.
    """

    def __init__(self, X: Any):
        self.frame = as_frame(X)
        if self.frame is None:
            X = array_of_list(X) if isinstance(X, (list, tuple)) else X
            self.array = X.tocsc() if sparse.issparse(X) else X
            self.shape = X.shape
            self.names = [f"x{i}" for i in range(X.shape[1])]
        else:
            self.shape = self.frame.shape
            self.names = raw_column_labels(X)

    def column(self, position: int) -> Column:
        """Read the column at `position`."""
        name = self.names[position]
        if self.frame is not None:
            return _read_series(name, self.frame[:, position])
        if sparse.issparse(self.array):
            return _read_array(name, self.array[:, [position]].toarray().ravel())
        return _read_array(name, self.array[:, position])


def as_frame(X: Any) -> Any:
    """Wrap a DataFrame of any library, None for anything else."""
    try:
        frame = nw.from_native(X, pass_through=True)
    except DuplicateError:
        check_unique_names(X)
        raise  # pragma: no cover
    if isinstance(frame, nw.LazyFrame):
        raise TypeError(
            f"Got a lazy table ({type(X).__module__}.{type(X).__name__}); its values "
            "are not there yet. Pass an eager one, e.g. X.collect()."
        )
    return frame if isinstance(frame, nw.DataFrame) else None


def array_of_list(rows: Any) -> np.ndarray:
    """Make an array in which a string among numbers does not make strings of them."""
    array = np.asarray(rows)
    return np.asarray(rows, dtype=object) if array.dtype.kind in "US" else array


def raw_column_labels(X: Any) -> list[Any]:
    """Column labels of a DataFrame as the container gives them."""
    labels = getattr(X, "columns", None)
    return list(X.column_names if hasattr(X, "column_names") else labels)


def check_unique_names(X: Any) -> None:
    """Refuse two columns of one name."""
    counts = Counter(raw_column_labels(X))
    twice = [label for label, count in counts.items() if count > 1]
    if twice:
        raise ValueError(
            f"Column names must be unique, but these occur more than once: {twice}. "
            "Rename or drop the duplicates."
        )


def _read_series(name: Any, series: Any) -> Column:
    dtype = series.dtype
    if dtype in (nw.Categorical, nw.Enum):
        return _read_objects(name, series.to_list(), declared=True)
    if dtype == nw.String:
        return _read_objects(name, series.to_list())
    if dtype == nw.Boolean or dtype.is_numeric():
        form = "boolean" if dtype == nw.Boolean else "number"
        return Column(name, form, series.cast(nw.Float64).to_numpy())
    if dtype == nw.Datetime:
        series = series.dt.replace_time_zone(None)  # the clock that people read
        return _read_array(name, series.to_numpy())
    if dtype in (nw.Date, nw.Duration):
        series = series.cast(nw.Datetime("us")) if dtype == nw.Date else series
        return _read_array(name, series.to_numpy())
    if dtype.is_nested():
        raise TypeError(_nested_message(name, dtype))
    return _read_objects(name, series.to_list())


def _read_array(name: Any, values: np.ndarray) -> Column:
    kind = values.dtype.kind
    if kind == "b":
        return Column(name, "boolean", values.astype(np.float64))
    if kind in "iuf":
        return Column(name, "number", values.astype(np.float64))
    if kind == "M":
        return Column(name, "date", values.astype("datetime64[us]"))
    if kind == "m":
        return Column(name, "number", _seconds(values))
    if kind == "c":
        raise ValueError(_complex_message(name))
    return _read_objects(name, values.tolist())


def _complex_message(name: Any) -> str:
    return (
        f"Complex data not supported\nColumn {name!r} is complex: give its real and "
        "imaginary parts as two columns."
    )


def _nested_message(name: Any, what: Any) -> str:
    return (
        f"Column {name!r} holds nested values ({what}). Turn them into plain columns "
        "or drop the column."
    )


def _refuse_objects(name: Any, types: set[type]) -> None:
    """Refuse Python objects that no kind of column could do justice."""
    for one in types:
        if issubclass(one, (complex, np.complexfloating)):
            raise ValueError(_complex_message(name))
        if issubclass(one, (bytes, bytearray, memoryview)):
            raise TypeError(
                f"Column {name!r} holds bytes. Decode them to strings, e.g. with "
                "pandas' .str.decode('utf-8'), or drop the column."
            )
        if issubclass(one, Collection) and not issubclass(one, str):
            raise TypeError(_nested_message(name, one.__name__))


def _seconds(values: np.ndarray) -> np.ndarray:
    seconds = values.astype("timedelta64[us]").astype(np.float64) / 1e6
    seconds[np.isnat(values)] = np.nan
    return seconds


def _read_objects(name: Any, values: list[Any], *, declared: bool = False) -> Column:
    """Give Python objects the form that all of them share, text if none."""
    types = set(map(type, values))
    _refuse_objects(name, types)
    if _only_texts_and_gaps(values, types):
        return _text_column(name, values, declared)
    missing = np.fromiter(map(is_missing, values), bool, len(values))
    present = [v for v, gone in zip(values, missing, strict=True) if not gone]
    form, convert = _shared_form(set(map(type, present)))
    if form == "text" or declared:
        texts = [None if is_missing(v) else as_text(v) for v in values]
        return _text_column(name, texts, declared)
    dtype = np.dtype("datetime64[us]" if form == "date" else np.float64)
    column = np.full(len(values), np.array("NaT" if form == "date" else np.nan, dtype))
    column[~missing] = np.array([convert(v) for v in present], dtype=dtype)
    return Column(name, form, column)


def _only_texts_and_gaps(values: list[Any], types: set[type]) -> bool:
    """Tell the common case without a Python call per value."""
    if str not in types or not types <= {str, float, NoneType}:
        return False
    if float not in types:
        return True
    return not any(type(value) is float and value == value for value in values)


def is_missing(value: Any) -> bool:
    """Tell None, NaN, NaT and NA, without importing pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (numbers.Number, np.generic)) and bool(value != value)


def _shared_form(types: set[type]) -> tuple[str, Any]:
    for form, accepted, convert in (
        ("number", (), float),  # nothing present: all missing
        ("boolean", (bool, np.bool_), float),
        ("number", (dt.timedelta, np.timedelta64), _as_seconds),  # numpy's is a Real
        ("number", (numbers.Real, np.bool_, Decimal), float),
        ("date", (dt.date, np.datetime64), _as_datetime),
        ("number", (dt.time,), _as_seconds_of_day),
    ):
        if all(issubclass(one, accepted) for one in types):
            return form, convert
    return "text", as_text


def _as_datetime(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return np.datetime64(value.replace(tzinfo=None), "us")
    return np.datetime64(value, "us")


def _as_seconds(value: Any) -> float:
    if isinstance(value, np.timedelta64):
        return float(value / np.timedelta64(1, "s"))
    return value.total_seconds()


def _as_seconds_of_day(value: dt.time) -> float:
    return (
        value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    )


def as_text(value: Any) -> str:
    """Text of a level; 1 and 1.0 are the same level."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _text_column(name: Any, texts: list[Any], declared: bool) -> Column:
    index = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(index.__getitem__, texts), np.intp, len(texts))
    levels = sorted(text for text in index if isinstance(text, str) and text.strip())
    # Blank text says as much as a missing value: both end at -1.
    position = np.full(len(index), -1, dtype=np.intp)
    for rank, level in enumerate(levels):
        position[index[level]] = rank
    return Column(name, "text", position[codes], levels, declared)
