"""Splitters that know unlabeled rows, and scores with their uncertainty."""

from ._interval import ScoreInterval, cross_val_interval
from ._labeled_split import LabeledSplit

__all__ = ["LabeledSplit", "ScoreInterval", "cross_val_interval"]
