from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from sklearn_featrix._training import local_seed
from sklearn_featrix.nn import GroupedClusterHead


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


def weights_of(seed):
    with local_seed(seed):
        parts = (
            torch.nn.Linear(30, 20),
            GroupedClusterHead(8, n_groups=3, n_clusterings=2, n_clusters=3),
        )
    return [parameter for part in parts for parameter in part.parameters()]


def all_equal(first, second):
    return all(map(torch.equal, first, second))


def test_weights_are_those_that_torch_would_draw():
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(5)
        wanted = torch.nn.Linear(30, 20).weight
    assert torch.equal(weights_of(5)[0], wanted)


def test_threads_do_not_disturb_one_another():
    wanted = weights_of(0)
    before = torch.get_rng_state()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(weights_of, [0, 1] * 200))
    assert all(all_equal(weights, wanted) for weights in found[::2])
    assert (torch.get_rng_state() == before).all()


def test_defaults_of_torch_do_not_matter():
    wanted = weights_of(0)
    try:
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        found = weights_of(0)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
    assert all_equal(found, wanted)
