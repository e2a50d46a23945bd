import numpy as np
import pytest
import torch

from sklearn_featrix.embedding._objectives import OBJECTIVES, Objective, Pretext
from sklearn_featrix.nn import ResidualEncoder

N_FEATURES = 7
GROUPS = np.array([0, 1, 1, 2, 3, 3, 3])


@pytest.fixture(params=OBJECTIVES)
def objective(request):
    rng = np.random.RandomState(0)
    table = rng.normal(size=(60, N_FEATURES)).astype(np.float32)
    return OBJECTIVES[request.param](table, GROUPS, n_groups=5, rng=rng)


def batch_of(objective, n_rows, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return objective.make_batch(torch.arange(n_rows), generator)


@pytest.mark.parametrize("n_rows", [1, 2, 7, 60])
def test_a_batch_gives_a_loss_with_gradients(objective, n_rows):
    encoder = ResidualEncoder(N_FEATURES, width=8)
    inputs, targets = batch_of(objective, n_rows)
    answer = Pretext(encoder, objective.build_head(8))(**inputs)
    loss = objective.criterion(answer, targets)
    loss.backward()
    assert torch.isfinite(loss)
    assert all(parameter.grad is not None for parameter in encoder.parameters())


def test_the_generator_decides(objective):
    first, same, other = (batch_of(objective, 40, seed)[0]["x"] for seed in (0, 0, 1))
    assert (first == same).all()
    assert (first != other).any()


def test_inputs_are_corrupted_column_by_column(objective):
    x = batch_of(objective, 40)[0]["x"]
    assert (x[-40:] != objective.table[:40]).any()
    for column in range(N_FEATURES):
        assert np.isin(x[:, column], objective.table[:, column]).all()


def test_the_table_stays_as_it_was(objective):
    before = objective.table.clone()
    batch_of(objective, 60)
    assert (objective.table == before).all()


def test_length_is_the_number_of_rows(objective):
    assert len(objective) == 60


def test_the_base_class_leaves_the_hooks_open():
    open_hooks = Objective(
        np.zeros((3, 2), np.float32), np.arange(2), n_groups=1, rng=None
    )
    with pytest.raises(NotImplementedError):
        open_hooks.build_head(4)
    with pytest.raises(NotImplementedError):
        _ = open_hooks.criterion
    with pytest.raises(NotImplementedError):
        open_hooks.make_batch(torch.arange(2), None)
