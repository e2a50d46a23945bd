"""What more readings of a table bring, where one cannot see all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.label_efficiency.protocol import Trial, draw_labeled, fits, scores
from benchmarks.label_efficiency.splits import side
from benchmarks.label_efficiency.tables import load_folder

TABLES = ("brfss_arthritis", "spambase", "splice", "sylva")
N_MEMBERS = (1, 2, 4, 8)
N_TEST = 500
UNLABELED = -1


def compare_members(
    data_dir: Path,
    tables: Iterable[str] = TABLES,
    budgets: Iterable[int] = (50, 100),
    seeds: Iterable[int] = (0, 1),
) -> pd.DataFrame:
    """Score `InContextClassifier` with more and more members.

    Parameters
    ----------
    data_dir : Path
        Folder of parquet files with the label in the column ``target``.
    tables : iterable of str, default=TABLES
        Names from the tuning split; by default some too wide for one reading.
    budgets : iterable of int, default=(50, 100)
        Numbers of labelled rows.
    seeds : iterable of int, default=(0, 1)
        Draws of pool, test and labelled rows.

    Returns
    -------
    DataFrame
        Columns table, seed, budget, n_members, readings (how many there were) and the
        metrics.
    """
    names, budgets, seeds = list(tables), list(budgets), list(seeds)
    reserved = [name for name in names if side(name) != "tuning"]
    if reserved:
        raise ValueError(f"{', '.join(reserved)}: not in the tuning split.")
    found = []
    for reader in load_folder(data_dir, names):
        for seed in seeds:
            trial = Trial(reader(), seed)
            for row in _scores(trial, budgets):
                found.append({"table": reader.name, "seed": seed, **row})
    return pd.DataFrame(found)


def _scores(trial: Trial, budgets: list[int]) -> Iterator[dict]:
    from sklearn_featrix import InContextClassifier

    test = np.random.default_rng(trial.seed).permutation(len(trial.X_test))[:N_TEST]
    for budget in (b for b in budgets if fits(b, len(trial.y_pool))):
        y = np.full(len(trial.y_pool), UNLABELED)
        labeled = draw_labeled(trial.y_pool, budget, trial.seed)
        y[labeled] = trial.y_pool[labeled]
        for n_members in N_MEMBERS:
            model = InContextClassifier(n_members, random_state=trial.seed)
            proba = model.fit(trial.X_pool, y).predict_proba(trial.X_test.iloc[test])
            yield {
                "budget": budget,
                "n_members": n_members,
                "readings": len(model._subsets),
                **scores(trial.y_test[test], proba),
            }
