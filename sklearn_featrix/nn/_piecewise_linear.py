"""Numbers as how far they reach into each of several bins."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["PiecewiseLinear"]


class PiecewiseLinear(nn.Module):
    r"""Piecewise linear encoding of the columns of a table.

    A bin from :math:`a` to :math:`b` of a column gives 0 below :math:`a`, 1 above
    :math:`b` and :math:`(x - a) / (b - a)` between [1]_: what is linear in the bins of
    a column is a piecewise linear function of it.

    Parameters
    ----------
    columns : Tensor of shape (n_bins,)
        Column of each bin, integers.
    low : Tensor of shape (n_bins,)
        Where each bin begins.
    high : Tensor of shape (n_bins,)
        Where it ends, above `low`.

    Raises
    ------
    ValueError
        If the shapes differ, or a bin is empty.

    Notes
    -----
    Shape

    - input: ``(batch, n_features)``
    - output: ``(batch, n_bins)``

    References
    ----------
    .. [1] Y. Gorishniy, I. Rubachev and A. Babenko. On embeddings for numerical
       features in tabular deep learning. NeurIPS 2022.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import PiecewiseLinear
    >>> x = torch.tensor([[1.0, 0.0, 0.2, 0.7], [0.5, 0.2, 0.7, 2.0]]).T
    >>> bins = PiecewiseLinear.from_quantiles(x, n_bins=2)
    >>> bins.low
    tensor([0.0000, 0.4500, 0.2000, 0.6000])
    >>> bins(torch.tensor([[0.6, 0.5]]))
    tensor([[1.0000, 0.2727, 0.7500, 0.0000]])
    """

    columns: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, columns: Tensor, low: Tensor, high: Tensor) -> None:
        super().__init__()
        if not columns.shape == low.shape == high.shape or columns.ndim != 1:
            raise ValueError(
                "columns, low and high must have one entry per bin, got shapes "
                f"{tuple(columns.shape)}, {tuple(low.shape)} and {tuple(high.shape)}."
            )
        if not (high > low).all():
            raise ValueError("high must be above low in every bin.")
        self.register_buffer("columns", columns.long())
        self.register_buffer("low", low)
        self.register_buffer("high", high)

    @classmethod
    def from_quantiles(cls, x: Tensor, *, n_bins: int = 8) -> PiecewiseLinear:
        """Cut columns at the quantiles of a sample of rows.

        Columns of one or two values have no bins, and neither has a column that rises
        or stays with the one before it: it says the same.

        Parameters
        ----------
        x : Tensor of shape (n_rows, n_features)
            The sample, finite floats on the CPU.
        n_bins : int, default=8
            Bins of a column, fewer where quantiles coincide.

        Returns
        -------
        PiecewiseLinear
            The encoding.
        """
        if n_bins < 1:
            raise ValueError(f"n_bins must be at least 1, got {n_bins}.")
        columns: list[int] = []
        low: list[Tensor] = []
        high: list[Tensor] = []
        steps = torch.linspace(0, 1, n_bins + 1, dtype=torch.float64)
        order: Tensor | None = None
        for j, column in enumerate(x.double().unbind(dim=1)):
            repeats = order is not None and bool((column[order].diff() >= 0).all())
            order = column.argsort(stable=True)
            ordered = column[order]
            if repeats or len(_distinct(ordered)) <= 2:
                continue
            edges = _distinct(_quantiles(ordered, steps).to(x.dtype))
            columns += [j] * (len(edges) - 1)
            low.append(edges[:-1])
            high.append(edges[1:])
        empty = x.new_zeros(0)
        return cls(
            torch.tensor(columns, dtype=torch.long),
            torch.cat([empty, *low]),
            torch.cat([empty, *high]),
        )

    @property
    def n_bins(self) -> int:
        """Number of bins of all columns."""
        return len(self.columns)

    def forward(self, x: Tensor) -> Tensor:
        """Encode rows."""
        return ((x[:, self.columns] - self.low) / (self.high - self.low)).clamp(0, 1)


def _distinct(ordered: Tensor) -> Tensor:
    return torch.cat([ordered[:1], ordered[1:][ordered.diff() > 0]])


def _quantiles(ordered: Tensor, steps: Tensor) -> Tensor:
    """Linear quantiles of sorted numbers; torch's own has a limit on their number."""
    position = steps * (len(ordered) - 1)
    below = position.floor().long()
    above = position.ceil().long()
    return ordered[below].lerp(ordered[above], position - below)
