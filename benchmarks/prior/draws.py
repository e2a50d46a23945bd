"""Random draws that all parts of the generator share."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor


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
    return x / (x.std(1, keepdim=True) + 1e-5)


def row_ranks(x: Tensor) -> Tensor:
    """Share of the rows that are below, in (0, 1); ties by position."""
    order = x.transpose(1, 2).argsort(-1).argsort(-1).transpose(1, 2)
    return (order + 0.5) / x.shape[1]
