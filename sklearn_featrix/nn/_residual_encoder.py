"""A small residual network whose hidden layers are the representation."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["ResidualEncoder"]


class ResidualEncoder(nn.Module):
    """Linear and GELU, then residual layers of Linear and GELU.

    The first layer computes :math:`h_1 = z_1 = g(W_1 x + b_1)`, every further one
    :math:`z_l = g(W_l h_{l-1} + b_l)` and :math:`h_l = h_{l-1} + z_l`. Heads are
    trained on the last :math:`h`; :meth:`hidden_layers` gives all :math:`z`.

    Parameters
    ----------
    n_features : int
        Number of input features.
    width : int, default=128
        Number of units of each layer.
    n_layers : int, default=3
        Number of layers, the first included.

    Notes
    -----
    Shape

    - input: ``(batch, n_features)``
    - output: ``(batch, width)``

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import ResidualEncoder
    >>> encoder = ResidualEncoder(10, width=16, n_layers=3)
    >>> x = torch.zeros(5, 10)
    >>> encoder(x).shape
    torch.Size([5, 16])
    >>> encoder.hidden_layers(x).shape
    torch.Size([5, 48])
    """

    def __init__(self, n_features: int, *, width: int = 128, n_layers: int = 3) -> None:
        super().__init__()
        if min(n_features, width, n_layers) < 1:
            raise ValueError(
                "n_features, width and n_layers must be at least 1, got "
                f"{n_features}, {width} and {n_layers}."
            )
        sizes = [n_features] + [width] * n_layers
        self.layers = nn.ModuleList(
            nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Compute the last hidden state."""
        return self._run(x)[0]

    def hidden_layers(self, x: Tensor) -> Tensor:
        """Compute the activations of all layers, side by side.

        Parameters
        ----------
        x : Tensor of shape (batch, n_features)
            The input.

        Returns
        -------
        Tensor of shape (batch, n_layers * width)
            :math:`z_1, ..., z_L`.
        """
        return torch.cat(self._run(x)[1], dim=1)

    def _run(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        hidden = x
        activations: list[Tensor] = []
        for layer in self.layers:
            z = functional.gelu(layer(hidden))
            hidden = hidden + z if activations else z
            activations.append(z)
        return hidden, activations
