"""Which labelled rows make up a batch."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["BATCH_SAMPLINGS", "BalancedSampling", "DynamicSampling", "RandomSampling"]

LEAST_NEED = 0.05


class RandomSampling:
    """Rows as they come, each once per epoch."""

    shares: Tensor | None = None

    def __init__(self, codes: Tensor, n_classes: int) -> None:
        pass

    def draw(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Give the rows that were asked for.

        Parameters
        ----------
        rows : Tensor of shape (batch,)
            Row numbers, each once per epoch.
        generator : torch.Generator
            Draws what else is drawn.

        Returns
        -------
        Tensor of shape (batch,)
            Row numbers of the batch.
        """
        return rows

    def update(self, f1: Tensor) -> None:
        """Learn from the F1 score of each class after an epoch."""


class BalancedSampling(RandomSampling):
    """Each class as often as any other; within a class, rows at random.

    Parameters
    ----------
    codes : Tensor of shape (n_rows,)
        Class of each row; each class occurs.
    n_classes : int
        Number of classes.
    """

    def __init__(self, codes: Tensor, n_classes: int) -> None:
        self.by_class = codes.argsort(stable=True)
        self.counts = torch.bincount(codes, minlength=n_classes)
        self.starts = self.counts.cumsum(0) - self.counts
        self.shares = torch.full((n_classes,), 1 / n_classes)

    def draw(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Draw as many rows, classes by their shares."""
        chosen = torch.multinomial(
            self.shares, len(rows), replacement=True, generator=generator
        )
        counts = self.counts[chosen]
        position = torch.rand(len(rows), dtype=torch.float64, generator=generator)
        # a product may round up to the count itself
        within = torch.minimum((position * counts).long(), counts - 1)
        return self.by_class[self.starts[chosen] + within]


class DynamicSampling(BalancedSampling):
    r"""Classes in proportion to what their F1 score lacks.

    The first epoch is balanced. After each, a class with the score :math:`F_c` on
    held-out rows gets the share :math:`(1 - F_c) / \sum_k (1 - F_k)` of the next
    (Pouyanfar et al. 2018); no class counts as better than 0.95, so that none is
    forgotten.
    """

    def update(self, f1: Tensor) -> None:
        """Give the classes new shares; NaN is a class without held-out rows."""
        known = f1[~f1.isnan()]
        if len(known):
            need = 1 - torch.where(f1.isnan(), known.mean(), f1)
            need = need.clamp(min=LEAST_NEED)
            self.shares = (need / need.sum()).float()


BATCH_SAMPLINGS = {
    "random": RandomSampling,
    "balanced": BalancedSampling,
    "dynamic": DynamicSampling,
}
