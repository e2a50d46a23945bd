"""Summarise results: ``python -m benchmarks.imbalance.report results.csv``.

Seeds are averaged first, then tables, so that a table counts once. All methods of a
table of the report are compared on the same draws: those that each of them has
finished. Methods that were run on fewer draws are compared with "ours" on theirs.

How near a mean probability comes to a share that is known is a matter of chance as
well, even for a classifier that is right about each row: it is a mean of some rows.
"could be" is the share of draws within 10 % if nothing but this moved it; at most, as
the rare rows that have a label are no longer there to match by.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

PEERS = ("BalancedRandomForest", "EasyEnsemble")
DRAW = ["table", "seed"]
NEAR = 0.1
MEANS = {
    "balanced_accuracy": "balanced accuracy",
    "average_precision": "average precision",
    "brier": "Brier",
    "mean_probability": "mean predicted",
    "near": "within 10 %",
    "could": "could be",
}


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
        By method: balanced accuracy, average precision and Brier score; mean
        probability; by how much it is off the share, as a factor (its median over
        tables and seeds); in which share of the draws it is within 10 % of it, and in
        which it would be by chance alone.
    """
    ratio = cells["mean_probability"] / cells["true_share"]
    cells = cells.assign(
        off=np.exp(np.abs(np.log(ratio.clip(lower=1e-9)))),
        near=(np.abs(ratio - 1) <= NEAR).astype(float),
        could=by_chance(cells),
    )
    by_table = cells.groupby(["method", "table"], sort=False)[list(MEANS)].mean()
    means = by_table.groupby("method", sort=False).mean()
    means.insert(4, "off", cells.groupby("method")["off"].median())
    return means


def by_chance(cells: pd.DataFrame) -> pd.Series:
    """Chance that a mean is within 10 % of the share, were it right but for the rows.

    Only for a share that is known, as others are not meant to be right. Means that were
    set on the unlabeled rows have the chance of those rows in them too.
    """
    is_known = cells["method"].str.contains("prior known")
    rows = 1 + cells["method"].str.contains("matched") * (
        cells["n_test"] / cells["n_unlabeled"]
    )
    noise = cells["noise"] * np.sqrt(rows) / cells["mean_probability"]
    chance = pd.Series(2 * norm.cdf(NEAR / noise.clip(lower=1e-9)) - 1, cells.index)
    return chance.where(is_known)


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
    """Show figures as markdown."""
    heads = MEANS | {"off": "off by"}
    lines = [("method", *(heads[name] for name in means.columns))]
    lines.append(("---",) * len(lines[0]))
    for method, row in means.iterrows():
        shown = [f"{row[name]:.3f}" for name in means.columns[:2]]
        shown += [f"{row[name]:.4f}" for name in ("brier", "mean_probability")]
        shown.append(f"x {row['off']:.2f}" if row["off"] < 1000 else "> x 1000")
        shown.append(f"{row['near']:.0%}")
        shown.append("" if np.isnan(row["could"]) else f"{row['could']:.0%}")
        lines.append((str(method), *shown))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def asked(cells: pd.DataFrame, means: pd.DataFrame) -> str:
    """Say what was asked for, and what was reached."""
    precision = means["average_precision"]
    peers = precision[precision.index.isin(PEERS)]
    others = precision[precision.index.str.startswith("ours")]
    by_draw = cells.pivot_table("average_precision", DRAW, "method")
    won = by_draw[peers.index].lt(by_draw["ours"], axis=0)
    gains = cells.pivot_table("balanced_accuracy", DRAW, "method")
    gains = 100 * (gains["ours, prior balanced"] - gains["ours"])
    share = cells.groupby("table")["true_share"].mean().mean()
    known = means[means.index.str.startswith("ours, prior known")]
    return "\n".join(
        [
            f"- average precision of 'ours' {precision['ours']:.3f}, of the best peer "
            f"{peers.max():.3f} ({peers.idxmax()}); by draw higher in "
            f"{won.to_numpy().sum()} of {won.size} comparisons with a peer",
            f"- best of ours {others.max():.3f} ({others.idxmax()})",
            "- balanced accuracy of prior='balanced' over none: "
            f"{gains.groupby('table').mean().mean():+.1f} points; by draw at least 4 "
            f"in {(gains >= 4).sum()} of {len(gains)}",
            f"- mean share of the rare class: {share:.4f}",
            *(
                f"- mean probability of {name!r}: {row['mean_probability']:.4f}; off "
                f"by x {row['off']:.2f} in the median, within 10 % in {row['near']:.0%}"
                f" of the draws, where chance allows {row['could']:.0%}"
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
        parts += [title, asked(kept, means), as_table(means), each_table(kept, shown)]
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
