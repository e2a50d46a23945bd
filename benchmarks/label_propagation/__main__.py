"""Run the study: ``python -m benchmarks.label_propagation --data-dir FOLDER``."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import semi_supervised
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

from benchmarks.label_efficiency import splits
from benchmarks.label_efficiency.protocol import Trial, align, draw_labeled, fits
from benchmarks.label_efficiency.tables import load_folder
from sklearn_featrix import LabelPropagation, LabelSpreading

N_TABLES = 10
REFERENCE_OF = {
    "spreading": "spreading, scikit-learn",
    "spreading, anchors": "spreading, scikit-learn",
    "spreading, faiss": "spreading, scikit-learn",
    "propagation": "propagation, scikit-learn",
    "propagation, class_balance=0": "propagation, scikit-learn",
    "propagation, anchors": "propagation, scikit-learn",
    "vote on labelled rows": "spreading, scikit-learn",
}
VOTE = "vote on labelled rows"


def make_models(seed: int) -> dict[str, Any]:
    """Make all that learn from unlabeled rows, with default parameters, kernel knn."""
    few = {"n_anchors": 1000, "random_state": seed}
    return {
        "spreading, scikit-learn": semi_supervised.LabelSpreading("knn"),
        "propagation, scikit-learn": semi_supervised.LabelPropagation("knn"),
        "spreading": LabelSpreading("knn"),
        "spreading, anchors": LabelSpreading("knn", neighbors="anchors", **few),
        "spreading, faiss": LabelSpreading("knn", neighbors="faiss", random_state=seed),
        "propagation": LabelPropagation("knn"),
        "propagation, class_balance=0": LabelPropagation("knn", class_balance=0),
        "propagation, anchors": LabelPropagation("knn", neighbors="anchors", **few),
    }


def vote(trial: Trial, labeled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average logistic regression and trees on labelled rows; for pool and test."""
    y = trial.y_pool[labeled]
    votes = []
    for model, space in (
        (LogisticRegression(max_iter=1000), "linear"),
        (ExtraTreesClassifier(100, random_state=trial.seed), "tree"),
    ):
        pool, test = trial.spaces(space)
        model.fit(pool[labeled], y)
        votes.append(
            [
                align(model.predict_proba(X), model.classes_, trial.n_classes)
                for X in (pool, test)
            ]
        )
    return tuple(np.mean(part, axis=0) for part in zip(*votes, strict=True))


def measure(trial: Trial, budget: int) -> Iterator[dict[str, object]]:
    """Score every method on the unlabeled rows of the pool and on the test rows."""
    labeled = draw_labeled(trial.y_pool, budget, trial.seed)
    y = np.full(len(trial.y_pool), -1)
    y[labeled] = trial.y_pool[labeled]
    hidden = y == -1
    pool, test = trial.spaces("linear")
    for method, model in make_models(trial.seed).items():
        model.fit(pool, y)
        shares = model.label_distributions_
        new = align(model.predict_proba(test), model.classes_, trial.n_classes)
        reached = getattr(model, "reached_", shares.any(axis=1))
        row = _scores(trial, hidden, model.transduction_, new.argmax(axis=1))
        yield {"method": method, "unreached": 1 - reached.mean(), **row}
    in_pool, new = vote(trial, labeled)
    yield {
        "method": VOTE,
        "unreached": 0.0,
        **_scores(trial, hidden, in_pool.argmax(axis=1), new.argmax(axis=1)),
    }


def _scores(
    trial: Trial, hidden: np.ndarray, in_pool: np.ndarray, new: np.ndarray
) -> dict[str, float]:
    truth = trial.y_pool[hidden]
    return {
        "accuracy": accuracy_score(truth, in_pool[hidden]),
        "balanced_accuracy": balanced_accuracy_score(truth, in_pool[hidden]),
        "test_accuracy": accuracy_score(trial.y_test, new),
        "test_balanced_accuracy": balanced_accuracy_score(trial.y_test, new),
    }


def run(
    readers: list[Callable], seeds: range, budgets: list[int]
) -> Iterator[dict[str, object]]:
    """Measure all cells, one table at a time."""
    for reader in readers:
        table = reader()
        for seed in seeds:
            trial = Trial(table, seed)
            for budget in budgets:
                if fits(budget, len(trial.y_pool)):
                    for row in measure(trial, budget):
                        yield {"table": reader.name, "seed": seed, "n": budget, **row}


METRICS = ("accuracy", "balanced_accuracy", "test_accuracy", "test_balanced_accuracy")


def report(results: pd.DataFrame) -> str:
    """Compare with scikit-learn, seeds and budgets averaged first; in points."""
    by_table = results.groupby(["method", "table"])[list(METRICS)].mean() * 100
    unreached = results.groupby("method")["unreached"].mean() * 100
    lines = [
        "| method | accuracy | balanced | new rows | new rows, balanced | unreached |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for method, cells in by_table.groupby(level="method", sort=False):
        means = " | ".join(f"{value:.1f}" for value in cells.mean())
        lines.append(f"| {method} | {means} | {unreached[method]:.1f} % |")
    lines += [
        "",
        "| method minus scikit-learn's | accuracy | balanced | new rows "
        "| new rows, balanced |",
        "| --- | --- | --- | --- | --- |",
    ]
    for method, reference in REFERENCE_OF.items():
        gap = by_table.loc[method] - by_table.loc[reference]
        cells = " | ".join(_gap(gap[metric]) for metric in METRICS)
        lines.append(f"| {method} | {cells} |")
    return "\n".join([*lines, "", *_each_table(by_table)])


def _gap(gap: pd.Series) -> str:
    error = gap.std(ddof=1) / np.sqrt(len(gap))
    return f"{gap.mean():+.1f} ± {error:.1f} ({(gap > 0).sum()}/{(gap < 0).sum()})"


def _each_table(by_table: pd.DataFrame) -> Iterator[str]:
    methods = ["spreading, scikit-learn", "spreading", "spreading, anchors", VOTE]
    yield "| table, accuracy / balanced | " + " | ".join(methods) + " |"
    yield "| --- |" + " --- |" * len(methods)
    for table in by_table.index.unique("table"):
        cells = by_table.xs(table, level="table").loc[methods, list(METRICS[:2])]
        shown = (f"{a:.1f} / {b:.1f}" for a, b in cells.to_numpy())
        yield f"| {table} | " + " | ".join(shown) + " |"


def main(arguments: list[str] | None = None) -> int:
    """Run, print the report, write all cells."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.label_propagation")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--tables", nargs="*", help="default: the first ten reported")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budgets", type=int, nargs="*", default=[50, 200])
    parser.add_argument(
        "--output", type=Path, default=Path("benchmarks/results/label_propagation.csv")
    )
    options = parser.parse_args(arguments)
    names = options.tables or splits.read(splits.FOLDER / "reported.txt")[:N_TABLES]
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unreached rows and theirs not converging
        rows = run(
            load_folder(options.data_dir, names), range(options.seeds), options.budgets
        )
        results = pd.DataFrame(rows)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    results.to_csv(options.output, index=False)
    print(report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
