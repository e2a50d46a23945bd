"""Corruption that keeps every column's distribution."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["swap_cells"]


def swap_cells(
    rows: Tensor,
    table: Tensor,
    mask: Tensor,
    column_groups: Tensor,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Replace chosen cells by those of other, random rows of the table.

    A cell may span several features (the levels of a one-hot encoded column): they
    are swapped together. Each cell has its own donor row.

    Parameters
    ----------
    rows : Tensor of shape (batch, n_features)
        The rows to corrupt.
    table : Tensor of shape (n_rows, n_features)
        Where the donors come from.
    mask : Tensor of shape (batch, n_cells)
        True for the cells to replace.
    column_groups : Tensor of shape (n_features,)
        The cell that each feature belongs to, integers below `n_cells`.
    generator : torch.Generator, default=None
        Draws the donors; None takes torch's global one.

    Returns
    -------
    Tensor of shape (batch, n_features)
        The corrupted rows.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import swap_cells
    >>> table = torch.tensor([[1.0, 10.0, 20.0], [1.0, 30.0, 40.0]])
    >>> swapped = swap_cells(
    ...     table[:1], table[1:], torch.tensor([[False, True]]), torch.tensor([0, 1, 1])
    ... )
    >>> swapped
    tensor([[ 1., 30., 40.]])

    References
    ----------
    Vincent et al., "Extracting and composing robust features with denoising
    autoencoders", ICML 2008, for the idea; swap noise is its form for tables.
    """
    n_rows, n_features = table.shape
    # drawn on the CPU, so that they do not depend on where the table is
    donors = torch.randint(0, n_rows, mask.shape, generator=generator, device="cpu")
    donors = donors.to(table.device)
    cells = donors[:, column_groups] * n_features + torch.arange(
        n_features, device=table.device
    )
    return torch.where(mask[:, column_groups], torch.take(table, cells), rows)
