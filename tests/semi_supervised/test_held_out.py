import numpy as np
import pytest

from sklearn_featrix.semi_supervised._held_out import (
    PATIENCE,
    best_round,
    held_out_losses,
)


class ScriptedRun:
    """Its probability of the true class after each round is written beforehand."""

    def __init__(self, script, n_rounds):
        self.script, self.n_rounds = script, n_rounds
        self.n_iter = 0
        self.learner = self
        self.open = np.arange(3)

    fitted = None

    def fit(self):
        self.fitted = self

    def label(self):
        self.n_iter += 1
        return int(self.n_iter <= self.n_rounds)

    def added_few(self):
        return False

    def predict_proba(self, fitted, rows):
        true = self.script[self.n_iter]
        return np.tile([true, 1 - true], (len(rows), 1))


def test_losses_are_those_of_the_held_out_rows():
    script = [0.5, 0.8, 0.0]
    losses = held_out_losses(
        lambda rows: ScriptedRun(script, 2),
        np.arange(4), np.zeros(4, int), np.array([0, 1, 0, -1]), 2,
    )  # fmt: skip
    expected = -np.log([0.5, 0.8, 1e-3])  # no loss is infinite
    np.testing.assert_allclose(losses, np.repeat(expected[:, None], 3, axis=1))


def test_a_run_that_has_ended_keeps_its_last_loss():
    runs = iter([ScriptedRun([0.5, 0.6, 0.7], 1), ScriptedRun([0.5, 0.6, 0.7], 9)])
    losses = held_out_losses(
        lambda rows: next(runs), np.arange(2), np.zeros(2, int), np.arange(2), 2
    )
    np.testing.assert_allclose(np.exp(-losses), [[0.5, 0.5], [0.6, 0.6], [0.6, 0.7]])


def test_no_more_rounds_once_they_do_not_help():
    script = [0.5, 0.8, *[0.4] * 50]
    losses = held_out_losses(
        lambda rows: ScriptedRun(script, 50),
        np.arange(2), np.zeros(2, int), np.arange(2), None,
    )  # fmt: skip
    assert len(losses) == 2 + PATIENCE


def test_the_best_round_has_to_be_clearly_better():
    rng = np.random.default_rng(0)
    codes = np.zeros(100, dtype=int)
    before = rng.normal(1, 0.3, size=100)
    better = before - 0.1 + rng.normal(0, 0.1, size=100)
    noise = rng.normal(0, 1, size=100)
    noisy = before - 0.05 + noise - noise.mean()
    best, means, errors = best_round(np.array([before, better, noisy]), codes)
    assert best == 1
    np.testing.assert_allclose(means, [before.mean(), better.mean(), noisy.mean()])
    assert errors[0] == 0
    assert errors[1] == pytest.approx((better - before).std(ddof=1) / 10)
    assert best_round(np.array([before, noisy]), codes)[0] == 0
    surely = before - 0.05 + (noise - noise.mean()) / 10
    assert best_round(np.array([before, surely]), codes)[0] == 1


def test_no_class_may_pay_for_the_best_round():
    codes = np.repeat([0, 1], [95, 5])
    before = np.ones(100)
    surer = np.where(codes == 0, 0.5, 1.5)
    both = np.where(codes == 0, 0.8, 1.0)
    assert best_round(np.array([before, surer]), codes)[0] == 0
    assert best_round(np.array([before, surer]), np.zeros(100, int))[0] == 1
    assert best_round(np.array([before, surer, both]), codes)[0] == 2
