import pytest
import torch

from sklearn_featrix.nn import InContextNetwork

NAN = float("nan")
SHAPES = {
    "cells": {"n_layers": 2},
    "cells and rows": {"n_layers": 2, "n_readout": 2, "n_row_layers": 2},
    "rows": {"n_layers": 2, "n_row_layers": 2, "row_attention": False},
    "no evidence": {"n_layers": 2, "evidence": False},
}


@pytest.fixture(autouse=True)
def same_weights_every_time():
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(0)
        yield


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def network(request):
    return make_network(**request.param)


def make_network(**shape):
    """A network whose weights are all random, none 0 as at the start of training."""
    network = InContextNetwork(width=16, n_heads=2, n_thinking=3, **shape)
    g = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=g) * 0.2)
    return network.eval().requires_grad_(False)


@pytest.fixture(params=[1, 3], ids=["one question", "three classes"])
def table(request):
    """Arguments of the network: 2 tables of 25 rows, 9 of them labelled."""
    return make_table(request.param)


def make_table(n_questions):
    g = torch.Generator().manual_seed(1)
    q = torch.rand(2, 25, 5, generator=g) * 2 - 1
    q[:, ::4, 2] = NAN
    q[..., 0] = (2 * q[..., 0]).round() / 2
    nominal = torch.zeros(2, 5, dtype=torch.bool)
    nominal[:, 0] = True
    codes = torch.tensor([[0, 1, 1, 2, 0, 0, 1, 2, 1], [1, 0, 2, 0, 2, 0, 3, 0, 1]])
    asked = torch.ones(1) if n_questions == 1 else torch.arange(n_questions)
    y = (codes[:, None] % max(n_questions, 2) == asked[:, None]).float()
    return {"z": 1.5 * q, "q": q, "nominal": nominal, "y": y}


def take(table, *, rows=slice(None), columns=slice(None)):
    return {
        "z": table["z"][:, rows][..., columns],
        "q": table["q"][:, rows][..., columns],
        "nominal": table["nominal"][:, columns],
        "y": table["y"],
    }


def assert_same(one, other):
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_output_has_one_logit_per_query_row(network, table):
    logits = network(**table)
    assert logits.shape == (2, table["y"].shape[1], 16)
    assert torch.isfinite(logits).all()
    assert logits.std() > 0.01


def test_order_of_columns_does_not_matter(network, table):
    shuffled = take(table, columns=[3, 1, 4, 0, 2])
    assert_same(network(**shuffled), network(**table))


def test_order_of_labelled_rows_does_not_matter(network, table):
    order = [4, 2, 8, 0, 1, 7, 3, 6, 5]
    shuffled = take(table, rows=order + list(range(9, 25)))
    shuffled["y"] = table["y"][..., order]
    assert_same(network(**shuffled), network(**table))


def test_query_rows_do_not_influence_one_another(network, table):
    few = take(table, rows=[*range(9), 20, 11])
    assert_same(network(**few), network(**table)[..., [11, 2]])


def test_tables_of_a_batch_do_not_influence_one_another(network, table):
    second = {name: tensor[1:] for name, tensor in table.items()}
    assert_same(network(**second), network(**table)[1:])


@pytest.mark.parametrize("size", [1, 5, 16])
def test_answers_in_chunks_are_those_of_one_pass(network, table, size):
    labeled, others = take(table, rows=slice(9)), take(table, rows=slice(9, None))
    memory = network.read(**labeled)
    chunks = [
        network.answer(
            memory,
            others["z"][:, start : start + size],
            others["q"][:, start : start + size],
        )
        for start in range(0, 16, size)
    ]
    assert_same(torch.cat(chunks, dim=2), network(**table))


@pytest.mark.parametrize("n_questions", [3, 4])
def test_the_order_of_the_classes_does_not_matter(network, n_questions):
    table = make_table(n_questions)
    order = [2, 0, 1, 3][:n_questions]
    permuted = {**table, "y": table["y"][:, order]}
    assert_same(network(**permuted), network(**table)[:, order])
    assert (network(**permuted) - network(**table)).abs().max() > 0.01


