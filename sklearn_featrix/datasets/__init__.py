"""Loaders of real tables, and hiding labels to see what few of them are worth."""

from ._flights import load_flights

__all__ = ["load_flights"]
