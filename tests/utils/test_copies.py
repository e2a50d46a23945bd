import numpy as np
import pytest

from sklearn_featrix.utils._copies import effective_number, effective_numbers

RNG = np.random.default_rng(0)
SCORES = RNG.integers(1, 9, size=60) / 10  # with ties
THRESHOLDS = np.unique(SCORES)


def by_hand(observations, weights, threshold):
    """Kish's number of the observations that reach a threshold."""
    joint = np.bincount(observations, weights * (threshold <= SCORES))
    return joint.sum() ** 2 / (joint**2).sum()


def test_one_number_for_each_subset():
    subsets = np.array([[3.0, 5.0, 0.0], [1.0, 5.0, 0.0], [0.0, 5.0, 0.0]])
    np.testing.assert_allclose(effective_number(subsets), [1.6, 3, np.nan])
    assert np.isnan(effective_number(np.empty(0)))


@pytest.mark.parametrize("unit", [1, 1e-200, 1e200])
def test_the_unit_of_the_weights_does_not_matter(unit):
    assert effective_number(unit * np.array([3, 1])) == pytest.approx(1.6)


def test_different_rows_of_one_weight_are_counted():
    found = effective_numbers(np.arange(60), np.full(60, 7.0), SCORES, THRESHOLDS)
    counted = [(threshold <= SCORES).sum() for threshold in THRESHOLDS]
    np.testing.assert_allclose(found, counted)


def test_copies_are_one_whatever_their_order():
    tenfold = RNG.permutation(np.tile(np.arange(60), 10))
    found = effective_numbers(tenfold, np.ones(600), SCORES[tenfold], THRESHOLDS)
    alone = effective_numbers(np.arange(60), np.ones(60), SCORES, THRESHOLDS)
    np.testing.assert_allclose(found, alone)


@pytest.mark.parametrize("n_observations", [1, 7, 60])
def test_weights_of_copies_add_up(n_observations):
    # copies differ in their scores, as under a splitter that repeats itself
    observations = RNG.integers(n_observations, size=60)
    weights = RNG.uniform(0.1, 5, size=60)
    found = effective_numbers(observations, weights, SCORES, THRESHOLDS)
    expected = [by_hand(observations, weights, t) for t in THRESHOLDS]
    np.testing.assert_allclose(found, expected)
