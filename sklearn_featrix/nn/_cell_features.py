"""What a cell says before anything is learnt: its place, and the labels near it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["EvidenceFeatures", "LabelEvidence", "place_features"]

N_PLACE = 11
N_EVIDENCE = 16
N_ROW_EVIDENCE = 16
BANDWIDTHS = (0.2, 0.7)  # half-widths of the kernels; ranks span 2
SHARPNESS = (1.5, 4.0)  # of the votes of rows alike in all columns
CELLS_AT_ONCE = 1 << 18  # pairs of cells that a processor's cache has room for
FEWEST_ROWS = 16  # at once, however many cells: a block costs time of its own
_MISSING_RANK = 9.0  # a rank of its own, out of reach of every kernel
_SPREAD = 2.0**24  # of codes: single precision tells no ranks apart that are nearer


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
    """What :class:`LabelEvidence` says of rows.

    Attributes
    ----------
    cells : Tensor of shape (batch, n_questions, n_rows, n_columns, 16)
        Four numbers for each of four ways to find labelled rows like this cell.
    rows : Tensor of shape (batch, n_questions, n_rows, 16)
        The cells' evidence gathered over the columns, and the votes of whole rows.
    """

    cells: Tensor
    rows: Tensor


class LabelEvidence:
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
    q : Tensor of shape (batch, n_labeled, n_columns)
        Ranks of the labelled rows in [-1, 1], NaN where missing; equal values have
        equal ranks.
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.
    y : Tensor of shape (batch, n_questions, n_labeled)
        Labels 0 and 1 of the rows, by question.

    Attributes
    ----------
    labeled : EvidenceFeatures
        Features of the labelled rows.
    trust : Tensor of shape (batch, n_questions, n_columns)
        What each column tells by itself: the largest of its gains, from .05 for none
        to 1.05 for the column of most gain.

    References
    ----------
    .. [1] I. J. Good, "Probability and the Weighing of Evidence", 1950.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import LabelEvidence
    >>> q = torch.tensor([[[-1.0], [-1.0], [1.0], [1.0]]])
    >>> y = torch.tensor([[[0.0, 0.0, 1.0, 1.0]]])
    >>> evidence = LabelEvidence(q, torch.tensor([[True]]), y)
    >>> found = evidence(torch.tensor([[[-1.0]]]))
    >>> found.cells.shape, found.rows.shape
    (torch.Size([1, 1, 1, 1, 16]), torch.Size([1, 1, 1, 16]))
    >>> found.cells[0, 0, 0, 0, 0] < 0  # rows of this value are of the first class
    tensor(True)
    """

    def __init__(self, q: Tensor, nominal: Tensor, y: Tensor) -> None:
        self._ranks = spread_ranks(q, nominal)
        self._nominal = nominal
        self._y = y
        self._line = _LineMoments.of(q, y)
        rest = _Rest.of(y, leave_one_out=True)
        labels = [_labels_near(ways, y) for ways in self._kernels(q, True)]
        cells = self._describe(q, labels, rest, leave_one_out=True)
        self._gain = _gain(cells[..., 0], y, rest)
        trust = self._gain.clamp(min=0)
        self._trust = trust / (trust.amax(2, keepdim=True) + 0.01)
        self.trust = self._trust.amax(3) + 0.05
        # the plain mean is the same for all questions
        shares = torch.cat([torch.ones_like(self.trust[:, :1]), self.trust], dim=1)
        self._shares = shares / shares.sum(2, keepdim=True).clamp(min=1e-6)
        alike = [mixed(self._shares, ways[-1]) for ways in self._kernels(q, True)]
        self.labeled = self._gather(cells, alike, rest, leave_one_out=True)

    def __call__(self, q: Tensor) -> EvidenceFeatures:
        """Describe rows that have no label.

        Parameters
        ----------
        q : Tensor of shape (batch, n_rows, n_columns)
            Their ranks.

        Returns
        -------
        EvidenceFeatures
            Features of the cells and of the rows.
        """
        rest = _Rest.of(self._y, leave_one_out=False)
        labels, alike = [], []
        for ways in self._kernels(q, leave_one_out=False):
            labels.append(_labels_near(ways, self._y))
            alike.append(mixed(self._shares, ways[-1]))
        cells = self._describe(q, labels, rest, leave_one_out=False)
        return self._gather(cells, alike, rest, leave_one_out=False)

    def _kernels(self, q: Tensor, leave_one_out: bool) -> Iterator[list[Tensor]]:
        """Likeness of cells to those of the labelled rows, by blocks of rows.

        Equal values, then those near under each kernel: each (batch, columns, rows,
        labeled).
        """
        ranks = spread_ranks(q, self._nominal)
        for rows in row_blocks(q, self._ranks.numel()):
            gaps = ranks[:, :, rows, None] - self._ranks[:, :, None]
            if leave_one_out:
                itself = gaps.diagonal(rows.start, dim1=2, dim2=3)
                itself.fill_(4 * _MISSING_RANK)
            squared = gaps.square_()
            near = [
                squared.mul(-1 / bandwidth**2).add_(1).clamp_(min=0).square_()
                for bandwidth in BANDWIDTHS
            ]
            yield [squared.eq_(0), *near]

    def _describe(
        self, q: Tensor, labels: list[Tensor], rest: _Rest, leave_one_out: bool
    ) -> Tensor:
        """Evidence of cells but for the gain, from the labels near them by blocks.

        Shape: batch, questions, rows, columns, 4 ways, 3.
        """
        line = self._line.evidence(q, rest, leave_one_out)
        line = line.masked_fill(self._nominal[:, None, :, None, None], 0)
        ways = _weighted_evidence(torch.cat(labels, dim=3), rest)
        return torch.cat([ways, line[:, :, None]], dim=2).permute(0, 1, 4, 3, 2, 5)

    def _gather(
        self, cells: Tensor, alike: list[Tensor], rest: _Rest, leave_one_out: bool
    ) -> EvidenceFeatures:
        """Add the gain to the cells, and gather them by row."""
        weights = cells[..., 0]
        strongest = weights.abs().argmax(3, keepdim=True)
        trust = self._trust
        rows = torch.cat(
            [
                weights.sum(3) / math.sqrt(weights.shape[3]),
                (weights * trust[:, :, None]).sum(3),
                weights.gather(3, strongest)[:, :, :, 0],
                _row_votes(torch.cat(alike, dim=2), self._y, rest, leave_one_out),
            ],
            dim=-1,
        )
        about = self._gain[:, :, None, :, :, None].expand(*cells.shape[:-1], 1)
        return EvidenceFeatures(torch.cat([cells, about], dim=-1).flatten(4), rows)


