"""What can be said of other devices without one: the meta device refuses to mix."""

import pytest
import torch

from sklearn_featrix.nn import InContextNetwork


@pytest.fixture
def decided(monkeypatch):
    """Answer the questions about values that meta tensors cannot answer."""
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda self: True)


@pytest.fixture(params=[1, 3], ids=["one question", "three classes"])
def table(request):
    q = torch.rand(2, 25, 4, device="meta")
    y = torch.zeros(2, request.param, 9, device="meta")
    return q, q, torch.zeros(2, 4, dtype=torch.bool, device="meta"), y


def test_meta_tensors_tell_a_forgotten_device():
    with pytest.raises(RuntimeError):
        torch.rand(3, device="meta") + torch.rand(3)


@pytest.mark.parametrize("shape", [{"n_row_layers": 1}, {"row_attention": False}])
def test_the_network_stays_on_its_device(shape, table, decided):
    network = InContextNetwork(width=16, n_heads=2, n_layers=2, **shape).to("meta")
    logits = network(*table)
    assert logits.device.type == "meta"
    assert logits.shape == (2, table[3].shape[1], 16)
    logits.sum().backward()
    gradients = [weight.grad for weight in network.parameters()]
    assert {g.device.type for g in gradients if g is not None} == {"meta"}
