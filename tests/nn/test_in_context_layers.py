import pytest
import torch
from torch.nn import functional

from sklearn_featrix.nn import _in_context_layers as module
from sklearn_featrix.nn._in_context_layers import (
    Attention,
    CellLayer,
    MatchingHead,
    RowLayer,
    base_logit,
    full_precision,
)


@pytest.fixture(autouse=True)
def same_weights_every_time():
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(0)
        yield


def stirred(layer):
    """Give the weights that begin as zero a value."""
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter += 0.2 * torch.randn(parameter.shape)
    return layer


@pytest.mark.parametrize(
    ("n_queries", "n_keys"), [(5, 4), (14, 14), (90, 1), (90, 16), (90, 21), (700, 259)]
)
def test_attention_is_the_weighted_mean_of_the_values(n_queries, n_keys):
    attention = stirred(Attention(8, 2))
    x, context = torch.randn(3, n_queries, 8), torch.randn(3, n_keys, 8)
    key, value = attention.remember(context)
    query = torch.unflatten(attention.query(x), 2, (2, 4)).transpose(1, 2)
    weights = (query @ key.mT / 2).softmax(-1)
    expected = attention.out((weights @ value).transpose(1, 2).flatten(2))
    found = attention(x, attention.remember(context))
    torch.testing.assert_close(found, expected)


def test_gradients_of_attention_by_many_to_few():
    attention = stirred(Attention(8, 2))
    x, context = torch.randn(2, 40, 8), torch.randn(2, 5, 8)
    every, some = (
        torch.autograd.grad(
            attention(x[:, :n], attention.remember(context))[:, :4].square().sum(),
            attention.key.weight,
        )[0]
        for n in (40, 4)
    )
    assert some.abs().max() > 1e-3
    torch.testing.assert_close(every, some)


def test_attention_to_more_tables_than_a_kernel_takes(monkeypatch):
    attention = stirred(Attention(8, 2))
    x = torch.randn(7, 5, 8)
    whole = attention(x, attention.remember(x))
    sizes = []

    def limited(*heads):
        sizes.append(len(heads[0]))
        return functional_attention(*heads)

    functional_attention = functional.scaled_dot_product_attention
    monkeypatch.setattr(functional, "scaled_dot_product_attention", limited)
    monkeypatch.setattr(module, "MAX_BATCH", 3)
    torch.testing.assert_close(attention(x, attention.remember(x)), whole)
    assert sizes == [3, 3, 1]


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="width=9 is no multiple of n_heads=2"):
        Attention(9, 2)


@pytest.mark.parametrize("rows", [True, False])
def test_layers_over_cells_begin_as_nothing_and_keep_what_rows_look_at(rows):
    layer = CellLayer(8, 2, 2, n_readout=1, rows=rows)
    cells, row = torch.randn(2, 6, 3, 8), torch.randn(2, 6, 1, 8)
    new_cells, new_row, memory = layer(cells, row, last=False)
    torch.testing.assert_close((new_cells, new_row), (cells, row))
    assert (memory is not None) == rows
    stirred(layer)
    all_rows = layer(cells, row, last=False)
    again = layer(cells[:, :2], row[:, :2], False, all_rows[2])
    if rows:
        torch.testing.assert_close(again[0], all_rows[0][:, :2])
    last = layer(cells, row, last=True)
    assert last[0].shape[2] == 0
    torch.testing.assert_close(last[1], all_rows[1])


def test_rows_of_a_layer_look_at_what_is_remembered():
    layer, x = stirred(RowLayer(8, 2, 2)), torch.randn(2, 6, 8)
    whole, memory = layer(x)
    one, _ = layer(x[:, :1], memory)
    torch.testing.assert_close(one, whole[:, :1])
    assert (layer(x[:, :1])[0] - one).abs().max() > 1e-3


def test_votes_are_log_odds_of_shares():
    head = MatchingHead(8)
    y = torch.tensor([[1.0, 1.0, 0.0, 1.0]])
    logit = head(torch.randn(1, 5, 8), torch.zeros(1, 4, 8), y)  # all match alike
    floor = 0.01 + 0.1 * torch.sigmoid(torch.tensor(-2.0))
    expected = torch.log((0.75 + floor) / (0.25 + floor))
    torch.testing.assert_close(logit, expected.expand(1, 5))


def test_votes_are_as_exact_for_either_class_under_autocast():
    head = MatchingHead(8)
    y = (torch.arange(300) > 0).float()[None]  # a share of .9967
    queries, keys = torch.randn(1, 5, 8), torch.zeros(1, 300, 8)
    with torch.autocast("cpu", torch.bfloat16):
        one, other = head(queries, keys, y), head(queries, keys, 1 - y)
    torch.testing.assert_close(one, -other, rtol=1e-3, atol=0)


def test_base_rate_has_half_a_row_more_of_each_class():
    y = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    expected = torch.tensor([2.5 / 1.5, 3.5 / 0.5]).log()
    torch.testing.assert_close(base_logit(y), expected)


def test_full_precision_ends_autocast_where_there_is_one():
    x = torch.randn(4, 4)
    with torch.autocast("cpu", torch.bfloat16):
        with full_precision("cpu"):
            assert (x @ x).dtype == torch.float32
        with full_precision("mps"):
            assert (x @ x).dtype == torch.bfloat16
