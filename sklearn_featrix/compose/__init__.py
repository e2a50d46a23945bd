"""Wrappers that let plain scikit-learn estimators live with unlabeled rows."""

from ._labeled_only import LabeledOnly

__all__ = ["LabeledOnly"]
