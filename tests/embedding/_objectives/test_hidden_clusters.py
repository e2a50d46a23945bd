import numpy as np
import pytest
import torch

from sklearn_featrix.embedding._objectives import HiddenClusters

GROUPS = np.array([0, 1, 1, 2, 3, 3, 3, 4, 5, 6])


def make(table, n_groups=6, seed=0, groups=GROUPS):
    rng = np.random.RandomState(seed)
    return HiddenClusters(table, groups, n_groups=n_groups, rng=rng)


@pytest.fixture
def table():
    return np.random.RandomState(1).normal(size=(300, 10)).astype(np.float32)


def test_blocks_hide_a_fifth_to_a_half_of_the_columns(table):
    n_hidden = make(table, n_groups=40).hidden.sum(1)
    assert n_hidden.min() >= 1
    assert n_hidden.max() <= 4


def test_clusters_look_at_the_hidden_columns_alone(table):
    objective = make(table)
    seen = (objective.directions != 0).any(3).any(2)
    for group in range(6):
        hidden = objective.hidden[group][torch.from_numpy(GROUPS)]
        assert (seen[group] == hidden).all()


def test_targets_are_those_of_the_intact_rows(table):
    objective = make(table)
    inputs, targets = objective.make_batch(
        torch.arange(48), torch.Generator().manual_seed(0)
    )
    block = 48 // len(inputs["groups"])
    for position, group in enumerate(inputs["groups"]):
        rows = objective.table[position * block : (position + 1) * block]
        distances = (
            torch.einsum("rf,fck->rck", rows, objective.directions[group])
            + objective.offsets[group]
        )
        expected = distances.argmin(-1)
        ids = targets["clusters"][position * block : (position + 1) * block]
        assert (ids == expected).all()
    assert (targets["row"] == objective.table[: len(ids) * (position + 1)]).all()


def test_the_hidden_block_is_swapped_for_every_row(table):
    table = np.arange(3000, dtype=np.float32).reshape(300, 10)  # no value twice
    objective = make(table)
    inputs, _ = objective.make_batch(
        torch.arange(240), torch.Generator().manual_seed(0)
    )
    changed = inputs["x"] != objective.table[:240]
    block = 240 // len(inputs["groups"])
    for position, group in enumerate(inputs["groups"]):
        hidden = objective.hidden[group][torch.from_numpy(GROUPS)]
        share = changed[position * block : (position + 1) * block].float().mean(0)
        assert (share[hidden] > 0.9).all()
        assert (share[~hidden] < 0.4).all()


def test_well_separated_clusters_are_found():
    rng = np.random.RandomState(0)
    centers = rng.permutation(np.repeat([-1.0, 1.0], 100))
    table = (centers[:, None] + 0.01 * rng.normal(size=(200, 10))).astype(np.float32)
    objective = make(table)
    _, targets = objective.make_batch(
        torch.arange(200), torch.Generator().manual_seed(0)
    )
    clusters = targets["clusters"]
    side = torch.from_numpy(centers[: len(clusters)] > 0)
    for block in range(6):
        rows = slice(block * 33, (block + 1) * 33)
        for ids in clusters[rows].T:
            assert not set(ids[side[rows]].tolist()) & set(ids[~side[rows]].tolist())


def test_the_loss_asks_for_the_clusters_and_for_the_row():
    table = np.random.RandomState(0).normal(size=(8, 10)).astype(np.float32)
    objective = make(table)
    inputs, targets = objective.make_batch(
        torch.arange(8), torch.Generator().manual_seed(0)
    )
    hidden = torch.zeros(len(inputs["x"]), 16)
    clusters, _ = objective.build_head(16)(hidden, groups=inputs["groups"])
    n_clusters = clusters.shape[1]
    sure = 100.0 * torch.nn.functional.one_hot(targets["clusters"], n_clusters)
    sure = sure.transpose(1, 2)
    loss = objective.criterion
    assert loss((sure, targets["row"]), targets) < 1e-3
    assert loss((sure, targets["row"] + 2), targets) == pytest.approx(4, abs=1e-3)
    assert loss((clusters * 0, targets["row"]), targets) > 1


def test_columns_that_do_not_vary_have_no_say(table):
    table[:, 0] = 3.0
    assert (make(table).directions[:, 0] == 0).all()


@pytest.mark.parametrize("n_rows", [2, 3, 5])
def test_tiny_tables(table, n_rows):
    objective = make(table[:n_rows])
    inputs, targets = objective.make_batch(
        torch.arange(n_rows), torch.Generator().manual_seed(0)
    )
    assert inputs["x"].shape == (n_rows, 10)
    assert targets["clusters"].max() < n_rows


def test_the_seed_makes_the_tasks(table):
    first, same, other = (make(table, seed=seed).directions for seed in (0, 0, 1))
    assert (first == same).all()
    assert (first != other).any()
