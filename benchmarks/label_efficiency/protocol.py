"""Who is in the pool, who is labelled, what is measured."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import train_test_split

from benchmarks.label_efficiency.tables import MAX_ROWS, Table

MAX_POOL = 6000
MAX_TEST = MAX_ROWS - MAX_POOL
TEST_SHARE = 0.3
PROBABILITY_FLOOR = 1e-6
METRICS = ("auc", "accuracy", "balanced_accuracy", "log_loss")
LOWER_IS_BETTER = ("log_loss",)


class Trial:
    """One table and one seed: a pool, rows never seen, and what all budgets share.

    The pool is the same at every budget, so what is learnt without labels, the
    encodings and the embedding, is fitted once, lazily.

    Parameters
    ----------
    table : Table
        Where the rows come from.
    seed : int
        Chooses pool and test rows, and seeds everything that learns.
    """

    def __init__(self, table: Table, seed: int):
        self.seed = seed
        self.n_classes = table.n_classes
        pool, test = split_rows(table.y, seed)
        self.X_pool, self.y_pool = _rows(table.X, pool), table.y[pool]
        self.X_test, self.y_test = _rows(table.X, test), table.y[test]

    def spaces(self, name: str) -> tuple[object, object]:
        """Pool and test rows as the named space shows them."""
        return getattr(self, f"_{name}")

    @cached_property
    def embedding(self) -> object:
        """The library's embedding of the pool, fitted without labels."""
        return self._fit_embedding("hidden_clusters")

    def _fit_embedding(self, objective: str) -> object:
        from sklearn_featrix import EmbeddingTransformer

        return EmbeddingTransformer(objective, random_state=self.seed).fit(self.X_pool)

    @cached_property
    def _encoder(self) -> object:
        from sklearn_featrix import TableEncoder

        return TableEncoder(random_state=self.seed).fit(self.X_pool)

    @cached_property
    def _raw(self) -> tuple[object, object]:
        return self.X_pool, self.X_test

    @cached_property
    def _linear(self) -> tuple[object, object]:
        return tuple(self._encoder._encode(X, "linear") for X in self._raw)

    @cached_property
    def _tree(self) -> tuple[object, object]:
        return tuple(self._encoder._encode(X, "tree") for X in self._raw)

    @cached_property
    def _embedded(self) -> tuple[object, object]:
        return self._embed(self.embedding)

    @cached_property
    def _embedded_by_denoising(self) -> tuple[object, object]:
        return self._embed(self._fit_embedding("denoising"))

    @cached_property
    def _embedded_by_scarf(self) -> tuple[object, object]:
        return self._embed(self._fit_embedding("scarf"))

    def _embed(self, embedding: object) -> tuple[object, object]:
        return tuple(embedding.transform(X) for X in self._raw)


def _rows(X: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return X.iloc[rows].reset_index(drop=True)


def split_rows(y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of at most `MAX_POOL` pool rows and `MAX_TEST` test rows, stratified.

    Small tables give `TEST_SHARE` of their rows to the test.
    """
    n_test = min(MAX_TEST, int(TEST_SHARE * len(y)))
    n_pool = min(MAX_POOL, len(y) - n_test)
    pool, test = train_test_split(
        np.arange(len(y)),
        train_size=n_pool,
        test_size=n_test,
        stratify=y,
        random_state=seed,
    )
    return pool, test


def fits(budget: int, n_pool: int) -> bool:
    """Tell whether at least half of the pool stays unlabeled."""
    return 2 * budget <= n_pool


def draw_labeled(y: np.ndarray, budget: int, seed: int) -> np.ndarray:
    """Draw the rows whose label is shown: stratified, at least one per class.

    Where there are more classes than `budget`, one of each is drawn.

    Returns
    -------
    ndarray of shape (max(budget, n_classes),)
        Sorted positions in `y`.
    """
    random = np.random.default_rng([seed, budget])
    shuffled = random.permutation(len(y))
    _, first = np.unique(y[shuffled], return_index=True)
    one_each = shuffled[first]
    n_more = budget - len(one_each)
    if n_more <= 0:
        return np.sort(one_each)
    rest = np.setdiff1d(shuffled, one_each)
    wanted = np.bincount(y) * budget / len(y)
    missing = np.maximum(wanted - 1, 0)
    quota = _round_to_sum(missing * n_more / missing.sum(), n_more)
    more = [
        random.choice(rest[y[rest] == code], n, replace=False)
        for code, n in enumerate(quota)
    ]
    return np.sort(np.concatenate([one_each, *more]))


def _round_to_sum(shares: np.ndarray, total: int) -> np.ndarray:
    """Round down, then give what is left to the largest remainders."""
    whole = np.floor(shares).astype(int)
    largest = np.argsort(whole - shares, kind="stable")[: total - whole.sum()]
    whole[largest] += 1
    return whole


def align(proba: np.ndarray, classes: np.ndarray, n_classes: int) -> np.ndarray:
    """Probabilities with a column per class of the table.

    Rows that a method leaves without any probability get equal shares.
    """
    full = np.zeros((len(proba), n_classes))
    full[:, np.asarray(classes, dtype=int)] = np.nan_to_num(proba, nan=0.0)
    full[full.sum(axis=1) <= 0] = 1.0
    return full / full.sum(axis=1, keepdims=True)


def scores(y: np.ndarray, proba: np.ndarray) -> dict[str, float]:
    """Score probabilities of shape (n_rows, n_classes) against class codes.

    AUC is the mean over one-vs-rest problems; probabilities are kept at least
    `PROBABILITY_FLOOR` away from 0 in the log loss.
    """
    predicted = proba.argmax(axis=1)
    present = np.unique(y)
    columns = present[1:] if proba.shape[1] == 2 else present
    clipped = np.maximum(proba, PROBABILITY_FLOOR)
    return {
        "auc": float(np.mean([roc_auc_score(y == c, proba[:, c]) for c in columns])),
        "accuracy": accuracy_score(y, predicted),
        "balanced_accuracy": balanced_accuracy_score(y, predicted),
        "log_loss": log_loss(
            y,
            clipped / clipped.sum(axis=1, keepdims=True),
            labels=np.arange(proba.shape[1]),
        ),
    }
