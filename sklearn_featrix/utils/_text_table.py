"""Columns of text, for readable reprs."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["aligned"]


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
