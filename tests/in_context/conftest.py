import json

import pytest
import torch
from safetensors.torch import save_file

from sklearn_featrix._training import local_seed
from sklearn_featrix.in_context._loading import arrays_digest
from sklearn_featrix.nn import InContextNetwork


def _write_weights(path, network, **metadata):
    arrays = {
        name: array.detach().half().contiguous()
        for name, array in network.state_dict().items()
    }
    config = json.dumps(network.config)
    metadata = {"config": config, "sha256": arrays_digest(arrays), **metadata}
    save_file(arrays, path, metadata)


@pytest.fixture(scope="session")
def write_weights():
    """Save a network as `python -m benchmarks.prior export` does."""
    return _write_weights


@pytest.fixture(scope="session")
def network():
    """A small network that nobody trained."""
    with local_seed(0):
        network = InContextNetwork(width=16, n_layers=1, n_heads=2, n_row_layers=1)
        for parameter in network.parameters():
            if (parameter == 0).all():  # begins as nothing: would hide mistakes
                torch.nn.init.normal_(parameter, std=0.1)
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="session")
def weights(network, tmp_path_factory):
    """The small network's weight file."""
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    _write_weights(path, network)
    return path
