"""Rows that were drawn differently from others: how unlike, and in which columns."""

from ._report import CovariateShiftReport, covariate_shift_report

__all__ = ["CovariateShiftReport", "covariate_shift_report"]
