"""Dates: calendar parts and elapsed time, each encoded as a number."""

from __future__ import annotations

import numpy as np

from ._flag import Missing
from ._numeric import NumericEncoder
from ._table import Column

_DAY = np.timedelta64(1, "D")


def calendar_parts(moments):
    """Calendar parts of datetime64 values by name, float64 with NaN for NaT."""
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]")
    years = moments.astype("datetime64[Y]")
    parts = {
        "year": years.astype(np.int64) + 1970,
        "month": (months - years).astype(np.int64) + 1,
        "day": (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        "weekday": (days.astype(np.int64) + 3) % 7,  # 1970-01-01 was a Thursday
        "hour": (moments - days) / np.timedelta64(1, "h"),
    }
    gone = np.isnat(moments)
    return {name: np.where(gone, np.nan, part) for name, part in parts.items()}


class DatetimeEncoder:
    """Encode dates by year, month, day, weekday (Monday is 0), hour and elapsed days.

    Parts that do not vary are left out. The hour has a fraction; elapsed days count
    from the earliest training date.
    """

    def fit(self, column):
        """Fit one numeric encoder per part that varies."""
        self.missing = Missing().fit(column.missing)
        self.start = column.values[~column.missing].min()
        self.parts = {}
        for name, part in self._parts(column):
            present = part.values[~np.isnan(part.values)]
            if present.min() < present.max():
                encoder = NumericEncoder().fit(part)
                encoder.missing.any = False  # one flag serves all parts
                self.parts[name] = encoder
        return self

    def linear_names(self):
        """Name what `linear` writes."""
        return [
            f"__{part}{name}"
            for part, encoder in self.parts.items()
            for name in encoder.linear_names()
        ] + self.missing.names()

    def tree_names(self):
        """Name what `tree` writes."""
        return [f"__{part}" for part in self.parts]

    def linear(self, column, out):
        """Write every part as a number, then the missing flag."""
        self._encode(column, out, "linear")
        self.missing.encode(column.missing, out[:, -1:])

    def tree(self, column, out):
        """Write every part, NaN where missing."""
        self._encode(column, out, "tree")

    def _encode(self, column, out, encoding):
        start = 0
        for name, part in self._parts(column):
            if name in self.parts:
                encoder = self.parts[name]
                stop = start + len(getattr(encoder, f"{encoding}_names")())
                getattr(encoder, encoding)(part, out[:, start:stop])
                start = stop

    def _parts(self, column):
        parts = calendar_parts(column.values)
        parts["days"] = (column.values - self.start) / _DAY
        return [(name, Column(name, "number", part)) for name, part in parts.items()]
