import numpy as np
import pytest
from scipy.special import expit

from sklearn_featrix.calibration._lapses import fit_lapses


def draw(n_rows=4000, blind=0.0, seed=0, offset=-2.0, slope=3.0):
    """True probabilities, labels drawn from them, and which of these are blind."""
    rng = np.random.default_rng(seed)
    share = expit(offset + slope * rng.normal(size=n_rows))
    codes = (rng.uniform(size=n_rows) < share).astype(int)
    is_blind = rng.uniform(size=n_rows) < blind
    given = np.where(is_blind, rng.integers(0, 2, size=n_rows), codes)
    return np.column_stack([1 - share, share]), given, given != codes


def test_the_rate_is_found():
    for blind in (0.02, 0.1):
        proba, given, _ = draw(blind=blind)
        found = fit_lapses(proba, given)
        assert found.rate == pytest.approx(blind, abs=0.015)
        assert found.p_value < 1e-3


def test_copies_are_no_further_evidence():
    proba, given, _ = draw(200, blind=0.05)
    copies = np.tile(np.arange(200), 10)
    alone = fit_lapses(proba, given)
    tenfold = fit_lapses(proba[copies], given[copies], n_observed=200.0)
    assert 1e-3 < alone.p_value < 0.9
    assert tenfold.p_value == pytest.approx(alone.p_value, rel=0.02)
    assert tenfold.rate == pytest.approx(alone.rate, rel=0.02)


def test_rows_are_as_wrong_as_is_said():
    proba, given, wrong = draw(blind=0.1, n_rows=8000)
    said = fit_lapses(proba, given).wrong
    assert said.sum() == pytest.approx(wrong.sum(), rel=0.15)
    sure = said > 0.5
    assert wrong[sure].mean() == pytest.approx(said[sure].mean(), abs=0.12)


def test_overlap_and_a_wrong_temperature_are_no_lapses():
    found = 0
    for seed in range(15):
        proba, given, _ = draw(400, seed=seed, slope=1.5)
        sharper = proba**2 / (proba**2).sum(axis=1, keepdims=True)
        found += fit_lapses(sharper, given).p_value < 0.05
    assert found <= 3


def test_a_rare_class_that_no_column_tells_is_no_lapse():
    """The classifier learns from noise how sure to be, and errs on both sides."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(12):
        codes = (rng.uniform(size=200) < 0.1).astype(int)
        logits = -2.2 + rng.normal(size=200)
        share = expit(logits)
        lapses = fit_lapses(np.column_stack([1 - share, share]), codes)
        found += lapses.p_value < 0.05
    assert found <= 2


def test_three_classes_and_certainty():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, size=600)
    given = codes.copy()
    given[:30] = (codes[:30] + 1) % 3
    found = fit_lapses(np.eye(3)[codes], given)
    assert np.argsort(-found.wrong)[:30].max() < 30
    assert np.isfinite(found.wrong).all()
