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
def test_infinities_are_the_extreme_finite_values(encoding):
    train = [1.0, 2.0, 3.0, 10.0, np.inf, -np.inf]
    out = encode([np.inf, -np.inf, 10.0, 1.0], train, encoding)
    np.testing.assert_array_equal(out[:2], out[2:])
    clean = encode([1.0, 2.0], [1.0, 2.0, 3.0, 10.0], encoding)
    np.testing.assert_array_equal(encode([1.0, 2.0], train, encoding), clean)


def test_tree_keeps_values_and_gaps():
    values = [1.5, np.nan, -2.0, 1e300]
    out = encode(values, encoding="tree")[:, 0]
    np.testing.assert_array_equal(out[:3], np.float32(values[:3]))
    assert out[3] == np.finfo(np.float32).max


def test_huge_values_do_not_overflow():
    out = encode([1e308, -1e308, 0.0, 1.0])
    assert np.isfinite(out).all()
