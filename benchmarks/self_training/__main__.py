"""Run the study: ``python -m benchmarks.self_training --help``."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.self_training")
    add = parser.add_argument
    add("--data-dir", type=Path, required=True, help="as for label_efficiency")
    add("--side", choices=["tuning", "reported"], required=True)
    add("--tables", nargs="+", default=[], help="names (default: all of the side)")
    add("--budgets", type=int, nargs="+", default=[20, 50, 100])
    add("--seeds", type=int, nargs="+", default=[0])
    add("--bases", nargs="+", default=[], help="names (default: all)")
    add("--methods", nargs="+", default=[], help="names (default: all)")
    add("--output", type=Path, default=Path("benchmarks/results/self_training.csv"))
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the cells that are not in the output file yet."""
    options = parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    from threadpoolctl import threadpool_limits

    from benchmarks.label_efficiency.splits import side
    from benchmarks.label_efficiency.tables import load_folder
    from benchmarks.self_training.study import BASES, COLUMNS, KEY, METHODS, run_trial

    done = set()
    if options.output.exists():
        with options.output.open(newline="") as file:
            done = {tuple(row[key] for key in KEY) for row in csv.DictReader(file)}
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(",".join(COLUMNS) + "\n")
    readers = load_folder(options.data_dir, options.tables)
    for seed in options.seeds:
        for reader in readers:
            if side(reader.name) != options.side:
                continue
            with threadpool_limits(1):
                rows = run_trial(
                    reader,
                    seed,
                    options.budgets,
                    options.bases or list(BASES),
                    options.methods or list(METHODS),
                    done,
                )
                for row in rows:
                    with options.output.open("a", newline="") as file:
                        csv.DictWriter(file, COLUMNS, restval="").writerow(row)
            print(f"{reader.name} seed {seed}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
