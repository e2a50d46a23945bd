import pytest
import torch

from benchmarks.prior.muon import Muon, orthogonalized


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 4, 16), (2, 16, 4)])
def test_singular_values_come_near_1_and_vectors_stay(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    inner = u.mT @ orthogonalized(x) @ v.mT
    values = inner.diagonal(dim1=1, dim2=2)
    assert values.min() > 0.4
    assert values.max() < 1.3
    off = inner - torch.diag_embed(values)
    assert off.abs().max() < 1e-3


def test_steps_are_those_of_torch():
    """Up to the bfloat16 that torch computes them in."""
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("torch.optim.Muon came with torch 2.9")
    g = torch.Generator().manual_seed(0)
    start = [torch.randn(s, generator=g) for s in ((6, 6), (12, 6), (6, 6))]
    ours = [w.clone().requires_grad_() for w in start]
    theirs = [w.clone().requires_grad_() for w in start]
    settings = {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}
    # torch averages the gradients, which orthogonalisation makes the same
    optimizers = Muon(ours, **settings), torch.optim.Muon(theirs, **settings)
    for _ in range(3):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=g)
            other.grad = one.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for one, other, first in zip(ours, theirs, start, strict=True):
        moved, expected = (one - first).detach(), (other - first).detach()
        similarity = torch.cosine_similarity(moved.flatten(), expected.flatten(), 0)
        assert similarity > 0.99


def test_momentum_is_part_of_the_state():
    weight = torch.ones(2, 2, requires_grad=True)
    optimizer = Muon([weight])
    weight.grad = torch.eye(2)
    optimizer.step()
    again = Muon([weight])
    again.load_state_dict(optimizer.state_dict())
    torch.testing.assert_close(again.state[weight]["momentum"], torch.eye(2))
