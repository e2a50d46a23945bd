"""A key for every raw row, to find the distinct ones."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from scipy import sparse

from ._table import Column, Table

MAX_HASHED_COLUMNS = 256  # a column at a time takes long in wider sparse matrices
_MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_keys(X: Any) -> np.ndarray:
    """Hash every row of a table.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray of shape (n_samples,)
        uint64 keys: equal for equal rows, the same for every container and every
        process. A missing value equals a missing value, of whatever type.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.preprocessing._rows import row_keys
    >>> keys = row_keys(np.array([[1, "a"], [2, "a"], [1, "a"]], dtype=object))
    >>> keys[0] == keys[2], keys[0] == keys[1]
    (np.True_, np.False_)
    """
    table = Table(X)
    keys = np.zeros(table.shape[0], dtype=np.uint64)
    for position in range(table.shape[1]):
        keys = _mix(keys + _MISSING ^ _value_keys(table.column(position)))
    return keys


def row_keys_within(X: Any) -> np.ndarray:
    """Hash every row of a table, for use among the rows of this table alone.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray of shape (n_samples,)
        uint64 keys, equal for equal rows. They are those of :func:`row_keys`, but for
        sparse matrices with more than 256 columns, which are hashed as a whole and not
        column by column; keys of such a matrix do not compare with those of another
        container.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sklearn_featrix.preprocessing._rows import row_keys_within
    >>> keys = row_keys_within(csr_array([[0.0, 1.0], [2.0, 0.0], [0.0, 1.0]]))
    >>> bool(keys[0] == keys[2]), bool(keys[0] == keys[1])
    (True, False)
    """
    if sparse.issparse(X) and X.shape[1] > MAX_HASHED_COLUMNS:
        X = sparse.csr_array(X, copy=True, dtype=np.float64)
        X.sum_duplicates()  # and sorts: equal rows are summed in the same order
        X.data = _mix((X.data + 0.0).view(np.uint64)) / 2.0**64  # 0 stays 0
        # rows that differ agree in two random projections by a miracle only
        X = X @ np.random.default_rng(0).uniform(1, 2, size=(X.shape[1], 2))
    return row_keys(X)


def _value_keys(column: Column) -> np.ndarray:
    if column.form == "text":
        digests = [_digest(level) for level in column.levels]
        return np.array([*digests, _MISSING], dtype=np.uint64)[column.values]
    # Adding zero makes one zero of -0.0 and 0.0.
    values = column.values if column.form == "date" else column.values + 0.0
    keys = _mix(np.ascontiguousarray(values).view(np.uint64))
    return np.where(column.missing, _MISSING, keys)


def _digest(text: str) -> int:
    raw = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little")


def _mix(keys: np.ndarray) -> np.ndarray:
    """Spread every bit over all others (the finalizer of splitmix64)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
