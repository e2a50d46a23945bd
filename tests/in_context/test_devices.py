"""What can be said of other devices without one: the meta device refuses to mix."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from sklearn_featrix.in_context._cells import Cells
from sklearn_featrix.in_context._inference import Reader


@pytest.mark.parametrize("n_classes", [2, 3])
def test_everything_that_is_read_goes_to_the_network_s_device(
    n_classes, network, monkeypatch
):
    moved = []

    def cpu(tensor):
        moved.append(tensor.device.type)
        return torch.zeros(tensor.shape)

    monkeypatch.setattr(torch.Tensor, "cpu", cpu)
    # questions about values that meta tensors cannot answer
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda self: True)
    q = np.random.default_rng(0).uniform(-1, 1, (50, 4)).astype(np.float32)
    codes, nominal = np.arange(20) % n_classes, np.array([True, False, False, False])
    elsewhere = deepcopy(network).to("meta")
    reader = Reader(elsewhere, Cells(q[:20], q[:20]), codes, nominal, n_classes)
    logits = reader.logits(Cells(q[20:], q[20:]))
    assert logits.shape == (30, n_classes)
    assert set(moved) == {"meta"}
