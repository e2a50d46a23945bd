"""Classifiers that learn from labelled and unlabeled rows together."""

from ._classifier import SemiSupervisedClassifier
from ._evidence import Evidence
from ._label_propagation import LabelPropagation
from ._label_spreading import LabelSpreading
from ._neighbor_agreement import NeighborAgreement
from ._one_example import OneExampleClassifier
from ._self_training import SelfTrainingClassifier
from ._vote_comparison import VoteComparison

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
