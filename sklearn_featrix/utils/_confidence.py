"""The parameter `confidence` of everything that gives intervals."""

from __future__ import annotations

from numbers import Real
from typing import Any

from sklearn.utils import check_scalar

__all__ = ["check_confidence"]


def check_confidence(confidence: Any) -> None:
    """Refuse what is no share of intervals that could hold the truth.

    Parameters
    ----------
    confidence : float
        What the caller gave.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is not in (0, 1).
    """
    check_scalar(
        confidence, "confidence", Real, min_val=0, max_val=1,
        include_boundaries="neither",
    )  # fmt: skip