def row_blocks(q: Tensor, cells_of_row: int) -> Iterator[slice]:
    """Rows whose pairs with the cells of labelled rows fit into a processor's cache.

    Powers of 2, as sizes of chunks are: their blocks have one size.
    """
    affordable = CELLS_AT_ONCE if q.device.type == "cpu" else CELLS_AT_ONCE << 7
    size = 1 << max(affordable // cells_of_row, FEWEST_ROWS).bit_length() - 1
    for start in range(0, max(q.shape[1], 1), size):
        yield slice(start, start + size)


def spread_ranks(q: Tensor, nominal: Tensor) -> Tensor:
    """Ranks by column -> (batch, columns, rows).

    Missing ones are apart, and codes so far from one another that no kernel reaches.
    """
    ranks = torch.nan_to_num(q, nan=_MISSING_RANK).transpose(1, 2).contiguous()
    return ranks * torch.where(nominal, _SPREAD, 1).to(q.dtype)[..., None]


def mixed(shares: Tensor, part: Tensor) -> Tensor:
    """Sum over the columns of (batch, columns, rows, labeled), by shares of each."""
    return torch.unflatten(shares @ part.flatten(2), 2, part.shape[2:])


class _Rest(NamedTuple):
    """What is known of the labels but the row's own; (batch, questions, 1, n_rows)."""

    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, y: Tensor, leave_one_out: bool) -> _Rest:
        total, n_labeled = y.sum(2, keepdim=True), y.shape[2]
        if leave_one_out:
            total, n_labeled = total - y, n_labeled - 1
        mean = ((total + 0.5) / (n_labeled + 1))[:, :, None]
        return cls(mean, mean * (1 - mean))


