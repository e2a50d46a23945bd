"""What processes that train one network tell each other."""

from __future__ import annotations

import torch
from torch import distributed, nn

ADDED_UP = ("tables", "cpu_seconds", "flop")


def average_gradients(network: nn.Module) -> None:
    """Give each process the mean of the gradients of all."""
    parameters = [each for each in network.parameters() if each.grad is not None]
    flat = torch.cat([each.grad.flatten() for each in parameters])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    parts = flat.split([each.numel() for each in parameters])
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.grad = part.view_as(parameter)


def agreed(progress: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """Add up what all processes have done since; the clock is that of the first.

    Parameters
    ----------
    progress, before : dict of str to float
        The fields of a `Progress`, now and when all had agreed last.
    """
    done = [progress[name] - before[name] for name in ADDED_UP]
    total = torch.tensor(done, dtype=torch.float64)
    distributed.all_reduce(total)
    known = [progress["seconds"], *(before[name] for name in ADDED_UP)]
    known = torch.tensor(known, dtype=torch.float64)
    distributed.broadcast(known, 0)  # its log and checkpoints took time, too
    seconds, *start = known.tolist()
    sums = {
        name: type(progress[name])(was + more)
        for name, was, more in zip(ADDED_UP, start, total.tolist(), strict=True)
    }
    return {**progress, **sums, "seconds": seconds}
