"""Splitters that know unlabeled rows, and scores with their uncertainty."""

from ._labeled_split import LabeledSplit

__all__ = ["LabeledSplit"]
