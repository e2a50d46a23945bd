"""Labelled rows dealt out to folds by their content."""

from __future__ import annotations

import numpy as np

__all__ = ["deal_folds", "keys_of_observations"]


def deal_folds(codes: np.ndarray, keys: np.ndarray, n_folds: int) -> np.ndarray:
    """Deal labelled rows out to folds, class by class, copies of a row together.

    A fit that has seen a copy of a held-out row has seen its label: what it says of
    that row is no evidence.

    Parameters
    ----------
    codes : ndarray of shape (n_labeled,)
        Their classes, 0, 1, ...
    keys : ndarray of shape (n_labeled,)
        Equal for equal rows, which stay together, whatever their classes. Their order
        decides, not that of the rows.
    n_folds : int
        Number of folds, 2 or more; a fold is empty where there are fewer distinct rows.

    Returns
    -------
    ndarray of int of shape (n_labeled,)
        Fold in which each row is held out; -1 for rows that are held out in none: those
        of a class that would lose all of its rows at once, and their copies.

    Notes
    -----
    A row whose copies are of several classes is dealt out with the class of them that
    has the fewest distinct rows. Folds then hold as many distinct rows of each class,
    but for one, as far as copies agree on their class.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._folds import deal_folds
    >>> deal_folds(np.array([0, 0, 0, 1, 1, 2]), np.array([3, 5, 5, 1, 9, 4]), 2)
    array([ 0,  1,  1,  0,  1, -1])
    """
    distinct, of_row = np.unique(keys, return_inverse=True)
    pairs = np.unique(codes * len(distinct) + of_row)
    codes_of_pairs, rows_of_pairs = np.divmod(pairs, max(len(distinct), 1))
    n_distinct = np.bincount(codes_of_pairs)
    # the rarest class of each distinct row; of equally rare ones the first
    order = np.lexsort((codes_of_pairs, n_distinct[codes_of_pairs], rows_of_pairs))
    _, first = np.unique(rows_of_pairs[order], return_index=True)
    home = codes_of_pairs[order[first]]
    dealt = np.argsort(home, kind="stable")
    dealt = dealt[n_distinct[home[dealt]] > 1]
    folds = np.full(len(distinct), -1)
    folds[dealt] = np.arange(len(dealt)) % n_folds
    for code in np.unique(codes_of_pairs):
        rows = rows_of_pairs[codes_of_pairs == code]
        if len(np.unique(folds[rows])) == 1:
            folds[rows] = -1
    return folds[of_row]


def keys_of_observations(codes: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Tell rows apart whose copies bear other classes.

    Copies of one class may be one observation, written down several times. Where they
    are of several classes, they are observations that happen to look alike, as in a
    table of few columns with few levels: held out together, they would be asked about
    as if nobody had met the like.

    Parameters
    ----------
    codes : ndarray of shape (n_labeled,)
        Their classes, 0, 1, ...
    keys : ndarray of shape (n_labeled,)
        Equal for equal rows.

    Returns
    -------
    ndarray of int of shape (n_labeled,)
        Equal for copies of one observation, in the order of `keys`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._folds import keys_of_observations
    >>> keys_of_observations(np.array([0, 0, 1, 0]), np.array([7, 7, 4, 4]))
    array([2, 2, 1, 0])
    """
    order = np.lexsort((codes, keys))
    keys, codes = keys[order], codes[order]
    first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    of_row = np.cumsum(first) - 1
    lowest = codes[first]
    highest = codes[np.append(first[1:], True)[: len(keys)]]
    found = np.empty(len(keys), dtype=np.intp)
    found[order] = np.cumsum(first | (lowest != highest)[of_row]) - 1
    return found
