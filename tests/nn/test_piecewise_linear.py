import numpy as np
import pytest
import torch
from sklearn.preprocessing import KBinsDiscretizer

from sklearn_featrix.nn import PiecewiseLinear


def sample(n_rows=500):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(n_rows, 1, generator=generator)


def test_a_bin_is_empty_below_full_above_and_linear_between():
    bins = PiecewiseLinear(torch.tensor([1]), torch.tensor([2.0]), torch.tensor([4.0]))
    x = torch.tensor([[9.0, 1.0], [9.0, 2.0], [9.0, 3.5], [9.0, 4.0], [9.0, 7.0]])
    torch.testing.assert_close(bins(x)[:, 0], torch.tensor([0, 0, 0.75, 1, 1]))


def test_edges_are_quantiles():
    x = sample()
    bins = PiecewiseLinear.from_quantiles(x, n_bins=5)
    edges = np.quantile(x.double().numpy(), np.linspace(0, 1, 6))
    np.testing.assert_allclose(bins.low, edges[:-1], rtol=1e-6)
    np.testing.assert_allclose(bins.high, edges[1:], rtol=1e-6)
    other = KBinsDiscretizer(5, quantile_method="averaged_inverted_cdf").fit(x)
    np.testing.assert_allclose(bins.low[1:], other.bin_edges_[0][1:-1], atol=0.03)


def test_a_sum_over_bins_counts_them():
    x = sample()
    bins = PiecewiseLinear.from_quantiles(x, n_bins=4)
    reached = bins(x).sum(dim=1)
    assert (reached[x[:, 0].argsort()].diff() >= 0).all()
    assert reached.min() == 0
    assert reached.max() == 4


def test_columns_of_two_values_and_repeated_columns_have_no_bins():
    x = sample()
    table = torch.cat([x, x.exp(), (x > 0).float(), torch.ones_like(x), -x], dim=1)
    bins = PiecewiseLinear.from_quantiles(table, n_bins=3)
    assert bins.columns.tolist() == [0, 0, 0, 4, 4, 4]


def test_bins_between_equal_quantiles_are_left_out():
    x = torch.tensor([0.0] * 90 + [1.0, 2.0, 3.0] * 3 + [4.0])[:, None]
    bins = PiecewiseLinear.from_quantiles(x, n_bins=4)
    assert bins.low.tolist() == [0.0]
    assert bins.high.tolist() == [4.0]


def test_a_table_without_numbers_has_no_bins():
    bins = PiecewiseLinear.from_quantiles(torch.tensor([[0.0], [1.0]]))
    assert bins.n_bins == 0
    assert bins(torch.zeros(3, 1)).shape == (3, 0)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [([0.0, 1.0], [1.0], "one entry per bin"), ([1.0], [1.0], "high must be above")],
)
def test_bins_that_are_none_are_refused(low, high, message):
    with pytest.raises(ValueError, match=message):
        PiecewiseLinear(torch.tensor([0]), torch.tensor(low), torch.tensor(high))


def test_fewer_than_one_bin_is_refused():
    with pytest.raises(ValueError, match="n_bins must be at least 1, got 0"):
        PiecewiseLinear.from_quantiles(sample(), n_bins=0)
