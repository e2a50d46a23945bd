"""Weights of a network, taken up by a larger one that begins with the same answers."""

from __future__ import annotations

import json

import numpy as np
import torch
from torch import Tensor, nn

LAYERS = ("n_layers", "n_row_layers")
ADDED = (*LAYERS, "regressions")


def take_up(network: nn.Module, arrays: dict[str, np.ndarray], config: dict) -> None:
    """Load weights into a network of their kind, or a larger one.

    Added layers add nothing before they have learnt, and of the regressions the rows
    know nothing.

    Parameters
    ----------
    network : InContextNetwork
        What takes them up.
    arrays : dict of str to ndarray
        The weights.
    config : dict
        Parameters of the network that they are of.

    Raises
    ------
    ValueError
        If the network is of another kind.
    """
    if not grows_into(config, network.config):
        raise ValueError(
            f"The weights are of a network of {json.dumps(config)}, asked for was "
            f"{json.dumps(network.config)}. Choose the --config they were trained "
            "with, or one with more layers of the same kind or with regressions."
        )
    own = network.state_dict()
    for name, array in arrays.items():
        own[name] = _padded(torch.from_numpy(array).float(), own[name].shape)
    network.load_state_dict(own)


def grows_into(small: dict, large: dict) -> bool:
    """Tell whether two networks differ in nothing but what was added."""
    if any(small[name] > large[name] for name in ADDED):
        return False
    if not small["n_row_layers"] and large["n_row_layers"]:
        return False
    return {**large, **{name: small[name] for name in ADDED}} == small


def _padded(array: Tensor, shape: torch.Size) -> Tensor:
    """Append zeros: regressions are the last features of a row."""
    if array.shape == shape:
        return array
    padded = array.new_zeros(shape)
    padded[..., : array.shape[-1]] = array
    return padded
