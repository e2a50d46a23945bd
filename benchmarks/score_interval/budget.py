"""Whether the extrapolated gain of twice the labels comes true.

``python -m benchmarks.score_interval.budget`` prints a line for each artificial table
and classifier. The truth is the mean gain over all draws, on rows never seen.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def gains(
    views: Any, make: Callable[[], Any], n_labels: int, n_draws: int
) -> tuple[np.ndarray, float]:
    """Extrapolated gain with its interval from each draw, and the true gain."""
    from sklearn_featrix import LabeledOnly
    from sklearn_featrix.model_selection import label_budget_report

    X_pool, X_test = views.linear
    said, scores = [], {n_labels: [], 2 * n_labels: []}
    for draw in range(n_draws):
        order = np.random.default_rng([n_labels, draw]).permutation(len(X_pool))
        for n, measured in scores.items():
            fitted = make().fit(X_pool[order[:n]], views.y_pool[order[:n]])
            measured.append(fitted.score(X_test, views.y_test))
        rows = order[:n_labels]
        report = label_budget_report(
            LabeledOnly(make()), X_pool[rows], views.y_pool[rows], random_state=draw
        )
        said.append(report.doubling_gain)
    few, many = (np.mean(values) for values in scores.values())
    return np.array(said), float(many - few)


def main(arguments: list[str] | None = None) -> int:
    """Print how often the interval holds the true gain."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score_interval.budget")
    add = parser.add_argument
    add("--tables", nargs="+", default=["two_gaussians", "informative"])
    add("--classifiers", nargs="+", default=["logistic_regression"])
    add("--labels", type=int, nargs="+", default=[50, 200])
    add("--draws", type=int, default=40)
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    from benchmarks.score_interval.study import CLASSIFIERS, Views, artificial

    print("| table | classifier | labels | true gain | mean said | held | mean width |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for table in options.tables:
        views = Views(*artificial(table))
        for name in options.classifiers:
            for n_labels in options.labels:
                make = CLASSIFIERS[name][2]
                said, truth = gains(views, make, n_labels, options.draws)
                held = ((said[:, 1] <= truth) & (truth <= said[:, 2])).mean()
                width = (said[:, 2] - said[:, 1]).mean()
                print(
                    f"| {table} | {name} | {n_labels} | {truth:+.3f} "
                    f"| {said[:, 0].mean():+.3f} | {held:.2f} | {width:.3f} |",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
