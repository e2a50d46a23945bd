"""The contrastive loss between two views of the same rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["InfoNCELoss"]


class InfoNCELoss(nn.Module):
    r"""Recognise each row's other view among those of the whole batch.

    With the cosine similarities :math:`s_{ij}` of view one of row :math:`i` and view
    two of row :math:`j`, the mean over both directions of

    .. math:: -\log \frac{e^{s_{ii} / \tau}}{\sum_j e^{s_{ij} / \tau}}

    Parameters
    ----------
    temperature : float, default=0.5
        :math:`\tau`; the smaller, the more the hardest negatives count.

    Notes
    -----
    Shape

    - first, second: ``(batch, n_features)``
    - output: a scalar, between 0 and, for views without relation, about
      ``log(batch)``

    References
    ----------
    Oord, Li and Vinyals, "Representation learning with contrastive predictive
    coding", 2018; Bahri et al., "SCARF: Self-supervised contrastive learning using
    random feature corruption", ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.losses import InfoNCELoss
    >>> view = torch.eye(3)
    >>> InfoNCELoss(temperature=0.1)(view, view).item() < 1e-3
    True
    """

    def __init__(self, temperature: float = 0.5) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"temperature must be positive, got {temperature}.")
        self.temperature = temperature

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Compute the mean loss of the batch."""
        if first.shape != second.shape:
            raise ValueError(
                "The two views must have the same shape, got "
                f"{tuple(first.shape)} and {tuple(second.shape)}."
            )
        first = functional.normalize(first, dim=1)
        second = functional.normalize(second, dim=1)
        similarities = first @ second.T / self.temperature
        own = torch.arange(len(first), device=first.device)
        forth = functional.cross_entropy(similarities, own)
        back = functional.cross_entropy(similarities.T, own)
        return (forth + back) / 2
