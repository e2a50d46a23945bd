import pytest
import torch
from torch.nn import functional

from sklearn_featrix.nn import ResidualEncoder


def test_last_state_is_the_sum_of_all_activations():
    encoder = ResidualEncoder(4, width=8, n_layers=3)
    x = torch.randn(5, 4)
    activations = encoder.hidden_layers(x).split(8, dim=1)
    torch.testing.assert_close(encoder(x), sum(activations))


def test_layers_follow_the_recurrence():
    encoder = ResidualEncoder(4, width=8, n_layers=2)
    x = torch.randn(5, 4)
    first, second = (
        (layer.weight.detach(), layer.bias.detach()) for layer in encoder.layers
    )
    z1 = functional.gelu(x @ first[0].T + first[1])
    z2 = functional.gelu(z1 @ second[0].T + second[1])
    torch.testing.assert_close(encoder.hidden_layers(x), torch.cat([z1, z2], dim=1))
    torch.testing.assert_close(encoder(x), z1 + z2)


def test_one_layer_is_enough():
    encoder = ResidualEncoder(4, width=8, n_layers=1)
    x = torch.randn(5, 4)
    torch.testing.assert_close(encoder(x), encoder.hidden_layers(x))


@pytest.mark.parametrize("sizes", [(0, 8, 3), (4, 0, 3), (4, 8, 0)])
def test_sizes_below_one_are_refused(sizes):
    n_features, width, n_layers = sizes
    with pytest.raises(ValueError, match="must be at least 1"):
        ResidualEncoder(n_features, width=width, n_layers=n_layers)
