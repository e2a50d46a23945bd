"""Torch criteria, one file each."""

from ._class_balanced import ClassBalancedLoss
from ._cost_sensitive import CostSensitiveLoss
from ._focal import FocalLoss
from ._info_nce import InfoNCELoss

__all__ = ["ClassBalancedLoss", "CostSensitiveLoss", "FocalLoss", "InfoNCELoss"]
