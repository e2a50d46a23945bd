"""Classifiers that learn from labelled and unlabeled rows together."""

from ._classifier import SemiSupervisedClassifier

__all__ = ["SemiSupervisedClassifier"]
