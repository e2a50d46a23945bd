"""The hooks that an objective fills in."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

__all__ = ["Objective", "Pretext"]


class Objective(Dataset):
    """A self-made task on the rows of an encoded table.

    A subclass corrupts rows in :meth:`make_batch` and says in :meth:`build_head` and
    :attr:`criterion` what is to be told from them. One that needs tasks of its own
    makes them in :meth:`prepare`.

    Parameters
    ----------
    table : ndarray of shape (n_rows, n_encoded)
        The encoded rows, float32.
    column_groups : ndarray of shape (n_encoded,)
        The cell that each encoded column belongs to, from 0 to `n_cells` - 1.
    n_groups : int
        How many tasks to make, for objectives that make some.
    rng : RandomState
        Draws the tasks.
    deadline : float, default=None
        Moment on the clock of :func:`time.monotonic` after which no further task is
        made; one is always made.
    """

    def __init__(
        self,
        table: np.ndarray,
        column_groups: np.ndarray,
        *,
        n_groups: int,
        rng: np.random.RandomState,
        deadline: float | None = None,
    ) -> None:
        self.table = torch.from_numpy(table)
        self.column_groups = torch.from_numpy(column_groups)
        self.n_cells = int(column_groups.max()) + 1
        self.n_groups = n_groups
        self.deadline = deadline
        self.prepare(rng)

    def __len__(self) -> int:
        return len(self.table)

    def prepare(self, rng: np.random.RandomState) -> None:
        """Make what the batches need; by default nothing."""

    def build_head(self, width: int) -> nn.Module:
        """Build the module that answers, on top of the encoder's last state."""
        raise NotImplementedError

    @property
    def criterion(self) -> nn.Module:
        """The loss between the head's answer and the targets of a batch."""
        raise NotImplementedError

    def draw_cells(self, n_rows: int, generator: torch.Generator) -> Tensor:
        """Draw a uniform number for each cell of a batch."""
        return torch.rand(
            n_rows,
            self.n_cells,
            generator=generator,
            dtype=torch.float32,
            device="cpu",
        )

    def make_batch(
        self, rows: Tensor, generator: torch.Generator
    ) -> tuple[dict[str, Tensor], Any]:
        """Turn row numbers into the arguments of :class:`Pretext` and targets.

        Targets are a tensor, or a dict of tensors.
        """
        raise NotImplementedError


class Pretext(nn.Module):
    """An encoder with the head of an objective, as it is trained.

    Parameters
    ----------
    encoder : nn.Module
        What is kept.
    head : nn.Module
        What is thrown away after training.
    """

    def __init__(self, encoder: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, x: Tensor, **head_inputs: Any) -> Any:
        """Answer for the corrupted rows."""
        return self.head(self.encoder(x), **head_inputs)
