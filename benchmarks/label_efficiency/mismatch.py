"""Unlabeled rows that do not belong to the table of the labelled ones.

Run it by ``python -m benchmarks.label_efficiency.mismatch``.

The labelled rows and the test rows of a table are its own. Its unlabeled rows are
spoilt in one of these ways:

- "own": not at all;
- "foreign 50 %" and "foreign 90 %": so many of them are replaced by rows of another
  table, whose columns are fitted into these by scale and by frequency of levels;
- "shuffled": each column is permuted for itself, so that none depends on another;
- "units": every second numeric column is multiplied by ten and moved by a deviation.

In the pool "biased" it is the labels that are odd: only rows of the upper third in a
random direction of the table can be labelled, so the unlabeled rows are more like the
test rows than the labelled ones.

Each cell has the test scores of the vote with unlabeled rows and of the labelled-only
vote, and what held-out labelled rows said of the two, fold by fold.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.label_efficiency.protocol import align, draw_labeled, scores, split_rows
from benchmarks.label_efficiency.tables import Table, load_folder

TABLES = (
    "credit_data",
    "electricity",
    "hmda_deny",
    "page_blocks",
    "spambase",
    "telco_churn",
    "compas",
    "texture",
)
POOLS = ("own", "foreign 50 %", "foreign 90 %", "shuffled", "units", "biased")
BUDGETS = (20, 100)
MAX_POOL, MAX_TEST = 1600, 800
VOTES = ("full", "labeled")
METRICS = ("auc", "accuracy", "log_loss")
KEY = ("table", "seed", "pool", "budget")
COLUMNS = (
    *KEY,
    *(f"{vote}_{metric}" for vote in VOTES for metric in METRICS),
    "domain_auc",
    "domain_low",
    "differences",
    "accuracy_difference",
    "seconds",
)


def foreign_rows(X: pd.DataFrame, other: pd.DataFrame, n_rows: int, seed: int):
    """Rows of another table in the columns of this one.

    Numbers keep the shape of their own distribution and get the mean and deviation of
    the column; levels become those of the same rank in frequency. A kind of column
    that the other table lacks is filled with permuted values of this table.
    """
    random = np.random.default_rng([seed, 1])
    drawn = other.iloc[random.choice(len(other), n_rows, replace=len(other) < n_rows)]
    sources = {
        is_number: [name for name in other if _is_number(other[name]) == is_number]
        for is_number in (True, False)
    }
    columns = {}
    for position, name in enumerate(X):
        names = sources[_is_number(X[name])]
        if not names:
            columns[name] = random.choice(X[name].to_numpy(), n_rows)
            continue
        values = drawn[names[position % len(names)]].to_numpy()
        fit = _scaled if _is_number(X[name]) else _ranked
        columns[name] = fit(values, X[name])
    return pd.DataFrame(columns)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _scaled(values: np.ndarray, like: pd.Series) -> np.ndarray:
    values = values.astype(float)
    spread = np.nanstd(values) or 1.0
    return (values - np.nanmean(values)) / spread * like.std() + like.mean()


def _ranked(values: np.ndarray, like: pd.Series) -> np.ndarray:
    own = pd.Series(values).astype(str).value_counts().index
    levels = like.astype(str).value_counts().index
    names = {
        level: levels[rank] if rank < len(levels) else level
        for rank, level in enumerate(own)
    }
    return pd.Series(values).astype(str).map(names).to_numpy()


def spoil(X: pd.DataFrame, other: pd.DataFrame, pool: str, seed: int) -> pd.DataFrame:
    """Spoil unlabeled rows in the way that `pool` names."""
    random = np.random.default_rng([seed, 2])
    if pool.startswith("foreign"):
        n_rows = int(len(X) * int(pool.split()[1]) / 100)
        foreign = foreign_rows(X, other, n_rows, seed)
        kept = X.iloc[random.permutation(len(X))[n_rows:]]
        texts = {name: object for name in X if not _is_number(X[name])}
        return pd.concat([kept.astype(texts), foreign.astype(texts)])
    X = X.copy()
    if pool == "shuffled":
        for name in X:
            X[name] = X[name].to_numpy()[random.permutation(len(X))]
    if pool == "units":
        for name in [name for name in X if _is_number(X[name])][::2]:
            X[name] = X[name] * 10.0 + X[name].std()
    return X


def upper_third(X: pd.DataFrame, y: np.ndarray, rows: np.ndarray, seed: int):
    """Rows furthest in a random direction, and two of each class in any case."""
    from sklearn_featrix import TableEncoder

    random = np.random.default_rng([seed, 3])
    encoded = TableEncoder().fit_transform(X.iloc[rows])
    scores = np.asarray(encoded) @ random.normal(size=np.shape(encoded)[1])
    order = np.argsort(-scores, kind="stable")
    taken = set(order[: len(rows) // 3])
    for code in np.unique(y[rows]):
        taken.update(order[y[rows][order] == code][:2])
    return rows[np.sort(list(taken))]


def run_cells(table: Table, other: Table, seed: int, pool: str, budgets):
    """Yield one line per budget; the embedding is learnt once, without labels."""
    from sklearn.frozen import FrozenEstimator

    from sklearn_featrix import EmbeddingTransformer

    rows, test = split_rows(table.y, seed)
    rows, test = rows[:MAX_POOL], test[:MAX_TEST]
    drawable = upper_third(table.X, table.y, rows, seed) if pool == "biased" else rows
    shown = drawable[draw_labeled(table.y[drawable], max(BUDGETS), seed)]
    unlabeled = spoil(
        table.X.iloc[np.setdiff1d(rows, shown)], other.X, pool, seed
    )  # fmt: skip
    X = pd.concat([table.X.iloc[shown], unlabeled], ignore_index=True)
    embedding = FrozenEstimator(EmbeddingTransformer(random_state=seed).fit(X))
    for budget in budgets:
        labeled = draw_labeled(table.y[shown], budget, seed)
        y = np.full(len(X), -1)
        y[labeled] = table.y[shown][labeled]
        yield {
            **dict(zip(KEY, (table.name, seed, pool, budget), strict=True)),
            **_cell(embedding, X, y, table, test, seed),
        }


def _cell(embedding, X, y, table, test, seed):
    from sklearn_featrix import SemiSupervisedClassifier

    start, row = time.process_time(), {}
    known = np.flatnonzero(y >= 0)
    full = SemiSupervisedClassifier(embedding, random_state=seed, safe=False)
    labeled = SemiSupervisedClassifier(None, random_state=seed)
    votes = {
        "full": full.fit(X, y),
        "labeled": labeled.fit(X.iloc[known], y[known]),
    }
    for name, vote in votes.items():
        proba = vote.predict_proba(table.X.iloc[test])
        found = scores(table.y[test], align(proba, vote.classes_, table.n_classes))
        row.update({f"{name}_{metric}": found[metric] for metric in METRICS})
    shift = full.evidence_.shift
    row["domain_auc"], row["domain_low"] = shift.auc, shift.low
    if shift.is_notable:  # as safe="auto" does
        told = full.set_params(evaluate=True).fit(X, y).evidence_.comparison
        if told is not None:
            row["differences"] = " ".join(f"{each:.5f}" for each in told.differences)
            row["accuracy_difference"] = told.accuracy - told.accuracy_labeled_only
    return {**row, "seconds": time.process_time() - start}


def run(data_dir: Path, output: Path, seeds: int, tables, pools) -> None:
    """Run the cells that the output file does not have."""
    done = set()
    if output.exists():
        with output.open(newline="") as file:
            done = {tuple(row[key] for key in KEY) for row in csv.DictReader(file)}
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(",".join(COLUMNS) + "\n")
    readers = load_folder(data_dir, tables)
    for seed in range(seeds):
        for at, reader in enumerate(readers):
            missing = {
                pool: [
                    budget
                    for budget in BUDGETS
                    if (reader.name, str(seed), pool, str(budget)) not in done
                ]
                for pool in pools
            }
            if not any(missing.values()):
                continue
            table, other = reader(), readers[(at + 1) % len(readers)]()
            for pool, budgets in missing.items():
                if budgets:
                    _write(output, run_cells(table, other, seed, pool, budgets))


def _write(output: Path, cells) -> None:
    for cell in cells:
        with output.open("a", newline="") as file:
            csv.DictWriter(file, COLUMNS, restval="").writerow(
                {
                    key: f"{value:.5g}" if isinstance(value, float) else value
                    for key, value in cell.items()
                }
            )
        print(*(cell[key] for key in KEY), f"{cell['seconds']:.1f} s", flush=True)


def report(results: pd.DataFrame) -> str:
    """Points over the labelled-only vote, without and with ``safe="auto"``.

    Parameters
    ----------
    results : DataFrame
        Lines of the output file.

    Returns
    -------
    str
        One line per pool and budget: means over tables and seeds, the worst cell, and
        how often the labelled-only vote predicted.
    """
    from sklearn_featrix.semi_supervised._safety import FOREIGN_AUC

    foreign = results["domain_low"] > FOREIGN_AUC
    gave_up = foreign | results["differences"].map(_hurts)
    gains = 100 * (results["full_auc"] - results["labeled_auc"])
    frame = results.assign(gain=gains, safe=gains.where(~gave_up, 0), gave_up=gave_up)
    head = "auc: all rows and worst, safe and worst"
    lines = [f"{'pool':14}{'labels':>7}{'cells':>6}  {head}"]
    for (pool, budget), cells in frame.groupby(["pool", "budget"], sort=False):
        points = (
            f"{cells[name].mean():+.2f} {cells[name].min():+.2f}"
            for name in ("gain", "safe")
        )
        lines.append(
            f"{pool:14}{budget:>7}{len(cells):>6}  {'  '.join(points)}  "
            f"given up in {cells['gave_up'].mean():.0%}"
        )
    return "\n".join(lines)


def _hurts(differences: object) -> bool:
    """Apply the library's rule to the differences of the folds, if there are any."""
    from sklearn_featrix.model_selection._paired import corrected_interval
    from sklearn_featrix.semi_supervised._vote_comparison import CONFIDENCE

    if not isinstance(differences, str) or not differences:
        return False
    values = np.array(differences.split(), dtype=float)
    _, _, high = corrected_interval(values, 1 / (len(values) - 1), CONFIDENCE)
    return bool(high < 0)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, or report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.label_efficiency.mismatch"
    )
    add = parser.add_argument
    add("--data-dir", type=Path, help="parquet files; without it, only a report")
    add("--output", type=Path, default=Path("benchmarks/results/mismatch.csv"))
    add("--seeds", type=int, default=3)
    add("--tables", nargs="+", default=list(TABLES))
    add("--pools", nargs="+", default=list(POOLS), choices=POOLS)
    options = parser.parse_args(arguments)
    if options.data_dir is None:
        print(report(pd.read_csv(options.output)))
        return 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run(
            options.data_dir, options.output, options.seeds,
            options.tables, options.pools,
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
