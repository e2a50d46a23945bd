import pytest
import torch

from sklearn_featrix.neural_network._batch_sampling import (
    BalancedSampling,
    DynamicSampling,
    RandomSampling,
)

CODES = torch.tensor([0] * 95 + [1] * 4 + [2])
N_DRAWN = 30_000


def drawn(sampling):
    generator = torch.Generator().manual_seed(0)
    return sampling.draw(torch.zeros(N_DRAWN, dtype=torch.long), generator)


def test_random_takes_the_rows_as_they_come():
    rows = torch.tensor([5, 3, 99])
    assert RandomSampling(CODES, 3).draw(rows, torch.Generator()) is rows


def test_balanced_draws_classes_alike_and_rows_of_a_class_alike():
    rows = drawn(BalancedSampling(CODES, 3))
    shares = torch.bincount(CODES[rows], minlength=3) / N_DRAWN
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), atol=0.02, rtol=0)
    of_rare = torch.bincount(rows[CODES[rows] == 1], minlength=99)[95:] / N_DRAWN
    torch.testing.assert_close(of_rare, torch.full((4,), 1 / 12), atol=0.01, rtol=0)
    assert rows.unique().tolist() == list(range(100))


def test_dynamic_begins_balanced():
    assert DynamicSampling(CODES, 3).shares.tolist() == pytest.approx([1 / 3] * 3)


def test_dynamic_follows_the_formula():
    sampling = DynamicSampling(CODES, 3)
    sampling.update(torch.tensor([0.8, 0.5, 0.1], dtype=torch.float64))
    expected = torch.tensor([0.2, 0.5, 0.9]) / 1.6
    torch.testing.assert_close(sampling.shares, expected)
    shares = torch.bincount(CODES[drawn(sampling)], minlength=3) / N_DRAWN
    torch.testing.assert_close(shares, expected, atol=0.02, rtol=0)


def test_dynamic_forgets_no_class():
    sampling = DynamicSampling(CODES, 3)
    sampling.update(torch.tensor([1.0, 1.0, 0.0]))
    torch.testing.assert_close(sampling.shares, torch.tensor([0.05, 0.05, 1.0]) / 1.1)
    sampling.update(torch.ones(3))
    torch.testing.assert_close(sampling.shares, torch.full((3,), 1 / 3))


def test_dynamic_takes_a_class_that_is_not_held_out_for_an_average_one():
    sampling = DynamicSampling(CODES, 3)
    sampling.update(torch.tensor([0.9, 0.5, torch.nan]))
    torch.testing.assert_close(sampling.shares, torch.tensor([0.1, 0.5, 0.3]) / 0.9)
    before = sampling.shares
    sampling.update(torch.full((3,), torch.nan))
    assert sampling.shares is before
