"""Records as plain values, which files can hold."""

from __future__ import annotations

import datetime as dt
import numbers
from decimal import Decimal
from typing import Any

import numpy as np
from scipy import sparse

from ._records import labelled_columns
from ._table import array_of_list, is_missing


def plain_records(records: Any) -> tuple[list[Any] | None, list[list[Any]]]:
    """Turn one or several records into labels and rows of plain values.

    Parameters
    ----------
    records : dict, Series, list of them, DataFrame or array
        The records.

    Returns
    -------
    labels : list or None
        Labels of the columns; None for arrays, which have none.
    rows : list of list
        One for each record: bool, int, float, str, datetime, timedelta, or None for
        missing values.

    Raises
    ------
    ValueError
        If there is no record, or records have different columns.
    TypeError
        If there is a value of another type.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._plain_records import plain_records
    >>> plain_records({"age": np.int64(31), "city": None})
    (['age', 'city'], [[31, None]])
    """
    columns = labelled_columns(records)
    if columns is not None:
        labels, values = list(columns), list(columns.values())
        rows = [list(row) for row in zip(*values, strict=True)]
    else:
        labels, rows = None, _rows_of_array(records)
    if not rows or not rows[0]:
        raise ValueError("There is no record. Give at least one, of at least a column.")
    return labels, [[plain_value(value) for value in row] for row in rows]


def _rows_of_array(records: Any) -> list[list[Any]]:
    if sparse.issparse(records):
        records = records.toarray()
    is_list = isinstance(records, (list, tuple))
    array = array_of_list(records) if is_list else np.asarray(records)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"Got records of {array.ndim} dimensions. Give one record as a dict or a "
            "row of values, several as a list of these, an array or a DataFrame."
        )
    return [list(row) for row in np.atleast_2d(array)]


def plain_value(value: Any) -> Any:
    """Turn a value of a table into one of the plain types.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._plain_records import plain_value
    >>> plain_value(np.datetime64("2020-01-31"))
    datetime.datetime(2020, 1, 31, 0, 0)
    """
    if is_missing(value):
        return None
    value = _of_the_language(value)
    if isinstance(value, (bool, str, dt.datetime, dt.timedelta)):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, (numbers.Real, Decimal)):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    raise TypeError(
        f"A record holds {value!r} of type {type(value).__name__}. Its values can be "
        "numbers, booleans, texts, dates, durations and None."
    )


def _of_the_language(value: Any) -> Any:
    """Value of numpy or pandas as one of Python, dates to the microsecond."""
    if isinstance(value, (np.datetime64, np.timedelta64)):
        kind = "datetime64" if isinstance(value, np.datetime64) else "timedelta64"
        return value.astype(f"{kind}[us]").item()
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    if hasattr(value, "to_pytimedelta"):
        return value.to_pytimedelta()
    return value.item() if isinstance(value, np.generic) else value
