"""Batches drawn as whole tensors, without a loader that collects row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch import Tensor

__all__ = ["BatchSource", "RowBatches"]


class BatchSource(Protocol):
    """What the loop asks of a learning problem: a torch ``Dataset`` with this hook."""

    def __len__(self) -> int:
        """Count the rows."""
        ...

    def make_batch(self, rows: Tensor, generator: torch.Generator) -> tuple[Any, Any]:
        """Turn row numbers into inputs and targets.

        Inputs are a tensor or a dict of keyword arguments, targets a tensor or a dict
        of tensors.
        """
        ...


class RowBatches:
    """Iterate over random batches, one block of steps at a time.

    The rows go by in one random order after the other, continued from block to block;
    of each order the incomplete last batch is left out.

    Parameters
    ----------
    source : BatchSource
        Makes each batch from its row numbers.
    batch_size : int
        Rows in a batch; all rows, if there are fewer.
    n_steps : int
        Batches in total.
    block : int
        Batches in one block; the last block may be shorter.
    generator : torch.Generator
        Draws the order, and is handed to `source`.
    """

    def __init__(
        self,
        source: BatchSource,
        batch_size: int,
        *,
        n_steps: int,
        block: int,
        generator: torch.Generator,
    ) -> None:
        self.source = source
        self.batch_size = min(batch_size, len(source))
        self.block = block
        self.generator = generator
        self._n_left = n_steps
        self._rows = self._endless_rows()

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        n_now = min(self.block, self._n_left)
        self._n_left -= n_now
        for _ in range(n_now):
            yield self.source.make_batch(next(self._rows), self.generator)

    def _endless_rows(self) -> Iterator[Tensor]:
        n_rows = len(self.source)
        n_used = n_rows - n_rows % self.batch_size
        while True:
            order = torch.randperm(n_rows, generator=self.generator, device="cpu")
            yield from order[:n_used].split(self.batch_size)
