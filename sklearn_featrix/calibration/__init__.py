"""Decisions from probabilities: which class, at which cost, and when not to answer."""

from ._cost_sensitive_classifier import CostSensitiveClassifier
from ._goal_threshold_classifier import GoalThresholdClassifier
from ._imbalance import imbalance_report
from ._imbalance_report import ImbalanceReport
from ._prior_corrected_classifier import PriorCorrectedClassifier
from ._selective_classifier import SelectiveClassifier

__all__ = [
    "CostSensitiveClassifier",
    "GoalThresholdClassifier",
    "ImbalanceReport",
    "PriorCorrectedClassifier",
    "SelectiveClassifier",
    "imbalance_report",
]
