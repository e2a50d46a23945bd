import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.prior.compute import forward_flop
from benchmarks.prior.tasks import draw_batch, generator_of
from sklearn_featrix.nn import InContextNetwork


@pytest.mark.parametrize(
    "config",
    [
        {"n_layers": 3},
        {"n_layers": 2, "evidence": False},
        {"n_layers": 2, "n_readout": 2, "n_row_layers": 2},
        {"n_layers": 2, "row_attention": False, "n_row_layers": 1},
    ],
)
def test_count_is_that_of_torch(config):
    network = InContextNetwork(width=16, n_heads=2, **config)
    batch = draw_batch(generator_of(1), 3000)
    counter = FlopCounterMode(display=False)
    # torch does not count its fused attention on a CPU
    with counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        network(batch.z, batch.q, batch.nominal, batch.y)
    n_tables, n_rows, n_columns = batch.q.shape
    found = forward_flop(network.config, n_tables, n_rows, n_columns, batch.y.shape[1])
    assert found == pytest.approx(counter.get_total_flops(), rel=0.03)
