"""Columns of text and numbers with their intervals, for readable reprs."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["aligned", "with_interval"]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows of cells below one another.

    Parameters
    ----------
    rows : sequence of sequence of str
        The cells, as many in each row.

    Returns
    -------
    list of str
        A line for each row, columns two spaces apart.

    Examples
    --------
    >>> from sklearn_featrix.utils._text_table import aligned
    >>> aligned([("class", "rows"), ("a", "10")])
    ['class  rows', 'a      10']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def with_interval(value: float, low: float, high: float, spec: str = ".3f") -> str:
    """Write a number and the ends of its interval.

    Parameters
    ----------
    value, low, high : float
        The number and the ends.
    spec : str, default=".3f"
        Format of each.

    Returns
    -------
    str
        "-" for a number that is NaN.

    Examples
    --------
    >>> from sklearn_featrix.utils._text_table import with_interval
    >>> with_interval(0.25, 0.125, 0.5)
    '0.250 [0.125, 0.500]'
    >>> with_interval(0.1, -0.1, 0.3, "+.1f")
    '+0.1 [-0.1, +0.3]'
    """
    if value != value:
        return "-"
    return f"{value:{spec}} [{low:{spec}}, {high:{spec}}]"
