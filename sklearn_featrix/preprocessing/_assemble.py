"""Tables put together from the rows, single cells and columns of others."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ..utils._compat import index_rows
from ._table import Table, as_frame


def holds_numbers(X: Any) -> np.ndarray:
    """Tell which columns can hold a number that lies between two others.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray of shape (n_features,)
        True for columns of integers and floats; False for booleans, dates, decimals,
        categories and texts.
    """
    if hasattr(X, "iloc"):  # narwhals does not know pandas' sparse dtypes
        return np.array([dtype.kind in "iuf" for dtype in X.dtypes], dtype=bool)
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        dtypes = [frame[:, i].dtype for i in range(frame.shape[1])]
        return np.array([d.is_integer() or d.is_float() for d in dtypes], dtype=bool)
    if X.dtype != object:
        return np.full(X.shape[1], X.dtype.kind in "iuf")
    table = Table(X)
    forms = [table.column(i).form for i in range(X.shape[1])]
    return np.array([form == "number" for form in forms], dtype=bool)


def assemble_rows(
    X: Any,
    rows: np.ndarray,
    made: np.ndarray | None = None,
    donors: np.ndarray | None = None,
    numbers: Any = None,
) -> Any:
    """Put a table together from rows of another one, and from rows made of its cells.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    rows : ndarray of shape (n_out,)
        Position in `X` of each row; that of a made row is where cells come from that
        nothing else is said about.
    made : ndarray of shape (n_made,), default=None
        Positions in the result of the rows that are made, ascending. None: there are
        none.
    donors : ndarray of shape (n_made, n_features), default=None
        Position in `X` of the row that each cell of a made row comes from.
    numbers : ndarray or sparse matrix of shape (n_made, n_features), default=None
        Numbers in place of these; where NaN the donor's cell stands. Integer columns
        get the nearest integer.

    Returns
    -------
    DataFrame, ndarray or sparse matrix of shape (n_out, n_features)
        In the container and with the dtypes of `X`; the index of a pandas DataFrame
        begins anew.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._assemble import assemble_rows
    >>> X = np.array([[1, "a"], [2, "b"]], dtype=object)
    >>> between = np.array([[1.5, np.nan]])
    >>> assemble_rows(X, np.array([0, 1, 1]), np.array([2]), numbers=between)
    array([[1, 'a'],
           [2, 'b'],
           [2, 'b']], dtype=object)
    """
    if made is None or not len(made):
        return fresh_index(_take(X, rows))
    if sparse.issparse(numbers) or _is_tail_of_numbers(X, rows, made, donors, numbers):
        return _stack(_take(X, rows[: made[0]]), numbers, X)
    if hasattr(X, "iloc"):
        return _assemble_pandas(X, rows, made, donors, numbers)
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        return _assemble_frame(frame, rows, made, donors, numbers)
    return _assemble_array(X, rows, made, donors, numbers)


def append_columns(X: Any, numbers: np.ndarray) -> Any:
    """Put columns of numbers beside a table.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    numbers : ndarray of shape (n_samples, n_more)
        The columns.

    Returns
    -------
    DataFrame, ndarray or sparse matrix of shape (n_samples, n_features + n_more)
        In the container of `X`. An array of anything but numbers becomes one of
        objects. Named columns keep their names, and the new ones get names that are
        free; labels of a pandas DataFrame that are no strings give way to positions.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._assemble import append_columns
    >>> append_columns(np.array([[1, "a"], [2, "b"]], dtype=object), np.ones((2, 1)))
    array([[1, 'a', 1.0],
           [2, 'b', 1.0]], dtype=object)
    """
    if sparse.issparse(X):
        return sparse.hstack([X, sparse.csr_matrix(numbers)], format=X.format)
    if hasattr(X, "iloc"):
        return _append_pandas(X, numbers)
    frame = as_frame(X)
    if frame is None:
        return np.hstack([X if X.dtype.kind in "iuf" else _as_objects(X), numbers])
    names = _free_names(frame.columns, numbers.shape[1])
    backend = frame.implementation
    return frame.with_columns(
        *(
            nw.new_series(name, values, backend=backend)
            for name, values in zip(names, numbers.T, strict=True)
        )
    ).to_native()


def _as_objects(X):
    if X.dtype.kind in "mM":  # objects of nanoseconds are integers
        X = X.astype(f"{X.dtype.kind}8[us]")
    return X.astype(object)


def _append_pandas(X, numbers):
    pandas = nw.get_native_namespace(X)
    if all(isinstance(label, str) for label in X.columns):
        labels = _free_names(X.columns, numbers.shape[1])
    else:
        labels = range(X.shape[1], X.shape[1] + numbers.shape[1])
        X = X.set_axis(range(X.shape[1]), axis=1)
    # all at once: pandas warns of frames that were put together column by column
    more = pandas.DataFrame(numbers, index=X.index, columns=labels)
    return pandas.concat([X, more], axis=1)


def _free_names(taken: Any, n_names: int) -> list[str]:
    """Names that no column has."""
    stem = "component"
    while any(name.startswith(stem) for name in taken):
        stem += "_"
    return [f"{stem}{number}" for number in range(n_names)]


def fresh_index(X: Any) -> Any:
    """Begin the index of a pandas object anew; anything else stays as it is."""
    return X.reset_index(drop=True) if hasattr(X, "iloc") else X


def _take(X: Any, rows: np.ndarray) -> Any:
    is_all = len(rows) == X.shape[0] and np.array_equal(rows, np.arange(len(rows)))
    return X if is_all else index_rows(X, rows)


def _is_tail_of_numbers(X, rows, made, donors, numbers):
    """Whether whole rows of numbers go below an array of numbers."""
    return (
        numbers is not None
        and donors is None
        and isinstance(X, np.ndarray)
        and X.dtype.kind in "iuf"
        and made[0] == len(rows) - len(made)
        and not (numbers.dtype.kind == "f" and np.isnan(numbers).any())
    )


def _stack(upper: Any, numbers: Any, X: Any) -> Any:
    if sparse.issparse(X):
        lower = sparse.csr_matrix(numbers).astype(X.dtype)
        return sparse.vstack([upper, lower], format=X.format)
    return np.concatenate([upper, _cast(numbers, X.dtype)])


def _cast(numbers: np.ndarray, dtype: Any) -> np.ndarray:
    """Numbers in another dtype, whole ones rounded and within its limits."""
    if dtype.kind in "iu" and numbers.dtype.kind == "f":
        limits = np.iinfo(dtype)
        numbers = np.clip(np.rint(numbers), limits.min, limits.max)
    return numbers.astype(dtype)


def _cells(position, rows, made, donors, numbers):
    """Rows that a column comes from, where it gets numbers, and these."""
    if donors is not None:
        rows = rows.copy()
        rows[made] = donors[:, position]
    if numbers is None:
        return rows, made[:0], np.empty(0)
    values = numbers[:, position]
    filled = ~np.isnan(values)
    return rows, made[filled], values[filled]


def _assemble_array(X, rows, made, donors, numbers):
    out = X[rows]
    for position in range(X.shape[1]):
        source, at, values = _cells(position, rows, made, donors, numbers)
        if donors is not None:
            out[made, position] = X[source[made], position]
        if not len(at):
            continue
        if X.dtype != object:
            out[at, position] = _cast(values, X.dtype)
        elif all(isinstance(cell, (int, np.integer)) for cell in X[:, position]):
            out[at, position] = np.rint(values).astype(int).tolist()
        else:
            out[at, position] = values.tolist()
    return out


def _assemble_pandas(X, rows, made, donors, numbers):
    out = fresh_index(X.iloc[rows])
    for position in range(X.shape[1]):
        source, at, values = _cells(position, rows, made, donors, numbers)
        column = X.iloc[source, position].reset_index(drop=True)
        if len(at):
            column = _with_numbers(column, at, values)
        out.isetitem(position, column)
    return out


def _with_numbers(column: Any, at: np.ndarray, values: np.ndarray) -> Any:
    """Write numbers into a pandas Series of any numeric dtype."""
    dtype = column.dtype
    if hasattr(dtype, "subtype") and hasattr(dtype, "fill_value"):  # sparse: read-only
        dense = column.sparse.to_dense()
        return _with_numbers(dense, at, values).astype(dtype)
    plain = getattr(dtype, "numpy_dtype", dtype)
    column = column.copy()
    column.iloc[at] = _cast(values, plain)
    return column


def _assemble_frame(frame, rows, made, donors, numbers):
    columns = []
    for position in range(frame.shape[1]):
        source, at, values = _cells(position, rows, made, donors, numbers)
        column = frame[:, position][source]
        if len(at):
            if column.dtype.is_integer():
                values = np.rint(values)
            new = nw.new_series("new", values, backend=frame.implementation)
            column = column.scatter(at.tolist(), new.cast(column.dtype))
        columns.append(column)
    return frame[rows].with_columns(*columns).to_native()
