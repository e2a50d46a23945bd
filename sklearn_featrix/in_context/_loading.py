"""The network with its weights: read once per process and device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from ..nn import InContextNetwork

__all__ = ["SHIPPED", "load_network"]

SHIPPED = Path(__file__).parent / "_weights" / "in_context.safetensors"


def load_network(path: Path, device: torch.device) -> InContextNetwork:
    """Build the network that a file describes and give it the file's weights.

    Parameters
    ----------
    path : Path
        A safetensors file with `config` and `sha256` in its metadata.
    device : torch.device
        Where the network shall compute.

    Returns
    -------
    InContextNetwork
        In float32, shared by all who ask: it must not be changed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or not of this kind.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no weight file {path}. {_remedy(path)}")
    stat = path.stat()
    return _load_once(path, device, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _load_once(
    path: Path, device: torch.device, modified: int, size: int
) -> InContextNetwork:
    arrays, metadata = _read(path)
    if arrays_digest(arrays) != metadata.get("sha256"):
        raise ValueError(_damaged(path, "its checksum does not fit its arrays"))
    try:
        config = json.loads(metadata["config"])
        with torch.device("meta"):  # no weights drawn: they are copied in
            network = InContextNetwork(**config)
        network = network.to(torch.float32).to_empty(device=device)
        network.load_state_dict(arrays)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(_damaged(path, str(error))) from error
    return network.eval().requires_grad_(False)


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            arrays = {name: file.get_tensor(name) for name in list(file.keys())}
            return arrays, file.metadata() or {}
    except SafetensorError as error:
        raise ValueError(_damaged(path, str(error))) from error


def arrays_digest(arrays: Mapping[str, np.ndarray | torch.Tensor]) -> str:
    """Hash the bytes of all arrays, on the CPU, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(np.asarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _damaged(path: Path, why: str) -> str:
    return f"The weight file {path} cannot be used: {why}. {_remedy(path)}"


def _remedy(path: Path) -> str:
    if path == SHIPPED:
        return "It belongs to the package: install sklearn-featrix again."
    return (
        "Give the path of a file written by `python -m benchmarks.prior export`, or "
        "weights=None for the weights of the package."
    )
