"""Resampling for rare classes: the only room that knows imbalanced-learn."""

from ._labeled_sampler import LabeledSampler

__all__ = ["LabeledSampler"]
