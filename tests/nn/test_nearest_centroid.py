import numpy as np
import torch
from scipy.spatial.distance import cdist

from sklearn_featrix.nn import nearest_centroid


def test_agrees_with_weighted_distances():
    rng = np.random.default_rng(0)
    n_groups, n_rows, n_features, n_clusterings, n_clusters = 3, 7, 4, 2, 5
    x = rng.normal(size=(n_groups, n_rows, n_features))
    centroids = rng.normal(size=(n_groups, n_clusterings, n_clusters, n_features))
    weights = rng.uniform(size=(n_groups, n_clusterings, 1, n_features))
    directions = np.moveaxis(-2 * weights**2 * centroids, -1, 1)
    offsets = (weights**2 * centroids**2).sum(-1)
    nearest = nearest_centroid(*map(torch.from_numpy, (x, directions, offsets)))
    for g in range(n_groups):
        for c in range(n_clusterings):
            w = weights[g, c]
            expected = cdist(x[g] * w, centroids[g, c] * w).argmin(1)
            np.testing.assert_array_equal(nearest[g, :, c], expected)


def test_centroids_at_infinity_are_never_nearest():
    x = torch.randn(1, 50, 2)
    directions = torch.zeros(1, 2, 1, 3)
    offsets = torch.tensor([[[torch.inf, 1.0, torch.inf]]])
    assert (nearest_centroid(x, directions, offsets) == 1).all()
