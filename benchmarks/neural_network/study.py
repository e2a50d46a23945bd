"""One trial: a table, a draw of labels, and every method on the same rows."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from benchmarks.label_efficiency.methods import _FillEmptyColumns
from benchmarks.label_efficiency.protocol import align, draw_labeled, scores
from benchmarks.label_efficiency.tables import Table
from sklearn_featrix import EmbeddingTransformer, TableEncoder, TabularNetClassifier

MAX_POOL = 10_000
MAX_TEST = 3_000
TEST_SHARE = 0.3

# methods on the encoding named first, fitted on the labelled rows
PEERS: dict[str, tuple[str, Callable[[int], Any]]] = {
    "logistic_regression": (
        "linear",
        lambda seed: LogisticRegression(max_iter=300),
    ),
    "mlp": ("linear", lambda seed: MLPClassifier(random_state=seed)),
    "mlp, early_stopping": (
        "linear",
        lambda seed: MLPClassifier(early_stopping=True, random_state=seed),
    ),
    "hist_gradient_boosting": (
        "tree",
        lambda seed: HistGradientBoostingClassifier(random_state=seed),
    ),
    "random_forest": ("tree", lambda seed: RandomForestClassifier(random_state=seed)),
}
# what differs from the default of TabularNetClassifier
NETS: dict[str, dict[str, Any]] = {
    "net": {},
    "net, last": {"fine_tuning": "last"},
    "net, frozen": {"fine_tuning": "frozen"},
    "net, mixup=0.2": {"mixup": 0.2},
    "net, embedding=None": {"embedding": None},
    "net, n_members=1": {"n_members": 1},
    "net, learning_rate=6e-4": {"learning_rate": 6e-4},
    "net, batch_size=32": {"batch_size": 32},
}
METHODS = (*PEERS, *NETS)


def run_trial(
    table: Table, seed: int, budgets: list[int], methods: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the scores of every method at every budget that the pool has labels for.

    The embedding of a seed is learnt once, from all rows of the pool, and shared.
    """
    n_test = min(MAX_TEST, int(TEST_SHARE * len(table.y)))
    pool, test = train_test_split(
        np.arange(len(table.y)),
        train_size=min(MAX_POOL, len(table.y) - n_test),
        test_size=n_test,
        stratify=table.y,
        random_state=seed,
    )
    X_pool, X_test = (
        table.X.iloc[rows].reset_index(drop=True) for rows in (pool, test)
    )
    y_pool, y_test = table.y[pool], table.y[test]
    began = time.process_time()
    embedding = None
    if not PEERS.keys() >= set(methods):
        embedding = EmbeddingTransformer(random_state=seed, device="cpu").fit(X_pool)
    embedding_seconds = time.process_time() - began
    encoder = TableEncoder(random_state=seed).fit(X_pool)
    encoded = {
        space: [encoder._encode(X, space) for X in (X_pool, X_test)]
        for space in ("linear", "tree")
    }
    for budget in budgets:
        if budget > len(pool):
            continue
        labeled = draw_labeled(y_pool, budget, seed)
        for method in methods:
            began = time.process_time()
            if method in PEERS:
                proba, classes = _peer(method, seed, encoded, labeled, y_pool)
            else:
                proba, classes = _net(
                    method, seed, embedding, X_pool, X_test, labeled, y_pool
                )
            proba = align(proba, classes, table.n_classes)
            yield {
                "table": table.name,
                "seed": seed,
                "budget": budget,
                "method": method,
                **scores(y_test, proba),
                "seconds": time.process_time() - began,
                "embedding_seconds": embedding_seconds,
            }


def _peer(method, seed, encoded, labeled, y_pool):
    space, make = PEERS[method]
    X_pool, X_test = encoded[space]
    fill = _FillEmptyColumns().fit(X_pool[labeled])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence
        model = make(seed).fit(fill.transform(X_pool[labeled]), y_pool[labeled])
    return model.predict_proba(fill.transform(X_test)), model.classes_


def _net(method, seed, embedding, X_pool, X_test, labeled, y_pool):
    parameters = {
        "embedding": FrozenEstimator(embedding),
        "random_state": seed,
        "device": "cpu",
        **NETS[method],
    }
    y_partial = np.full(len(y_pool), -1)
    y_partial[labeled] = y_pool[labeled]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dropped columns, convergence
        model = TabularNetClassifier(**parameters).fit(X_pool, y_partial)
    return model.predict_proba(X_test), model.classes_