def _labels_near(ways: list[Tensor], y: Tensor) -> Tensor:
    """Sum up the labels near each cell by question, and last the weights themselves.

    What is alike does not depend on the question, so that it is computed once.
    Shape: batch, ways, columns, rows, questions + 1.
    """
    labels = torch.cat([y, torch.ones_like(y[:, :1])], dim=1).mT[:, None]
    return torch.stack([weights @ labels for weights in ways], dim=1)


def _weighted_evidence(sums: Tensor, rest: _Rest) -> Tensor:
    """Weigh sums of labels -> (batch, questions, ways, columns, rows, 3)."""
    positive, count = torch.split(sums.movedim(-1, 1), [sums.shape[-1] - 1, 1], dim=1)
    mean, variance = rest.mean[:, :, None], rest.variance[:, :, None]
    share = (positive + mean) / (count + 1)
    weight = torch.logit(share, eps=1e-4) - torch.logit(mean)
    excess = positive - count * mean
    deviations = torch.asinh(excess / (variance * (count + 0.5)).sqrt())
    counted = torch.log1p(count).expand_as(weight)
    return torch.stack([weight, deviations, counted], dim=-1)


class _LineMoments(NamedTuple):
    """Count, sums and products of ranks and labels of each labelled row."""

    moments: Tensor  # (batch, questions, n_labeled, columns, 5)

    @classmethod
    def of(cls, q: Tensor, y: Tensor) -> _LineMoments:
        present = (~torch.isnan(q)).to(q.dtype)[:, None]
        x = torch.nan_to_num(q)[:, None]
        label = y[..., None] * present
        of_ranks = [each.expand_as(label) for each in (present, x, x * x)]
        return cls(torch.stack([*of_ranks, label, label * x], dim=-1))

    def evidence(self, q: Tensor, rest: _Rest, leave_one_out: bool) -> Tensor:
        """Height of the line over the ranks -> (batch, questions, columns, rows, 3)."""
        total = self.moments.sum(2, keepdim=True)
        if leave_one_out:
            total = total - self.moments
        count, sum_x, sum_xx, sum_y, sum_xy = total.transpose(2, 3).unbind(-1)
        n = count.clamp(min=1)
        spread = (sum_xx - sum_x**2 / n).clamp(min=0)
        together = sum_xy - sum_x * sum_y / n
        scale = rest.variance.sqrt()
        columns = q.transpose(1, 2)[:, None]
        offset = torch.nan_to_num(columns) - sum_x / n
        height = together / (spread + 1.0) / scale * offset
        height = height.masked_fill(torch.isnan(columns), 0)
        correlation = together / (n * (spread / n + 0.05)).sqrt() / scale
        return torch.stack(
            [
                height.clamp(-5, 5),
                torch.asinh(height * n.sqrt()),
                torch.asinh(correlation).abs().expand_as(height),
            ],
            dim=-1,
        )


def _gain(weights: Tensor, y: Tensor, rest: _Rest) -> Tensor:
    """Fall of the left-out log loss -> (batch, questions, columns, ways)."""
    sign = (2 * y - 1)[..., None, None]
    base = torch.logit(rest.mean[:, :, 0])[..., None, None]
    informed = functional.logsigmoid(sign * (base + weights))
    return (informed - functional.logsigmoid(sign * base)).mean(2)


def _row_votes(alike: Tensor, y: Tensor, rest: _Rest, leave_one_out: bool) -> Tensor:
    """Votes of labelled rows by their mean nearness -> (batch, questions, rows, 4)."""
    n_questions = y.shape[1]
    alike = alike - alike.mean(3, keepdim=True)
    alike = alike / (alike.square().mean(3, keepdim=True).sqrt() + 0.01)
    mean = rest.mean[:, :, 0]
    votes = []
    for sharpness in SHARPNESS:
        logits = sharpness * alike
        if leave_one_out:
            logits.diagonal(dim1=2, dim2=3).fill_(-torch.inf)
        shares = torch.nan_to_num(logits.softmax(-1))  # nobody else: nobody votes
        said = [shares[:, :1] @ y[..., None], shares[:, 1:] @ y[..., None]]
        heard = shares.sum(-1)
        heard = torch.stack([heard[:, :1].expand(-1, n_questions, -1), heard[:, 1:]])
        share = 0.9 * torch.stack(said)[..., 0] + (1 - 0.9 * heard) * mean
        votes.append(torch.logit(share, eps=1e-4) - torch.logit(mean))
    return torch.cat(votes).movedim(0, -1)
