"""Splitters that know unlabeled rows, and scores with their uncertainty."""

from ._comparison import ScoreComparison, compare_estimators
from ._interval import ScoreInterval, cross_val_interval
from ._label_budget import label_budget_report
from ._label_budget_report import LabelBudgetReport
from ._labeled_split import LabeledSplit
from ._unlabeled_help import UnlabeledHelp, does_unlabeled_help

__all__ = [
    "LabelBudgetReport",
    "LabeledSplit",
    "ScoreComparison",
    "ScoreInterval",
    "UnlabeledHelp",
    "compare_estimators",
    "cross_val_interval",
    "does_unlabeled_help",
    "label_budget_report",
]
