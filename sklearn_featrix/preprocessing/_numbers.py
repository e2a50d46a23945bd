"""Tables that are plain numbers need no encoding."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ._table import Table, as_frame


def plain_numbers(X: Any) -> Any:
    """Return a table as a matrix if it holds numbers and booleans without gaps.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray or sparse matrix of shape (n_samples, n_features) or None
        The numbers: float32 and sparse stay so, all others become float64. None if a
        value is missing or no number.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._numbers import plain_numbers
    >>> plain_numbers(np.array([[1, 2], [3, 4]]))
    array([[1., 2.],
           [3., 4.]])
    >>> plain_numbers(np.array([[1, np.nan], [3, 4]])) is None
    True
    """
    if sparse.issparse(X):
        return X
    if as_frame(X) is None and X.dtype.kind in "biuf":
        X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
        return None if np.isnan(X).any() else X
    table = Table(X)
    columns = []
    for position in range(table.shape[1]):
        column = table.column(position)
        if column.form not in ("number", "boolean") or column.missing.any():
            return None
        columns.append(column.values)
    return np.column_stack(columns)
