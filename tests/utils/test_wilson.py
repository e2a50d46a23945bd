import numpy as np
import pytest
from scipy.stats import binomtest

from sklearn_featrix.utils._wilson import wilson_interval


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_interval_is_scipys(confidence):
    hits, n_rows = np.array([0, 1, 7, 20]), 20
    for row, k in zip(
        wilson_interval(hits / n_rows, n_rows, confidence), hits, strict=True
    ):
        ends = binomtest(int(k), n_rows).proportion_ci(confidence, method="wilson")
        np.testing.assert_allclose(row, [k / n_rows, *ends], atol=1e-12)


def test_ends_at_no_and_all_rows_are_exact():
    found = wilson_interval([0.0, 1.0], [3, 3], 0.95)
    assert found[0, 1] == 0
    assert found[1, 2] == 1
    assert 0 < found[1, 1] < found[0, 2] < 1
