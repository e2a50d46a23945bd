"""The flag that says a value is missing."""

from __future__ import annotations


class Missing:
    """A 0/1 column, there only if the training rows have missing values."""

    def fit(self, mask):
        """Remember whether any value is missing."""
        self.any = bool(mask.any())
        return self

    def names(self):
        """Name the flag, if there is one."""
        return ["__missing"] if self.any else []

    def encode(self, mask, out):
        """Write the flag, if there is one."""
        if self.any:
            out[:, 0] = mask


class FlagEncoder:
    """Encode a column with one value and gaps: only the gaps say something."""

    def fit(self, column):
        """Nothing to learn."""
        return self

    def linear_names(self):
        """Name the flag."""
        return ["__missing"]

    tree_names = linear_names

    def linear(self, column, out):
        """Write 1 where missing."""
        out[:, 0] = column.missing

    tree = linear
