"""Ranking and probabilities from 1 to 50 positives: ours, pulearn's, nearest rows."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from pulearn import BaggingPuClassifier, ElkanotoPuClassifier
from scipy.special import logit
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.label_efficiency import splits
from benchmarks.label_efficiency.tables import Table, load_folder
from benchmarks.similarity_search.__main__ import SHARES, scaled_features
from sklearn_featrix import OneExampleClassifier

K = 50
MAX_ROWS = 6_000
N_POSITIVES = (1, 5, 20, 50)
OURS = "OneExampleClassifier"


def nearest_rows(rows, positives):
    """Score rows by the distance to the nearest positive in scaled features."""
    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(rows[positives])
    return -search.kneighbors(rows)[0][:, 0]


def pulearn_bagging(rows, positives):
    """Bag random forests as pulearn does by default its trees."""
    model = BaggingPuClassifier(
        RandomForestClassifier(10, random_state=0),
        n_estimators=20,
        max_samples=max(20, len(positives)),
        oob_score=False,
        random_state=0,
    )
    return model.fit(rows, _marks(rows, positives)).predict_proba(rows)[:, 1]


def pulearn_bagging_default(rows, positives):
    """Bag 100 trees on as many others as there are."""
    model = BaggingPuClassifier(n_estimators=100, oob_score=False, random_state=0)
    return model.fit(rows, _marks(rows, positives)).predict_proba(rows)[:, 1]


def pulearn_elkan_noto(rows, positives):
    """Elkan and Noto's correction of a logistic regression; a fifth is held out."""
    model = ElkanotoPuClassifier(
        LogisticRegression(max_iter=300), hold_out_ratio=0.2, random_state=0
    )
    return model.fit(rows, _marks(rows, positives)).predict_proba(rows)[:, 1]


def _marks(rows, positives):
    return np.isin(np.arange(len(rows)), positives).astype(int)


RIVALS = {
    "nearest in scaled features": nearest_rows,
    "pulearn, bagging": pulearn_bagging_default,
    "pulearn, small bags of forests": pulearn_bagging,
    "pulearn, Elkan and Noto": pulearn_elkan_noto,
}


def _line(scores, truth):
    best = np.argsort(-scores, kind="stable")[:K]
    return {
        "precision": truth[best].mean(),
        "average_precision": average_precision_score(truth, scores),
    }


def _ours(X, truth, positives, others, seed):
    """Rank with the right share, then look at what is estimated."""
    y = np.full(len(truth), -1)
    y[positives] = 1
    share = truth[others].mean()
    model = OneExampleClassifier(share, random_state=seed).fit(X, y)
    probabilities = model.predict_proba(X)[others, 1]
    line = _line(model.decision_function(X)[others], truth[others])
    constant = brier_score_loss(truth[others], np.full(len(others), share))
    line["brier_skill"] = 1 - brier_score_loss(truth[others], probabilities) / constant
    estimated = OneExampleClassifier(random_state=seed).fit(X, y).class_prior_
    return line | {"prior_error": logit(estimated) - logit(share)}


def run(
    readers: Iterable, n_seeds: int, n_positives: Iterable[int] = N_POSITIVES
) -> Iterator[dict[str, object]]:
    """Yield one line per table, number of positives, seed and method."""
    for reader in readers:
        table = reader()
        share = np.bincount(table.y).min() / len(table.y)
        if table.n_classes != 2 or not SHARES[0] <= share <= SHARES[1]:
            continue
        drawn = np.random.default_rng(0).permutation(len(table.y))[:MAX_ROWS]
        X = table.X.iloc[drawn].reset_index(drop=True)
        table = Table(table.name, X, table.y[drawn])
        truth = (table.y == np.bincount(table.y).argmin()).astype(int)
        rows = scaled_features(X)
        for count in n_positives:
            for seed in range(n_seeds):
                rng = np.random.default_rng(seed)
                positives = rng.choice(np.flatnonzero(truth), count, replace=False)
                others = np.setdiff1d(np.arange(len(truth)), positives)
                about = {
                    "table": table.name,
                    "base_rate": truth[others].mean(),
                    "n_positives": count,
                    "seed": seed,
                }
                yield (
                    about | {"method": OURS} | _ours(X, truth, positives, others, seed)
                )
                for name, score in RIVALS.items():
                    try:
                        scores = score(rows, positives)[others]
                    except ValueError:  # too few positives to hold one out
                        continue
                    yield about | {"method": name} | _line(scores, truth[others])
        print(f"{table.name} done", file=sys.stderr, flush=True)


def report(results: pd.DataFrame) -> str:
    """How many times the base rate, as geometric means over tables."""
    results = results.copy()
    for name in ("precision", "average_precision"):
        results[name] /= results["base_rate"]
    lines = []
    for name in ("average_precision", "precision"):
        means = results.pivot_table(
            index=["table", "n_positives"], columns="method", values=name
        )
        # a table on which a method finds nothing must not decide all
        overall = np.exp(np.log(means.clip(lower=0.1)).groupby("n_positives").mean())
        lines += [f"{name} / base rate, geometric mean over tables", ""]
        lines += ["| positives | " + " | ".join(overall.columns) + " |"]
        lines += ["| --- |" + " --- |" * len(overall.columns)]
        for count, row in overall.iterrows():
            cells = " | ".join(f"{value:.2f}" if value > 0 else "-" for value in row)
            lines += [f"| {count} | {cells} |"]
        lines += [""]
    ours = results[results["method"] == OURS]
    lines += [
        "| positives | error of the estimated odds | Brier skill |",
        "| --- |" * 3,
    ]
    for count, part in ours.groupby("n_positives"):
        error = np.exp(part["prior_error"].abs().mean())
        lines += [f"| {count} | x {error:.2f} | {part['brier_skill'].mean():.2f} |"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run, print the report, write all lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_example")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--side", choices=["tuning", "reported"], default="reported")
    parser.add_argument("--tables", nargs="*", help="default: all of the side")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--positives", type=int, nargs="+", default=N_POSITIVES)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args(arguments)
    output = options.output or Path(
        f"benchmarks/results/one_example_{options.side}.csv"
    )
    names = options.tables or splits.read(splits.FOLDER / f"{options.side}.txt")
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dropped columns, assumed shares
        readers = load_folder(options.data_dir, names)
        results = pd.DataFrame(run(readers, options.seeds, options.positives))
    output.parent.mkdir(parents=True, exist_ok=True)
    results.to_csv(output, index=False)
    print(report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
