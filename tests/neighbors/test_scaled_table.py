import numpy as np
import pandas as pd

from sklearn_featrix import TableEncoder
from sklearn_featrix.neighbors._scaled_table import MIN_DEVIATION, ScaledTable


def test_every_input_column_has_a_variance_of_one():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.lognormal(size=600) * 1e6,
            "level": rng.choice(list("abcdef"), size=600),
            "flag": rng.random(600) < 0.5,
        }
    )
    table = ScaledTable().fit(X)
    variances = table.transform(X).var(axis=0)
    np.testing.assert_allclose(np.bincount(table.groups_, weights=variances), 1)


def test_a_rare_flag_is_not_blown_up():
    X = np.zeros((1000, 2))
    X[:, 0] = np.arange(1000)
    X[0, 1] = 1
    table = ScaledTable().fit(X)
    assert table.scale_[table.groups_ == 1].tolist() == [1 / MIN_DEVIATION]


def test_a_fitted_encoder_is_used_as_it_is():
    X = np.random.default_rng(0).normal(size=(50, 2))
    encoder = TableEncoder("tree").fit(X)
    table = ScaledTable(encoder).fit(X)
    assert table.encoder_ is encoder
    assert table.transform(X).shape == (50, 4)  # two scores each, not one number
