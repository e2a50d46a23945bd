"""Vectors for the rows of a table, learnt without labels."""

from ._transformer import EmbeddingTransformer

__all__ = ["EmbeddingTransformer"]
