"""Recognise a row from a view of it in which most cells come from other rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...losses import InfoNCELoss
from ...nn import ProjectionHead, swap_cells
from ._base import Objective

__all__ = ["Scarf"]

SHARE_SWAPPED = 0.6


class Scarf(Objective):
    """Contrastive learning between rows and their corrupted views.

    References
    ----------
    Bahri et al., "SCARF: Self-supervised contrastive learning using random feature
    corruption", ICLR 2022.
    """

    def build_head(self, width: int) -> nn.Module:
        """Build the projection in which views are compared."""
        return ProjectionHead(width)

    @property
    def criterion(self) -> nn.Module:
        """InfoNCE between the first and the second half of the projections."""
        return _HalvesInfoNCE()

    def make_batch(
        self, rows: Tensor, generator: torch.Generator
    ) -> tuple[dict[str, Tensor], Tensor]:
        """Put the corrupted views below the intact rows."""
        intact = self.table[rows]
        swapped = self.draw_cells(len(rows), generator)
        corrupted = swap_cells(
            intact, self.table, swapped < SHARE_SWAPPED, self.column_groups, generator
        )
        return {"x": torch.cat([intact, corrupted])}, rows


class _HalvesInfoNCE(InfoNCELoss):
    def forward(self, projections: Tensor, rows: Tensor) -> Tensor:
        return super().forward(*projections.chunk(2))
