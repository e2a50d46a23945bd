"""Torch modules and tensor functions for tables, free of scikit-learn."""

from ._cell_features import EvidenceFeatures, LabelEvidence, place_features
from ._grouped_cluster_head import GroupedClusterHead
from ._in_context_network import InContextNetwork
from ._kernel_evidence import KernelEvidence
from ._nearest_centroid import nearest_centroid
from ._piecewise_linear import PiecewiseLinear
from ._projection_head import ProjectionHead
from ._residual_encoder import ResidualEncoder
from ._swap_noise import swap_cells
from ._tabular_net import TabularNet

__all__ = [
    "EvidenceFeatures",
    "GroupedClusterHead",
    "InContextNetwork",
    "KernelEvidence",
    "LabelEvidence",
    "PiecewiseLinear",
    "ProjectionHead",
    "ResidualEncoder",
    "TabularNet",
    "nearest_centroid",
    "place_features",
    "swap_cells",
]
