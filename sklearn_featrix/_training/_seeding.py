"""Randomness that leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

__all__ = ["local_seed"]

_MAKES_FLOATS = {torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn}
_DRAWS = {torch.rand, torch.randn, torch.Tensor.normal_, torch.Tensor.uniform_}


def local_seed(seed: int) -> TorchFunctionMode:
    """Build modules inside the block: seeded, float32, on the CPU.

    The same seed gives the same weights whatever other threads do and whatever torch's
    default dtype and device are, and torch's own generator stays as it is: what is
    drawn to initialise weights comes from a generator of this block and this thread.

    Parameters
    ----------
    seed : int
        The seed.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix._training import local_seed
    >>> before = torch.get_rng_state()
    >>> with local_seed(0):
    ...     first = torch.nn.Linear(2, 1).weight
    >>> with local_seed(0):
    ...     second = torch.nn.Linear(2, 1).weight
    >>> bool((first == second).all()), bool((torch.get_rng_state() == before).all())
    (True, True)
    """
    return _LocalSeed(seed)


class _LocalSeed(TorchFunctionMode):
    """Fill in what calls leave to torch's global state."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator(device="cpu").manual_seed(seed)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call a function of torch with our generator, dtype and device."""
        given = dict(kwargs or {})
        if func in _DRAWS or "generator" in given:  # as in all of torch.nn.init
            given["generator"] = given.get("generator") or self.generator
        if func in _MAKES_FLOATS:
            given["dtype"] = given.get("dtype") or torch.float32
            given["device"] = given.get("device") or "cpu"
        return func(*args, **given)
