import numpy as np
import pytest

from sklearn_featrix.semi_supervised._pseudo_labels import SelectionRule, round_to_sum

SHARES = np.array([0.75, 0.25])


def rule(criterion="threshold", thresholds=(0.6, 0.6), k_best=4, shares=None):
    return SelectionRule(criterion, np.array(thresholds), k_best, shares)


def rows(*second):
    """Probabilities of two classes, by that of the second."""
    second = np.array(second)
    return np.column_stack([1 - second, second])


NONE = np.zeros(2, dtype=int)


def test_threshold_takes_all_above_and_none_at_it():
    positions, codes = rule()(rows(0.1, 0.4, 0.5, 0.61, 0.9), NONE)
    np.testing.assert_array_equal(positions, [0, 3, 4])
    np.testing.assert_array_equal(codes, [0, 1, 1])


def test_threshold_of_the_most_probable_class_counts():
    positions, _ = rule(thresholds=(0.95, 0.5))(rows(0.1, 0.02, 0.55), NONE)
    np.testing.assert_array_equal(positions, [1, 2])


def test_shares_are_kept_and_the_best_are_taken():
    proba = rows(0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.9)
    positions, codes = rule(shares=SHARES)(proba, NONE)
    np.testing.assert_array_equal(positions, [0, 1, 2, 7])
    np.testing.assert_array_equal(codes, [0, 0, 0, 1])


def test_shares_count_the_rounds_before():
    proba = rows(0.01, 0.02, 0.9)
    positions, codes = rule(shares=SHARES)(proba, np.array([3, 0]))
    np.testing.assert_array_equal(positions, [2])
    np.testing.assert_array_equal(codes, [1])
    positions, _ = rule(shares=SHARES)(proba, np.array([0, 4]))
    np.testing.assert_array_equal(positions, [0, 1])


def test_a_class_without_confident_rows_stops_the_others():
    positions, codes = rule(shares=SHARES)(rows(0.01, 0.02, 0.03), NONE)
    assert len(positions) == len(codes) == 0


def test_a_class_with_no_share_does_not_stop_the_others():
    positions, _ = rule(shares=np.array([1.0, 0.0]))(rows(0.01, 0.02, 0.9), NONE)
    np.testing.assert_array_equal(positions, [0, 1])


def test_quantile_takes_the_surest_of_each_class():
    proba = rows(0.4, 0.1, 0.2, 0.3, 0.6, 0.55)
    positions, codes = rule("quantile", (0.5, 0.5))(proba, NONE)
    np.testing.assert_array_equal(positions, [1, 2, 4])
    np.testing.assert_array_equal(codes, [0, 0, 1])
    positions, _ = rule("quantile", (0.75, 0.0))(proba, NONE)
    np.testing.assert_array_equal(positions, [1, 4, 5])


def test_quantile_keeps_the_shares_too():
    proba = rows(0.01, 0.02, 0.03, 0.04, 0.9, 0.8, 0.7, 0.6)
    positions, _ = rule("quantile", (0.25, 0.25), shares=SHARES)(proba, NONE)
    np.testing.assert_array_equal(positions, [0, 1, 2, 4])


def test_k_best_takes_the_most_confident():
    proba = rows(0.4, 0.9, 0.45, 0.05, 0.8)
    positions, codes = rule("k_best", k_best=3)(proba, NONE)
    np.testing.assert_array_equal(positions, [1, 3, 4])
    np.testing.assert_array_equal(codes, [1, 0, 1])


def test_k_best_with_shares_takes_the_most_probable_of_each_class():
    """Even where the class is not the most probable one."""
    proba = rows(0.1, 0.2, 0.3, 0.4, 0.05)
    positions, codes = rule("k_best", shares=SHARES)(proba, NONE)
    np.testing.assert_array_equal(positions, [0, 1, 3, 4])
    np.testing.assert_array_equal(codes, [0, 0, 1, 0])


def test_k_best_takes_what_is_left():
    for shares in (None, SHARES):
        positions, _ = rule("k_best", k_best=10, shares=shares)(rows(0.1, 0.7), NONE)
        np.testing.assert_array_equal(positions, [0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_shares_hold_over_many_rounds(seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(4))
    proba = rng.dirichlet(np.ones(4), size=3000)
    for criterion in ("threshold", "k_best"):
        chooses = SelectionRule(criterion, np.full(4, 0.4), 50, shares)
        taken, left = np.zeros(4, dtype=int), proba
        for _ in range(5):
            positions, codes = chooses(left, taken)
            taken = taken + np.bincount(codes, minlength=4)
            left = np.delete(left, positions, axis=0)
            assert abs(taken - taken.sum() * shares).max() < 4
        assert taken.sum() > 20


def test_rounding_keeps_the_sum():
    rng = np.random.default_rng(0)
    for n_rows in range(1, 50):
        shares = rng.dirichlet(np.ones(5)) * n_rows
        rounded = round_to_sum(shares)
        assert rounded.sum() == n_rows
        assert abs(rounded - shares).max() < 1
