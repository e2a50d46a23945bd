"""Predict cluster ids, with weights of its own for every group."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["GroupedClusterHead"]


class GroupedClusterHead(nn.Module):
    """One linear head per hidden group, each answering several clusterings.

    Parameters
    ----------
    width : int
        Number of input features.
    n_groups : int
        Number of groups.
    n_clusterings : int
        Number of clusterings of each group.
    n_clusters : int
        Largest number of clusters of a clustering.

    Notes
    -----
    Shape

    - hidden: ``(n_drawn * rows, width)``, the rows of one group after another
    - groups: ``(n_drawn,)`` integers, the group of each block of rows
    - output: ``(n_drawn * rows, n_clusters, n_clusterings)`` logits, laid out as
      :class:`torch.nn.CrossEntropyLoss` wants them for targets of shape
      ``(n_drawn * rows, n_clusterings)``

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import GroupedClusterHead
    >>> head = GroupedClusterHead(16, n_groups=32, n_clusterings=4, n_clusters=12)
    >>> head(torch.zeros(8 * 5, 16), torch.arange(8)).shape
    torch.Size([40, 12, 4])
    """

    def __init__(
        self, width: int, *, n_groups: int, n_clusterings: int, n_clusters: int
    ) -> None:
        super().__init__()
        self.n_clusterings = n_clusterings
        self.n_clusters = n_clusters
        n_logits = n_clusterings * n_clusters
        self.weight = nn.Parameter(torch.empty(n_groups, width, n_logits))
        self.bias = nn.Parameter(torch.zeros(n_groups, 1, n_logits))
        nn.init.normal_(self.weight, std=width**-0.5)

    def forward(self, hidden: Tensor, groups: Tensor) -> Tensor:
        """Compute the logits of every clustering of each block's group."""
        if len(hidden) % len(groups):
            raise ValueError(
                f"{len(hidden)} rows cannot be divided among {len(groups)} groups; "
                "give each group the same number of rows."
            )
        blocks = hidden.reshape(len(groups), -1, hidden.shape[1])
        logits = torch.baddbmm(self.bias[groups], blocks, self.weight[groups])
        shape = (len(hidden), self.n_clusterings, self.n_clusters)
        return logits.reshape(shape).transpose(1, 2)
