import pytest
import torch

from benchmarks.prior.draws import (
    log_integer,
    log_uniform,
    places,
    renamed,
    row_ranks,
    standardized,
)


@pytest.fixture
def g():
    return torch.Generator().manual_seed(0)


def test_places_are_the_inverse_of_the_sorting_order(g):
    x = torch.rand(3, 7, 4, generator=g)
    for dim in (1, 2):
        ordered = torch.empty_like(x).scatter_(dim, places(x, dim), x)
        torch.testing.assert_close(ordered, x.sort(dim)[0])


def test_row_ranks_are_shares_of_rows(g):
    ranks = row_ranks(torch.rand(2, 8, 3, generator=g))
    expected = ((torch.arange(8) + 0.5) / 8)[None, :, None].expand(2, 8, 3)
    torch.testing.assert_close(ranks.sort(1)[0], expected)


def test_renaming_is_a_permutation_of_codes(g):
    codes = torch.arange(227)[None, :, None].expand(5, 227, 4)
    new = renamed(g, codes)
    assert (new.sort(1)[0] == codes).all()
    shifts = (new[:, 1:] - new[:, :-1]) % 227
    assert all(
        len(column.unique()) > 60 for column in shifts.transpose(1, 2).flatten(0, 1)
    )


def test_log_uniform_is_uniform_in_the_logarithm(g):
    draws = log_uniform(g, 4000, low=1, high=100)
    assert 1 <= draws.min() <= draws.max() <= 100
    assert (draws < 10).float().mean() == pytest.approx(0.5, abs=0.03)
    whole = [log_integer(g, 2, 5) for _ in range(200)]
    assert set(whole) == {2, 3, 4, 5}


def test_standardized_columns_have_mean_0_and_deviation_1(g):
    x = standardized(3 + 5 * torch.rand(2, 50, 3, generator=g))
    torch.testing.assert_close(x.mean(1), torch.zeros(2, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.square().mean(1), torch.ones(2, 3), atol=1e-3, rtol=0)
    assert torch.isfinite(standardized(torch.ones(2, 5, 1))).all()
