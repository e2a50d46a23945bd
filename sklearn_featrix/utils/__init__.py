"""What every room needs: the meaning of "unlabeled", class weights, and small gates."""

from ._class_weight import class_weight_effective
from ._labels import is_labeled

__all__ = ["class_weight_effective", "is_labeled"]
