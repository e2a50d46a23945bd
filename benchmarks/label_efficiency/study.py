"""Run the cells of the study and write each as one line of a CSV file."""

from __future__ import annotations

import csv
import itertools
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from benchmarks.label_efficiency.methods import METHODS, VOTES
from benchmarks.label_efficiency.protocol import (
    METRICS,
    Trial,
    align,
    draw_labeled,
    fits,
    scores,
)
from benchmarks.label_efficiency.tables import Table

KEY = ("table", "seed", "budget", "method")
SIZES = ("n_labeled", "n_pool", "n_test", "n_classes")
COLUMNS = (*KEY, *SIZES, *METRICS, "fit_seconds", "error")
UNLABELED = -1

log = logging.getLogger(__name__)


@dataclass
class Predictor:
    """Class probabilities of methods for one labelled draw, each fitted once."""

    trial: Trial
    budget: int
    _done: dict[str, tuple[np.ndarray, float]] = field(default_factory=dict)

    def __post_init__(self):
        self.labeled = draw_labeled(self.trial.y_pool, self.budget, self.trial.seed)

    def __call__(self, method: str) -> tuple[np.ndarray, float]:
        """Return probabilities of the test rows and CPU seconds of the fit."""
        if method not in self._done:
            compute = self._vote if method in VOTES else self._fit
            self._done[method] = compute(method)
        return self._done[method]

    def _vote(self, name: str) -> tuple[np.ndarray, float]:
        weights = VOTES[name]
        votes = [self(member) for member in weights]
        proba = np.average([p for p, _ in votes], axis=0, weights=[*weights.values()])
        return proba, sum(seconds for _, seconds in votes)

    def _fit(self, name: str) -> tuple[np.ndarray, float]:
        method, trial = METHODS[name], self.trial
        X, X_test = trial.spaces(method.space)
        if method.all_rows:
            y = np.full(len(trial.y_pool), UNLABELED)
            y[self.labeled] = trial.y_pool[self.labeled]
        else:
            X, y = X[self.labeled], trial.y_pool[self.labeled]
        estimator = method.make(trial)
        start = time.process_time()
        estimator.fit(X, y)
        seconds = time.process_time() - start
        proba = estimator.predict_proba(X_test)
        return align(proba, estimator.classes_, trial.n_classes), seconds


def run_cell(predictor: Predictor, method: str) -> dict[str, object]:
    """Fit and score one method; an exception becomes the column ``error``."""
    trial = predictor.trial
    row: dict[str, object] = {
        "n_labeled": len(predictor.labeled),
        "n_pool": len(trial.y_pool),
        "n_test": len(trial.y_test),
        "n_classes": trial.n_classes,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # peers warn of small samples in each cell
            proba, row["fit_seconds"] = predictor(method)
            row.update(scores(trial.y_test, proba))
    except Exception as error:  # one failing method must not end the study
        row["error"] = f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
    return row


class Results:
    """A CSV file that survives being killed and is written by several processes.

    Each line goes out in one append; an incomplete last line is cut off on opening.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists() or not self.path.stat().st_size:
            self._append(dict(zip(COLUMNS, COLUMNS, strict=True)))
        else:
            self._cut_incomplete_line()

    def keys(self) -> set[tuple[str, ...]]:
        """Return the cells that are already there, failed ones included."""
        with self.path.open(newline="") as file:
            return {tuple(row[key] for key in KEY) for row in csv.DictReader(file)}

    def forget_errors(self) -> None:
        """Drop failed cells, so that they are tried again."""
        with self.path.open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if not row["error"]]
        fresh = self.path.with_suffix(".tmp")
        fresh.unlink(missing_ok=True)
        copy = Results(fresh)
        for row in rows:
            copy.add(row)
        os.replace(fresh, self.path)

    def add(self, row: dict[str, object]) -> None:
        """Append one cell."""
        self._append(row)

    def _append(self, row: dict[str, object]) -> None:
        with self.path.open("a", newline="") as file:
            csv.DictWriter(file, COLUMNS, restval="").writerow(
                {key: _rounded(value) for key, value in row.items()}
            )

    def _cut_incomplete_line(self) -> None:
        content = self.path.read_bytes()
        with self.path.open("r+b") as file:
            file.truncate(content.rfind(b"\n") + 1)


def _rounded(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


@dataclass(frozen=True)
class Plan:
    """What the study is made of."""

    budgets: tuple[int, ...]
    methods: tuple[str, ...]
    output: Path
    deadline: float = float("inf")

    def missing(self, done: set, table: str, seed: int, budget: int) -> list[str]:
        """Methods that have no line yet."""
        cell = (table, str(seed), str(budget))
        return [method for method in self.methods if (*cell, method) not in done]


def run_unit(reader: Callable[[], Table], seed: int, plan: Plan) -> int:
    """Run all missing cells of one table and seed; return how many were run."""
    results, n_run = Results(plan.output), 0
    done = results.keys()
    for row in _cells(reader, seed, plan, done):
        results.add(row)
        n_run += 1
    return n_run


def _cells(reader: Callable, seed: int, plan: Plan, done: set) -> Iterator[dict]:
    missing = {b: plan.missing(done, reader.name, seed, b) for b in plan.budgets}
    if not any(missing.values()) or time.time() > plan.deadline:
        return
    with threadpool_limits(1):
        table = reader()
        if table.dropped_classes:
            names = ", ".join(table.dropped_classes)
            log.warning("%s: class %s is too rare, dropped", table.name, names)
        trial = Trial(table, seed)
        for budget in (b for b in plan.budgets if fits(b, len(trial.y_pool))):
            predictor = Predictor(trial, budget)
            for method in missing[budget]:
                if time.time() > plan.deadline:
                    return
                key = dict(zip(KEY, (reader.name, seed, budget, method), strict=True))
                yield {**key, **run_cell(predictor, method)}


def run_study(readers: list, n_seeds: int, plan: Plan, *, n_jobs: int = 1) -> None:
    """Run the missing cells, seed by seed, so that a stopped study stays balanced."""
    Results(plan.output)
    units = list(itertools.product(range(n_seeds), readers))
    running = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
        delayed(_logged_unit)(reader, seed, plan) for seed, reader in units
    )
    start = time.time()
    for n_done, message in enumerate(running, 1):
        if message:
            log.info(
                "%d/%d %s %.0f s", n_done, len(units), message, time.time() - start
            )


def _logged_unit(reader: Callable, seed: int, plan: Plan) -> str:
    """Run a unit and say what came of it; an unreadable table ends only itself."""
    try:
        n_run = run_unit(reader, seed, plan)
    except Exception as error:
        return f"{reader.name} seed {seed}: {type(error).__name__}: {error}"
    return f"{reader.name} seed {seed}: {n_run} cells" if n_run else ""
