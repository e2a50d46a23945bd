"""Classifiers that learn from labelled and unlabeled rows together."""

from ._classifier import SemiSupervisedClassifier
from ._label_propagation import LabelPropagation
from ._label_spreading import LabelSpreading
from ._self_training import SelfTrainingClassifier

__all__ = [
    "LabelPropagation",
    "LabelSpreading",
    "SelfTrainingClassifier",
    "SemiSupervisedClassifier",
]
