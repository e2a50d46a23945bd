"""Summarise results: ``python -m benchmarks.score_interval.report results.csv``.

How often the 90 % interval holds the true score, and how wide it is: the corrected
resampled t interval, as it was before, and the one of `cross_val_interval`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.score_interval.study import N_FOLDS
from sklearn_featrix.model_selection._paired import corrected_interval
from sklearn_featrix.model_selection._uncertainty import score_interval, variance_of

CONFIDENCE = 0.9
RATIO = 1 / (N_FOLDS - 1)
NAMES = {"accuracy": "accuracy", "auc": "roc_auc"}
HEAD = (
    "table", "classifier", "draws", "true score", "bias",
    "t, 3 rounds", "ours, 3 rounds", "t, 1 round", "ours, 1 round",
)  # fmt: skip


def numbers(text: pd.Series) -> list[np.ndarray]:
    """Arrays of the numbers that were written into one column."""
    return [np.array(entry.split(), dtype=float) for entry in text]


def intervals(cells: pd.DataFrame, metric: str, n_scores: int | None) -> dict:
    """Both intervals of each draw, from the first scores or all of them."""
    before, after = [], []
    for scores, counts in zip(
        numbers(cells["scores"]), numbers(cells["class_counts"]), strict=True
    ):
        scores = scores[:n_scores]
        before.append(corrected_interval(scores, RATIO, CONFIDENCE)[1:])
        variance = variance_of(NAMES[metric], counts, len(scores) / N_FOLDS)
        after.append(
            score_interval(scores, RATIO, CONFIDENCE, bounds=(0, 1), variance=variance)
        )
    return {"t": np.array(before), "ours": np.array(after)}


def lines(cells: pd.DataFrame, metric: str) -> Iterator[tuple[str, ...]]:
    """Lines of a table, one per table and classifier."""
    for (table, name), part in cells.groupby(["table", "classifier"]):
        truth = part["truth"].to_numpy()
        means = np.array([scores.mean() for scores in numbers(part["scores"])])
        shown = [table, name, str(len(part)), f"{truth.mean():.3f}"]
        shown.append(f"{means.mean() - truth.mean():+.3f}")
        for n_scores in (None, N_FOLDS):
            for ends in intervals(part, metric, n_scores).values():
                held = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()
                shown.append(f"{held:.3f} ({np.ptp(ends, axis=1).mean():.2f})")
        yield tuple(shown)


def render(cells: pd.DataFrame) -> str:
    """Return the whole report as markdown."""
    parts = []
    for (metric, budget), part in cells.groupby(["metric", "budget"]):
        rows = [HEAD, ("---",) * len(HEAD), *lines(part, metric)]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        parts.append(f"## {metric}, {budget} labels\n\n{table}")
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score_interval.report")
    parser.add_argument("results", type=Path)
    options = parser.parse_args(arguments)
    print(render(pd.read_csv(options.results)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
