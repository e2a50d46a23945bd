"""A pretrained classifier: the labelled rows are its context."""

from ._classifier import InContextClassifier

__all__ = ["InContextClassifier"]
