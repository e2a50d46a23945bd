"""Whether a threshold from few labels keeps its promise.

``python -m benchmarks.score_interval.abstaining`` prints, by table and labels,
the share of rows that a `SelectiveClassifier` answers, and of right answers among them,
on rows never seen: with the measured accuracy taken at its word, and with a guarantee.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings

import numpy as np
from sklearn.datasets import load_digits, make_classification
from sklearn.linear_model import LogisticRegression

TABLES = {
    "digits": lambda: load_digits(return_X_y=True),
    "informative": lambda: make_classification(
        4000, 20, n_informative=6, n_redundant=4, flip_y=0.1, random_state=1
    ),
}


def draw(X, y, n_labels, seed, target, guarantee) -> tuple[float, float, bool]:
    """Coverage, accuracy among the answers, and whether it is below the target."""
    from sklearn_featrix import LabeledOnly, SelectiveClassifier

    order = np.random.default_rng([n_labels, seed]).permutation(len(y))
    labeled, others = order[:n_labels], order[n_labels:]
    selective = SelectiveClassifier(
        LabeledOnly(LogisticRegression(max_iter=1000)),
        target=target, guarantee=guarantee, region=None,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no threshold reaches it: nothing answered
        selective.fit(X[labeled], y[labeled])
    answered = selective.accepts(X[others])
    if not answered.any():
        return 0.0, np.nan, False
    right = selective.predict(X[others])[answered] == y[others][answered]
    return float(answered.mean()), float(right.mean()), bool(right.mean() < target)


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each table, number of labels and guarantee."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.score_interval.abstaining"
    )
    add = parser.add_argument
    add("--labels", type=int, nargs="+", default=[50, 200])
    add("--target", type=float, default=0.9)
    add("--draws", type=int, default=20)
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    print("| table | labels | guarantee | answered | right | below the target |")
    print("| --- | --- | --- | --- | --- | --- |")
    for table, load in TABLES.items():
        X, y = load()
        X = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9)
        for n_labels in options.labels:
            for guarantee in (None, 0.9):
                draws = [
                    draw(X, y, n_labels, seed, options.target, guarantee)
                    for seed in range(options.draws)
                ]
                coverage, accuracy, below = np.array(draws, dtype=float).T
                right = f"{np.nanmean(accuracy):.3f}" if coverage.any() else "-"
                print(
                    f"| {table} | {n_labels} | {guarantee or 'none'} "
                    f"| {coverage.mean():.2f} | {right} | {below.mean():.2f} |",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
