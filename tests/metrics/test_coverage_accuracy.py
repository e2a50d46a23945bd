import numpy as np
import pytest

from sklearn_featrix.metrics import coverage_accuracy_curve

RNG = np.random.default_rng(0)
N = 200
Y = RNG.integers(0, 3, N)
PREDICTED = np.where(RNG.uniform(size=N) < 0.7, Y, (Y + 1) % 3)
CONFIDENCE = RNG.integers(1, 20, N) / 20  # many ties


def test_every_point_is_what_it_says():
    coverage, accuracy, thresholds = coverage_accuracy_curve(Y, PREDICTED, CONFIDENCE)
    assert (np.diff(thresholds) < 0).all()
    assert coverage[-1] == 1
    for share, right, threshold in zip(coverage, accuracy, thresholds, strict=True):
        answered = threshold <= CONFIDENCE
        assert share == pytest.approx(answered.mean())
        assert right == pytest.approx(np.mean(PREDICTED[answered] == Y[answered]))


def test_a_confidence_that_knows_makes_the_curve_fall():
    sure = (PREDICTED == Y) + 0.1 * RNG.uniform(size=N)
    coverage, accuracy, _ = coverage_accuracy_curve(Y, PREDICTED, sure)
    np.testing.assert_allclose(accuracy[coverage <= 0.6], 1)
    assert (np.diff(accuracy) <= 0).all()


def test_unlabeled_rows_do_not_count():
    partial = np.where(np.arange(N) % 2, Y, -1)
    half = np.arange(N) % 2 == 1
    expected = coverage_accuracy_curve(Y[half], PREDICTED[half], CONFIDENCE[half])
    for y in (partial, [None if v < 0 else int(v) for v in partial]):
        curve = coverage_accuracy_curve(y, PREDICTED, CONFIDENCE)
        for found, wanted in zip(curve, expected, strict=True):
            np.testing.assert_allclose(found, wanted)


def test_a_weight_of_two_is_two_rows():
    weights = RNG.integers(1, 4, N)
    twice = np.repeat(np.arange(N), weights)
    expected = coverage_accuracy_curve(Y[twice], PREDICTED[twice], CONFIDENCE[twice])
    curve = coverage_accuracy_curve(Y, PREDICTED, CONFIDENCE, sample_weight=weights)
    for found, wanted in zip(curve, expected, strict=True):
        np.testing.assert_allclose(found, wanted)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"confidence": np.where(CONFIDENCE > 0.5, np.nan, 1)}, "confidence"),
        ({"y_true": np.full(N, -1)}, "no label"),
        ({"y_true": Y[1:]}, "rows"),
        ({"y_pred": Y[1:]}, "inconsistent"),
    ],
)
def test_errors(change, message):
    given = {"y_true": Y, "y_pred": PREDICTED, "confidence": CONFIDENCE} | change
    with pytest.raises(ValueError, match=message):
        coverage_accuracy_curve(**given)
