"""One file per library that finds neighbours.

An index has ``fit(X)`` and ``kneighbors(X, n_neighbors)``, which returns distances and
positions of shape (n_queries, n_neighbors), nearest first; position -1 where an
approximate search found too few.
"""

from ._exact import ExactIndex
from ._faiss import FaissIndex

__all__ = ["ExactIndex", "FaissIndex"]
