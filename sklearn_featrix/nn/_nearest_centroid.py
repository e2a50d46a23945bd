"""Assign rows to clusters, many clusterings at once."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["nearest_centroid"]


def nearest_centroid(x: Tensor, directions: Tensor, offsets: Tensor) -> Tensor:
    r"""Find the nearest centroid of each row in a batch of clusterings.

    With feature weights :math:`w` the squared distance to centroid :math:`c` is,
    up to a term that all centroids share,
    :math:`\sum_j w_j^2 c_j^2 - 2 \sum_j w_j^2 c_j x_j`: one matrix product.

    Parameters
    ----------
    x : Tensor of shape (n_groups, rows, n_features)
        The rows of each group.
    directions : Tensor of shape (n_groups, n_features, n_clusterings, n_clusters)
        :math:`-2 w^2 c` of each centroid.
    offsets : Tensor of shape (n_groups, n_clusterings, n_clusters)
        :math:`\sum w^2 c^2` of each centroid; infinite where a clustering has fewer
        centroids than `n_clusters`.

    Returns
    -------
    Tensor of shape (n_groups, rows, n_clusterings)
        Position of the nearest centroid, int64.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import nearest_centroid
    >>> x = torch.tensor([[[0.1], [2.8]]])
    >>> centroids = torch.tensor([0.0, 3.0]).reshape(1, 1, 1, 2)
    >>> nearest_centroid(x, -2 * centroids, centroids[:, 0] ** 2)
    tensor([[[0],
             [1]]])
    """
    n_groups, n_features, n_clusterings, n_clusters = directions.shape
    distances = torch.baddbmm(
        offsets.reshape(n_groups, 1, -1),
        x,
        directions.reshape(n_groups, n_features, -1),
    )
    shape = (n_groups, x.shape[1], n_clusterings, n_clusters)
    return distances.reshape(shape).argmin(-1)
