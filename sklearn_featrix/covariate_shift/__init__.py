"""Rows that were drawn differently from others: how unlike, and in which columns."""

from ._domain_filter import DomainFilter
from ._report import CovariateShiftReport, covariate_shift_report

__all__ = ["CovariateShiftReport", "DomainFilter", "covariate_shift_report"]
