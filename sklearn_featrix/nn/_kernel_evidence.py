"""What regressions on the labelled rows answer, before anything is learnt."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from ._cell_features import mixed, row_blocks, spread_ranks

__all__ = ["KernelEvidence"]

SHARPNESS = (2.0, 6.0)  # of the two kernels that fall off with distance
N_KERNELS = 3 + len(SHARPNESS)
N_MEANS = 3  # plain, by trust, by its cube
N_KERNEL_EVIDENCE = 2 * N_KERNELS * N_MEANS + 1
PENALTIES = (0.03, 0.2, 1.5)
_BEND = 0.7  # half-width of the triangles; ranks span 2
_CAUTION = 0.5  # of the weights by left-out log loss
_JITTER = 1e-4
_FARTHEST = 2.0  # what is missing is no farther than the ends of the ranks
_MAX_SHIFT = 12.0


class KernelEvidence:
    r"""Answers of kernel ridge regressions [1]_ on the labels, without learning.

    Five kernels tell how alike two rows are: products of ranks and products of values
    (straight lines), triangles of half-width .7 in rank (bends of each column),
    and :math:`\exp(-s \bar d)` of the mean distance in rank with :math:`s` of 2 and 6
    (any smooth function of the columns together). Each is a mean over the columns: a
    plain one, one weighted by what the columns tell by themselves, and one weighted by
    the cube of that. Codes of nominal columns are alike when they are equal.

    Each of these 15 kernels is solved for three penalties. A labelled row's answer
    leaves its own label out [2]_; the penalties are averaged with weights
    :math:`\propto \exp(n g / 2)`, where :math:`g` is how much the mean left-out log
    loss of the :math:`n` labelled rows falls below that of the base rate. A row gets

    - the 15 answers, as shifts of the log-odds from the base rate,
    - the 15 gains :math:`4 g`,
    - the average of all 45 answers with weights of the same kind.

    Swapping the two classes changes the sign of answers and leaves gains.

    Parameters
    ----------
    z, q : Tensor of shape (batch, n_labeled, n_columns)
        Standardised values and ranks of the labelled rows, NaN where missing.
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.
    y : Tensor of shape (batch, n_questions, n_labeled)
        Labels 0 and 1 of the rows, by question.
    trust : Tensor of shape (batch, n_questions, n_columns)
        What each column tells by itself, more than 0.

    Attributes
    ----------
    labeled : Tensor of shape (batch, n_questions, n_labeled, 31)
        Features of the labelled rows.

    References
    ----------
    .. [1] C. Saunders, A. Gammerman, V. Vovk, "Ridge regression learning algorithm in
       dual variables", ICML 1998.
    .. [2] G. C. Cawley, N. L. C. Talbot, "Fast exact leave-one-out cross-validation of
       sparse least-squares support vector machines", Neural Networks 17, 2004.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import KernelEvidence
    >>> q = torch.tensor([[[-1.0], [-0.5], [0.5], [1.0]]])
    >>> y = torch.tensor([[[0.0, 0.0, 1.0, 1.0]]])
    >>> codes = torch.tensor([[False]])
    >>> evidence = KernelEvidence(1.7 * q, q, codes, y, torch.ones(1, 1, 1))
    >>> rows = torch.tensor([[[-0.7], [0.8]]])
    >>> evidence(1.7 * rows, rows)[0, 0, :, -1] > 0
    tensor([False,  True])
    """

    def __init__(
        self, z: Tensor, q: Tensor, nominal: Tensor, y: Tensor, trust: Tensor
    ) -> None:
        self._nominal = nominal
        self._shares = _shares(trust)
        self._ranks = spread_ranks(q, nominal)
        self._lines = self._line_features(z, q)
        n_labeled = y.shape[2]
        mean = (y.sum(2, keepdim=True) + 0.5) / (n_labeled + 1)
        kernels = [torch.stack(list(block), dim=1) for block in self._kernels(z, q)]
        # batch, kernels, means, penalties, questions, labelled rows
        alpha, left_out = _solve(torch.cat(kernels, dim=3), y - mean)
        variance = (mean * (1 - mean))[:, None, None, None]
        alpha = alpha / variance
        shift = (left_out / variance).clamp(-_MAX_SHIFT, _MAX_SHIFT)
        gain = _gain(shift, torch.logit(mean)[:, None, None, None], y)
        weight = (_CAUTION * n_labeled * gain)[..., None]
        within = weight.softmax(3)
        overall = weight.flatten(1, 3).softmax(1).view_as(weight)
        self._alpha = _averages(alpha, within, overall)
        self._gain = (within[..., 0] * gain).sum(3)
        self.labeled = self._gather(_averages(shift, within, overall))

    def __call__(self, z: Tensor, q: Tensor) -> Tensor:
        """Describe rows that have no label.

        Parameters
        ----------
        z, q : Tensor of shape (batch, n_rows, n_columns)
            Their values and ranks.

        Returns
        -------
        Tensor of shape (batch, n_questions, n_rows, 31)
            Their features.
        """
        blocks = []
        for kernels in self._kernels(z, q):
            answers = map(_applied, kernels, self._alpha.unbind(1))
            blocks.append(torch.stack(list(answers), dim=1))
        return self._gather(torch.cat(blocks, dim=-1))

    def _gather(self, answers: Tensor) -> Tensor:
        """Features from (batch, kernels, means, questions, 2, rows)."""
        each, overall = answers.unbind(4)
        each = each.clamp(-_MAX_SHIFT, _MAX_SHIFT)
        overall = overall.sum((1, 2)).clamp(-_MAX_SHIFT, _MAX_SHIFT)
        gains = 4 * self._gain[..., None].expand_as(each)
        features = [each.flatten(1, 2), gains.flatten(1, 2), overall[:, None]]
        return torch.cat(features, dim=1).movedim(1, -1)

    def _kernels(self, z: Tensor, q: Tensor) -> Iterator[Iterator[Tensor]]:
        """Likeness to the labelled rows, by blocks of rows and by kernels.

        Shape of each: batch, 1 + 2 questions, rows, labelled rows. The plain means come
        first; they are the same for all questions.
        """
        ranks, lines = spread_ranks(q, self._nominal), self._line_features(z, q)
        n_tables, n_columns, n_labeled = self._ranks.shape
        cells_of_row = n_tables * n_labeled * max(n_columns, self._shares.shape[1])
        for rows in row_blocks(q, cells_of_row):
            yield self._kernels_of(ranks[:, :, rows], lines[:, :, rows])

    def _kernels_of(self, ranks: Tensor, lines: Tensor) -> Iterator[Tensor]:
        gaps = (ranks[..., None] - self._ranks[:, :, None]).abs_()
        farthest = torch.where(self._nominal, 1, _FARTHEST).to(gaps.dtype)
        gaps = torch.minimum(gaps, farthest[:, :, None, None])
        of_codes = self._shares * self._nominal[:, None]
        equal = of_codes.sum(2)[..., None, None] - mixed(of_codes, gaps)
        shares = self._shares.repeat(1, 1, 2)[:, :, None]
        for own, theirs in zip(lines.unbind(1), self._lines.unbind(1), strict=True):
            yield (own[:, None] * shares) @ theirs.mT[:, None] + equal
        distance = mixed(self._shares, gaps)
        yield mixed(self._shares, gaps.mul(-1 / _BEND).add_(1).clamp_(min=0))
        for sharpness in SHARPNESS:
            yield torch.exp(-sharpness * distance)

    def _line_features(self, z: Tensor, q: Tensor) -> Tensor:
        """Ranks and values, each beside what is missing; nothing of codes.

        Shape: batch, 2, rows, 2 columns.
        """
        lost = torch.isnan(q)
        known = [torch.nan_to_num(each) for each in (3**0.5 * q, z)]
        features = [torch.cat([each, lost.to(q.dtype)], dim=2) for each in known]
        of_codes = self._nominal.repeat(1, 2)[:, None, None]
        return torch.stack(features, dim=1).masked_fill(of_codes, 0)


def _shares(trust: Tensor) -> Tensor:
    """Weights of the columns in each mean -> (batch, 1 + 2 questions, columns)."""
    sharp = (trust / trust.amax(2, keepdim=True)) ** 3
    shares = torch.cat([torch.ones_like(trust[:, :1]), trust, sharp], dim=1)
    return shares / shares.sum(2, keepdim=True)


def _solve(kernels: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Dual weights, and answers to the rows' own questions without their labels.

    Both (batch, kernels, means, penalties, questions, labelled rows).
    """
    one = torch.eye(y.shape[2], dtype=y.dtype, device=y.device)
    labels = y[:, None, None, :, None].expand(-1, N_KERNELS, N_MEANS, -1, -1, -1)
    found = []
    for penalty in PENALTIES:
        inverse = torch.linalg.inv(kernels + (penalty + _JITTER) * one)
        alpha = _applied(inverse.flatten(0, 1), labels.flatten(0, 1)).squeeze(-2)
        alpha = torch.unflatten(alpha, 0, (-1, N_KERNELS))
        inner = inverse.diagonal(dim1=-2, dim2=-1)
        plain, others = inner[:, :, :1], inner[:, :, 1:]
        plain = plain[:, :, None].expand(-1, -1, -1, y.shape[1], -1)
        inner = torch.cat([plain, torch.unflatten(others, 2, (2, -1))], dim=2)
        found.append((alpha, y[:, None, None] - alpha / inner))
    alpha, left_out = (torch.stack(each, dim=3) for each in zip(*found, strict=True))
    return alpha, left_out


def _averages(values: Tensor, within: Tensor, overall: Tensor) -> Tensor:
    """Of each kernel, and its part of the average over all kernels.

    Shape: batch, kernels, means, questions, 2, rows.
    """
    return torch.stack([(part * values).sum(3) for part in (within, overall)], dim=4)


def _applied(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices (batch, 1 + 2 questions, rows, n) times the vectors that belong to each.

    The vectors are (batch, means, questions, some, n), so is the answer, by rows.
    """
    n_questions = vectors.shape[2]
    plain = vectors[:, 0].flatten(1, 2) @ matrices[:, 0].mT
    others = vectors[:, 1:].flatten(1, 2) @ matrices[:, 1:].mT
    plain = torch.unflatten(plain, 1, (1, n_questions, -1))
    return torch.cat([plain, torch.unflatten(others, 1, (-1, n_questions))], dim=1)


def _gain(shift: Tensor, base: Tensor, y: Tensor) -> Tensor:
    """Fall of the mean left-out log loss, by all but the rows."""
    sign = (2 * y - 1)[:, None, None, None]
    informed = functional.logsigmoid(sign * (base + shift)).mean(-1)
    return informed - functional.logsigmoid(sign * base).mean(-1)
