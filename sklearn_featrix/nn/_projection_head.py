"""The head that contrastive objectives train on and then throw away."""

from __future__ import annotations

from torch import Tensor, nn

__all__ = ["ProjectionHead"]


class ProjectionHead(nn.Module):
    """Two linear layers with a GELU between them.

    Parameters
    ----------
    width : int
        Number of input features, and of hidden units.
    n_outputs : int, default=64
        Number of outputs.

    Notes
    -----
    Shape

    - input: ``(batch, width)``
    - output: ``(batch, n_outputs)``

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import ProjectionHead
    >>> ProjectionHead(16, n_outputs=8)(torch.zeros(5, 16)).shape
    torch.Size([5, 8])
    """

    def __init__(self, width: int, *, n_outputs: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Linear(width, n_outputs)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Project the rows."""
        projected: Tensor = self.layers(x)
        return projected
