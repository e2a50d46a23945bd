"""Scores over labelled rows."""

from ._labeled_scorer import make_labeled_scorer

__all__ = ["make_labeled_scorer"]
