"""Torch criteria, one file each."""

from ._info_nce import InfoNCELoss

__all__ = ["InfoNCELoss"]
