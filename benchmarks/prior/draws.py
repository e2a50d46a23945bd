"""Random draws that all parts of the generator share."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

MAX_OWN_LEVELS = 24  # of a column that is made of levels


def uniform(g: Generator, *size: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    return torch.rand(*size, generator=g) * (high - low) + low


def log_uniform(g: Generator, *size: int, low: float, high: float) -> Tensor:
    return uniform(g, *size, low=math.log(low), high=math.log(high)).exp()


def normal(g: Generator, *size: int) -> Tensor:
    return torch.randn(*size, generator=g)


def chance(g: Generator, p: float | Tensor, *size: int) -> Tensor:
    return torch.rand(*size, generator=g) < p


def gamma(g: Generator, shape: Tensor) -> Tensor:
    return torch._standard_gamma(shape.contiguous(), generator=g)


def integer(g: Generator, low: int, high: int) -> int:
    """Draw from low, ..., high - 1."""
    return int(torch.randint(low, high, (), generator=g))


def log_integer(g: Generator, low: int, high: int) -> int:
    """Draw from low, ..., high, uniform in the logarithm."""
    return min(high, int(log_uniform(g, 1, low=low, high=high + 1)))


def standardized(x: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over the rows, the second dimension."""
    x = x - x.mean(1, keepdim=True)
    return x / (x.square().mean(1, keepdim=True).sqrt() + 1e-5)


def sorting_order(x: Tensor, dim: int = 1) -> Tensor:
    """Positions of the sorted values; numpy's sort is five times as fast here."""
    return torch.from_numpy(x.numpy().argsort(dim))


def places(x: Tensor, dim: int = 1) -> Tensor:
    """How many values come before each one; ties in any order."""
    order = sorting_order(x, dim).movedim(dim, -1)
    positions = torch.arange(x.shape[dim]).expand_as(order)
    return torch.empty_like(order).scatter_(-1, order, positions).movedim(-1, dim)


def row_ranks(x: Tensor) -> Tensor:
    """Share of the rows that are below, in (0, 1); ties in any order."""
    columns = x.transpose(1, 2).contiguous()
    return (places(columns, 2).transpose(1, 2) + 0.5) / x.shape[1]


def dense_ranks(x: Tensor) -> tuple[Tensor, Tensor]:
    """Give each value its place among the distinct ones of its column; count these."""
    order = sorting_order(x)
    ordered = x.gather(1, order)
    new = torch.zeros_like(order)
    new[:, 1:] = (ordered[:, 1:] != ordered[:, :-1]).long()
    number = new.cumsum(1)
    level = torch.zeros_like(order).scatter_(1, order, number)
    return level, number[:, -1:] + 1


def renamed(g: Generator, code: Tensor) -> Tensor:
    """Scramble the codes 0, ..., 226 of each column of each table.

    Cubes are a permutation modulo a prime that leaves 2 when divided by 3.
    """
    prime = 227
    size = (code.shape[0], 1, code.shape[2])
    factor = torch.randint(1, prime, size, generator=g)
    offset = torch.randint(0, prime, size, generator=g)
    code = (code * factor + offset) % prime
    return code * code % prime * code % prime
