"""An order of the rows that does not depend on the order they came in."""

from __future__ import annotations

import numpy as np

__all__ = ["canonical_order", "order_of_keys"]

_SEED = 0x9E3779B97F4A7C15


def canonical_order(encoded: np.ndarray) -> np.ndarray:
    """Sort rows by a hash of their content, copies of a row apart.

    Only rows of equal content can stand in for one another, so whatever is computed
    from the rows in this order is the same for every order they came in. The order is
    as good as random: the first rows are a fair sample.

    Parameters
    ----------
    encoded : ndarray of shape (n_rows, n_columns)
        Encoded rows, float32.

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of the rows, int64.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.embedding._rows import canonical_order
    >>> rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    >>> reverse = rows[::-1]
    >>> bool((rows[canonical_order(rows)] == reverse[canonical_order(reverse)]).all())
    True
    """
    keys = np.full(len(encoded), _SEED, dtype=np.uint64)
    for column in encoded.T:
        # Adding zero turns -0.0 into 0.0: equal numbers, equal bits.
        bits = (column + np.float32(0)).view(np.uint32)
        keys = _mix(keys ^ bits)
    return order_of_keys(keys)


def order_of_keys(keys: np.ndarray) -> np.ndarray:
    """Sort rows by a hash of their content, copies of a row apart.

    Parameters
    ----------
    keys : ndarray of shape (n_rows,)
        Hash of each row, uint64, equal for equal rows.

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of the rows, int64.
    """
    return np.argsort(_mix(keys + _count_copies_before(keys)), kind="stable")


def _count_copies_before(keys: np.ndarray) -> np.ndarray:
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    positions = np.arange(len(keys), dtype=np.uint64)
    begins = np.append(True, in_order[1:] != in_order[:-1])
    counts = np.empty_like(keys)
    counts[order] = positions - np.maximum.accumulate(positions * begins)
    return counts


def _mix(keys: np.ndarray) -> np.ndarray:
    """Scatter 64-bit keys (one round of splitmix64)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
