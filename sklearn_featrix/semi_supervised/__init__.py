"""Classifiers that learn from labelled and unlabeled rows together."""

from ._classifier import SemiSupervisedClassifier
from ._self_training import SelfTrainingClassifier

__all__ = ["SelfTrainingClassifier", "SemiSupervisedClassifier"]
