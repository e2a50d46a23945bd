"""Classifiers that learn from labelled and unlabeled rows together."""

from ._classifier import SemiSupervisedClassifier
from ._evidence import Evidence, NeighborAgreement, VoteComparison
from ._label_propagation import LabelPropagation
from ._label_spreading import LabelSpreading
from ._one_example import OneExampleClassifier
from ._self_training import SelfTrainingClassifier

__all__ = [
    "Evidence",
    "LabelPropagation",
    "LabelSpreading",
    "NeighborAgreement",
    "OneExampleClassifier",
    "SelfTrainingClassifier",
    "SemiSupervisedClassifier",
    "VoteComparison",
]
