"""Warnings that point at the user's own line."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn"]

_OURS = {"sklearn_featrix", "sklearn", "skorch", "joblib"}


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called the library, however deep inside it this is said.

    Parameters
    ----------
    message : str
        What happened, and what to do.
    category : type of Warning, default=UserWarning
        Its class.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].split(".")[0] in _OURS:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
