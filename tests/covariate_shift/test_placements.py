import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sklearn_featrix.covariate_shift._placements import auc_interval, auc_of_columns


def test_auc_of_one_fold_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    source, target = rng.integers(0, 9, 40) * 1.0, rng.integers(2, 11, 70) * 1.0
    folds = np.zeros(40, dtype=int), np.zeros(70, dtype=int)
    auc, low, high = auc_interval(source, target, *folds, 0.9)
    truth = roc_auc_score(np.repeat([0, 1], [40, 70]), np.r_[source, target])
    assert auc == pytest.approx(truth)
    assert low < auc < high


def test_scores_are_compared_within_folds_only():
    source, target = np.array([0.0, 10.0]), np.array([1.0, 11.0])
    folds = np.array([0, 1])
    assert auc_interval(source, target, folds, folds, 0.9)[0] == 1


def test_interval_has_a_width_even_where_all_is_right():
    source, target, folds = np.zeros(10), np.ones(10), np.zeros(10, dtype=int)
    auc, low, high = auc_interval(source, target, folds, folds, 0.95)
    assert auc == high == 1
    assert 0.7 < low < 1


def test_interval_covers():
    rng = np.random.default_rng(0)
    folds = np.arange(40) % 4, np.arange(200) % 4
    truth = 0.7602  # of two normals one deviation apart
    hits = 0
    for _ in range(300):
        scores = rng.normal(size=40), rng.normal(1, 1, 200)
        _, low, high = auc_interval(*scores, *folds, 0.9)
        hits += low <= truth <= high
    assert 0.85 < hits / 300 < 0.95


def test_columns_are_scored_each_for_itself():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(30, 3)), rng.normal(size=(50, 3)) + [0, 1, 5]
    folds = np.arange(30) % 3, np.arange(50) % 3
    aucs = auc_of_columns(source, target, *folds)
    for column in range(3):
        alone, _, _ = auc_interval(source[:, column], target[:, column], *folds, 0.9)
        assert aucs[column] == pytest.approx(alone)
