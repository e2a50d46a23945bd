"""Run or report: ``python -m benchmarks.neural_network run|report``."""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from pathlib import Path

import pandas as pd

from benchmarks.label_efficiency.tables import prepare
from benchmarks.neural_network.report import report
from benchmarks.neural_network.study import METHODS, PEERS, run_trial

# those with 5,000 labels and more, of each side of the split of label_efficiency
TABLES = {
    "tuning": [
        "letter", "electricity", "mpls_stops", "nursery", "mammography",
        "diamonds_cut", "weight_lifting_har", "sylva", "brfss_arthritis",
    ],
    "reported": [
        "adult", "census_income_kdd", "clothing_reviews", "cover_ad",
        "credit_default", "fars", "flchain_death", "marvel_align", "nsl_kdd",
        "skyserver",
    ],
}  # fmt: skip


def main() -> None:
    """Run trials and append their scores to a file, or report such files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neural_network")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--data-dir", type=Path, required=True)
    run.add_argument("--out", type=Path, required=True)
    run.add_argument("--side", choices=TABLES, default="reported")
    run.add_argument("--tables", nargs="*")
    run.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    run.add_argument("--budgets", type=int, nargs="+", default=[1000, 5000])
    run.add_argument("--methods", nargs="+", default=[*PEERS, "net"], choices=METHODS)
    show = commands.add_parser("report")
    show.add_argument("files", type=Path, nargs="+")
    show.add_argument("--baseline", default="net")
    options = parser.parse_args()
    if options.command == "report":
        rows = pd.concat([pd.read_csv(path) for path in options.files])
        sys.stdout.write(report(rows, options.baseline))
    else:
        _run(options)


def _run(options: argparse.Namespace) -> None:
    warnings.simplefilter("ignore")
    for seed in options.seeds:
        for name in options.tables or TABLES[options.side]:
            frame = pd.read_parquet(options.data_dir / f"{name}.parquet")
            table = prepare(name, frame, "target")
            for row in run_trial(table, seed, options.budgets, options.methods):
                _append(options.out, row)


def _append(path: Path, row: dict) -> None:
    begins = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if begins:
            writer.writeheader()
        writer.writerow(row)
    print(*(f"{v:.4f}" if isinstance(v, float) else v for v in row.values()))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
