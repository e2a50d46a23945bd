"""Categories: one-hot for linear models, ordinal codes for trees."""

from __future__ import annotations

import numpy as np

from ._flag import Missing


class CategoryEncoder:
    """Encode texts by their levels.

    Parameters
    ----------
    max_categories : int
        With more levels than this the rarest share one column, "other", as does every
        level that is not seen in `fit`.
    """

    def __init__(self, max_categories):
        self.max_categories = max_categories

    def fit(self, column):
        """Store the levels in descending frequency, ties by name."""
        self.missing = Missing().fit(column.missing)
        counts = np.bincount(
            column.values[~column.missing], minlength=len(column.levels)
        )
        order = np.argsort(-counts, kind="stable")  # levels come sorted by name
        self.has_other = len(order) > self.max_categories
        if self.has_other:
            order = order[: self.max_categories - 1]
        self.levels = [column.levels[i] for i in order]
        return self

    @property
    def is_two_level(self):
        """Whether one +-1 column says it all."""
        return len(self.levels) == 2 and not self.has_other

    def linear_names(self):
        """Name what `linear` writes."""
        if self.is_two_level:
            return ["=" + max(self.levels), *self.missing.names()]
        other = ["=<other>"] if self.has_other else []
        return [f"={level}" for level in self.levels] + other + self.missing.names()

    def linear(self, column, out):
        """Write +-1 for two levels, otherwise one column per level."""
        rank = self._ranks(column)
        out[:] = 0
        if self.is_two_level:
            high = self.levels.index(max(self.levels))
            out[rank == high, 0] = 1
            out[rank == 1 - high, 0] = -1
        else:
            n_columns = len(self.levels) + self.has_other
            rows = np.flatnonzero((rank >= 0) & (rank < n_columns))
            out[rows, rank[rows]] = 1
        self.missing.encode(column.missing, out[:, -1:])

    def tree_names(self):
        """Name what `tree` writes."""
        return [""]

    def tree(self, column, out):
        """Write ordinal codes, NaN where missing; rare and unseen levels come last."""
        rank = self._ranks(column)
        out[:, 0] = np.where(rank < 0, np.nan, rank)

    def _ranks(self, column):
        """Rank of every row's level by frequency, -1 if missing."""
        index = {level: rank for rank, level in enumerate(self.levels)}
        unseen = len(self.levels)
        ranks = np.array([index.get(level, unseen) for level in column.levels] + [-1])
        return ranks[column.values]
