"""What the network is asked to learn from the rows alone, one file each."""

from ._base import Objective, Pretext
from ._denoising import Denoising
from ._hidden_clusters import HiddenClusters
from ._scarf import Scarf

__all__ = ["OBJECTIVES", "Denoising", "HiddenClusters", "Objective", "Pretext", "Scarf"]

OBJECTIVES: dict[str, type[Objective]] = {
    "hidden_clusters": HiddenClusters,
    "denoising": Denoising,
    "scarf": Scarf,
}
