import numpy as np
import pytest
from scipy.stats import binomtest

from sklearn_featrix.calibration._threshold import (
    choose_for_accuracy,
    choose_for_coverage,
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
    assert choose_for_accuracy(CURVE, target) == threshold


def test_out_of_reach():
    low = (CURVE[0], CURVE[1] - 0.2, CURVE[2])
    assert choose_for_accuracy(low, 0.9) == np.inf


def test_a_guarantee_is_a_binomial_bound_for_ten_tries():
    coverage, accuracy = np.array([0.5, 1.0]), np.array([0.96, 0.7])
    curve = (coverage, accuracy, np.array([0.8, 0.6]))
    bound = binomtest(96, 100, alternative="greater").proportion_ci(1 - 0.1 / 10).low
    n_observed = np.array([100, 200])
    assert choose_for_accuracy(curve, bound - 1e-9, n_observed, guarantee=0.9) == 0.8
    assert choose_for_accuracy(curve, bound + 1e-9, n_observed, 0.9) == np.inf
