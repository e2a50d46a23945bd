import numpy as np
import pytest
from scipy.stats import binomtest

from sklearn_featrix.calibration._threshold import (
    choose_for_accuracy,
    choose_for_coverage,
    deal_folds,
)

# four confidences; 10 rows each
CURVE = (
    np.array([0.25, 0.5, 0.75, 1.0]),
    np.array([1.0, 0.9, 0.95, 0.8]),
    np.array([0.9, 0.8, 0.7, 0.6]),
)


@pytest.mark.parametrize(
    ("target", "threshold"), [(0.2, 0.9), (0.25, 0.9), (0.26, 0.8), (0.9, 0), (1, 0)]
)
def test_the_least_coverage_that_is_enough(target, threshold):
    assert choose_for_coverage(CURVE, target) == threshold


@pytest.mark.parametrize(
    ("target", "threshold"),
    [(0.5, 0), (0.8, 0), (0.85, 0.7), (0.95, 0.7), (0.97, 0.9), (1.0, 0.9)],
)
def test_the_largest_coverage_with_the_accuracy(target, threshold):
    assert choose_for_accuracy(CURVE, target, 40) == threshold


def test_out_of_reach():
    low = (CURVE[0], CURVE[1] - 0.2, CURVE[2])
    assert choose_for_accuracy(low, 0.9, 40) == np.inf


def test_a_guarantee_is_a_binomial_bound_for_ten_tries():
    coverage, accuracy = np.array([0.5, 1.0]), np.array([0.96, 0.7])
    curve = (coverage, accuracy, np.array([0.8, 0.6]))
    bound = binomtest(96, 100, alternative="greater").proportion_ci(1 - 0.1 / 10).low
    assert choose_for_accuracy(curve, bound - 1e-9, 200, guarantee=0.9) == 0.8
    assert choose_for_accuracy(curve, bound + 1e-9, 200, guarantee=0.9) == np.inf


def test_folds_hold_out_every_row_of_a_class_with_two():
    codes = np.array([0] * 12 + [1] * 5 + [2])
    keys = np.random.default_rng(0).permutation(18)
    folds = deal_folds(codes, keys, 4)
    assert len(folds) == 4
    assert sorted(np.concatenate(folds)) == list(range(17))
    for fold in folds:
        assert len(set(codes[fold])) == 2


def test_folds_do_not_depend_on_the_order():
    rng = np.random.default_rng(0)
    codes, keys = rng.integers(0, 2, 30), np.arange(30)
    order = rng.permutation(30)
    folds = {frozenset(keys[fold]) for fold in deal_folds(codes, keys, 3)}
    shuffled = deal_folds(codes[order], keys[order], 3)
    assert {frozenset(keys[order][fold]) for fold in shuffled} == folds


def test_fewer_folds_for_few_rows_and_none_for_single_ones():
    assert len(deal_folds(np.array([0, 0, 1, 1]), np.arange(4), 5)) == 2
    assert deal_folds(np.array([0, 1, 2]), np.arange(3), 5) == []
