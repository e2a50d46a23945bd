"""Wrappers that let plain scikit-learn estimators live with unlabeled rows."""

from ._boosted_loss_classifier import BoostedLossClassifier
from ._labeled_only import LabeledOnly

__all__ = ["BoostedLossClassifier", "LabeledOnly"]
