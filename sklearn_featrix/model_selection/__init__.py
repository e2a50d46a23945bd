"""Splitters that know unlabeled rows, and scores with their uncertainty."""

from ._comparison import ScoreComparison, compare_estimators
from ._interval import ScoreInterval, cross_val_interval
from ._label_budget import LabelBudgetReport, label_budget_report
from ._labeled_split import LabeledSplit

__all__ = [
    "LabelBudgetReport",
    "LabeledSplit",
    "ScoreComparison",
    "ScoreInterval",
    "compare_estimators",
    "cross_val_interval",
    "label_budget_report",
]
