import time

import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator

from sklearn_featrix import EmbeddingTransformer
from sklearn_featrix.neural_network._pretraining import fit_embedding


@pytest.fixture
def without_training(monkeypatch):
    monkeypatch.setattr(EmbeddingTransformer, "fit", lambda self, X: self)


def fit(embedding, deadline=None):
    return fit_embedding(
        embedding, None, seed=7, deadline=deadline, device="cpu", verbose=2
    )


@pytest.mark.usefixtures("without_training")
def test_auto_is_the_embedding_as_it_comes():
    given, usual = fit("auto").get_params(), EmbeddingTransformer().get_params()
    changed = {name: given[name] for name in usual if usual[name] != given[name]}
    assert changed == {"device": "cpu", "verbose": 2, "random_state": 7}


@pytest.mark.usefixtures("without_training")
def test_a_seed_of_its_own_stays():
    own = EmbeddingTransformer(random_state=3)
    fitted = fit(own)
    assert fitted is not own
    assert fitted.random_state == 3


@pytest.mark.usefixtures("without_training")
def test_half_of_the_time_is_its():
    deadline = time.monotonic() + 100
    assert 40 < fit("auto", deadline).time_limit <= 50
    assert fit(EmbeddingTransformer(time_limit=3), deadline).time_limit == 3
    assert 0 < fit("auto", time.monotonic() - 1).time_limit < 1


def test_a_frozen_one_must_be_fitted():
    with pytest.raises(NotFittedError):
        fit(FrozenEstimator(EmbeddingTransformer()))
