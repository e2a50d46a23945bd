"""Waypoint: a named place in a table, given by records."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any

from ..preprocessing._plain_records import plain_records
from ._query import check_combine

__all__ = ["Waypoint"]

_FORMAT = 1


@dataclass(frozen=True)
class Waypoint:
    """A named place in a table: where rows like these records lie.

    A waypoint is made of records alone, as plain values. So it can be kept in a file,
    and used with any table that has its columns: by
    :meth:`SimilaritySearch.find_similar` and :meth:`SimilaritySearch.distance_to`, or
    as features by :class:`WaypointDistances`.

    Parameters
    ----------
    name : str
        What the place is called.
    records : dict, Series, list of these, DataFrame or array-like
        One record or several. Records with labels may lack columns, which then have no
        part in any distance. An array has all columns of the table, in order.
    radius : float, default=None
        Distance up to which a row counts as being there, in the metric it is used
        with: for "cosine" 0 to 2. None: distances only.
    combine : {"centroid", "max"}, default="centroid"
        Where the place is if there are several records: at their mean, or at each.

    Attributes
    ----------
    labels : list or None
        Labels of the columns that the records have; None if they came as an array.

    Raises
    ------
    TypeError
        If the name is no text, or a record holds a value that is no number, boolean,
        text, date, duration or missing value.
    ValueError
        If there is no record, records have different columns, the radius is negative,
        or `combine` is unknown.

    See Also
    --------
    WaypointDistances : Distances to waypoints as features.

    Examples
    --------
    >>> from sklearn_featrix.neighbors import Waypoint
    >>> regulars = Waypoint("regulars", {"plan": "pro", "visits": 40}, radius=0.2)
    >>> regulars.records
    [{'plan': 'pro', 'visits': 40}]
    """

    name: str
    records: Any
    radius: float | None = None
    combine: str = field(default="centroid", kw_only=True)
    labels: list[Any] | None = field(init=False, repr=False)

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise TypeError(f"name={self.name!r} must be a text that is not empty.")
        self._check_radius()
        check_combine(self.combine)
        labels, rows = plain_records(self.records)
        if labels is not None:
            rows = [dict(zip(labels, row, strict=True)) for row in rows]
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "records", rows)

    def __hash__(self):
        return hash((self.name, self.radius, self.combine))

    def _check_radius(self):
        if self.radius is None:
            return
        is_number = isinstance(self.radius, Real) and not isinstance(self.radius, bool)
        if not is_number or not self.radius >= 0:
            raise ValueError(
                f"radius={self.radius!r} must be a number of at least 0, or None."
            )
        object.__setattr__(self, "radius", float(self.radius))

    def save(self, path):
        """Write the waypoint to a file of JSON.

        Parameters
        ----------
        path : path
            The file; it is overwritten. Its folder must exist.
        """
        rows = [list(row.values()) for row in self.records] if self.labels else None
        content = {
            "waypoint": self.name,
            "format": _FORMAT,
            "radius": self.radius,
            "combine": self.combine,
            "columns": self.labels,
            "rows": rows or self.records,
        }
        text = json.dumps(content, default=_packed, indent=1, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path):
        """Read a waypoint from a file; nothing in it is executed.

        Parameters
        ----------
        path : path
            What `save` wrote.

        Returns
        -------
        Waypoint
            The waypoint, equal to the one saved.

        Raises
        ------
        ValueError
            If the file holds no waypoint, or one of another format.
        """
        content = _read(path)
        rows = content["rows"]
        if content["columns"] is not None:
            rows = [dict(zip(content["columns"], row, strict=True)) for row in rows]
        return cls(
            content["waypoint"], rows, content["radius"], combine=content["combine"]
        )


def _packed(value):
    if isinstance(value, dt.timedelta):
        return {"seconds": value / dt.timedelta(seconds=1)}
    return {"date": value.isoformat()}


def _unpacked(mapping):
    if mapping.keys() == {"date"}:
        return dt.datetime.fromisoformat(mapping["date"])
    if mapping.keys() == {"seconds"}:
        return dt.timedelta(seconds=mapping["seconds"])
    return mapping


def _read(path):
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = json.loads(text, object_hook=_unpacked)
        written = content["format"] if "waypoint" in content else None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no waypoint.") from error
    if written is None:
        raise ValueError(f"{path} holds no waypoint.")
    if written != _FORMAT:
        raise ValueError(
            f"{path} was written in format {written!r}; this version reads format "
            f"{_FORMAT}."
        )
    return content
