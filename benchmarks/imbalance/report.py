"""Summarise results: ``python -m benchmarks.imbalance.report results.csv``.

Seeds are averaged first, then tables, so that a table counts once. All methods of a
table of the report are compared on the same draws: those that each of them has
finished. Methods that were run on fewer draws are compared with "ours" on theirs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

PEERS = ("BalancedRandomForest", "EasyEnsemble")
DRAW = ["table", "seed"]
NEAR = 0.1


def load(path: Path) -> pd.DataFrame:
    """Read the cells that succeeded; of a cell that was run twice, the last."""
    cells = pd.read_csv(path)
    cells = cells[cells["error"].isna()]
    return cells.drop_duplicates(["table", "n_labels", "seed", "method"], keep="last")


def finished(cells: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Cells of the draws that all of the methods have finished."""
    cells = cells[cells["method"].isin(methods)]
    counts = cells.groupby(DRAW)["method"].transform("nunique")
    return cells[counts == len(methods)]


def figures(cells: pd.DataFrame) -> pd.DataFrame:
    """Mean figures of each method over tables.

    Returns
    -------
    DataFrame
        By method: balanced accuracy, average precision and Brier score; by how much the
        mean probability is off the share, as a factor (its median over tables and
        seeds); and in which share of the draws it is within 10 % of it.
    """
    ratio = cells["mean_probability"] / cells["true_share"]
    cells = cells.assign(
        off=np.exp(np.abs(np.log(ratio.clip(lower=1e-9)))),
        near=(np.abs(ratio - 1) <= NEAR).astype(float),
    )
    metrics = ["balanced_accuracy", "average_precision", "brier", "near"]
    by_table = cells.groupby(["method", "table"], sort=False)[metrics].mean()
    means = by_table.groupby("method", sort=False).mean()
    means.insert(3, "off", cells.groupby("method")["off"].median())
    return means


def complete(cells: pd.DataFrame) -> list[str]:
    """Methods of at least half as many draws as the one with the most."""
    n_draws = cells.groupby("method", sort=False).size()
    return n_draws.index[2 * n_draws >= n_draws.max()].tolist()


def later(cells: pd.DataFrame, main: list[str]) -> list[list[str]]:
    """Group the other methods by the draws that they were run on."""
    groups: dict[frozenset, list[str]] = {}
    for method, part in cells.groupby("method", sort=False):
        if method not in main:
            draws = frozenset(part[DRAW].itertuples(index=False, name=None))
            groups.setdefault(draws, []).append(str(method))
    return list(groups.values())


def as_table(means: pd.DataFrame) -> str:
    """Show figures as markdown, average precision and the others to three digits."""
    heads = {
        "balanced_accuracy": "balanced accuracy",
        "average_precision": "average precision",
        "brier": "Brier",
        "off": "probability off by",
        "near": "within 10 %",
    }
    lines = [("method", *(heads[name] for name in means.columns))]
    lines.append(("---",) * len(lines[0]))
    for method, row in means.iterrows():
        shown = [f"{row[name]:.3f}" for name in means.columns[:2]]
        off = f"x {row['off']:.2f}" if row["off"] < 1000 else "> x 1000"
        shown += [f"{row['brier']:.4f}", off, f"{row['near']:.0%}"]
        lines.append((str(method), *shown))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def asked(means: pd.DataFrame) -> str:
    """Say what was asked for, and what was reached."""
    precision = means["average_precision"]
    peers = precision[precision.index.isin(PEERS)]
    ours = precision[precision.index.str.startswith("ours")]
    gain = means["balanced_accuracy"]
    gain = 100 * (gain["ours, prior balanced"] - gain["ours"])
    known = means[means.index.str.startswith("ours, prior known")]
    return "\n".join(
        [
            f"- best of ours in average precision {ours.max():.3f}, best peer "
            f"{peers.max():.3f} ({peers.idxmax()})",
            f"- balanced accuracy of prior='balanced' over none: {gain:+.1f} points",
            *(
                f"- mean probability of {name!r}: off by x {row['off']:.2f} in the "
                f"median, within 10 % in {row['near']:.0%} of the draws"
                for name, row in known.iterrows()
            ),
        ]
    )


def each_table(cells: pd.DataFrame, methods: list[str]) -> str:
    """Average precision of some methods on each table."""
    wide = cells.pivot_table("average_precision", "table", "method", sort=False)
    wide = wide[[method for method in methods if method in wide]]
    lines = [("table", *wide.columns), ("---",) * (1 + wide.shape[1])]
    lines += [(str(n), *(f"{v:.3f}" for v in row)) for n, row in wide.iterrows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def render(cells: pd.DataFrame) -> str:
    """Return the whole report as markdown."""
    parts = []
    for n_labels, part in cells.groupby("n_labels"):
        main = complete(part)
        kept = finished(part, main)
        means = figures(kept)
        n_draws = kept.groupby(DRAW).ngroups
        title = (
            f"## {n_labels} labels: {kept['table'].nunique()} tables, {n_draws} draws"
        )
        shown = [*PEERS, "logistic", "xgboost", "net", "ours"]
        parts += [title, asked(means), as_table(means), each_table(kept, shown)]
        for methods in later(part, main):
            some = finished(part, ["ours", *methods])
            n_draws = some.groupby(DRAW).ngroups
            parts.append(f"On {n_draws} draws only:\n\n{as_table(figures(some))}")
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imbalance.report")
    parser.add_argument("results", type=Path)
    options = parser.parse_args(arguments)
    print(render(load(options.results)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
