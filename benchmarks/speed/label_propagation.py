"""What label spreading costs, against scikit-learn's and against its own targets.

All in CPU seconds on one thread, so that ratios bear other work on the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from sklearn import semi_supervised
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.speed.measure import row, run_child
from sklearn_featrix import LabelSpreading

N_ROWS, N_COLUMNS, N_NEIGHBORS = 100_000, 32, 10
MANY_ROWS, FEW_COLUMNS = 1_000_000, 10
N_NEW = 2_000
MOST_BYTES = 1_500_000_000
LARGE = f"""
from threadpoolctl import threadpool_limits
from benchmarks.speed.label_propagation import FEW_COLUMNS, make_model, make_task
X, y, _ = make_task({MANY_ROWS}, FEW_COLUMNS)
with threadpool_limits(1):
    make_model("anchors").fit(X, y)
print()
"""


def make_task(
    n_rows: int, n_columns: int, n_labeled: int = 1000
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make rows in 60 clusters of 10 classes; return them, few labels and all."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(60, n_columns))
    axes = rng.normal(size=(60, n_columns, 8)) / 2
    class_of = rng.integers(10, size=60)
    cluster = rng.integers(60, size=n_rows)
    X = np.empty((n_rows, n_columns))
    for code in range(60):
        rows = np.flatnonzero(cluster == code)
        X[rows] = centers[code] + rng.normal(size=(len(rows), 8)) @ axes[code].T
        X[rows] += 0.3 * rng.normal(size=(len(rows), n_columns))
    y = class_of[cluster]
    labels = np.full(n_rows, -1)
    labeled = rng.permutation(n_rows)[:n_labeled]
    labels[labeled] = y[labeled]
    return X, labels, y


def make_model(neighbors: str) -> LabelSpreading:
    """Make ours, with the graph of a name."""
    return LabelSpreading(
        "knn", n_neighbors=N_NEIGHBORS, neighbors=neighbors, random_state=0
    )


def cpu_seconds(function: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def take_turns(
    measures: dict[str, Callable[[], object]], repeats: int
) -> dict[str, float]:
    """Medians of the CPU seconds of several calls, taken in turn."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, function in measures.items():
            taken[name].append(cpu_seconds(function))
    return {name: median(seconds) for name, seconds in taken.items()}


def recall_of(model: LabelSpreading, X: np.ndarray, n_probed: int = 1000) -> float:
    """Share of the true neighbours of some rows that the fitted index finds."""
    rows = np.random.default_rng(1).permutation(len(X))[:n_probed]
    exact = NearestNeighbors(n_neighbors=N_NEIGHBORS, algorithm="brute").fit(X)
    farthest = exact.kneighbors(X[rows])[0][:, [-1]]
    found = model._graph.index.kneighbors(X[rows], N_NEIGHBORS)[0]
    return float((found <= farthest * (1 + 1e-5)).mean())


def _against_scikit_learn(repeats: int) -> list[dict[str, object]]:
    X, labels, y = make_task(N_ROWS, N_COLUMNS)
    theirs = semi_supervised.LabelSpreading("knn", n_neighbors=N_NEIGHBORS)
    ours = {name: make_model(name) for name in ("anchors", "faiss")}
    models = {"scikit-learn": theirs, **ours}
    fits = take_turns(
        {name: lambda m=m: m.fit(X, labels) for name, m in models.items()}, repeats
    )
    new = X[:: N_ROWS // N_NEW] + 0.01
    answers = take_turns(
        {name: lambda m=m: m.predict_proba(new) for name, m in models.items()}, repeats
    )
    hits = {name: float((m.transduction_ == y).mean()) for name, m in models.items()}
    size = f"{N_ROWS:,} x {N_COLUMNS}"
    targets = {"anchors": "<= 0.0667", "faiss": "<= 0.333"}
    rows = []
    for name in ours:
        for what, seconds, target in (
            (f"fit {size}", fits, targets[name]),
            (f"predict {N_NEW:,} at {size}", answers, "<= 0.1"),
        ):
            pair = seconds[name], seconds["scikit-learn"]
            rows.append(_row(f"{what}, {name} / scikit-learn", *pair, target=target))
        case = f"accuracy {size}, {name} / scikit-learn"
        rows.append(_row(case, hits[name], hits["scikit-learn"], unit="share"))
    recall = recall_of(ours["faiss"], X)
    case = f"recall of the graph {size}, faiss"
    return [*rows, _row(case, recall, 1.0, target=">= 0.95", unit="share")]


def _at_a_million(repeats: int) -> list[dict[str, object]]:
    tasks = {n: make_task(n, FEW_COLUMNS) for n in (N_ROWS, MANY_ROWS)}
    fits = {
        n: lambda X=X, labels=labels: make_model("anchors").fit(X, labels)
        for n, (X, labels, _) in tasks.items()
    }
    seconds = take_turns(fits, repeats)
    case = f"fit {MANY_ROWS:,} / {N_ROWS:,} rows x {FEW_COLUMNS}, anchors"
    pair = seconds[MANY_ROWS], seconds[N_ROWS]
    peak = run_child(LARGE).peak_bytes
    memory = f"peak memory of fit {MANY_ROWS:,} x {FEW_COLUMNS}, anchors"
    return [
        _row(case, *pair, target="<= 12"),
        _row(memory, peak, MOST_BYTES, target="<= 1", unit="bytes"),
    ]


def _row(case: str, ours: float, reference: float, **rest: object) -> dict[str, object]:
    return row("label_propagation", case, ours, reference, **{"unit": "CPU s", **rest})


def run(repeats: int = 5) -> list[dict[str, object]]:
    """Measure 100,000 rows against scikit-learn's, and a million against these."""
    with threadpool_limits(1):
        return [*_against_scikit_learn(repeats), *_at_a_million(repeats)]
