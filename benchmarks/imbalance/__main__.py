"""Run the study: ``python -m benchmarks.imbalance --data-dir FOLDER``.

It goes on where an earlier run stopped, and fits methods that are new since.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imbalance")
    add = parser.add_argument
    add("--data-dir", type=Path, required=True, help="folder of parquet files")
    add("--tables", nargs="+", default=[], help="names (default: all)")
    add("--labels", type=int, nargs="+", default=[100, 500])
    add("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    add("--methods", nargs="+", default=[], help="names (default: all)")
    add("--output", type=Path, default=Path("benchmarks/results/imbalance.csv"))
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the cells that are not in the output file yet."""
    options = parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything loads OpenMP
    import torch
    from threadpoolctl import threadpool_limits

    from benchmarks.imbalance.methods import METHODS, Cell
    from benchmarks.imbalance.study import append, done_cells, run_cell
    from benchmarks.imbalance.tables import TABLES, draws

    torch.set_num_threads(1)
    done = done_cells(options.output)
    names = options.methods or list(METHODS)
    tables = options.tables or list(TABLES)
    for table, seed, draw in draws(options.data_dir, tables, options.seeds):
        for n_labels in options.labels:
            cell = Cell(draw, n_labels)
            for name in names:
                key = (table, str(n_labels), str(seed), name)
                if key in done:
                    continue
                with threadpool_limits(1):
                    row = run_cell(cell, METHODS[name])
                row |= dict(
                    zip(("table", "n_labels", "seed", "method"), key, strict=True)
                )
                append(options.output, row)
        print(f"{table} seed {seed}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
