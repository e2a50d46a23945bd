"""Run the study: ``python -m benchmarks.score_interval --help``."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score_interval")
    add = parser.add_argument
    add("--data-dir", type=Path, help="as for label_efficiency; adds the real tables")
    add("--tables", nargs="+", default=[], help="names (default: all)")
    add("--classifiers", nargs="+", default=[], help="names (default: all)")
    add("--budgets", type=int, nargs="+", default=[20])
    add("--draws", type=int, default=200, help="labelled draws of each cell")
    add("--output", type=Path, default=Path("benchmarks/results/score_interval.csv"))
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the draws that are not in the output file yet."""
    options = parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    from threadpoolctl import threadpool_limits

    from benchmarks.score_interval.study import CLASSIFIERS, COLUMNS, KEY, run_draws

    n_done: dict[tuple[str, ...], int] = {}
    if options.output.exists():
        with options.output.open(newline="") as file:
            for row in csv.DictReader(file):
                cell = tuple(row[name] for name in KEY[:3])
                n_done[cell] = max(n_done.get(cell, 0), int(row["draw"]) + 1)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(",".join(COLUMNS) + "\n")
    for table, load in _loaders(options):
        cells = [
            (classifier, budget, n_done.get((table, classifier, str(budget)), 0))
            for budget in options.budgets
            for classifier in options.classifiers or CLASSIFIERS
        ]
        if all(first >= options.draws for *_, first in cells):
            continue
        with threadpool_limits(1), options.output.open("a", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            views = load()
            for classifier, budget, first in cells:
                for row in run_draws(
                    views, classifier, budget, range(first, options.draws)
                ):
                    key = {"table": table, "classifier": classifier, "budget": budget}
                    writer.writerow({**key, **row})
                    file.flush()  # a cell may take long, and half of it counts too
                print(f"{table}, {classifier}, {budget} labels", flush=True)
    return 0


def _loaders(options):
    from benchmarks.label_efficiency.tables import load_folder
    from benchmarks.score_interval.study import ARTIFICIAL, REAL, Views, artificial

    names = options.tables or [*ARTIFICIAL, *REAL]
    for name in names:
        if name in ARTIFICIAL:
            yield name, lambda name=name: Views(*artificial(name))
    if options.data_dir:
        real = [name for name in names if name not in ARTIFICIAL]
        for reader in load_folder(options.data_dir, real) if real else ():
            yield reader.name, lambda reader=reader: _views_of(reader())


def _views_of(table):
    from benchmarks.score_interval.study import Views

    return Views(table.X, table.y)


if __name__ == "__main__":
    sys.exit(main())
