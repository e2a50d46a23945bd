"""Size of the network and length of its training, by name."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EFFORTS", "Effort"]


@dataclass(frozen=True)
class Effort:
    """What an embedding costs.

    Parameters
    ----------
    width : int
        Units of a hidden layer.
    n_layers : int
        Hidden layers.
    n_steps : int
        Steps of training.
    n_groups : int
        Groups of tasks for "hidden_clusters".
    """

    width: int
    n_layers: int
    n_steps: int
    n_groups: int


EFFORTS = {
    "low": Effort(width=128, n_layers=3, n_steps=200, n_groups=8),
    "auto": Effort(width=128, n_layers=3, n_steps=800, n_groups=32),
    "high": Effort(width=256, n_layers=3, n_steps=1600, n_groups=64),
}
