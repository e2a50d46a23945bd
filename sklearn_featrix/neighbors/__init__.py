"""Whom a row is near to: searches for neighbours, places, and the graphs they make."""

from ._coverage import CoverageReport, coverage_report
from ._similarity_search import SimilaritySearch
from ._waypoint import Waypoint
from ._waypoint_distances import WaypointDistances

__all__ = [
    "CoverageReport",
    "SimilaritySearch",
    "Waypoint",
    "WaypointDistances",
    "coverage_report",
]
