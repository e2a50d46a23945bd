"""Numbers: normal scores beside z-scores for linear models, raw values for trees."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from ._flag import Missing

_FLOAT32 = np.finfo(np.float32)
_N_KNOTS = 1000
_CDF_CLIP = (0.001, 0.999)
_Z_CLIP = 4.0


def finite32(values):
    """Numbers that float32 can hold: too large and infinite ones at its ends."""
    return np.clip(values, _FLOAT32.min, _FLOAT32.max)


class NumericEncoder:
    """Encode numbers.

    The distribution function is kept as at most 1000 knots (value, mid-rank), exact
    for columns with fewer distinct values, and interpolated between them.
    Infinities count as missing while the statistics are computed and are encoded as
    the extreme finite value.
    """

    def fit(self, column):
        """Store knots, mean and scale."""
        values = column.values
        self.missing = Missing().fit(np.isnan(values))
        ordered = np.sort(values[np.isfinite(values)])
        ordered = finite32(ordered)
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        self.n_distinct = len(first)
        if len(first) > _N_KNOTS:
            first = np.linspace(0, len(ordered) - 1, _N_KNOTS).round().astype(np.intp)
        self.knots = np.unique(ordered[first])
        below = np.searchsorted(ordered, self.knots, side="left")
        upto = np.searchsorted(ordered, self.knots, side="right")
        self.cdf = (below + upto) / (2 * len(ordered))
        self.mean = float(np.mean(ordered))
        self.scale = float(np.std(ordered)) or 1.0
        return self

    @property
    def is_two_level(self):
        """Whether the column holds two values only."""
        return self.n_distinct == 2

    def linear_names(self):
        """Name what `linear` writes."""
        parts = [""] if self.is_two_level else ["__gauss", "__z"]
        return parts + self.missing.names()

    def linear(self, column, out):
        """Write [normal score, z] or one +-1 column, then the missing flag."""
        values = column.values
        known = ~np.isnan(values)
        values = self._bounded(values)
        if self.is_two_level:
            low, high = self.knots
            side = np.clip((values - low) / (high - low) * 2 - 1, -1, 1)
            out[:, 0] = np.where(known, side, 0)
        else:
            rank = np.clip(np.interp(values, self.knots, self.cdf), *_CDF_CLIP)
            out[:, 0] = np.where(known, ndtri(rank), 0)
            z = np.clip((values - self.mean) / self.scale, -_Z_CLIP, _Z_CLIP)
            out[:, 1] = np.where(known, z, 0)
        self.missing.encode(column.missing, out[:, -1:])

    def tree_names(self):
        """Name what `tree` writes."""
        return [""]

    def tree(self, column, out):
        """Write the finite value, NaN where missing."""
        out[:, 0] = self._bounded(column.values)

    def _bounded(self, values):
        infinite = np.isinf(values)
        if infinite.any():
            ends = np.where(values > 0, self.knots[-1], self.knots[0])
            values = np.where(infinite, ends, values)
        return finite32(values)
