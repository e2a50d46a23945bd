"""Weights of a network, taken up by a larger one that begins with the same answers."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from benchmarks.prior.checkpoints import read_weights

LAYERS = ("n_layers", "n_row_layers")


def take_up(network: nn.Module, path: Path) -> dict[str, str]:
    """Load weights into a network of their kind, or one with more layers.

    Added layers add nothing before they have learnt.

    Parameters
    ----------
    network : InContextNetwork
        What takes them up.
    path : Path
        The weights: an exported file or a checkpoint.

    Returns
    -------
    dict of str to str
        What the file says of them.

    Raises
    ------
    ValueError
        If the network is of another kind.
    """
    arrays, metadata = read_weights(path)
    config = json.loads(metadata["config"])
    if not _grows_into(config, network.config):
        raise ValueError(
            f"{path} holds weights of a network of {json.dumps(config)}, asked for was "
            f"{json.dumps(network.config)}. Choose the --config they were trained "
            "with, or one with more layers of the same kind."
        )
    weights = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
    network.load_state_dict(network.state_dict() | weights)
    return metadata


def _grows_into(small: dict, large: dict) -> bool:
    """Tell whether two networks differ in nothing but layers that were added."""
    if any(small[name] > large[name] for name in LAYERS):
        return False
    if not small["n_row_layers"] and large["n_row_layers"]:
        return False
    return {**large, **{name: small[name] for name in LAYERS}} == small
