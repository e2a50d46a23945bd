"""Tables below one another."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ._table import array_of_list, as_frame
from ._validation import _in_order_of_fit


def stack_tables(upper: Any, lower: Any) -> Any:
    """Put the rows of one table below those of another.

    Parameters
    ----------
    upper, lower : DataFrame, array-like or sparse matrix
        Tables of the same columns, both DataFrames of one library or both arrays
        (dense, sparse or lists). Columns of a DataFrame are matched by label.

    Returns
    -------
    DataFrame, ndarray or sparse matrix
        All rows, in the container of the upper table. Where the types of a column
        differ it holds numbers if both do, texts otherwise.

    Raises
    ------
    TypeError
        If one is a DataFrame and the other is not, or is one of another library.
    ValueError
        If their columns differ.

    Examples
    --------
    >>> from sklearn_featrix.preprocessing._stack import stack_tables
    >>> stack_tables([[1, 2]], [[3.5, 4]])
    array([[1. , 2. ],
           [3.5, 4. ]])
    """
    frames = as_frame(upper), as_frame(lower)
    if (frames[0] is None) != (frames[1] is None) or (
        frames[0] is not None and frames[0].implementation != frames[1].implementation
    ):
        raise TypeError(
            f"Got a {type(upper).__module__.split('.')[0]} {type(upper).__name__} and "
            f"a {type(lower).__module__.split('.')[0]} {type(lower).__name__}. Give "
            "tables of one kind."
        )
    if frames[0] is not None:
        return _stack_frames(*frames, lower)
    return _stack_arrays(*map(_as_array, (upper, lower)))


def _as_array(X: Any) -> Any:
    if sparse.issparse(X):
        return X.tocsr()
    return array_of_list(X) if isinstance(X, (list, tuple)) else np.asarray(X)


def _stack_arrays(upper: Any, lower: Any) -> Any:
    if upper.ndim != 2 or lower.ndim != 2 or upper.shape[1] != lower.shape[1]:
        raise ValueError(
            f"The tables have shapes {upper.shape} and {lower.shape}; they must have "
            "two dimensions and the same number of columns."
        )
    if sparse.issparse(upper) or sparse.issparse(lower):
        return sparse.vstack([upper, lower], format="csr")
    if (
        upper.dtype.kind != lower.dtype.kind
        and "U" in upper.dtype.kind + lower.dtype.kind
    ):
        upper, lower = upper.astype(object), lower.astype(object)
    return np.concatenate([upper, lower])


def _stack_frames(upper: Any, lower: Any, native: Any) -> Any:
    names = upper.columns
    ordered = _in_order_of_fit(names, lower.columns, native)
    lower = nw.from_native(ordered)
    if lower.columns != names:
        raise ValueError(
            f"The tables have different columns: {names} and {lower.columns}."
        )
    casts = {
        name: _common_type(upper.schema[name], lower.schema[name])
        for name in names
        if upper.schema[name] != lower.schema[name]
    }
    if casts and not upper.implementation.is_pandas_like():
        upper, lower = (
            frame.with_columns(nw.col(name).cast(one) for name, one in casts.items())
            for frame in (upper, lower)
        )
    return nw.concat([upper, lower]).to_native()


def _common_type(one: Any, other: Any) -> Any:
    for dtype, alternative in ((one, other), (other, one)):
        if dtype == nw.Unknown:  # nothing but gaps
            return alternative
    numbers = [dtype.is_numeric() or dtype == nw.Boolean for dtype in (one, other)]
    return nw.Float64 if all(numbers) else nw.String
