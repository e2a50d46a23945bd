"""Self-training on large tables, against scikit-learn's: same base, same table."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import SelfTrainingClassifier as Reference

from benchmarks.speed.measure import alternate, row, seconds_of
from sklearn_featrix import SelfTrainingClassifier, mask_labels
from sklearn_featrix.utils._threads import one_thread

N_COLUMNS, N_LABELED = 20, 200
CASES: list[tuple[str, int, Any]] = [
    ("LogisticRegression, 20,000 rows", 20_000, LogisticRegression()),
    ("LogisticRegression, 100,000 rows", 100_000, LogisticRegression()),
    ("ExtraTrees(30), 20,000 rows", 20_000, ExtraTreesClassifier(30, random_state=0)),
]


def make_table(n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Make a table of two overlapping classes with few labels."""
    X, y = make_classification(
        n_rows, N_COLUMNS, n_informative=6, class_sep=0.8, flip_y=0.1, random_state=0
    )
    return X, mask_labels(y, n_labeled=N_LABELED, random_state=0)


@one_thread()
def run(repeats: int = 3) -> list[dict[str, object]]:
    """Measure both in turn, with the defaults of both; then ours unjudged.

    Judged, ours may make no round at all; unjudged, it makes those that the class
    shares allow.
    """
    rows = []
    for case, n_rows, base in CASES:
        X, y = make_table(n_rows)
        theirs = Reference(base)
        for n_folds, judged in ((5, "judged"), (None, "unjudged")):
            ours = SelfTrainingClassifier(base, n_folds=n_folds)
            medians = alternate(
                lambda ours=ours, X=X, y=y: seconds_of(lambda: ours.fit(X, y)),
                lambda theirs=theirs, X=X, y=y: seconds_of(lambda: theirs.fit(X, y)),
                repeats=repeats,
            )
            what = f"{case}, {judged}: {ours.n_iter_} rounds to {theirs.n_iter_}"
            rows.append(row("self_training", what, *medians, target="<= 1"))
    return rows
