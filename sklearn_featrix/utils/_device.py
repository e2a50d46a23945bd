"""Where torch computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["resolve_device"]


def resolve_device(device: str = "auto") -> torch.device:
    """Turn a `device` parameter into a torch device.

    Parameters
    ----------
    device : str, default="auto"
        "auto" takes cuda, then mps, then cpu, whichever is there first; any other
        string is handed to torch.

    Returns
    -------
    torch.device
        The device.

    Raises
    ------
    ValueError
        If torch does not know the device, or it is not available here.

    Examples
    --------
    >>> from sklearn_featrix.utils._device import resolve_device
    >>> resolve_device("cpu")
    device(type='cpu')
    """
    import torch

    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    if device == "auto":
        return torch.device(available[0])
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"Unknown device {device!r}. Use 'auto' or one of {available}."
        ) from error
    if resolved.type not in available:
        raise ValueError(
            f"Device {device!r} is not available here. Use 'auto' or one of "
            f"{available}."
        )
    return resolved
