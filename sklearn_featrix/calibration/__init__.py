"""Decisions from probabilities: when to answer, and when to say that one cannot."""

from ._selective_classifier import SelectiveClassifier

__all__ = ["SelectiveClassifier"]
