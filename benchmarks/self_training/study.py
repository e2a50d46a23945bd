"""The cells of the study: a table, a seed, a budget, a base and a method."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.semi_supervised import SelfTrainingClassifier as Reference

from benchmarks.label_efficiency.protocol import (
    METRICS,
    Trial,
    align,
    draw_labeled,
    fits,
    scores,
)
from sklearn_featrix import LabeledOnly, SelfTrainingClassifier

# Every method learns from this many pool rows at most, so that the study ends.
MAX_POOL = 1000
KEY = ("table", "seed", "budget", "base", "method")
COLUMNS = (
    *KEY, *METRICS, "average_precision", "mean_probability", "share",
    "n_rounds", "fit_seconds", "error",
)  # fmt: skip

# Name of the base: the encoding it learns from, and how to make it.
BASES: dict[str, tuple[str, Callable[[int], Any]]] = {
    "logistic_regression": ("linear", lambda seed: LogisticRegression(max_iter=1000)),
    "extra_trees": ("tree", lambda seed: ExtraTreesClassifier(100, random_state=seed)),
}

METHODS: dict[str, Callable[[Any], Any]] = {
    "base": LabeledOnly,
    "scikit_learn": Reference,
    "ours": SelfTrainingClassifier,
    "ours_unjudged": lambda base: SelfTrainingClassifier(base, n_folds=None),
    "base_sigmoid": lambda base: SelfTrainingClassifier(
        base, calibration="sigmoid", max_iter=0
    ),
    "base_temperature": lambda base: SelfTrainingClassifier(
        base, calibration="temperature", max_iter=0
    ),
    "ours_calibrated": lambda base: SelfTrainingClassifier(base, calibration="sigmoid"),
    "ours_calibrated_unjudged": lambda base: SelfTrainingClassifier(
        base, calibration="sigmoid", n_folds=None
    ),
    "ours_soft": lambda base: SelfTrainingClassifier(
        base, threshold=0.0, class_shares=None, pseudo_labels="soft", n_folds=None
    ),
}


def run_trial(
    reader: Callable[[], Any],
    seed: int,
    budgets: Iterable[int],
    bases: Iterable[str],
    methods: Iterable[str],
    done: set[tuple[str, ...]],
) -> Iterator[dict[str, object]]:
    """Run the cells of one table and seed that are not in `done`."""
    cells = [
        (budget, base, method)
        for budget in budgets
        for base in bases
        for method in methods
        if (reader.name, str(seed), str(budget), base, method) not in done
    ]
    if not cells:
        return
    trial = Trial(reader(), seed)
    for budget, base, method in cells:
        if fits(budget, len(trial.y_pool)):
            key = dict(zip(KEY, (reader.name, seed, budget, base, method), strict=True))
            yield {**key, **run_cell(trial, budget, base, method)}


def run_cell(trial: Trial, budget: int, base: str, method: str) -> dict[str, object]:
    """Fit one method on a labelled draw and score it on the test rows."""
    space, make_base = BASES[base]
    X, X_test = trial.spaces(space)
    labeled = draw_labeled(trial.y_pool, budget, trial.seed)
    others = np.setdiff1d(np.arange(len(X)), labeled)
    order = np.random.default_rng(trial.seed).permutation(len(others))
    rows = np.sort(np.concatenate([labeled, others[order][: MAX_POOL - len(labeled)]]))
    y = np.where(np.isin(rows, labeled), trial.y_pool[rows], -1)
    estimator = METHODS[method](make_base(trial.seed))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.process_time()
            estimator.fit(np.asarray(X)[rows], y)
            seconds = time.process_time() - start
            proba = estimator.predict_proba(np.asarray(X_test))
    except Exception as error:  # one failing method must not end the study
        return {"error": f"{type(error).__name__}: {error}".replace("\n", " ")[:300]}
    proba = align(proba, estimator.classes_, trial.n_classes)
    return {
        **scores(trial.y_test, proba),
        **_of_rare_class(trial, proba),
        "n_rounds": int(np.max(getattr(estimator, "labeled_iter_", 0))),
        "fit_seconds": round(seconds, 3),
    }


def _of_rare_class(trial: Trial, proba: np.ndarray) -> dict[str, float]:
    """How well the rare of two classes is found, and how often it is believed in."""
    if trial.n_classes != 2:
        return {}
    rare = int(np.bincount(trial.y_pool).argmin())
    is_rare = trial.y_test == rare
    return {
        "average_precision": float(average_precision_score(is_rare, proba[:, rare])),
        "mean_probability": float(proba[:, rare].mean()),
        "share": float(is_rare.mean()),
    }
