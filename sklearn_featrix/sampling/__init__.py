"""Resampling for rare classes: the only room that knows imbalanced-learn."""

from ._labeled_sampler import LabeledSampler
from ._pipeline import Pipeline, make_pipeline
from ._rare_event_sampler import RareEventSampler
from ._two_phase_classifier import TwoPhaseClassifier

__all__ = [
    "LabeledSampler",
    "Pipeline",
    "RareEventSampler",
    "TwoPhaseClassifier",
    "make_pipeline",
]
