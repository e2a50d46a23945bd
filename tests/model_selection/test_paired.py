import numpy as np
import pytest
from scipy.stats import t as student_t

from sklearn_featrix.model_selection._paired import (
    corrected_half_width,
    corrected_interval,
    is_tie,
    verdict_of,
)

SCORES = np.array([[0.1, 0.0, 0.2, 0.1], [0.3, 0.3, 0.3, 0.3]])


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_formula(confidence):
    expected = student_t.ppf((1 + confidence) / 2, 3) * np.sqrt(
        (1 / 4 + 0.3) * np.var(SCORES[0], ddof=1)
    )
    halves = corrected_half_width(SCORES, 0.3, confidence)
    np.testing.assert_allclose(halves, [expected, 0], atol=1e-12)


def test_interval_is_symmetric_around_the_mean():
    mean, low, high = corrected_interval(SCORES, 0.3, 0.9)
    np.testing.assert_allclose(mean, [0.1, 0.3])
    np.testing.assert_allclose(mean - low, high - mean)


def test_a_tie_has_zero_in_its_interval():
    ties = is_tie([-0.1, 0.0, 0.1, -0.3], [0.2, 0.0, 0.2, -0.1])
    np.testing.assert_array_equal(ties, [True, True, False, False])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.2, "helps"),
        (-0.2, -0.1, "hurts"),
        (-0.1, 0.1, "tie"),
        (0, 0.1, "tie"),
        (-0.1, 0, "tie"),
        (np.nan, np.nan, "tie"),
    ],
)
def test_verdicts(low, high, verdict):
    assert verdict_of(low, high) == verdict