@pytest.mark.parametrize("n_questions", [2, 4])
def test_questions_are_answered_independently(network, n_questions):
    table = make_table(n_questions)
    alone = [network(**{**table, "y": table["y"][:, [i]]}) for i in range(n_questions)]
    assert_same(network(**table), torch.cat(alone, dim=1))


def test_labels_matter(network, table):
    flipped = {**table, "y": 1 - table["y"]}
    assert (network(**flipped) - network(**table)).abs().max() > 0.01


def test_one_label_and_no_query_row_are_allowed(network, table):
    n_questions = table["y"].shape[1]
    one_label = {**table, "y": table["y"][..., :1]}
    assert network(**one_label).shape == (2, n_questions, 24)
    assert torch.isfinite(network(**one_label)).all()
    only_labelled = take(table, rows=slice(9))
    assert network(**only_labelled).shape == (2, n_questions, 0)


def test_config_rebuilds_the_network(network, table):
    again = InContextNetwork(**network.config)
    again.load_state_dict(network.state_dict())
    torch.testing.assert_close(again(**table), network(**table))


def test_half_precision_comes_close(network, table):
    with torch.autocast("cpu", torch.bfloat16):
        half = network(**table)
    torch.testing.assert_close(half.float(), network(**table), atol=0.3, rtol=0.1)


def test_before_training_the_matching_vote_speaks_alone(table):
    """Votes are shares of labels, so swapping the classes mostly changes the sign."""
    flipped = {**table, "y": 1 - table["y"]}
    changes = []
    for _ in range(20):
        network = InContextNetwork(width=16, n_layers=1)
        one, other = network(**table), network(**flipped)
        assert one.abs().max() <= torch.log(torch.tensor(1.03 / 0.02))
        changes.append((one * other < 0).float().mean())
    assert torch.stack(changes).mean() > 0.8


def test_learns_a_rule_from_its_context():
    """After some steps on tables where one column decides, new ones are read well."""
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(0)
        network = InContextNetwork(width=16, n_layers=1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    g = torch.Generator().manual_seed(0)

    def loss():
        q = torch.rand(16, 48, 1, generator=g) * 2 - 1
        truth = ((q[..., 0] > 0) ^ (torch.rand(16, 1, generator=g) < 0.5)).float()
        nominal = torch.zeros(16, 1, dtype=torch.bool)
        logits = network(q, q, nominal, truth[:, None, :16])
        return torch.nn.functional.binary_cross_entropy_with_logits(
            logits[:, 0], truth[:, 16:]
        )

    before = loss()
    for _ in range(30):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert loss() < min(0.15, before / 2)


@pytest.mark.parametrize("shape", [(2, 1, 0), (2, 1, 26), (2, 0, 9), (2, 9), (1, 1, 9)])
def test_sizes_that_do_not_fit_are_refused(shape):
    network = InContextNetwork(width=16, n_layers=1)
    with pytest.raises(ValueError, match="1 <= n_labeled <= n_rows"):
        network(**{**make_table(1), "y": torch.ones(shape)})


def test_width_must_be_a_multiple_of_the_heads():
    with pytest.raises(ValueError, match=r"width=10 .* n_heads=4"):
        InContextNetwork(width=10)


def test_without_regressions_rows_are_told_nothing_of_them(monkeypatch):
    network, table = make_network(n_layers=2, n_row_layers=1), make_table(3)
    told, untold = network(**table), network(**table, regressions=False)
    assert (told - untold).abs().max() > 1e-3
    monkeypatch.setattr("sklearn_featrix.nn._kernel_evidence.PENALTIES", (1e6,))
    torch.testing.assert_close(network(**table, regressions=False), untold)
    assert (network(**table) - told).abs().max() > 1e-3
