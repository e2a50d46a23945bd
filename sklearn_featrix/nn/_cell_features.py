"""What a cell says before anything is learnt: its place, and the labels near it."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["EvidenceFeatures", "evidence_features", "place_features"]

N_PLACE = 11
N_EVIDENCE = 16
N_ROW_EVIDENCE = 16
BANDWIDTHS = (0.2, 0.7)  # half-widths of the kernels; ranks span 2
SHARPNESS = (1.5, 4.0)  # of the votes of rows alike in all columns
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
    cells : Tensor of shape (batch, n_rows, n_columns, 16)
        Four numbers for each of four ways to find labelled rows like this cell.
    rows : Tensor of shape (batch, n_rows, 16)
        The cells' evidence gathered over the columns, and the votes of whole rows.
    """

    cells: Tensor
    rows: Tensor


def evidence_features(
    q: Tensor, nominal: Tensor, y: Tensor, feature_mask: Tensor | None = None
) -> EvidenceFeatures:
    r"""Sum up the labels of the labelled rows that are alike, without learning.

    Each column is read by itself, in four ways: labelled rows with the equal value
    (missing counts as a value), those near in rank under a kernel
    :math:`k(d) = (1 - (d / h)^2)_+^2` of half-width .2 and of .7, and the straight
    line through the labels over the ranks. With weights :math:`w_j`, count
    :math:`n = \sum w_j`, labels :math:`y_j` of mean :math:`\bar y` and variance
    :math:`v`, the first three ways give a cell

    - the weight of evidence :math:`\operatorname{logit} \frac{\sum w_j y_j + \bar
      y}{n + 1} - \operatorname{logit} \bar y` [1]_,
    - the excess :math:`\sum w_j (y_j - \bar y)` in standard deviations
      :math:`\sqrt{v (n + 1/2)}`, through the inverse hyperbolic sine,
    - :math:`\log (1 + n)`,

    and the line gives its height at this rank over :math:`\sqrt v`, its height times
    the root of the count, and the size of the correlation. The fourth number of each
    way is the column's gain: how much the log loss of the labelled rows falls when
    its evidence is added to the base rate.

    A row gets the evidence of each way summed over the columns, the sum over the
    columns of most gain, and the strongest; then, for plain and for gain-weighted
    means of :math:`k` over the columns, the weight of evidence in a softmax vote of
    the labelled rows, mild and sharp.

    A labelled row leaves itself out of everything but the gain, so that labelled and
    other rows are described alike. Swapping the two classes changes the sign of all
    evidence and leaves counts, correlations and gains. In nominal columns, nearness
    of rank means nothing: the kernels give what equality gives, the line gives 0.

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
    (torch.Size([1, 5, 1, 16]), torch.Size([1, 5, 16]))
    >>> evidence.cells[0, 4, 0, 0] < 0  # rows of this value are of the first class
    tensor(True)
    """
    n_labeled = y.shape[1]
    rest = _Rest.of(y, q.shape[1])
    seen = torch.ones_like(nominal) if feature_mask is None else feature_mask
    ranks = torch.nan_to_num(q, nan=_MISSING_RANK).transpose(1, 2).contiguous()
    gaps = ranks[..., None] - ranks[:, :, None, :n_labeled]
    own = torch.arange(n_labeled, device=q.device)
    gaps[:, :, own, own] = 4 * _MISSING_RANK  # nobody is his own neighbour
    codes = nominal[:, :, None, None]
    equal = (gaps == 0).to(q.dtype)
    squared = gaps.square_()
    ways = [_weighted_evidence(equal, y, rest)]
    for bandwidth in BANDWIDTHS:
        near = (1 - squared / bandwidth**2).clamp_(min=0).square_()
        near = torch.where(codes, equal, near)
        ways.append(_weighted_evidence(near, y, rest))
    ways.append(_line_evidence(q, y, rest).masked_fill(codes, 0))
    cells = torch.stack(ways, dim=-2).transpose(1, 2)
    weights = cells[..., 0] * seen[:, None, :, None].to(q.dtype)
    gain = _gain(weights, y, rest)
    trust = gain.clamp(min=0)
    trust = trust / (trust.amax(1, keepdim=True) + 0.01)
    rows = torch.cat(
        [
            weights.sum(2) / seen.sum(1).clamp(min=1).to(q.dtype).sqrt()[:, None, None],
            (weights * trust[:, None]).sum(2),
            weights.gather(2, weights.abs().argmax(2, keepdim=True))[:, :, 0],
            _row_votes(near, seen, trust.amax(2), y, rest),
        ],
        dim=-1,
    )
    about = gain[:, None, :, :, None].expand(*cells.shape[:-1], 1)
    return EvidenceFeatures(torch.cat([cells, about], dim=-1).flatten(3), rows)


