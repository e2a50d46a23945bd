"""Loaders of real tables, and hiding labels to see what few of them are worth."""

from ._flights import load_flights
from ._mask_labels import mask_labels

__all__ = ["load_flights", "mask_labels"]
