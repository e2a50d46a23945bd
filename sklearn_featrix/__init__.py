"""Learning from tables with many rows and few labels, the scikit-learn way.

Public names are loaded on first use (PEP 562): importing the package loads neither
torch nor skorch, pandas or matplotlib.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0.dev0"

_ROOM_OF = {
    "BoostedLossClassifier": "compose",
    "CostSensitiveClassifier": "calibration",
    "DomainFilter": "covariate_shift",
    "EmbeddingTransformer": "embedding",
    "GoalThresholdClassifier": "calibration",
    "InContextClassifier": "in_context",
    "LabelPropagation": "semi_supervised",
    "LabelSpreading": "semi_supervised",
    "LabeledOnly": "compose",
    "LabeledSampler": "sampling",
    "LabeledSplit": "model_selection",
    "OneExampleClassifier": "semi_supervised",
    "PriorCorrectedClassifier": "calibration",
    "RareEventSampler": "sampling",
    "SelfTrainingClassifier": "semi_supervised",
    "SelectiveClassifier": "calibration",
    "SemiSupervisedClassifier": "semi_supervised",
    "SimilaritySearch": "neighbors",
    "TableEncoder": "preprocessing",
    "TabularNetClassifier": "neural_network",
    "TwoPhaseClassifier": "sampling",
    "Waypoint": "neighbors",
    "WaypointDistances": "neighbors",
    "class_report": "metrics",
    "compare_estimators": "model_selection",
    "coverage_report": "neighbors",
    "covariate_shift_report": "covariate_shift",
    "cross_val_interval": "model_selection",
    "does_unlabeled_help": "model_selection",
    "imbalance_report": "calibration",
    "is_labeled": "utils",
    "label_budget_report": "model_selection",
    "make_labeled_scorer": "metrics",
    "mask_labels": "datasets",
}

_ROOMS = (
    "calibration",
    "compose",
    "covariate_shift",
    "datasets",
    "embedding",
    "exceptions",
    "in_context",
    "inspection",
    "losses",
    "metrics",
    "model_selection",
    "neighbors",
    "neural_network",
    "preprocessing",
    "sampling",
    "semi_supervised",
    "utils",
)

__all__ = ["__version__", *_ROOM_OF]


def __getattr__(name: str) -> Any:
    if name in _ROOM_OF:
        return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
