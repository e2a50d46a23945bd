"""One file per library that finds neighbours.

An index has ``fit(X)`` and ``kneighbors(X, n_neighbors)``, which returns distances and
positions of shape (n_queries, n_neighbors), nearest first; position -1 where an
approximate search found too few. What ends in ``candidates`` returns squared distances
in single precision, in no order, for a search that sorts them itself.
"""

from ._exact import ExactIndex
from ._faiss import FaissIndex
from ._hnsw import HNSWIndex

__all__ = ["ExactIndex", "FaissIndex", "HNSWIndex"]
