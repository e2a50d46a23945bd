"""Tables of a study: means, differences to one method, wins and the worst harm."""

from __future__ import annotations

import pandas as pd

METRICS = {"auc": 100, "log_loss": 1, "balanced_accuracy": 100}
LOWER_IS_BETTER = {"log_loss"}


def report(rows: pd.DataFrame, baseline: str) -> str:
    """Write the study as Markdown.

    Parameters
    ----------
    rows : DataFrame
        One row per table, seed, budget and method.
    baseline : str
        The method that the others are compared with.

    Returns
    -------
    str
        For each budget a table of means over tables of the means over seeds, of what
        `baseline` gains over each method (points; for the log loss what it saves), on
        how many tables it wins, and its worst table; then the scores of each table.
    """
    rows = rows.drop_duplicates(["table", "seed", "budget", "method"], keep="last")
    return "\n".join(
        _summary(group, budget, baseline) + "\n" + _by_table(group, budget)
        for budget, group in rows.groupby("budget")
    )


def _by_method(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Means over seeds, one row per table, of tables that all methods have."""
    means = rows.pivot_table(index="table", columns="method", values=metric)
    return means.dropna() * METRICS.get(metric, 1)


def _summary(rows: pd.DataFrame, budget: int, baseline: str) -> str:
    lines = [
        f"### {budget} labels, {rows.table.nunique()} tables, "
        f"{rows.seed.nunique()} seeds\n",
        "| method | " + " | ".join(METRICS) + " | seconds |"
        + "".join(f" gain in {metric} | wins | worst |" for metric in METRICS),
        "|" + " --- |" * (2 + 4 * len(METRICS)),
    ]  # fmt: skip
    for method in rows.method.drop_duplicates():
        cells = [method]
        for metric in METRICS:
            digits = 4 if metric in LOWER_IS_BETTER else 2
            cells.append(f"{_by_method(rows, metric)[method].mean():.{digits}f}")
        cells.append(f"{_by_method(rows, 'seconds')[method].mean():.1f}")
        for metric in METRICS:
            cells += (
                ["", "", ""]
                if method == baseline
                else _gain(_by_method(rows, metric), metric, method, baseline)
            )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _gain(means: pd.DataFrame, metric: str, method: str, baseline: str) -> list[str]:
    digits = 4 if metric in LOWER_IS_BETTER else 2
    gain = means[baseline] - means[method]
    if metric in LOWER_IS_BETTER:
        gain = -gain
    error = gain.std() / len(gain) ** 0.5
    return [
        f"{gain.mean():+.{digits}f} ± {error:.{digits}f}",
        f"{(gain > 0).sum()}/{len(gain)}",
        f"{gain.min():+.{digits}f} ({gain.idxmin()})",
    ]


def _by_table(rows: pd.DataFrame, budget: int) -> str:
    lines = []
    for metric in METRICS:
        means = _by_method(rows, metric)[list(rows.method.drop_duplicates())]
        digits = 4 if metric in LOWER_IS_BETTER else 2
        lines += [
            f"{metric} of each table, {budget} labels:\n",
            "| table | " + " | ".join(means.columns) + " |",
            "|" + " --- |" * (1 + len(means.columns)),
            *(
                f"| {name} | " + " | ".join(f"{v:.{digits}f}" for v in row) + " |"
                for name, row in means.iterrows()
            ),
            "",
        ]
    return "\n".join(lines)
