import pytest
import torch

from benchmarks.prior.families import FAMILIES, activate, draw_weights
from benchmarks.prior.labels import MAX_CLASSES


@pytest.fixture
def g():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("n_columns", [2, 7, 32])
@pytest.mark.parametrize("family", FAMILIES)
def test_families_give_columns_and_scores(family, n_columns, g):
    x, scores = family(g, 5, 40, n_columns)
    assert x.shape == (5, 40, n_columns)
    assert scores.shape == (5, 40, MAX_CLASSES)
    assert torch.isfinite(x).all()
    assert torch.isfinite(scores).all()
    assert (x.std(1) > 0).any(1).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_depend_on_the_columns(family, g):
    """Nearest neighbours in the columns have nearer first scores than other rows."""
    x, scores = family(g, 40, 150, 3)
    score = scores[..., 0]
    distance = torch.cdist(x, x) + 1e6 * torch.eye(150)
    near = (score - score.gather(1, distance.argmin(2))).abs().mean(1)
    anyone = (score - score.roll(1, 1)).abs().mean(1)
    assert (near < 0.8 * anyone).float().mean() > 0.6


def test_shares_of_the_families_sum_to_1():
    assert sum(FAMILIES.values()) == pytest.approx(1)


def test_weights_are_sparse_and_scaled(g):
    weights = draw_weights(g, 200, 30, 20)
    shares = (weights != 0).float().mean((1, 2))
    assert shares.min() < 0.3
    assert shares.max() > 0.9
    assert weights.square().sum(1).mean() == pytest.approx(1, abs=0.1)


def test_activations_work_on_quarters(g):
    x = torch.randn(2, 5, 8, generator=g)
    assert activate(g, x).shape == x.shape
