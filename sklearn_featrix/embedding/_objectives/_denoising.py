"""Reconstruct rows in which some cells come from other rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...nn import swap_cells
from ._base import Objective

__all__ = ["Denoising"]

SHARE_SWAPPED = 0.3


class Denoising(Objective):
    """Denoising autoencoder with swap noise.

    References
    ----------
    Vincent et al., "Extracting and composing robust features with denoising
    autoencoders", ICML 2008.
    """

    def build_head(self, width: int) -> nn.Module:
        """Build a linear map back to the encoded row."""
        return nn.Linear(width, self.table.shape[1])

    @property
    def criterion(self) -> nn.Module:
        """Mean squared error over all cells, the intact ones included."""
        return nn.MSELoss()

    def make_batch(
        self, rows: Tensor, generator: torch.Generator
    ) -> tuple[dict[str, Tensor], Tensor]:
        """Swap a share of the cells; the target is the intact row."""
        intact = self.table[rows]
        swapped = self.draw_cells(len(rows), generator)
        corrupted = swap_cells(
            intact, self.table, swapped < SHARE_SWAPPED, self.column_groups, generator
        )
        return {"x": corrupted}, intact
