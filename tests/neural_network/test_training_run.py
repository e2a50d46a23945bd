import numpy as np
import pytest

from sklearn_featrix.neural_network._training_run import LabeledRows

CLASSES = np.array(["no", "yes"])


def labeled(weights):
    n_rows = len(weights)
    encoded = np.arange(n_rows, dtype=np.float32)[:, None]
    return LabeledRows(encoded, np.arange(n_rows) % 2, np.array(weights), CLASSES)


def test_a_heavy_row_becomes_several_of_common_weight():
    before = labeled([1.0] * 99 + [901.0])
    after = before.without_heavy()
    times = np.unique(after.encoded, return_counts=True)[1]
    assert times.tolist() == [1] * 99 + [90]
    assert after.weights.max() == pytest.approx(901 / 90)
    np.testing.assert_allclose(after.class_counts(), before.class_counts())
    np.testing.assert_array_equal(after.codes[99:], before.codes[99])


def test_rows_of_like_weight_stay_as_they_are():
    before = labeled([1.0, 0.8, 1.1, 0.6])
    after = before.without_heavy()
    np.testing.assert_array_equal(after.encoded, before.encoded)
    np.testing.assert_array_equal(after.weights, before.weights)


@pytest.mark.parametrize("n_rows", [1, 7, 300])
def test_there_are_at_most_twice_as_many(n_rows):
    weights = np.random.default_rng(0).lognormal(sigma=3, size=n_rows)
    assert len(labeled(weights).without_heavy().codes) <= 2 * n_rows
