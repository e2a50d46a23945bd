"""The table: any columns in, a float32 matrix out."""

from ._table_encoder import TableEncoder

__all__ = ["TableEncoder"]
