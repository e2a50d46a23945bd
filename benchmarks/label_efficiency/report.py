"""Summarise results: ``python -m benchmarks.label_efficiency.report results.csv``.

All figures come from the trials (table and seed) that every shown method finished at
that budget. Seeds are averaged first: a table counts once, and the standard error is
over tables. A difference whose 90 % interval (t, over tables) holds zero is a tie.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student_t

from benchmarks.label_efficiency.protocol import LOWER_IS_BETTER, METRICS
from benchmarks.label_efficiency.splits import read as read_names


def load(path: str | Path, methods: list[str] = (), tables: list[str] = ()):
    """Read a results file, with the chosen methods and tables (default: all)."""
    cells = pd.read_csv(path)
    if methods:
        cells = cells[cells["method"].isin(methods)]
    if tables:
        cells = cells[cells["table"].isin(tables)]
    return cells


def by_table(cells: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Mean over seeds of a metric at one budget, one row per table.

    Parameters
    ----------
    cells : DataFrame
        Lines of the results file of one budget.
    metric : str
        Column to average.

    Returns
    -------
    DataFrame of shape (n_tables, n_methods)
        Only from trials that all methods finished.
    """
    wide = cells.pivot_table(metric, ["table", "seed"], "method")
    return wide.dropna().groupby("table").mean()


def summary(cells: pd.DataFrame, metric: str, baseline: str) -> pd.DataFrame:
    """Compare the methods at one budget.

    Parameters
    ----------
    cells : DataFrame
        Lines of the results file of one budget.
    metric : str
        One of the metrics.
    baseline : str
        Method that the others are compared with.

    Returns
    -------
    DataFrame
        One row per method, best mean first: ``mean``, mean ``rank``, ``wins`` and
        ``losses`` against the baseline, ``difference`` in points (x100, positive is
        better) with its standard error ``se`` over tables, whether that is a ``tie``,
        the worst table (``harm`` in points, its name in ``worst``).
    """
    means = by_table(cells, metric)
    if baseline not in means:
        raise ValueError(
            f"The baseline {baseline!r} is not among the methods with results: "
            f"{', '.join(means.columns) or 'none'}."
        )
    sign = -1 if metric in LOWER_IS_BETTER else 1
    gain = 100 * sign * means.sub(means[baseline], axis=0)
    difference, se = gain.mean(), gain.std() / np.sqrt(len(gain))
    table = pd.DataFrame(
        {
            "mean": means.mean(),
            "rank": (sign * means).rank(axis=1, ascending=False).mean(),
            "wins": (gain > 0).sum(),
            "losses": (gain < 0).sum(),
            "difference": difference,
            "se": se,
            # one table says nothing of others
            "tie": ~(difference.abs() > student_t.ppf(0.95, len(gain) - 1) * se),
            "harm": gain.min(),
            "worst": gain.idxmin() if len(gain) else None,
        }
    )
    return table.sort_values("mean", ascending=sign < 0)


def overview(cells: pd.DataFrame, metric: str, baseline: str) -> list[tuple[str, ...]]:
    """Lines of a table: differences from the baseline, a column per budget."""
    summaries = {
        f"{budget} labels": summary(part, metric, baseline)
        for budget, part in cells.groupby("budget")
    }
    order = next(iter(summaries.values())).index
    lines = [("method", *summaries)]
    for method in order:
        rows = (table.loc[method] for table in summaries.values())
        lines.append((method, *(_gain(row, method == baseline) for row in rows)))
    return lines


def _gain(row: pd.Series, is_baseline: bool) -> str:
    if is_baseline:
        return f"mean {row['mean']:.4f}"
    counts = f"{row['wins']:.0f}/{row['losses']:.0f}"
    return f"{row['difference']:+.2f} ± {row['se']:.2f}{_tie(row)} ({counts})"


def _tie(row: pd.Series) -> str:
    return " tie" if row["tie"] else ""


def as_markdown(table: pd.DataFrame, sizes: dict[str, int]) -> str:
    """Show a summary as a table; `sizes` are the rows of each table's pool."""
    head = ("method", "mean", "rank", "wins/losses", "difference", "worst table")
    return _markdown(
        [head, *((str(name), *_shown(row, sizes)) for name, row in table.iterrows())]
    )


