"""Numbers: normal scores beside z-scores for linear models, raw values for trees."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from ._flag import Missing

_FLOAT32 = np.finfo(np.float32)
_N_KNOTS = 1000
_CDF_CLIP = (0.001, 0.999)
_Z_CLIP = 4.0
_MAX_MERGED = 0.01  # share of rows; of 200,000 normal numbers fewer are merged


def finite32(values):
    """Numbers that float32 can hold: too large and infinite ones at its ends."""
    return np.clip(values, _FLOAT32.min, _FLOAT32.max)


def _with_finite_ends(ordered):
    """Replace infinities among sorted numbers by values just outside the others."""
    finite = finite32(ordered[np.isfinite(ordered)])
    if len(finite) == len(ordered):
        return finite
    low, high = (finite[0], finite[-1]) if len(finite) else (0.0, 0.0)
    farthest = max(abs(low), abs(high), 1.0)
    gap = (high - low) / 10 or farthest
    gap = max(gap, 2 * np.spacing(farthest))
    below = np.full((ordered == -np.inf).sum(), low - gap)
    above = np.full((ordered == np.inf).sum(), high + gap)
    return finite32(np.concatenate([below, finite, above]))


def _share_merged(ordered, written):
    """Share of rows whose number is, in float32, that of a row that differs."""
    written = written.astype(np.float32)
    begins = np.append(True, written[1:] != written[:-1])
    differs = np.append(False, ordered[1:] != ordered[:-1]) & ~begins
    lengths = np.diff(np.append(np.flatnonzero(begins), len(ordered)))
    merged = np.add.reduceat(differs, np.flatnonzero(begins)) > 0
    return lengths[merged].sum() / len(ordered)


class NumericEncoder:
    """Encode numbers.

    The distribution function is kept as at most 1000 knots (value, mid-rank), exact
    for columns with fewer distinct values, and interpolated between them.
    Infinities are values a little beyond the finite ones; those that `fit` did not see
    are encoded as the extreme value that it saw.
    """

    def fit(self, column):
        """Store knots, mean and scale, and what is written for trees."""
        values = column.values
        self.missing = Missing().fit(np.isnan(values))
        ordered = _with_finite_ends(np.sort(values[~np.isnan(values)]))
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
        self._store_tree_form(ordered)
        return self

    def _store_tree_form(self, ordered):
        """Choose the number, its distance from the median or its rank.

        float32 merges neighbours such as epoch seconds; whatever merges least is
        written, the number itself if it merges next to nothing.
        """
        self.offset, self.is_ranked = 0.0, False
        raw = _share_merged(ordered, ordered)
        if raw <= _MAX_MERGED:
            return
        median = ordered[len(ordered) // 2]
        ranks = np.interp(ordered, self.knots, self.cdf)
        shifted = _share_merged(ordered, ordered - median)
        ranked = _share_merged(ordered, ranks)
        self.is_ranked = ranked < min(raw, shifted)
        if shifted < raw and not self.is_ranked:
            self.offset = median

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
        values = self._bounded(column.values)
        if self.is_ranked:
            values = np.interp(values, self.knots, self.cdf)
        out[:, 0] = values - self.offset

    def _bounded(self, values):
        infinite = np.isinf(values)
        if infinite.any():
            ends = np.where(values > 0, self.knots[-1], self.knots[0])
            values = np.where(infinite, ends, values)
        return finite32(values)
