"""What a cell says before anything is learnt: its place, and the labels near it."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["EvidenceFeatures", "evidence_features", "place_features"]

N_PLACE = 11
N_EVIDENCE = 12
N_ROW_EVIDENCE = 8
BANDWIDTHS = (0.2, 0.7)  # half-widths of the kernels; ranks span 2
_MISSING_RANK = 9.0  # a rank of its own, out of reach of every kernel


def place_features(z: Tensor, q: Tensor, nominal: Tensor) -> Tensor:
    r"""Describe where each value lies in its column, without any label.

    The features are :math:`z`, :math:`|z|`, :math:`q`, missing, nominal, and sine
    and cosine of :math:`\pi q`, :math:`2 \pi q` and :math:`4 \pi q`; all are 0 where
    the value is missing, but for the two flags. The sines and cosines let inner
    products tell near ranks from far ones at three scales [1]_.

    Parameters
    ----------
    z : Tensor of shape (batch, n_rows, n_columns)
        Standardised values, NaN where missing.
    q : Tensor of shape (batch, n_rows, n_columns)
        Ranks in [-1, 1], NaN where missing.
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.

    Returns
    -------
    Tensor of shape (batch, n_rows, n_columns, 11)
        The features, of the dtype of `q`.

    References
    ----------
    .. [1] Y. Gorishniy, I. Rubachev, A. Babenko, "On Embeddings for Numerical
       Features in Tabular Deep Learning", NeurIPS 2022.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import place_features
    >>> q = torch.tensor([[[-1.0], [1.0], [float("nan")]]])
    >>> features = place_features(q, q, torch.tensor([[False]]))
    >>> features.shape
    torch.Size([1, 3, 1, 11])
    >>> features[0, :, 0, :5]
    tensor([[-1.,  1., -1.,  0.,  0.],
            [ 1.,  1.,  1.,  0.,  0.],
            [ 0.,  0.,  0.,  1.,  0.]])
    """
    missing = torch.isnan(q)
    present = (~missing).to(q.dtype)
    z, q = torch.nan_to_num(z), torch.nan_to_num(q)
    codes = nominal[:, None, :].to(q.dtype).expand_as(q)
    angles = torch.stack([q * math.pi * octave for octave in (1, 2, 4)], dim=-1)
    flat = torch.stack([z, z.abs(), q, 1 - present, codes], dim=-1)
    waves = torch.cat([angles.sin(), angles.cos()], dim=-1) * present[..., None]
    return torch.cat([flat, waves], dim=-1)


class EvidenceFeatures(NamedTuple):
    """What :func:`evidence_features` gives.

    Attributes
    ----------
    cells : Tensor of shape (batch, n_rows, n_columns, 12)
        Three numbers for each of four ways to find labelled rows like this cell.
    rows : Tensor of shape (batch, n_rows, 8)
        The weights of evidence of the four ways, gathered over the columns.
    """

    cells: Tensor
    rows: Tensor


def evidence_features(
    q: Tensor, nominal: Tensor, y: Tensor, feature_mask: Tensor | None = None
) -> EvidenceFeatures:
    r"""Sum up the labels of the labelled rows whose value in a column is alike.

    Each column is read by itself, in four ways: labelled rows with the equal value
    (missing counts as a value), those near in rank under a kernel
    :math:`(1 - (d / h)^2)_+^2` of half-width .2 and of .7, and the straight line
    through the labels over the ranks. With weights :math:`w_j`, count
    :math:`n = \sum w_j`, labels :math:`y_j` of mean :math:`\bar y` and variance
    :math:`v`, the first three ways give

    - the weight of evidence :math:`\operatorname{logit} \frac{\sum w_j y_j + \bar
      y}{n + 1} - \operatorname{logit} \bar y` [1]_,
    - the excess :math:`\sum w_j (y_j - \bar y)` in standard deviations
      :math:`\sqrt{v (n + 1/2)}`, through the inverse hyperbolic sine,
    - :math:`\log (1 + n)`,

    and the line gives its height at this rank over :math:`\sqrt v`, its height times
    the root of the count, and the correlation. A labelled row leaves itself out of
    everything, so that labelled and other rows are described alike. The first two
    numbers of each way change sign with the labels. In nominal columns, nearness of
    rank means nothing: the kernels give what equality gives, the line gives 0.

    Parameters
    ----------
    q : Tensor of shape (batch, n_rows, n_columns)
        Ranks in [-1, 1], NaN where missing; equal values have equal ranks. Labelled
        rows first.
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.
    y : Tensor of shape (batch, n_labeled)
        Labels 0 and 1 of the first rows.
    feature_mask : Tensor of shape (batch, n_columns), dtype bool, default=None
        Columns that count in the row features; all where None.

    Returns
    -------
    EvidenceFeatures
        Features of the cells and of the rows.

    References
    ----------
    .. [1] I. J. Good, "Probability and the Weighing of Evidence", 1950.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import evidence_features
    >>> q = torch.tensor([[[-1.0], [-1.0], [1.0], [1.0], [-1.0]]])
    >>> y = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    >>> evidence = evidence_features(q, torch.tensor([[True]]), y)
    >>> evidence.cells.shape, evidence.rows.shape
    (torch.Size([1, 5, 1, 12]), torch.Size([1, 5, 8]))
    >>> evidence.cells[0, 4, 0, 0] < 0  # rows of this value are of the first class
    tensor(True)
    """
    n_labeled = y.shape[1]
    rest = _Rest.of(y, q.shape[1])
    ranks = torch.nan_to_num(q, nan=_MISSING_RANK).transpose(1, 2).contiguous()
    gaps = ranks[..., None] - ranks[:, :, None, :n_labeled]
    own = torch.arange(n_labeled, device=q.device)
    gaps[:, :, own, own] = 4 * _MISSING_RANK  # nobody is his own neighbour
    same = _weighted_evidence((gaps == 0).to(q.dtype), y, rest)
    ways = [same]
    codes = nominal[:, :, None, None]
    squared = gaps.square_()
    for bandwidth in BANDWIDTHS:
        weights = (1 - squared / bandwidth**2).clamp_(min=0).square_()
        ways.append(torch.where(codes, same, _weighted_evidence(weights, y, rest)))
    ways.append(_line_evidence(q, y, rest).masked_fill(codes, 0))
    cells = torch.cat(ways, dim=-1).transpose(1, 2)
    return EvidenceFeatures(cells, _row_evidence(cells, feature_mask))


class _Rest(NamedTuple):
    """What is known of the labels but the row's own; each (batch, 1, n_rows)."""

    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, y: Tensor, n_rows: int) -> _Rest:
        n_labeled = y.shape[1]
        own = torch.nn.functional.pad(y, (0, n_rows - n_labeled))
        left_out = torch.zeros_like(own)
        left_out[:, :n_labeled] = 1
        total = y.sum(1, keepdim=True) - own
        count = n_labeled - left_out
        mean = ((total + 0.5) / (count + 1))[:, None]
        return cls(mean, mean * (1 - mean))


