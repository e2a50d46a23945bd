import json

import numpy as np
import pytest
import torch
from safetensors import safe_open

from benchmarks.prior.checkpoints import (
    export,
    latest_checkpoint,
    load_network,
    write_checkpoint,
)
from benchmarks.prior.tasks import draw_batch, generator_of
from benchmarks.prior.training import Plan, Trainer
from sklearn_featrix.in_context import _loading

CONFIG = {"width": 16, "n_layers": 1, "n_heads": 2}


@pytest.fixture
def state(tmp_path):
    trainer = Trainer(Plan(tmp_path, CONFIG, seed=4, steps=10, n_cells=1500))
    trainer.step()
    return trainer.state()


def test_latest_checkpoint_has_most_steps(tmp_path, state):
    assert latest_checkpoint(tmp_path) is None
    for step in (9, 10_000_000, 100):
        state["progress"]["step"] = step
        write_checkpoint(tmp_path, state)
    assert latest_checkpoint(tmp_path).name == "checkpoint-10000000.pt"


def test_a_write_that_fails_leaves_the_old_checkpoints(tmp_path, state):
    path = write_checkpoint(tmp_path, state)
    before = path.read_bytes()
    with pytest.raises(Exception, match="pickle"):
        write_checkpoint(tmp_path, {**state, "seed": lambda: None})
    assert path.read_bytes() == before
    assert latest_checkpoint(tmp_path) == path


def test_only_the_newest_are_kept_on_request(tmp_path, state):
    for step in (1, 2, 3):
        state["progress"]["step"] = step
        write_checkpoint(tmp_path, state, keep=2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["checkpoint-0000002.pt", "checkpoint-0000003.pt"]


def test_export_holds_the_averaged_weights_and_their_history(tmp_path, state):
    weights = tmp_path / "out" / "w.safetensors"
    write_checkpoint(tmp_path, state)
    metadata = export(tmp_path, weights)
    with safe_open(weights, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in list(file.keys())}
        assert file.metadata() == metadata
    assert {array.dtype for array in arrays.values()} == {np.dtype("float16")}
    for name, tensor in state["average"].items():
        np.testing.assert_array_equal(arrays[name], tensor.half().numpy())
    assert metadata["sha256"] == _loading.arrays_digest(arrays)
    assert json.loads(metadata["config"])["width"] == 16
    assert (metadata["step"], metadata["seed"]) == ("1", "4")
    assert int(metadata["tables"]) > 0
    assert float(metadata["flop"]) > 0


def test_the_package_reads_an_export(tmp_path, state):
    write_checkpoint(tmp_path, state)
    export(tmp_path, tmp_path / "w.safetensors")
    network = _loading.load_network(tmp_path / "w.safetensors", torch.device("cpu"))
    for name, tensor in state["average"].items():
        torch.testing.assert_close(network.state_dict()[name], tensor.half().float())


def test_loaded_network_computes_as_the_averaged_one(tmp_path, state):
    path = write_checkpoint(tmp_path, state)
    export(path, tmp_path / "w.safetensors")
    loaded, metadata = load_network(tmp_path / "w.safetensors")
    assert metadata["step"] == "1"
    trainer = Trainer(Plan(tmp_path, CONFIG, seed=4))
    trainer.load(state)
    batch = draw_batch(generator_of(0), 1500)
    with torch.no_grad():
        torch.testing.assert_close(
            loaded(*batch[:4]), trainer.average(*batch[:4]), atol=0.01, rtol=0.01
        )


def test_a_checkpoint_can_be_loaded_like_its_export(tmp_path, state):
    path = write_checkpoint(tmp_path, state)
    export(path, tmp_path / "w.safetensors")
    one, described = load_network(path)
    other, as_exported = load_network(tmp_path / "w.safetensors")
    assert described == as_exported
    for left, right in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(left, right, rtol=0, atol=0)


def test_config_of_an_export_is_whole(tmp_path, state):
    """So that defaults may change later."""
    metadata = export(write_checkpoint(tmp_path, state), tmp_path / "w.safetensors")
    assert json.loads(metadata["config"])["n_thinking"] == 8


def test_export_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="train first"):
        export(tmp_path, tmp_path / "w.safetensors")
