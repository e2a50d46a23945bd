import numpy as np
import pytest

from sklearn_featrix.model_selection._learning_curve import EXPONENTS, PowerLaw

SIZES = np.array([10, 18, 30, 50])
FOLDS = np.random.default_rng(0).normal(scale=0.05, size=10)


def _law(curve, noise=0.0, seed=0):
    scores = curve(SIZES)[:, None] + FOLDS
    scores = scores + np.random.default_rng(seed).normal(scale=noise, size=scores.shape)
    return PowerLaw(SIZES, scores, 0.25)


@pytest.mark.parametrize("exponent", EXPONENTS[1:])
def test_exact_power_laws_are_recovered(exponent):
    def curve(n):
        return 0.9 - 2 * np.asarray(n, float) ** -exponent

    law = _law(curve)
    assert law.exponent == pytest.approx(exponent)
    gain, low, high = law.gain(60, 120)
    assert gain == pytest.approx(curve(120) - curve(60))
    assert low == pytest.approx(gain)
    assert high == pytest.approx(gain)
    score, *_ = law.predict(60)
    assert score == pytest.approx(curve(60) + FOLDS.mean())


def test_the_logarithm_is_the_exponent_zero():
    law = _law(lambda n: 0.5 + 0.1 * np.log(n))
    assert law.exponent == 0
    assert law.gain(60, 120)[0] == pytest.approx(0.1 * np.log(2))


def test_a_flat_curve_gains_nothing_and_says_so():
    gain, low, high = _law(lambda n: 0.8 + 0 * n, noise=0.01).gain(60, 120)
    assert low < 0 < high
    assert abs(gain) < 0.02


def test_a_falling_curve_falls_on():
    assert _law(lambda n: 0.9 - 0.1 * np.log(n)).gain(60, 120)[2] < 0


def test_noise_makes_the_exponents_equal_and_the_interval_wide():
    def curve(n):
        return 0.9 - n**-0.5

    sharp, dull = _law(curve, 0.001), _law(curve, 0.1)
    assert sharp.weights.max() > 0.9 > dull.weights.max()
    width = [law.gain(60, 120)[2] - law.gain(60, 120)[1] for law in (sharp, dull)]
    assert width[0] * 5 < width[1]


def test_what_a_fold_adds_at_every_size_does_not_blur_the_gain():
    """Folds differ by 5 points; the gain is sharp all the same."""
    _, low, high = _law(lambda n: 0.9 - n**-0.5, noise=0.001).gain(60, 120)
    assert high - low < 0.01


def test_intervals_hold_the_gain_by_simulation():
    truth = 60**-0.5 - 120**-0.5
    held = 0
    for seed in range(200):
        # Folds without common rows: the plain t interval, nothing to correct for.
        law = _law(lambda n: 0.9 - n**-0.5, noise=0.03, seed=seed)
        _, low, high = PowerLaw(SIZES, law.scores, 0.0).gain(60, 120)
        held += low <= truth <= high
    assert held >= 170


def test_predict_takes_many_sizes_at_once():
    law = _law(lambda n: 0.9 - n**-0.5, 0.01)
    scores, low, high = law.predict([20, 60, 120])
    assert scores.shape == low.shape == high.shape == (3,)
    assert (low < scores).all()
    assert scores[1] == pytest.approx(law.predict(60)[0])
    assert scores[2] - scores[1] == pytest.approx(law.gain(60, 120)[0])
