import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from sklearn_featrix._training import local_seed
from sklearn_featrix.embedding._network import EmbeddingNetwork
from sklearn_featrix.nn import ResidualEncoder

CPU = torch.device("cpu")


@pytest.fixture
def encoder():
    with local_seed(0):
        return ResidualEncoder(6, width=8, n_layers=2)


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(700, 6)).astype(np.float32)


def test_units_are_standardized_and_the_mean_squared_norm_is_one(encoder, rows):
    vectors = EmbeddingNetwork.from_encoder(encoder, rows, None, CPU).embed(rows, CPU)
    hidden = encoder.hidden_layers(torch.from_numpy(rows)).detach().numpy()
    standardized = (hidden - hidden.mean(0)) / hidden.std(0)
    inside = np.abs(standardized).max(1) < 5
    expected = standardized / np.sqrt(16)
    np.testing.assert_allclose(vectors[inside], expected[inside], rtol=0.02, atol=1e-4)
    assert (vectors**2).sum(1).mean() == pytest.approx(1, abs=1e-5)


def test_extreme_rows_are_clipped(encoder, rows):
    network = EmbeddingNetwork.from_encoder(encoder, rows, None, CPU)
    extreme = network.embed(1000 * rows[:5], CPU)
    assert np.abs(extreme).max() == pytest.approx(5 * network.gain, rel=1e-5)


def test_components_are_those_of_pca_up_to_one_factor(encoder, rows):
    full = EmbeddingNetwork.from_encoder(encoder, rows, None, CPU).embed(rows, CPU)
    network = EmbeddingNetwork.from_encoder(encoder, rows, 3, CPU)
    reduced = network.embed(rows, CPU)
    expected = PCA(3).fit_transform(full)
    expected /= np.sqrt((expected**2).sum(1).mean())
    expected *= np.sign((expected * reduced).sum(0))
    np.testing.assert_allclose(reduced, expected, atol=1e-4)
    assert (np.take_along_axis(
        network.rotation, np.abs(network.rotation).argmax(0)[None], 0
    ) > 0).all()  # fmt: skip


def test_more_components_than_rows(encoder, rows):
    network = EmbeddingNetwork.from_encoder(encoder, rows[:4], 10, CPU)
    vectors = network.embed(rows, CPU)
    assert vectors.shape == (700, 10)
    assert np.isfinite(vectors).all()


def test_units_that_do_not_vary_are_zero(encoder, rows):
    network = EmbeddingNetwork.from_encoder(encoder, rows[:1].repeat(5, 0), None, CPU)
    assert (network.embed(rows, CPU) == 0).all()


@pytest.mark.parametrize("n_rows", [1, 2, 255, 256, 257, 699])
def test_a_row_does_not_depend_on_its_company(encoder, rows, n_rows):
    network = EmbeddingNetwork.from_encoder(encoder, rows, None, CPU)
    np.testing.assert_array_equal(
        network.embed(rows[-n_rows:], CPU), network.embed(rows, CPU)[-n_rows:]
    )


def test_draws_nothing_from_the_global_generator(encoder, rows):
    before = torch.get_rng_state()
    EmbeddingNetwork.from_encoder(encoder, rows, None, CPU).embed(rows, CPU)
    assert (torch.get_rng_state() == before).all()


def test_weights_go_back_into_an_encoder(encoder, rows):
    network = EmbeddingNetwork.from_encoder(encoder, rows, None, CPU)
    other = ResidualEncoder(6, width=8, n_layers=2)
    network.load_into(other)
    x = torch.from_numpy(rows)
    torch.testing.assert_close(other(x), encoder(x))
