import pytest
import torch

from benchmarks.prior.columns import MAX_LEVELS, roughen


@pytest.fixture(scope="module")
def rough():
    """Clean columns of 150 tables, their labels, and what became of them."""
    g = torch.Generator().manual_seed(0)
    x = torch.randn(150, 250, 12, generator=g)
    y = (x[..., 0] + 0.3 * torch.randn(150, 250, generator=g) > 0).float()
    values, nominal = roughen(g, x, y)
    return values, nominal, y


def n_levels(values):
    return torch.tensor(
        [[column[~column.isnan()].unique().numel() for column in t.T] for t in values]
    )


def test_columns_keep_their_size(rough):
    values, nominal, _ = rough
    assert values.shape == (150, 250, 12)
    assert nominal.shape == (150, 12)
    assert not torch.isinf(values).any()


def test_nominal_columns_have_from_few_to_many_levels(rough):
    values, nominal, _ = rough
    levels = n_levels(values)[nominal]
    assert levels.min() >= 2
    assert levels.max() <= MAX_LEVELS
    assert (levels <= 5).any()
    assert (levels > 80).any()


def test_some_values_are_missing_and_some_say_something(rough):
    values, _, y = rough
    missing = values.isnan()
    share = missing.float().mean(1)
    assert 0.1 < (share > 0).any(1).float().mean() < 0.4
    assert share.max() < 0.75
    gone = [
        (missing[i][y[i] == 1].float().mean(0) - missing[i][y[i] == 0].float().mean(0))
        for i in range(150)
    ]
    assert torch.stack(gone).abs().max() > 0.15


def test_some_columns_are_doubles(rough):
    """Independent columns come out in nearly the same order of rows."""
    values, _, _ = rough
    ranks = torch.nan_to_num(values).argsort(1).argsort(1).float()
    doubles = [
        (torch.corrcoef(table.T) - 2 * torch.eye(12)).max() > 0.9 for table in ranks
    ]
    assert 0.05 < torch.stack(doubles).float().mean() < 0.3


def test_one_column_decides_wherever_it_stands(rough):
    """The deciding column mostly survives, in any place."""
    values, _, y = rough
    ranks = torch.nan_to_num(values).argsort(1).argsort(1) / 250 - 0.5
    side = (y - y.mean(1, keepdim=True))[..., None]
    strength = (ranks * side).mean(1).abs()
    assert (strength.amax(1) > 0.08).float().mean() > 0.5
    place = strength.argmax(1)
    assert len(place.unique()) == 12


def test_a_single_table_is_allowed():
    g = torch.Generator().manual_seed(0)
    x = torch.randn(1, 60, 2, generator=g)
    values, _ = roughen(g, x, (x[..., 0] > 0).float())
    assert values.shape == (1, 60, 2)
