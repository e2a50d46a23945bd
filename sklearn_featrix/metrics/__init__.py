"""Scores over labelled rows."""

from ._class_report import ClassReport, class_report
from ._coverage_accuracy import coverage_accuracy_curve
from ._labeled_scorer import make_labeled_scorer

__all__ = [
    "ClassReport",
    "class_report",
    "coverage_accuracy_curve",
    "make_labeled_scorer",
]
