"""Who is near whom: searches for neighbours and the graphs they make."""

from ._coverage import CoverageReport, coverage_report
from ._similarity_search import SimilaritySearch

__all__ = ["CoverageReport", "SimilaritySearch", "coverage_report"]
