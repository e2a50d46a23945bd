"""Why a row is near: what each column of the table has done for it."""

from __future__ import annotations

import numpy as np

N_REASONS = 3


def explain(space, query, columns, rows, combine):
    """Tell for each row found how much nearer each column brings it.

    Parameters
    ----------
    space : RowSpace
        The fitted space.
    query : Query
        What was asked for.
    columns : ColumnSpace
        The space of `space` in which columns can be told apart.
    rows : DataFrame, ndarray or sparse matrix of shape (n_found, n_features)
        The rows found, as a table.
    combine : {"centroid", "max"}
        Whether the mean of the records was asked for or each.

    Returns
    -------
    dict of str to list or ndarray of shape (n_found,)
        "reasons" in words, and "why__<name>" for each column of the table.
    """
    mask = columns.mask_of(query.given)
    found = space.scaled(columns.transform(rows) * mask)
    asked = columns.transform(query.table).astype(np.float64) * mask
    if combine == "centroid":
        asked = asked.mean(axis=0, keepdims=True)
    asked = space.scaled(asked)
    apart = ((found[:, np.newaxis] - asked) ** 2).sum(axis=2).argmin(axis=1)
    gains = np.zeros((len(found), len(columns.labels_)))
    for i, one in enumerate(asked):
        gains[apart == i] = columns.contributions(one, found[apart == i], mask)
    by_name = {f"why__{name}": gains[:, j] for j, name in enumerate(columns.labels_)}
    return {"reasons": [in_words(columns.labels_, row) for row in gains]} | by_name


def in_words(labels, gains):
    """List the columns that bring most, and their shares of what is positive."""
    total = gains[gains > 0].sum()
    best = np.argsort(-gains, kind="stable")[:N_REASONS]
    return ", ".join(
        f"{labels[j]} ({gains[j] / total:.0%})".replace("%", " %")
        for j in best
        if gains[j] > 0
    )
