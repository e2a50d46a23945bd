"""Checkpoints of a run, and the file of weights that comes out of it."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

_NAME = re.compile(r"checkpoint-(\d+)\.pt")


def write_checkpoint(folder: Path, state: dict, keep: int | None = None) -> Path:
    """Write a state to a new file that appears whole or not at all.

    Parameters
    ----------
    folder : Path
        Where checkpoints lie, named by their step.
    state : dict
        What `Trainer.state` gives.
    keep : int, default=None
        How many of the newest checkpoints to keep; all where None.
    """
    path = folder / f"checkpoint-{state['progress']['step']:07d}.pt"
    _replace(path, lambda temporary: torch.save(state, temporary))
    if keep is not None:
        for old in _checkpoints(folder)[:-keep]:
            old.unlink()
    return path


def latest_checkpoint(folder: Path) -> Path | None:
    """Path of the checkpoint with most steps, None where there is none."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def _checkpoints(folder: Path) -> list[Path]:
    found = (path for path in folder.glob("checkpoint-*.pt") if _NAME.match(path.name))
    return sorted(found, key=lambda path: int(_NAME.match(path.name)[1]))


def _replace(path: Path, write) -> None:
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    os.replace(temporary, path)


def export(checkpoint: Path, weights: Path) -> dict[str, str]:
    """Write the averaged weights of a checkpoint in float16, with their history.

    Parameters
    ----------
    checkpoint : Path
        A checkpoint, or the folder of a run, whose newest one is taken.
    weights : Path
        The safetensors file to write.

    Returns
    -------
    dict of str to str
        The metadata of the file.
    """
    from safetensors.numpy import save

    newest = latest_checkpoint(checkpoint) if checkpoint.is_dir() else checkpoint
    if newest is None:
        raise FileNotFoundError(f"No checkpoint in {checkpoint}; train first.")
    arrays, metadata = _read_checkpoint(newest)
    contents = save(arrays, metadata)
    weights.parent.mkdir(parents=True, exist_ok=True)
    _replace(weights, lambda temporary: temporary.write_bytes(contents))
    return metadata


def _read_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Averaged weights in float16, and what is to be known of them."""
    from sklearn_featrix.in_context._loading import arrays_digest
    from sklearn_featrix.nn import InContextNetwork

    state = torch.load(path, map_location="cpu", weights_only=True)
    arrays = {name: tensor.half().numpy() for name, tensor in state["average"].items()}
    with torch.device("meta"):
        whole_config = InContextNetwork(**state["config"]).config
    metadata = {
        "config": json.dumps(whole_config),
        **{
            name: str(value + state["before"].get(name, 0))
            for name, value in state["progress"].items()
        },
        "seed": str(state["seed"]),
        "date": datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat(),
        "sha256": arrays_digest(arrays),
    }
    return arrays, metadata


def read_weights(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read the arrays and the metadata of an exported file or of a checkpoint."""
    from safetensors import safe_open

    if path.suffix == ".pt":
        return _read_checkpoint(path)
    with safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in list(file.keys())}
        return arrays, file.metadata()


def load_network(path: Path) -> tuple[torch.nn.Module, dict[str, str]]:
    """Rebuild the network of an exported file or a checkpoint, in float32.

    Returns
    -------
    network : InContextNetwork
        Ready to predict.
    metadata : dict of str to str
        What the file says of it.
    """
    from sklearn_featrix.nn import InContextNetwork

    arrays, metadata = read_weights(path)
    network = InContextNetwork(**json.loads(metadata["config"]))
    network.load_state_dict(
        {name: torch.from_numpy(array).float() for name, array in arrays.items()}
    )
    return network.eval().requires_grad_(False), metadata
