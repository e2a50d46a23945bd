"""What a column is, and the conversion of later values to what it was."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import numpy as np

from ._table import Column, as_text

_NUMBER = re.compile(r"\s*[+-]?(?!0\d)(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_ISO_DATE = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:?\d\d)?)?"
)


def decide_kind(column: Column, max_categories: int) -> str:
    """Choose "numeric", "boolean", "category", "datetime" or "text" for a column."""
    if column.form != "text":
        return {"number": "numeric", "boolean": "boolean", "date": "datetime"}[
            column.form
        ]
    if not column.declared:
        if dates_of(column.levels) is not None:
            return "datetime"
        if (
            len(column.levels) > max_categories
            and numbers_of(column.levels) is not None
        ):
            return "numeric"
    return "category" if len(column.levels) <= max_categories else "text"


def why_dropped(column: Column) -> str | None:
    """Reason why a column says nothing, None if it says something."""
    missing = column.missing
    if missing.all():
        return "all values are missing"
    if missing.any() or n_distinct(column) > 1:
        return None
    return "constant"


def n_distinct(column: Column) -> int:
    """Number of distinct values that are not missing, counted up to 2."""
    if column.form == "text":
        return min(len(column.levels), 2)
    present = column.values[~column.missing]
    return 1 if (present == present[0]).all() else 2


def as_kind(column: Column, kind: str) -> Column:
    """Read the column as the kind that it had in fit."""
    if kind in ("category", "text"):
        return column if column.form == "text" else _as_texts(column)
    if kind == "datetime":
        wanted, parse, missing = "date", dates_of, np.datetime64("NaT", "us")
    else:
        wanted, parse, missing = "number", numbers_of, np.nan
    if column.form == wanted or (wanted == "number" and column.form == "boolean"):
        return column
    if column.form == "number" and np.isnan(column.values).all():
        values = np.full(len(column.values), missing)
        return replace(column, form=wanted, values=values)
    parsed = parse(column.levels) if column.form == "text" else None
    if parsed is None:
        raise ValueError(_wrong_kind_message(column, kind))
    values = np.append(parsed, missing)[column.values]
    return replace(column, form=wanted, values=values, levels=())


def numbers_of(texts: list[str]) -> np.ndarray | None:
    """Parse plain numbers, None if any text is none; 007 is a code, not a number."""
    if not all(map(_NUMBER.fullmatch, texts)):
        return None
    return np.array([float(text) for text in texts])


def dates_of(texts: list[str]) -> np.ndarray | None:
    """Parse ISO 8601 dates, None if any text is none."""
    if not all(map(_ISO_DATE.fullmatch, texts)):
        return None
    try:
        moments = [dt.datetime.fromisoformat(text) for text in texts]
    except ValueError:  # looks like a date, and is none: 2020-02-31
        return None
    return np.array([m.replace(tzinfo=None) for m in moments], dtype="datetime64[us]")


def _as_texts(column: Column) -> Column:
    present = ~column.missing
    distinct, codes = np.unique(column.values[present], return_inverse=True)
    if column.form == "boolean":
        distinct = distinct.astype(bool)
    texts = [as_text(value) for value in distinct.tolist()]
    levels = sorted(texts)
    position = np.array([levels.index(text) for text in texts], dtype=np.intp)
    values = np.full(len(column.values), -1, dtype=np.intp)
    values[present] = position[codes]
    return replace(column, form="text", values=values, levels=levels)


def _wrong_kind_message(column: Column, kind: str) -> str:
    sample = (
        str(list(column.levels)[:3])
        if column.form == "text"
        else f"a column of {column.form}s"
    )
    return (
        f"Column {column.name!r} was {kind} when the encoder was fitted, but now holds "
        f"values that are not: {sample}. Convert the column to what it was in fit, or "
        "fit again."
    )
