"""Torch modules and tensor functions for tables, free of scikit-learn."""

from ._grouped_cluster_head import GroupedClusterHead
from ._nearest_centroid import nearest_centroid
from ._projection_head import ProjectionHead
from ._residual_encoder import ResidualEncoder
from ._swap_noise import swap_cells

__all__ = [
    "GroupedClusterHead",
    "ProjectionHead",
    "ResidualEncoder",
    "nearest_centroid",
    "swap_cells",
]
