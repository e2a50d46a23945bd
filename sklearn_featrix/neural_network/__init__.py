"""A network fine-tuned on labelled rows, for tables with thousands of them."""

from ._tabular_net_classifier import TabularNetClassifier

__all__ = ["TabularNetClassifier"]
