import numpy as np
import pytest
from scipy.stats import norm, rankdata

from sklearn_featrix.preprocessing._numeric import NumericEncoder
from sklearn_featrix.preprocessing._table import Column


def number_column(values):
    return Column("x", "number", np.asarray(values, dtype=np.float64))


def encode(values, train=None, encoding="linear"):
    encoder = NumericEncoder().fit(number_column(values if train is None else train))
    width = len(getattr(encoder, f"{encoding}_names")())
    out = np.empty((len(values), width), dtype=np.float32)
    getattr(encoder, encoding)(number_column(values), out)
    return out


def test_normal_scores_of_mid_ranks_and_z():
    values = np.random.default_rng(0).integers(0, 40, 300).astype(float)
    mid_rank = (rankdata(values) - 0.5) / len(values)
    expected = norm.ppf(np.clip(mid_rank, 0.001, 0.999))
    out = encode(values)
    np.testing.assert_allclose(out[:, 0], expected, atol=1e-6)
    np.testing.assert_allclose(
        out[:, 1], (values - values.mean()) / values.std(), atol=1e-6
    )


def test_many_distinct_values_are_interpolated_closely():
    values = np.random.default_rng(0).lognormal(size=20_000)
    encoder = NumericEncoder().fit(number_column(values))
    assert len(encoder.knots) <= 1000
    mid_rank = (rankdata(values) - 0.5) / len(values)
    inner = (mid_rank > 0.01) & (mid_rank < 0.99)
    error = encode(values)[inner, 0] - norm.ppf(mid_rank[inner])
    assert np.abs(error).max() < 0.02


def test_atom_keeps_its_mid_rank():
    values = np.append(np.zeros(5000), np.random.default_rng(0).random(5000) + 1)
    np.testing.assert_allclose(encode(values)[0, 0], norm.ppf(0.25), atol=1e-6)


def test_scores_are_monotone_and_unseen_values_are_bounded():
    train = np.random.default_rng(0).normal(size=500)
    out = encode(np.linspace(-1e6, 1e6, 101), train)
    assert (np.diff(out, axis=0) >= 0).all()
    assert np.abs(out[:, 0]).max() == pytest.approx(norm.ppf(0.999))
    assert np.abs(out[:, 1]).max() == 4


def test_missing_is_zero_with_a_flag():
    out = encode([1.0, 2.0, 3.0, np.nan])
    assert out.shape[1] == 3
    np.testing.assert_array_equal(out[3], [0, 0, 1])
    np.testing.assert_array_equal(out[:3, 2], 0)


def test_no_flag_without_gaps_in_fit():
    out = encode([np.nan, 1.0], train=[1.0, 2.0, 3.0])
    np.testing.assert_array_equal(out[0], [0, 0])


def test_two_values_become_one_column():
    np.testing.assert_array_equal(encode([3.0, 7.0, 3.0])[:, 0], [-1, 1, -1])
    np.testing.assert_array_equal(encode([np.nan, 99.0], [3.0, 7.0])[:, 0], [0, 1])


@pytest.mark.parametrize("encoding", ["linear", "tree"])
@pytest.mark.parametrize(
    "train",
    [
        [-np.inf, 1.0, 2.0, 3.0, 10.0, np.inf],
        [-np.inf, np.inf],
        [1.0, np.inf],
        [1.7e9, np.inf],
        [1e17, 1e17 + 16, np.inf],
        [-np.inf, *np.linspace(5, 6, 3000)],
    ],
)
def test_infinities_are_values_beyond_the_finite_ones(encoding, train):
    out = encode(train, encoding=encoding)
    assert np.isfinite(out).all()
    steps = np.diff(out, axis=0)[[0, -1]]  # towards the first and the last value
    assert (steps >= 0).all()
    assert (steps > 0).any(axis=1).all()


@pytest.mark.parametrize("encoding", ["linear", "tree"])
def test_infinities_not_seen_in_fit_are_the_extreme_values(encoding):
    train = [1.0, 2.0, 3.0, 10.0]
    out = encode([np.inf, -np.inf, 10.0, 1.0], train, encoding)
    np.testing.assert_array_equal(out[:2], out[2:])


def test_tree_keeps_values_and_gaps():
    values = [1.5, np.nan, -2.0, 1e300]
    out = encode(values, encoding="tree")[:, 0]
    np.testing.assert_array_equal(out[:3], np.float32(values[:3]))
    assert out[3] == np.finfo(np.float32).max


RNG = np.random.default_rng(0)
NARROW = {
    "epoch seconds": 1.7e9 + 40 * RNG.integers(0, 2, 600) + RNG.integers(0, 30, 600),
    "days": np.arange(20_240_100.0, 20_240_300.0),
    "billion and noise": 1e9 + RNG.normal(size=300),
    "two groups": np.repeat([0.0, 1.0, 1e12, 1e12 + 1], 50),
    "a week of seconds": 1.7e9 + RNG.integers(0, 600_000, 20_000),
}


@pytest.mark.parametrize("values", NARROW.values(), ids=NARROW)
def test_tree_keeps_apart_what_float32_would_merge(values):
    assert len(np.unique(values.astype(np.float32))) < 0.8 * len(np.unique(values))
    out = encode(values, encoding="tree")[:, 0]
    order = np.argsort(values)
    steps = np.diff(values[order]) > 0
    np.testing.assert_array_equal(np.diff(out[order]) > 0, steps)


def test_tree_writes_numbers_as_they_are_where_float32_holds_them():
    values = np.append(RNG.normal(size=200_000), RNG.integers(0, 10**7, 1000))
    np.testing.assert_array_equal(
        encode(values, encoding="tree")[:, 0], values.astype(np.float32)
    )


def test_huge_values_do_not_overflow():
    out = encode([1e308, -1e308, 0.0, 1.0])
    assert np.isfinite(out).all()
