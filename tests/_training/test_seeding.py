import pytest
import torch

from sklearn_featrix._training import local_seed


def test_same_seed_same_weights():
    weights = []
    for seed in (0, 0, 1):
        with local_seed(seed):
            weights.append(torch.nn.Linear(3, 2).weight)
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any()


def test_leaves_no_trace_even_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), local_seed(0):
        torch.rand(3).reshape(2)
    assert (torch.get_rng_state() == before).all()
