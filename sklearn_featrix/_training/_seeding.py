"""Randomness that leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["local_seed"]


@contextmanager
def local_seed(seed: int) -> Iterator[None]:
    """Seed torch's CPU generator inside the block and restore it afterwards.

    Modules that are built inside get the same weights for the same seed; everything
    drawn outside stays as it was. Other devices are not touched: build on the CPU,
    then move.

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
    ...     first = torch.rand(2)
    >>> with local_seed(0):
    ...     second = torch.rand(2)
    >>> bool((first == second).all()), bool((torch.get_rng_state() == before).all())
    (True, True)
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
