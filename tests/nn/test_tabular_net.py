import pytest
import torch

from sklearn_featrix.nn import PiecewiseLinear, ResidualEncoder, TabularNet


@pytest.fixture
def x():
    return torch.randn(40, 3, generator=torch.Generator().manual_seed(0))


def with_bins(x):
    bins = PiecewiseLinear.from_quantiles(x, n_bins=4)
    return TabularNet(3, 2, width=8, n_layers=2, bins=bins)


def test_begins_with_equal_logits(x):
    assert (with_bins(x)(x) == 0).all()


def test_head_reads_layers_columns_and_bins(x):
    net = with_bins(x)
    features = net.features(x)
    assert features.shape == (40, 16 + 3 + 12)
    inputs = torch.cat([x, net.bins(x)], dim=1)
    torch.testing.assert_close(features[:, 16:], inputs)
    torch.testing.assert_close(features[:, :16], net.encoder.hidden_layers(inputs))
    torch.nn.init.normal_(net.head.weight)
    torch.testing.assert_close(net(x), features @ net.head.weight.T + net.head.bias)


def test_activations_are_standardised_and_clipped(x):
    net = TabularNet(3, 2, width=8, n_layers=2)
    net.center.fill_(0.5)
    net.scale.fill_(1000.0)
    hidden = net.features(x)[:, :16]
    assert hidden.abs().max() == 5
    exact = (net.encoder.hidden_layers(x) - 0.5) * 1000
    torch.testing.assert_close(hidden, exact.clamp(-5, 5))


def test_takes_an_encoder_that_knew_no_bins(x):
    encoder = ResidualEncoder(3, width=8, n_layers=2)
    net = with_bins(x)
    layers = [(layer.weight.detach(), layer.bias.detach()) for layer in encoder.layers]
    center, scale = torch.full((16,), 0.1), torch.full((16,), 2.0)
    net.load_encoder(layers, center, scale)
    expected = (encoder.hidden_layers(x) - 0.1) * 2
    torch.testing.assert_close(net.features(x)[:, :16], expected.clamp(-5, 5))


def test_an_encoder_of_other_depth_is_refused(x):
    encoder = ResidualEncoder(3, width=8, n_layers=1)
    layers = [(layer.weight, layer.bias) for layer in encoder.layers]
    with pytest.raises(ValueError, match="zip"):
        with_bins(x).load_encoder(layers, torch.zeros(16), torch.ones(16))


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="n_classes must be at least 1, got 0"):
        TabularNet(3, 0)


def test_everything_moves_with_the_network(x):
    """The meta device refuses to mix with any other."""
    net = with_bins(x).to("meta")
    logits = net(x.to("meta"))
    assert logits.device.type == "meta"
    assert logits.shape == (40, 2)
