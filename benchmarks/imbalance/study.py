"""Run the cells of the study, each a line of a CSV file."""

from __future__ import annotations

import csv
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
)

from benchmarks.imbalance.methods import Cell, Method

KEY = ("table", "n_labels", "seed", "method")
METRICS = (
    "balanced_accuracy",
    "average_precision",
    "brier",
    "mean_probability",
    "true_share",
    "noise",
)
COLUMNS = (*KEY, "n_positive", "n_unlabeled", "n_test", *METRICS, "seconds", "error")


def run_cell(cell: Cell, method: Method) -> dict[str, object]:
    """Fit and score one method; an exception becomes the column ``error``."""
    row: dict[str, object] = {
        "n_positive": cell.n_positive,
        "n_unlabeled": len(cell.y) - cell.n_labels,
        "n_test": len(cell.draw.y_test),
    }
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # constant columns, goals out of reach
            proba, predicted = method(cell)
        row.update(scores(cell.draw.y_test, proba, predicted))
    except Exception as error:  # one failing method must not end the study
        row["error"] = f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
    row["seconds"] = round(time.process_time() - start, 3)
    return row


def scores(y: np.ndarray, proba: np.ndarray, predicted: np.ndarray) -> dict:
    """Score probabilities and predictions of the rare class.

    "noise" is the standard deviation of the mean probability between draws of so many
    rows of each class: what no correction can take away.
    """
    within = sum((y == c).sum() * proba[y == c].var() for c in (0, 1))
    values = {
        "balanced_accuracy": balanced_accuracy_score(y, predicted),
        "average_precision": average_precision_score(y, proba),
        "brier": brier_score_loss(y, proba),
        "mean_probability": proba.mean(),
        "true_share": y.mean(),
        "noise": np.sqrt(within) / len(y),
    }
    return {name: round(float(value), 6) for name, value in values.items()}


def done_cells(path: Path) -> set[tuple[str, ...]]:
    """Cells that are in the file; makes it where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(",".join(COLUMNS) + "\n")
    with path.open(newline="") as file:
        return {tuple(row[key] for key in KEY) for row in csv.DictReader(file)}


def append(path: Path, row: dict[str, object]) -> None:
    """Write a line."""
    with path.open("a", newline="") as file:
        csv.DictWriter(file, COLUMNS, restval="").writerow(row)