def _markdown(lines: list[tuple[str, ...]]) -> str:
    lines = [lines[0], ("---",) * len(lines[0]), *lines[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(row: pd.Series, sizes: dict[str, int]) -> tuple[str, ...]:
    common = (f"{row['mean']:.4f}", f"{row['rank']:.1f}")
    if row["wins"] == row["losses"] == 0:
        return (*common, "", "", "")
    return (
        *common,
        f"{row['wins']}/{row['losses']}",
        f"{row['difference']:+.2f} ± {row['se']:.2f}{_tie(row)}",
        f"{row['harm']:+.1f} {row['worst']} ({sizes[row['worst']]} rows)",
    )


def cost(cells: pd.DataFrame) -> str:
    """Median CPU seconds of a fit, per method and budget, as a table."""
    seconds = cells.pivot_table("fit_seconds", "method", "budget", aggfunc="median")
    lines = [("method", *map(str, seconds.columns))]
    for method, row in seconds.sort_values(seconds.columns[0]).iterrows():
        lines.append((str(method), *(f"{value:.2f}" for value in row)))
    return _markdown(lines)


def failures(cells: pd.DataFrame) -> str:
    """Name the failed cells, one line each; empty where there are none."""
    failed = cells[cells["error"].notna()]
    return "\n".join(
        f"- {cell.table}, seed {cell.seed}, {cell.budget} labels, "
        f"{cell.method}: {cell.error}"
        for cell in failed.itertuples()
    )


def labels_needed(cells: pd.DataFrame, metric: str, baseline: str) -> pd.DataFrame:
    """Tell how many labels the baseline needs to score as the others do.

    Parameters
    ----------
    cells : DataFrame
        Lines of the results file.
    metric : str
        One of the metrics.
    baseline : str
        Method whose curve of mean score over the logarithm of the budget is read.

    Returns
    -------
    DataFrame of shape (n_methods, n_budgets)
        Labels, linear between budgets; infinite where the baseline does not get there
        with the largest one, and NaN where it is better with the smallest. From tables
        with all budgets.
    """
    wide = cells.pivot_table(metric, ["table", "seed"], ["budget", "method"]).dropna()
    means = wide.groupby("table").mean().mean().unstack("budget")
    sign = -1 if metric in LOWER_IS_BETTER else 1
    # more labels that score less would make the curve ambiguous
    reached = np.maximum.accumulate(sign * means.loc[baseline])
    needed = np.interp(
        sign * means, reached, np.log(means.columns), left=np.nan, right=np.inf
    )
    return pd.DataFrame(np.exp(needed), means.index, means.columns).drop(baseline)


def _shown_labels(cells: pd.DataFrame, metric: str, baseline: str) -> str:
    needed = labels_needed(cells, metric, baseline)
    least, most = min(needed.columns), max(needed.columns)
    lines = [("method", *(f"with {budget}" for budget in needed.columns))]
    for method, row in needed.iterrows():
        shown = row.map(
            lambda labels: (
                f"< {least}"
                if np.isnan(labels)
                else f"> {most}"
                if np.isinf(labels)
                else f"{labels:.0f}"
            )
        )
        lines.append((method, *shown))
    return _markdown(lines)


def render(cells: pd.DataFrame, metrics: list[str], baseline: str) -> str:
    """Return the whole report as markdown."""
    sizes = cells.groupby("table")["n_pool"].max().to_dict()
    parts = []
    for metric in metrics:
        title = f"## {metric}, points over {baseline} ± standard error (wins/losses)"
        parts.append(f"{title}\n\n{_markdown(overview(cells, metric, baseline))}")
        if cells["budget"].nunique() > 1:
            title = f"## {metric}, labels that {baseline} needs to score as well"
            parts.append(f"{title}\n\n{_shown_labels(cells, metric, baseline)}")
        for budget, part in cells.groupby("budget"):
            means = by_table(part, metric)
            title = f"## {metric}, {budget} labels, {len(means)} tables"
            shown = as_markdown(summary(part, metric, baseline), sizes)
            parts.append(f"{title}\n\n{shown}")
    parts.append(f"## CPU seconds of a fit, median\n\n{cost(cells)}")
    if failures(cells):
        parts.append(f"## Failed cells\n\n{failures(cells)}")
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.label_efficiency.report"
    )
    add = parser.add_argument
    add("results", type=Path)
    add("--baseline", default="vote3")
    add("--metrics", nargs="+", default=["auc"], choices=METRICS)
    add("--methods", nargs="+", default=[])
    add("--tables-from", type=Path, help="file with the names, one a line")
    options = parser.parse_args(arguments)
    tables = read_names(options.tables_from) if options.tables_from else []
    cells = load(options.results, options.methods, tables)
    print(render(cells, options.metrics, options.baseline), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
