"""Summarise results: ``python -m benchmarks.self_training.report results.csv``.

Points over the base alone, in the manner of `benchmarks.label_efficiency.report`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks.label_efficiency.protocol import METRICS
from benchmarks.label_efficiency.report import overview, summary

RARE = (0.02, 0.1)


def as_table(lines: list[tuple[str, ...]]) -> str:
    """Show lines, the first of them the head, as markdown."""
    lines = [lines[0], ("---",) * len(lines[0]), *lines[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def worst(cells: pd.DataFrame) -> list[tuple[str, ...]]:
    """Largest loss of AUC on a table, by budget."""
    summaries = {
        f"{budget} labels": summary(part, "auc", "base")
        for budget, part in cells.groupby("budget")
    }
    methods = [name for name in next(iter(summaries.values())).index if name != "base"]
    return [
        ("method", *summaries),
        *(
            (name, *(_harm(table.loc[name]) for table in summaries.values()))
            for name in methods
        ),
    ]


def _harm(row: pd.Series) -> str:
    return f"{row['harm']:+.1f} {row['worst']}"


def rare_class(cells: pd.DataFrame) -> list[tuple[str, ...]]:
    """Say how much of a rare class is believed in, and how well it is ranked."""
    rare = cells[cells["share"].between(*RARE)]
    lines = [("table", "labels", "method", "mean probability / share", "AP")]
    for (table, budget, method), part in rare.groupby(["table", "budget", "method"]):
        ratio = (part["mean_probability"] / part["share"]).mean()
        precision = part["average_precision"].mean()
        lines.append((table, str(budget), method, f"{ratio:.2f}", f"{precision:.3f}"))
    return lines


def render(cells: pd.DataFrame) -> str:
    """Return the whole report as markdown."""
    parts = []
    for base, part in cells.groupby("base"):
        for metric in METRICS:
            lines = overview(part, metric, "base")
            parts.append(f"## {base}, {metric}\n\n{as_table(lines)}")
        parts.append(f"## {base}, worst table, AUC\n\n{as_table(worst(part))}")
        parts.append(f"## {base}, rare classes\n\n{as_table(rare_class(part))}")
    seconds = cells.pivot_table("fit_seconds", "method", "base", aggfunc="median")
    lines = [("method", *map(str, seconds.columns))]
    lines += [(str(n), *(f"{v:.3f}" for v in row)) for n, row in seconds.iterrows()]
    parts.append(f"## CPU seconds of a fit, median\n\n{as_table(lines)}")
    failed = cells["error"].notna().sum()
    return "\n\n".join([*parts, f"{len(cells)} cells, {failed} failed."]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.self_training.report")
    parser.add_argument("results", type=Path)
    options = parser.parse_args(arguments)
    print(render(pd.read_csv(options.results)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
