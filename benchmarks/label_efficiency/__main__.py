"""Run the study: ``python -m benchmarks.label_efficiency --help``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.label_efficiency")
    add = parser.add_argument
    add("--budgets", type=int, nargs="+", default=[20, 50, 100, 500])
    add("--seeds", type=int, default=3, help="number of seeds: 0, 1, ...")
    add("--data-dir", type=Path, help="parquet files, label in the column target")
    add("--tables", nargs="+", default=[], help="names (default: all)")
    add("--methods", nargs="+", default=[], help="names (default: all)")
    add("--output", type=Path, default=Path("benchmarks/results/label_efficiency.csv"))
    add("--n-jobs", type=int, default=1, help="processes, each with one thread")
    add("--time-limit", type=float, default=float("inf"), help="seconds")
    add("--retry-errors", action="store_true", help="run failed cells again")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing from the output file."""
    options = parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    from benchmarks.label_efficiency.methods import VOTES, check_names
    from benchmarks.label_efficiency.optional import runnable
    from benchmarks.label_efficiency.study import Plan, Results, run_study
    from benchmarks.label_efficiency.tables import load_folder, load_installed

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    readers = (
        load_folder(options.data_dir, options.tables)
        if options.data_dir
        else load_installed(options.tables)
    )
    plan = Plan(
        tuple(options.budgets),
        tuple(runnable(check_names(options.methods), VOTES)),
        options.output,
        time.time() + options.time_limit,
    )
    if options.retry_errors:
        Results(options.output).forget_errors()
    run_study(readers, options.seeds, plan, n_jobs=options.n_jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
