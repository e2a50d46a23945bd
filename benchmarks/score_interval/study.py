"""The draws of the study: a table, a classifier, a budget of labels and a seed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from sklearn_featrix import LabelSpreading, TableEncoder
from sklearn_featrix.embedding import EmbeddingTransformer
from sklearn_featrix.model_selection._interval import _splitters

N_POOL, N_TEST, N_UNLABELED = 3000, 3000, 200
N_FOLDS, N_REPEATS = 5, 3
KEY = ("table", "classifier", "budget", "metric", "draw")
COLUMNS = (*KEY, "truth", "class_counts", "scores")

REAL = ("adult", "flchain_death", "higgs_5k", "skyserver")


class Views:
    """Rows of a table in the two forms that the classifiers learn from.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_rows, n_columns)
        Raw rows: a pool, from which labels are drawn, and rows that tell the truth.
    y : ndarray of shape (n_rows,)
        Classes.
    """

    def __init__(self, X: Any, y: np.ndarray):
        order = np.random.default_rng(0).permutation(len(y))
        n_pool = min(N_POOL, len(y) // 2)
        pool, test = order[:n_pool], order[n_pool : n_pool + N_TEST]
        take = X.iloc.__getitem__ if hasattr(X, "iloc") else X.__getitem__
        self.y_pool, self.y_test = y[pool], y[test]
        self._raw = take(pool), take(test)

    @cached_property
    def linear(self) -> tuple[np.ndarray, np.ndarray]:
        """Pool and test rows as numbers."""
        return self._transformed_by(TableEncoder(random_state=0))

    @cached_property
    def embedded(self) -> tuple[np.ndarray, np.ndarray]:
        """Pool and test rows in an embedding learnt from the pool without labels."""
        return self._transformed_by(EmbeddingTransformer(effort="low", random_state=0))

    def _transformed_by(self, transformer: Any) -> tuple[np.ndarray, np.ndarray]:
        transformer.fit(self._raw[0])
        return tuple(np.asarray(transformer.transform(X)) for X in self._raw)


# Name of the classifier: the form it learns from, how many unlabeled rows it sees
# beside that, and how to make it.
CLASSIFIERS: dict[str, tuple[str, int, Callable[[], Any]]] = {
    "logistic_regression": (
        "linear", 0, lambda: LogisticRegression(max_iter=1000),
    ),
    "extra_trees": (
        "linear", 0, lambda: ExtraTreesClassifier(20, random_state=0),
    ),
    "embedding_regression": (
        "embedded", 0, lambda: LogisticRegression(C=10, max_iter=1000),
    ),
    "label_spreading": (
        "linear", N_UNLABELED, lambda: LabelSpreading("knn", n_neighbors=10),
    ),
}  # fmt: skip


def artificial(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Make one of the artificial tables."""
    n = N_POOL + N_TEST
    if name == "two_gaussians":
        rng = np.random.default_rng(0)
        y = np.arange(n) % 2
        return rng.normal(size=(n, 10)) + 0.35 * y[:, None], y
    weights = {"informative": None, "rare": [0.85]}[name]
    return make_classification(
        n, 20, n_informative=6, n_redundant=4, weights=weights, flip_y=0.1,
        class_sep=1.0, random_state=1,
    )  # fmt: skip


ARTIFICIAL = ("two_gaussians", "informative", "rare")


def draw_rows(y: np.ndarray, budget: int, draw: int) -> np.ndarray:
    """Draw rows to label at random; again where a class has fewer than two."""
    rng = np.random.default_rng([budget, draw])
    while True:
        rows = rng.choice(len(y), budget, replace=False)
        counts = np.bincount(y[rows])
        if (counts > 0).sum() > 1 and counts[counts > 0].min() > 1:
            return rows


def run_draws(
    views: Views, classifier: str, budget: int, draws: range
) -> Iterator[dict[str, object]]:
    """Score the folds over the labels of each draw, and the truth on other rows."""
    form, n_beside, make = CLASSIFIERS[classifier]
    X_pool, X_test = getattr(views, form)
    for draw in draws:
        labeled = draw_rows(views.y_pool, budget, draw)
        beside = np.setdiff1d(np.arange(len(X_pool)), labeled)
        beside = np.random.default_rng(draw).choice(beside, n_beside, replace=False)
        X = X_pool[np.concatenate([labeled, beside])]
        y = np.concatenate([views.y_pool[labeled], np.full(len(beside), -1)])
        counts = np.bincount(views.y_pool[labeled])
        has_auc = len(counts) == 2 and counts.min() >= N_FOLDS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fewer labels of a class than folds
            scores = fold_scores(make(), X, y, draw, has_auc)
            truth = score(make().fit(X, y), X_test, views.y_test, has_auc)
        for metric, values in scores.items():
            yield {
                "metric": metric,
                "draw": draw,
                "truth": f"{truth[metric]:.5f}",
                "class_counts": " ".join(map(str, counts[counts > 0])),
                "scores": " ".join(f"{value:.6g}" for value in values),
            }


def fold_scores(
    classifier: Any, X: np.ndarray, y: np.ndarray, seed: int, has_auc: bool
) -> dict[str, list[float]]:
    """Score every fold by each metric, as `cross_val_interval` deals them out.

    One cross-validation serves both metrics.
    """
    splitters = _splitters(N_FOLDS, N_REPEATS, None, "auto", seed)
    scores: dict[str, list[float]] = {}
    for splitter in splitters:
        for train, test in splitter.split(X, y):
            fitted = classifier.fit(X[train], y[train])
            for metric, value in score(fitted, X[test], y[test], has_auc).items():
                scores.setdefault(metric, []).append(value)
    return scores


def score(fitted: Any, X: np.ndarray, y: np.ndarray, has_auc: bool) -> dict[str, float]:
    """Score by each metric."""
    proba = fitted.predict_proba(X)
    right = fitted.classes_[proba.argmax(axis=1)] == y
    scores = {"accuracy": float(right.mean())}
    if has_auc:
        scores["auc"] = float(roc_auc_score(y, proba[:, 1]))
    return scores
