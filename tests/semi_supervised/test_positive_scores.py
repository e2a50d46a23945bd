import numpy as np
import pytest

from sklearn_featrix.semi_supervised import _positive_scores
from sklearn_featrix.semi_supervised._positive_scores import (
    PositiveScores,
    held_out_scores,
)


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(300, 4)) * [1, 1, 1, 30]


def fitted(rows, positives, others, negatives=(), n_estimators=0):
    model = PositiveScores(n_estimators, np.random.RandomState(0))
    return model.fit(rows, np.asarray(positives), np.asarray(others), negatives)


def test_without_ridge_the_direction_is_fisher_s(rows, monkeypatch):
    monkeypatch.setattr(_positive_scores, "RIDGE", 0.0)
    others = np.arange(5, 300)
    model = fitted(rows, np.arange(5), others)
    center = rows[others].mean(axis=0)
    covariance = np.cov(rows[others].T, bias=True)
    expected = np.linalg.solve(covariance, rows[:5].mean(axis=0) - center)
    scores = (rows - center) @ expected
    np.testing.assert_allclose(
        model.score(rows), scores / scores[others].std(), atol=1e-8
    )


def test_scores_have_mean_zero_and_grow_towards_the_positives(rows):
    rows[:, 3] /= 30
    rows[:5, 0] += 5
    others = np.arange(5, 300)
    for n_estimators in (0, 30):
        model = fitted(rows, np.arange(5), others, n_estimators=n_estimators)
        assert model.score(rows, others).mean() == pytest.approx(0, abs=1e-9)
        assert model.score(rows)[:5].min() > np.quantile(model.score(rows), 0.9)


def test_blocks_change_nothing(rows, monkeypatch):
    model = fitted(rows, [0, 1], np.arange(2, 300), n_estimators=10)
    expected = model.score(rows), model.score(rows, np.arange(2, 300))
    monkeypatch.setattr(_positive_scores, "ROWS_AT_A_TIME", 7)
    np.testing.assert_allclose(model.score(rows), expected[0])
    np.testing.assert_allclose(model.score(rows, np.arange(2, 300)), expected[1])


def test_negatives_push_away(rows):
    positives, others = [0], np.arange(1, 200)
    negatives = 200 + np.argsort(-rows[200:, 1])[:20]
    scores = [
        fitted(rows, positives, others, some, n_estimators=50).score(rows[negatives])
        for some in ((), negatives)
    ]
    assert scores[1].mean() < scores[0].mean() - 0.2


def test_trees_see_half_of_few_rows_at_most(rows):
    others = np.arange(4, 14)
    model = fitted(rows, np.arange(4), others, n_estimators=40)
    assert {len(drawn) for drawn in model._drawn} == {5}
    own, blind = model.score(rows[others]), model.score(rows, others)
    assert own.mean() < blind.mean()  # a tree that saw a row calls it other


def test_held_out_rows_are_scored_without_them(rows):
    seen = []

    def fit_scores(*parts):
        seen.append(parts)
        return fitted(rows, parts[0], np.arange(100, 300))

    positives, negatives = np.arange(12), np.arange(20, 27)
    of_positives, of_negatives = held_out_scores(fit_scores, rows, positives, negatives)
    assert (len(of_positives), len(of_negatives)) == (12, 7)
    assert len(seen) == 5
    for kept_positives, kept_negatives in seen:
        assert set(kept_positives) < set(positives)
        assert set(kept_negatives) < set(negatives)
    first = fitted(rows, seen[0][0], np.arange(100, 300)).score(rows[[0]])
    assert of_positives[0] == pytest.approx(first.item())


def test_a_lone_row_cannot_be_held_out(rows):
    def fit_scores(*parts):
        return fitted(rows, parts[0], np.arange(100, 300))

    assert [len(part) for part in held_out_scores(fit_scores, rows, [3])] == [0]
    both = held_out_scores(fit_scores, rows, np.array([3]), np.arange(20, 27))
    assert [len(part) for part in both] == [1, 7]
