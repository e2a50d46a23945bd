"""A classifier that reads all layers of a residual encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ._piecewise_linear import PiecewiseLinear
from ._residual_encoder import ResidualEncoder

__all__ = ["TabularNet"]

CLIP = 5.0


class TabularNet(nn.Module):
    """Residual encoder, and a linear head on its layers and on its input.

    The encoder reads the columns and, if there are any, their bins. The head reads the
    activations of all layers, standardised by the buffers `center` and `scale` and
    clipped at 5, beside what the encoder reads: what is linear, or a sum of functions
    of single columns, does not have to pass through the encoder.

    Parameters
    ----------
    n_features : int
        Number of input features.
    n_classes : int
        Number of outputs.
    width : int, default=128
        Number of units of each layer of the encoder.
    n_layers : int, default=3
        Number of its layers.
    bins : PiecewiseLinear, default=None
        Encoding of columns in bins.

    Raises
    ------
    ValueError
        If a number is below 1.

    Notes
    -----
    Shape

    - input: ``(batch, n_features)``
    - output: ``(batch, n_classes)``, logits

    The head begins at zero: the first answer to all rows is that all classes are
    alike.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import TabularNet
    >>> net = TabularNet(10, 3, width=16, n_layers=2)
    >>> x = torch.zeros(5, 10)
    >>> net(x).shape
    torch.Size([5, 3])
    >>> net.features(x).shape
    torch.Size([5, 42])
    """

    center: Tensor
    scale: Tensor

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        *,
        width: int = 128,
        n_layers: int = 3,
        bins: PiecewiseLinear | None = None,
    ) -> None:
        super().__init__()
        if n_classes < 1:
            raise ValueError(f"n_classes must be at least 1, got {n_classes}.")
        self.bins = bins
        n_inputs = n_features + (bins.n_bins if bins is not None else 0)
        self.encoder = ResidualEncoder(n_inputs, width=width, n_layers=n_layers)
        n_hidden = width * n_layers
        self.register_buffer("center", torch.zeros(n_hidden))
        self.register_buffer("scale", torch.ones(n_hidden))
        self.head = nn.Linear(n_hidden + n_inputs, n_classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits."""
        logits: Tensor = self.head(self.features(x))
        return logits

    def features(self, x: Tensor) -> Tensor:
        """Compute what the head reads.

        Parameters
        ----------
        x : Tensor of shape (batch, n_features)
            The input.

        Returns
        -------
        Tensor of shape (batch, n_layers * width + n_features + n_bins)
            Standardised activations of all layers, then the columns and their bins.
        """
        inputs = x if self.bins is None else torch.cat([x, self.bins(x)], dim=1)
        hidden = (self.encoder.hidden_layers(inputs) - self.center) * self.scale
        return torch.cat([hidden.clamp(-CLIP, CLIP), inputs], dim=1)

    @torch.no_grad()
    def load_encoder(
        self,
        layers: list[tuple[Tensor, Tensor]],
        center: Tensor,
        scale: Tensor,
    ) -> None:
        """Take the weights of an encoder that was trained on the columns alone.

        What leads from the bins to the first layer becomes zero, so that the layers
        give what the other encoder's give.

        Parameters
        ----------
        layers : list of (Tensor, Tensor)
            Weight and bias of each layer.
        center, scale : Tensor of shape (n_layers * width,)
            What standardises the activations.
        """
        own = self.encoder.layers
        for layer, (weight, bias) in zip(own, layers, strict=True):
            layer.weight.zero_()  # type: ignore[operator]
            layer.weight[:, : weight.shape[1]].copy_(weight)  # type: ignore[index]
            layer.bias.copy_(bias)  # type: ignore[operator]
        self.center.copy_(center)
        self.scale.copy_(scale)
