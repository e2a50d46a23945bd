import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks.label_efficiency.protocol import (
    MAX_POOL,
    MAX_TEST,
    METRICS,
    Trial,
    align,
    draw_labeled,
    fits,
    scores,
    split_rows,
)


@pytest.mark.parametrize("n_rows", [100, 20_000])
def test_pool_and_test_rows_never_meet(n_rows):
    y = np.arange(n_rows) % 10 == 0
    pool, test = split_rows(y.astype(int), seed=0)
    assert not set(pool) & set(test)
    assert len(pool) == min(MAX_POOL, 0.7 * n_rows)
    assert len(test) == min(MAX_TEST, 0.3 * n_rows)
    assert y[test].mean() == pytest.approx(0.1)


def test_split_depends_on_the_seed_alone():
    y = np.arange(300) % 3
    np.testing.assert_array_equal(split_rows(y, 1)[0], split_rows(y, 1)[0])
    assert set(split_rows(y, 1)[1]) != set(split_rows(y, 2)[1])


@pytest.mark.parametrize("budget", [3, 20, 50, 101])
@pytest.mark.parametrize("shares", [(0.34, 0.33, 0.33), (0.9, 0.08, 0.02)])
def test_labels_are_drawn_by_class_with_one_of_each(budget, shares):
    y = np.repeat([0, 1, 2], (1000 * np.array(shares)).astype(int))
    rows = draw_labeled(y, budget, seed=0)
    counts = np.bincount(y[rows], minlength=3)
    assert len(set(rows)) == budget
    assert counts.min() >= 1
    # at most one row from each rare class more than its share, at the others' cost
    assert np.abs(counts - budget * np.array(shares)).max() < 3


def test_more_classes_than_labels_gives_one_of_each():
    y = np.arange(300) % 30
    assert sorted(y[draw_labeled(y, 20, seed=0)]) == list(range(30))


def test_draws_differ_between_seeds_and_budgets_only():
    y = np.arange(500) % 2
    first = set(draw_labeled(y, 50, seed=0))
    assert first == set(draw_labeled(y, 50, seed=0))
    assert first != set(draw_labeled(y, 50, seed=1))
    assert not first <= set(draw_labeled(y, 60, seed=0))


def test_a_budget_leaves_half_of_the_pool_unlabeled():
    assert fits(50, 100)
    assert not fits(51, 100)


def test_align_fills_missing_columns_and_empty_rows():
    proba = np.array([[0.3, 0.7], [0.0, 0.0], [np.nan, np.nan]])
    third = [1 / 3, 1 / 3, 1 / 3]
    np.testing.assert_allclose(
        align(proba, np.array([0, 2]), 3), [[0.3, 0, 0.7], third, third]
    )


@pytest.mark.parametrize("n_classes", [2, 4])
def test_scores_agree_with_scikit_learn(n_classes):
    random = np.random.default_rng(0)
    y = random.integers(n_classes, size=200)
    proba = random.dirichlet(np.ones(n_classes), size=200)
    found = scores(y, proba)
    score = proba[:, 1] if n_classes == 2 else proba
    assert set(found) == set(METRICS)
    assert found["auc"] == pytest.approx(roc_auc_score(y, score, multi_class="ovr"))
    assert found["log_loss"] == pytest.approx(log_loss(y, proba), rel=1e-4)
    assert found["accuracy"] == pytest.approx((proba.argmax(1) == y).mean())


def test_a_sure_mistake_costs_a_finite_log_loss():
    found = scores(np.array([0, 1]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert found["log_loss"] == pytest.approx(-np.log(1e-6) / 2, rel=1e-3)


def test_a_trial_fits_what_budgets_share_once(make_table, monkeypatch):
    class Encoder:
        fitted = 0

        def __init__(self, objective=None, *, random_state):
            self.objective = objective
            assert random_state == 4

        def fit(self, X):
            Encoder.fitted += 1
            assert len(X) == 140
            return self

        def _encode(self, X, encoding):
            return encoding, len(X)

        def transform(self, X):
            return self.objective, len(X)

    for name in ("TableEncoder", "EmbeddingTransformer"):
        monkeypatch.setattr(f"sklearn_featrix.{name}", Encoder, raising=False)
    trial = Trial(make_table(n_rows=200), seed=4)
    assert trial.spaces("linear") == (("linear", 140), ("linear", 60))
    assert trial.spaces("tree") == (("tree", 140), ("tree", 60))
    assert Encoder.fitted == 1
    for space, objective in (
        ("embedded", "hidden_clusters"),
        ("embedded_by_denoising", "denoising"),
        ("embedded_by_scarf", "scarf"),
    ):
        assert trial.spaces(space) == ((objective, 140), (objective, 60))
        trial.spaces(space)
    assert Encoder.fitted == 4
    assert [len(X) for X in trial.spaces("raw")] == [140, 60]
