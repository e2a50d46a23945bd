"""The layers of the in-context network."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "Attention",
    "CellLayer",
    "KeysAndValues",
    "MatchingHead",
    "RowLayer",
    "base_logit",
    "full_precision",
]

MAX_BATCH = 65_535  # of attention: CUDA's kernels have no more blocks
LANES = 16  # numbers in a processor's vector
MANY_KEYS = 256  # more are long enough not to mind their ends
COPY_COSTS = 5  # of a key, in numbers left over by a query


class KeysAndValues(NamedTuple):
    """What an attention layer looks at; each (batch, n_heads, n_tokens, width)."""

    key: Tensor
    value: Tensor


def full_precision(device_type: str) -> AbstractContextManager[None]:
    """Switch autocast off where there is one."""
    if device_type in ("cpu", "cuda"):
        return torch.autocast(device_type, enabled=False)
    return nullcontext()


def base_logit(y: Tensor) -> Tensor:
    """Log-odds of the shares of labels, with half a row of each class more."""
    return torch.logit((y.sum(-1) + 0.5) / (y.shape[-1] + 1))


class _Norm(nn.Module):
    """Layer norm without offset, in the dtype of its input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.to(x.dtype)
        return functional.layer_norm(x, weight.shape, weight, None, 1e-5)


class Attention(nn.Module):
    """Multi-head attention to a context; starts as a similarity kernel."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        if width % n_heads:
            raise ValueError(
                f"width={width} is no multiple of n_heads={n_heads}; choose one."
            )
        self.n_heads = n_heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        with torch.no_grad():
            self.query.weight *= 1.5
            self.key.weight.copy_(self.query.weight)
        nn.init.zeros_(self.out.weight)

    def remember(self, context: Tensor) -> KeysAndValues:
        """Keys and values of what is looked at."""
        return KeysAndValues(
            self._heads(self.key(context)), self._heads(self.value(context))
        )

    def forward(self, x: Tensor, context: KeysAndValues) -> Tensor:
        mixed = _attend(self._heads(self.query(x)), *context)
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return out

    def _heads(self, tokens: Tensor) -> Tensor:
        return torch.unflatten(tokens, -1, (self.n_heads, -1)).transpose(1, 2)


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Scaled dot-product attention, however many tables there are."""
    key, value, mask = _filled_up(key, value, query.shape[2])
    if len(query) <= MAX_BATCH:
        return functional.scaled_dot_product_attention(query, key, value, mask)
    parts = [torch.split(each, MAX_BATCH) for each in (query, key, value)]
    return torch.cat(
        [
            functional.scaled_dot_product_attention(some, keys, values, mask)
            for some, keys, values in zip(*parts, strict=True)
        ]
    )


def _filled_up(
    key: Tensor, value: Tensor, n_queries: int
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Keys that fill a processor's vectors, and which of them to look at.

    What is left over of a row of scores is computed number by number and takes longest.
    To copy the keys costs less if the queries are many.
    """
    n_keys = key.shape[2]
    left_over = n_keys % LANES
    if (
        key.device.type != "cpu"
        or n_keys >= MANY_KEYS
        or n_queries * left_over <= COPY_COSTS * n_keys
    ):
        return key, value, None
    rest = LANES - left_over
    mask = functional.pad(key.new_zeros(1, n_keys), (0, rest), value=-math.inf)
    # tokens come before heads in memory
    key, value = (
        functional.pad(each.transpose(1, 2), (0, 0, 0, 0, 0, rest)).transpose(1, 2)
        for each in (key, value)
    )
    return key, value, mask


class _FeedForward(nn.Module):
    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        self.norm = _Norm(width)
        self.inner = nn.Linear(width, expansion * width)
        self.outer = nn.Linear(expansion * width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.outer(functional.gelu(self.inner(self.norm(x))))
        return out


class CellLayer(nn.Module):
    """Each row attends over its cells, then each column over the context rows."""

    def __init__(
        self, width: int, n_heads: int, expansion: int, n_readout: int, rows: bool
    ) -> None:
        super().__init__()
        self.n_readout = n_readout
        self.over_columns = Attention(width, n_heads)
        self.column_norm = _Norm(width)
        self.over_rows = Attention(width, n_heads) if rows else None
        self.row_norm = _Norm(width) if rows else None
        self.feed_forward = _FeedForward(width, expansion)

    def forward(
        self,
        cells: Tensor,
        rows: Tensor,
        last: bool,
        memory: KeysAndValues | None = None,
    ) -> tuple[Tensor, Tensor, KeysAndValues | None]:
        """Rows look at those in memory, or at one another where there is none."""
        x = self._attend_columns(torch.cat([rows, cells], dim=2), last)
        if self.over_rows is not None and self.row_norm is not None:
            size = (x.shape[0], x.shape[2])
            columns = self.row_norm(x).transpose(1, 2).flatten(0, 1)
            if memory is None:
                memory = self.over_rows.remember(columns)
            mixed = self.over_rows(columns, memory)
            x = x + mixed.unflatten(0, size).transpose(1, 2)
        x = x + self.feed_forward(x)
        return x[:, :, self.n_readout :], x[:, :, : self.n_readout], memory

    def _attend_columns(self, x: Tensor, last: bool) -> Tensor:
        """After the last layer only the readout tokens are needed."""
        normed = self.column_norm(x).flatten(0, 1)
        n_wanted = self.n_readout if last else x.shape[2]
        seen = self.over_columns.remember(normed)
        mixed: Tensor = self.over_columns(normed[:, :n_wanted], seen)
        wanted = x[:, :, :n_wanted]
        return wanted + mixed.reshape(wanted.shape)


class RowLayer(nn.Module):
    """Each row attends over the context rows."""

    def __init__(self, width: int, n_heads: int, expansion: int) -> None:
        super().__init__()
        self.attention = Attention(width, n_heads)
        self.norm = _Norm(width)
        self.feed_forward = _FeedForward(width, expansion)

    def forward(
        self, x: Tensor, memory: KeysAndValues | None = None
    ) -> tuple[Tensor, KeysAndValues]:
        """Rows look at those in memory, or at one another where there is none."""
        normed = self.norm(x)
        if memory is None:
            memory = self.attention.remember(normed)
        x = x + self.attention(normed, memory)
        return x + self.feed_forward(x), memory


class MatchingHead(nn.Module):
    """Read the logit off the row, and vote among the labelled rows like it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = _Norm(width)
        self.direction = nn.Linear(width, 1, bias=False)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.direction.weight)
        with torch.no_grad():
            self.key.weight.copy_(self.query.weight)
        self.floor = nn.Parameter(torch.tensor(-2.0))
        self.gain = nn.Parameter(torch.tensor(1.0))
        self.base_gain = nn.Parameter(torch.tensor(0.0))

    def remember(self, labeled: Tensor) -> Tensor:
        """Keys of the labelled rows."""
        key: Tensor = self.key(self.norm(labeled))
        return key

    def forward(self, queries: Tensor, key: Tensor, y: Tensor) -> Tensor:
        queries = self.norm(queries)
        query = self.query(queries)
        scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
        with full_precision(y.device.type):  # bfloat16 knows shares near 0, not near 1
            share = (scores.float().softmax(-1) @ y[..., None].float()).squeeze(-1)
        floor = 0.01 + 0.1 * torch.sigmoid(self.floor)
        vote = torch.log(share + floor) - torch.log(1 - share + floor)
        direct = self.direction(queries).squeeze(-1).float()
        logit: Tensor = direct + self.gain * vote
        return logit + self.base_gain * base_logit(y)[:, None]
