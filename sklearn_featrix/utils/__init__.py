"""What every room needs: the meaning of "unlabeled", and small gates."""

from ._labels import is_labeled

__all__ = ["is_labeled"]