def _weighted_evidence(weights: Tensor, y: Tensor, rest: _Rest) -> Tensor:
    """Weights (batch, columns, rows, labeled) -> (batch, columns, rows, 3)."""
    sums = weights @ torch.stack([y, torch.ones_like(y)], dim=-1)[:, None]
    positive, count = sums.unbind(-1)
    share = (positive + rest.mean) / (count + 1)
    weight = torch.logit(share, eps=1e-4) - torch.logit(rest.mean)
    excess = positive - count * rest.mean
    deviations = torch.asinh(excess / (rest.variance * (count + 0.5)).sqrt())
    return torch.stack([weight, deviations, torch.log1p(count)], dim=-1)


def _line_evidence(q: Tensor, y: Tensor, rest: _Rest) -> Tensor:
    """Height of the line over the ranks -> (batch, columns, rows, 3)."""
    n_labeled = y.shape[1]
    present = (~torch.isnan(q)).to(q.dtype)
    x = torch.nan_to_num(q)
    label = y[..., None] * present[:, :n_labeled]
    seen = x[:, :n_labeled]
    moments = torch.stack(
        [present[:, :n_labeled], seen, seen * seen, label, label * seen], dim=-1
    )
    own = torch.nn.functional.pad(
        moments, (0, 0, 0, 0, 0, q.shape[1] - n_labeled)
    )
    total = moments.sum(1, keepdim=True) - own
    count, sum_x, sum_xx, sum_y, sum_xy = total.transpose(1, 2).unbind(-1)
    n = count.clamp(min=1)
    spread = (sum_xx - sum_x**2 / n).clamp(min=0)
    together = sum_xy - sum_x * sum_y / n
    scale = rest.variance.sqrt()
    slope = together / (spread + 1.0) / scale
    height = slope * (x * present).transpose(1, 2) - slope * sum_x / n
    height = height * present.transpose(1, 2)
    correlation = together / (n * (spread / n + 0.05)).sqrt() / scale
    return torch.stack(
        [
            height.clamp(-5, 5),
            torch.asinh(height * n.sqrt()),
            torch.asinh(correlation).abs(),
        ],
        dim=-1,
    )


def _row_evidence(cells: Tensor, feature_mask: Tensor | None) -> Tensor:
    """Gather the weights of the four ways over columns -> (batch, rows, 8)."""
    weights = cells[..., ::3]
    n_columns = torch.full_like(weights[:, :1, 0, :1], weights.shape[2])
    if feature_mask is not None:
        weights = weights * feature_mask[:, None, :, None].to(weights.dtype)
        n_columns = feature_mask.sum(1)[:, None, None].clamp(min=1).to(weights.dtype)
    strongest = weights.gather(2, weights.abs().argmax(2, keepdim=True))[:, :, 0]
    return torch.cat([weights.sum(2) / n_columns.sqrt(), strongest], dim=-1)
