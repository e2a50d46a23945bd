import numpy as np
import pytest
from scipy.special import log_softmax

from sklearn_featrix.in_context._temperature import (
    USUAL,
    fit_temperature,
    held_out_folds,
)


def labeled_by(logits, seed=0):
    """Draw labels with the probabilities that the logits say."""
    noise = np.random.default_rng(seed).gumbel(size=logits.shape)
    return (logits + noise).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("n_classes", [2, 5])
def test_the_temperature_of_many_rows_is_found(temperature, n_classes):
    logits = 2 * np.random.default_rng(1).normal(size=(5000, n_classes))
    found = fit_temperature(logits * temperature, labeled_by(logits))
    assert found == pytest.approx(temperature, rel=0.1)


def test_few_rows_leave_it_near_what_is_usual():
    logits = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert USUAL > fit_temperature(logits, np.array([1, 0])) > 0.8 * USUAL


def test_the_cost_is_that_of_its_formula():
    logits = np.random.default_rng(1).normal(size=(60, 3))
    codes = labeled_by(3 * logits)

    def cost(temperature):
        losses = -log_softmax(logits / temperature, axis=1)[np.arange(60), codes]
        return losses.sum() + 5 * np.log(temperature / USUAL) ** 2

    found = fit_temperature(logits, codes)
    assert cost(found) < min(cost(found * 1.05), cost(found / 1.05))


@pytest.mark.parametrize("n_rows", [50, 100, 399, 1000, 5000])
def test_folds_are_distinct_and_no_more_than_needed(n_rows):
    codes = np.random.default_rng(0).integers(3, size=n_rows)
    folds = list(held_out_folds(codes, np.arange(n_rows)))
    held_out = np.concatenate(folds)
    assert len(set(held_out)) == len(held_out)
    assert len(held_out) == n_rows if n_rows <= 200 else 200 <= len(held_out) <= 300
    assert max(map(len, folds)) <= max(n_rows // 5 + 1, 101)


def test_the_last_rows_of_a_class_are_never_held_out():
    codes = np.array([0, 1, 2, 2, 1] * 10 + [3, 0, 0, 0, 0, 4, 4])
    for fold in held_out_folds(codes, np.arange(len(codes))):
        assert set(np.delete(codes, fold)) == {0, 1, 2, 3, 4}


def test_copies_are_held_out_together():
    rng = np.random.default_rng(0)
    codes, keys = rng.integers(3, size=90), np.repeat(np.arange(30), 3)
    for fold in held_out_folds(codes, keys):
        assert not set(keys[fold]) & set(np.delete(keys, fold))
