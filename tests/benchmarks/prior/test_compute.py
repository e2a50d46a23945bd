import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.prior.compute import forward_flop
from benchmarks.prior.tasks import draw_batch, generator_of
from sklearn_featrix.nn import InContextNetwork, _in_context_layers


@pytest.mark.parametrize(
    "config",
    [
        {"n_layers": 3},
        {"n_layers": 2, "evidence": False},
        {"n_layers": 2, "n_readout": 2, "n_row_layers": 2},
        {"n_layers": 2, "row_attention": False, "n_row_layers": 1},
    ],
)
@pytest.mark.parametrize("n_questions", [1, 3, 7])
def test_count_is_that_of_torch(config, n_questions, monkeypatch):
    # what attention looks at is filled up on a CPU, which is no work of the network
    monkeypatch.setattr(_in_context_layers, "MANY_KEYS", 0)
    network = InContextNetwork(width=16, n_heads=2, **config)
    batch = draw_batch(generator_of(1), 3000)
    y = batch.y.expand(-1, n_questions, -1)
    counter = FlopCounterMode(display=False)
    # torch does not count its fused attention on a CPU
    with counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        network(batch.z, batch.q, batch.nominal, y)
    n_tables, n_rows, n_columns = batch.q.shape
    size = (n_tables, n_rows, n_columns, y.shape[2], n_questions)
    found = forward_flop(network.config, *size)
    assert found == pytest.approx(counter.get_total_flops(), rel=0.03)


def test_each_question_costs_a_pass_but_for_what_is_alike():
    config = InContextNetwork(width=16, n_row_layers=2).config
    size = (2, 120, 8, 40)
    counts = [forward_flop(config, *size, n_questions) for n_questions in (1, 2, 6)]
    assert counts[0] == forward_flop(config, *size)
    assert 1.8 * counts[0] < counts[1] < 2 * counts[0]
    assert counts[2] - counts[1] == 4 * (counts[1] - counts[0])
