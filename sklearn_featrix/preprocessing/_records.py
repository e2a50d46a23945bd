"""Single records into tables, and rows of a table into an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ..utils._optional import import_optional
from ._table import array_of_list, as_frame, is_missing, raw_column_labels


def read_records(records: Any, labels: list[Any], like: Any) -> tuple[Any, list[Any]]:
    """Turn one or several records into a table with the columns of another.

    Parameters
    ----------
    records : dict, Series, list of them, DataFrame or array
        The records. Those with labels may lack columns, all of them the same ones; an
        array has all columns, in order.
    labels : list
        Labels of the columns wanted.
    like : DataFrame, ndarray or sparse matrix
        A table whose container the answer shall have.

    Returns
    -------
    table : DataFrame, ndarray or sparse matrix of shape (n_records, n_features)
        The records, None where they lack a column.
    given : list
        Labels of the columns that the records have, in the order of `labels`.

    Raises
    ------
    ValueError
        If there is no record, a label is unknown, no label is known, records have
        different ones, or all values are missing.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._records import read_records
    >>> read_records({"x1": 3}, ["x0", "x1"], np.zeros((5, 2)))
    (array([[None, 3]], dtype=object), ['x1'])
    """
    columns = labelled_columns(records)
    if columns is None:
        return _read_array(records, labels), labels
    unknown = [label for label in columns if label not in set(labels)]
    given = [label for label in labels if label in columns]
    if unknown or not given:
        raise ValueError(
            f"A record has the columns {list(columns)}; unknown of these are {unknown}."
            f" The table has {labels}. A record may lack some, but has at least one "
            "and no others."
        )
    n_records = len(columns[given[0]])
    if not n_records:
        raise ValueError("There is no record. Give at least one.")
    _refuse_gaps_alone(value for values in columns.values() for value in values)
    full = {label: columns.get(label, [None] * n_records) for label in labels}
    frame = as_frame(like)
    if frame is None or not all(isinstance(label, str) for label in labels):
        table = np.empty((n_records, len(labels)), dtype=object)
        for position, values in enumerate(full.values()):
            table[:, position] = list(values)
        return table, given
    return nw.from_dict(full, backend=frame.implementation).to_native(), given


def labelled_columns(records: Any) -> dict[Any, Any] | None:
    """Columns of records that have labels, None for arrays."""
    frame = as_frame(records)
    if frame is not None:
        names = raw_column_labels(records)
        return {name: frame[:, i].to_list() for i, name in enumerate(names)}
    if _is_record(records):
        records = [records]
    if not isinstance(records, (list, tuple)) or not any(map(_is_record, records)):
        return None
    records = [dict(record.items()) for record in records]
    first = records[0]
    different = [list(record) for record in records if set(record) != set(first)]
    if different:
        raise ValueError(
            f"Records have different columns: {list(first)} and {different[0]}. Give "
            "all of them the same ones."
        )
    return {label: [record[label] for record in records] for label in first}


def _is_record(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        hasattr(value, "items") and getattr(value, "ndim", None) == 1
    )


def _read_array(records: Any, labels: list[Any]) -> Any:
    if sparse.issparse(records):
        records = records.tocsr()
    else:
        is_list = isinstance(records, (list, tuple))
        records = array_of_list(records) if is_list else np.asarray(records)
        records = records[np.newaxis] if records.ndim == 1 else records
    if records.ndim != 2 or records.shape[1] != len(labels) or not records.shape[0]:
        raise ValueError(
            f"Got records of shape {records.shape}; an array must have all "
            f"{len(labels)} columns and at least one row. Give a dict to leave "
            "columns out."
        )
    if not sparse.issparse(records):
        _refuse_gaps_alone(records.ravel().tolist())
    return records


def _refuse_gaps_alone(values: Iterable[Any]) -> None:
    if all(map(is_missing, values)):
        raise ValueError(
            "All values of the record are missing. Give at least one that is not."
        )


def with_columns(
    rows: Any, labels: list[Any], before: dict[str, Any], after: dict[str, Any]
) -> Any:
    """Put columns to the left and to the right of a table.

    Parameters
    ----------
    rows : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    labels : list
        Labels of its columns.
    before, after : dict of str to array-like of shape (n_samples,)
        The columns to add. A name that the table has gets an underscore.

    Returns
    -------
    DataFrame
        Of the library of `rows`; of pandas if that is no DataFrame.
    """
    frame = as_frame(rows)
    if frame is None:
        pandas = import_optional(
            "pandas", extra="demo", purpose="A table of the rows found"
        )
        rows = rows.toarray() if sparse.issparse(rows) else rows
        frame = as_frame(pandas.DataFrame(rows, columns=[str(one) for one in labels]))
    taken = set(frame.columns)

    def series(columns: dict[str, Any]) -> list[Any]:
        return [
            nw.new_series(
                name + "_" * (name in taken), values, backend=frame.implementation
            )
            for name, values in columns.items()
        ]

    left, right = series(before), series(after)
    joined = frame.with_columns(*left, *right)
    names = [one.name for one in left], [one.name for one in right]
    return joined.select(*names[0], *frame.columns, *names[1]).to_native()
