"""Run the study: ``python -m benchmarks.prior_correction --data-dir FOLDER``."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
)

from sklearn_featrix import PriorCorrectedClassifier, TableEncoder

TABLES = ["mammography", "abalone19", "aid362", "sylva", "cover_ad", "page_blocks"]
CLASSIFIERS = {
    "logistic": LogisticRegression(max_iter=300),
    "trees": ExtraTreesClassifier(100, min_samples_leaf=3, random_state=0),
}


def methods(plain):
    """Make the ways to deal with the rare class."""
    weighted = clone(plain).set_params(class_weight="balanced")
    undone = PriorCorrectedClassifier(weighted, "labeled", training_prior="balanced")
    return {
        "plain": plain,
        "class_weight": weighted,
        "prior='balanced'": PriorCorrectedClassifier(plain, "balanced"),
        "class_weight, undone": undone,
    }


def run_table(path, n_labeled, n_seeds, max_rows=6000, max_columns=60):
    """Yield the scores of each classifier, method and draw of labels."""
    frame = pd.read_parquet(path)
    frame = frame.sample(min(len(frame), max_rows), random_state=0)
    target = frame.pop("target")
    y = (target == target.value_counts().index[-1]).to_numpy().astype(int)
    X = np.asarray(TableEncoder().fit_transform(frame.iloc[:, :max_columns]))
    for seed in range(n_seeds):
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[:n_labeled], order[n_labeled:]
        if y[train].sum() < 2:
            continue
        for classifier, plain in CLASSIFIERS.items():
            for method, model in methods(plain).items():
                model.fit(X[train], y[train])
                proba = model.predict_proba(X[test])[:, 1]
                yield {
                    "table": path.stem,
                    "classifier": classifier,
                    "method": method,
                    "balanced_accuracy": balanced_accuracy_score(
                        y[test], model.predict(X[test])
                    ),
                    "average_precision": average_precision_score(y[test], proba),
                    "brier": brier_score_loss(y[test], proba),
                    "mean_probability": proba.mean(),
                    "true_share": y[test].mean(),
                }


def main():
    """Print the mean scores as a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prior_correction")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # constant columns, rare categories
    rows = [
        row
        for name in TABLES
        for row in run_table(
            options.data_dir / f"{name}.parquet", options.labels, options.seeds
        )
    ]
    keys = ["table", "classifier", "method"]
    means = pd.DataFrame(rows).groupby(keys, sort=False).mean().reset_index()
    print("| " + " | ".join(means.columns) + " |")
    print("| " + " | ".join("---" for _ in means.columns) + " |")
    for row in means.itertuples(index=False):
        cells = (f"{v:.4f}" if isinstance(v, float) else v for v in row)
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
