"""Who is near whom: searches for neighbours and the graphs they make."""

from ._coverage import CoverageReport, coverage_report

__all__ = ["CoverageReport", "coverage_report"]
