"""Who is near whom: searches for neighbours and the graphs they make."""

__all__ = []
