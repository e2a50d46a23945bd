"""Which columns and labelled rows each member looks at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Subset", "draw_subsets"]

MAX_CELLS = 32_000  # of labelled rows in a reading
MIN_COLUMNS = 16


@dataclass(frozen=True)
class Subset:
    """What one member looks at.

    Parameters
    ----------
    rows : ndarray of int
        Positions among the labelled rows, sorted.
    columns : ndarray of int
        Positions among the columns of cells, sorted.
    """

    rows: np.ndarray
    columns: np.ndarray

    def without(self, rows: np.ndarray) -> Subset:
        """Leave some rows out."""
        return replace(self, rows=np.setdiff1d(self.rows, rows))


def draw_subsets(
    codes: np.ndarray,
    n_columns: int,
    *,
    n_members: int,
    max_columns: int,
    max_context: int,
    random_state: np.random.RandomState,
    n_common: int = 0,
) -> list[Subset]:
    """Draw members that together see all columns and many labelled rows.

    Columns are drawn without looking at labels. Labelled rows are drawn class by class,
    in proportion, at least one of each.

    Parameters
    ----------
    codes : ndarray of shape (n_labeled,)
        Classes 0, 1, ... of the labelled rows.
    n_columns : int
        Number of columns of cells.
    n_members : int
        Number of members, where one cannot see all; more if the columns need it.
    max_columns : int
        Most columns that a member sees, but for one beside the common ones; fewer where
        its rows have too many cells.
    max_context : int
        Most labelled rows that a member sees, unless there are more classes.
    random_state : RandomState
        Draws the orders in which columns and rows are dealt out.
    n_common : int, default=0
        How many of the last columns every member sees.

    Returns
    -------
    list of Subset
        One member alone if it can see everything.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.in_context._subsets import draw_subsets
    >>> members = draw_subsets(
    ...     np.zeros(3, dtype=int), 5, n_members=1, max_columns=3, max_context=9,
    ...     random_state=np.random.RandomState(0),
    ... )
    >>> len(members), sorted(set(np.concatenate([m.columns for m in members])) )
    (2, [np.int64(0), np.int64(1), np.int64(2), np.int64(3), np.int64(4)])
    """
    n_rows = min(len(codes), max_context)
    max_columns = min(max_columns, max(MAX_CELLS // n_rows, MIN_COLUMNS))
    if n_columns <= max_columns and len(codes) <= max_context:
        return [Subset(np.arange(len(codes)), np.arange(n_columns))]
    n_dealt = n_columns - n_common
    width = min(max(max_columns - n_common, 1), n_dealt)
    n_members = max(n_members, -(-n_dealt // width))
    columns = random_state.permutation(n_dealt)
    common = np.arange(n_dealt, n_columns)
    by_class = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    by_class = [random_state.permutation(rows) for rows in by_class]
    share = min(1.0, max_context / len(codes))
    return [
        Subset(
            np.sort(
                np.concatenate(
                    [_deal(rows, _quota(len(rows), share), i) for rows in by_class]
                )
            ),
            np.concatenate([np.sort(_deal(columns, width, i)), common]),
        )
        for i in range(n_members)
    ]


def _quota(n_rows: int, share: float) -> int:
    return max(1, int(n_rows * share))


def _deal(cards: np.ndarray, n: int, turn: int) -> np.ndarray:
    """Hand out the next n of a circle of cards."""
    return cards[np.arange(turn * n, (turn + 1) * n) % len(cards)]
