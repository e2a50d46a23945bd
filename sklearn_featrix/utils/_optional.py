"""Optional dependencies: imported on use, with a hint when they are missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = ["import_optional"]


def import_optional(name: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional module or say how to install it.

    Parameters
    ----------
    name : str
        Module to import, e.g. ``"matplotlib.pyplot"``.
    extra : str
        The extra of this package that installs it.
    purpose : str
        What needs it; begins the error message.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs {name.partition('.')[0]}, which is not installed. "
            f"Install it with: pip install 'sklearn-featrix[{extra}]'"
        ) from error
