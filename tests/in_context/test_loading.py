import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from sklearn_featrix.in_context._loading import SHIPPED, arrays_digest, load_network

CPU = torch.device("cpu")


def test_the_weights_come_back(weights, network):
    loaded = load_network(weights, CPU)
    assert loaded.config == network.config
    assert not loaded.training
    for name, array in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], array.half().float())


def test_a_file_is_read_once(weights):
    assert load_network(weights, CPU) is load_network(weights, CPU)


def test_a_new_file_of_the_same_name_is_read_anew(network, write_weights, tmp_path):
    path = tmp_path / "weights.safetensors"
    write_weights(path, network)
    before = load_network(path, CPU)
    write_weights(path, network, note="another one, and longer")
    assert load_network(path, CPU) is not before


def test_digest_sees_any_change():
    arrays = {"a": np.zeros(3, np.float16), "b": np.ones((2, 3), np.float16)}
    digest = arrays_digest(arrays)
    assert arrays_digest(dict(reversed(arrays.items()))) == digest
    assert arrays_digest({**arrays, "b": np.zeros((2, 3), np.float16)}) != digest


def test_digest_of_arrays_and_of_tensors_is_the_same():
    array = np.arange(6, dtype=np.float16).reshape(2, 3)
    for each in (array, array.T):
        tensor = torch.from_numpy(each)
        assert arrays_digest({"a": each}) == arrays_digest({"a": tensor})
    assert arrays_digest({"a": array}) != arrays_digest({"a": array.T})


def test_missing_file(tmp_path):
    path = tmp_path / "nothing.safetensors"
    with pytest.raises(FileNotFoundError, match=r"no weight file .*nothing.*weights=N"):
        load_network(path, CPU)


def test_missing_shipped_file_says_to_install_again(monkeypatch, tmp_path):
    path = tmp_path / "gone.safetensors"
    monkeypatch.setattr("sklearn_featrix.in_context._loading.SHIPPED", path)
    with pytest.raises(FileNotFoundError, match="install sklearn-featrix again"):
        load_network(path, CPU)


@pytest.mark.parametrize("keep", [0, 5, 500, -1])
def test_truncated_file(weights, tmp_path, keep):
    path = tmp_path / "truncated.safetensors"
    path.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"truncated.* cannot be used"):
        load_network(path, CPU)


def test_one_flipped_bit(weights, tmp_path):
    content = bytearray(weights.read_bytes())
    content[-100] ^= 1
    path = tmp_path / "flipped.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="checksum does not fit"):
        load_network(path, CPU)


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(ValueError, match="cannot be used"):
        load_network(path, CPU)


@pytest.mark.parametrize(
    "config", ["{", json.dumps({"depth": 3}), json.dumps({"width": 32})]
)
def test_weights_that_do_not_fit_the_network(weights, tmp_path, config):
    arrays = load_file(weights)
    path = tmp_path / "unfit.safetensors"
    save_file(arrays, path, {"config": config, "sha256": arrays_digest(arrays)})
    with pytest.raises(ValueError, match=r"unfit.* cannot be used"):
        load_network(path, CPU)


def test_the_package_ships_its_weights():
    assert SHIPPED.is_file()
    assert SHIPPED.stat().st_size < 10 * 2**20
    network = load_network(SHIPPED, CPU)
    assert all(p.dtype == torch.float32 for p in network.parameters())
