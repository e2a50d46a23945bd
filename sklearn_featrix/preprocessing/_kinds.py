"""What a column is, and the conversion of later values to what it was."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np

from ._table import Column, Table, as_text

_NUMBER = re.compile(r"\s*[+-]?(?!0\d)(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_CODE_OF_DIGITS = re.compile(r"\s*0\d+\s*").fullmatch
_ISO_DATE = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:?\d\d)?)?"
)


_KIND_OF_FORM = {"number": "numeric", "boolean": "boolean", "date": "datetime"}
_CODE = 4  # mean characters; the letters of shorter texts say nothing


def decide_kind(column: Column, max_categories: int) -> str:
    """Choose "numeric", "boolean", "category", "datetime" or "text" for a column."""
    if column.form != "text":
        return _KIND_OF_FORM[column.form]
    levels = column.levels
    if not column.declared and levels:
        if dates_of(levels) is not None:
            return "datetime"
        if len(levels) > max_categories and numbers_of(levels) is not None:
            return "numeric"
    if len(levels) <= max_categories or _mean_length(levels) < _CODE:
        return "category"
    return "text"


def _mean_length(texts: list[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def why_dropped(column: Column) -> str | None:
    """Give the reason why a column says nothing, None if it says something."""
    missing = column.missing
    if missing.all():
        return "all values are missing"
    return None if missing.any() or n_distinct(column) > 1 else "constant"


def varies(X: Any) -> bool:
    """Tell whether any column of a table says something."""
    table = Table(X)
    return any(why_dropped(table.column(at)) is None for at in range(table.shape[1]))


def n_distinct(column: Column) -> int:
    """Count the distinct values that are not missing: 0, 1 or 2 for more."""
    if column.form == "text":
        return min(len(column.levels), 2)
    present = ~column.missing
    if not present.any():
        return 0
    some = column.values[present.argmax()]
    return 2 if (present & (column.values != some)).any() else 1


def spoilt_numbers(column: Column) -> list[str] | None:
    """Find the texts that keep a column of numbers from being read as such.

    Returns
    -------
    list of str or None
        The distinct values that are no numbers; None unless they are one in ten at
        most, or if there are leading zeros among them: these are codes.
    """
    if column.form != "text" or column.declared:
        return None
    others = [level for level in column.levels if not _NUMBER.fullmatch(level)]
    if len(others) * 10 > len(column.levels) or any(map(_CODE_OF_DIGITS, others)):
        return None
    return others


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
    position_of = {level: position for position, level in enumerate(levels)}
    position = np.array([position_of[text] for text in texts], dtype=np.intp)
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