class _Rest(NamedTuple):
    """What is known of the labels but the row's own; each (batch, 1, n_rows)."""

    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, y: Tensor, n_rows: int) -> _Rest:
        n_labeled = y.shape[1]
        own = functional.pad(y, (0, n_rows - n_labeled))
        left_out = functional.pad(torch.ones_like(y), (0, n_rows - n_labeled))
        total = y.sum(1, keepdim=True) - own
        mean = ((total + 0.5) / (n_labeled - left_out + 1))[:, None]
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
    own = functional.pad(moments, (0, 0, 0, 0, 0, q.shape[1] - n_labeled))
    total = moments.sum(1, keepdim=True) - own
    count, sum_x, sum_xx, sum_y, sum_xy = total.transpose(1, 2).unbind(-1)
    n = count.clamp(min=1)
    spread = (sum_xx - sum_x**2 / n).clamp(min=0)
    together = sum_xy - sum_x * sum_y / n
    scale = rest.variance.sqrt()
    offset = x.transpose(1, 2) - sum_x / n
    height = together / (spread + 1.0) / scale * offset * present.transpose(1, 2)
    correlation = together / (n * (spread / n + 0.05)).sqrt() / scale
    return torch.stack(
        [
            height.clamp(-5, 5),
            torch.asinh(height * n.sqrt()),
            torch.asinh(correlation).abs(),
        ],
        dim=-1,
    )


def _gain(weights: Tensor, y: Tensor, rest: _Rest) -> Tensor:
    """Fall of the left-out log loss by each column -> (batch, columns, ways)."""
    n_labeled = y.shape[1]
    sign = (2 * y - 1)[:, :, None, None]
    base = torch.logit(rest.mean[:, 0, :n_labeled])[..., None, None]
    informed = functional.logsigmoid(sign * (base + weights[:, :n_labeled]))
    return (informed - functional.logsigmoid(sign * base)).mean(1)


def _row_votes(
    near: Tensor, seen: Tensor, trust: Tensor, y: Tensor, rest: _Rest
) -> Tensor:
    """Votes of labelled rows by their mean nearness -> (batch, rows, 4)."""
    n_rows, n_labeled = near.shape[2:]
    plain = seen.to(near.dtype)
    shares = torch.stack([plain, plain * (trust + 0.05)], dim=1)
    shares = shares / shares.sum(2, keepdim=True).clamp(min=1e-6)
    alike = (shares @ near.flatten(2)).reshape(len(y), 2, n_rows, n_labeled)
    alike = alike - alike.mean(3, keepdim=True)
    alike = alike / (alike.square().mean(3, keepdim=True).sqrt() + 0.01)
    own = torch.eye(n_rows, n_labeled, dtype=torch.bool, device=near.device)
    votes = []
    for sharpness in SHARPNESS:
        logits = (sharpness * alike).masked_fill(own, -torch.inf)
        shares = torch.nan_to_num(logits.softmax(-1))  # nobody else: nobody votes
        share = 0.9 * (shares @ y[:, None, :, None])[..., 0]
        share = share + (1 - 0.9 * shares.sum(-1)) * rest.mean
        votes.append(torch.logit(share, eps=1e-4) - torch.logit(rest.mean))
    return torch.cat(votes, dim=1).transpose(1, 2)
