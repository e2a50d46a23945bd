"""What regressions on the labelled rows answer, before anything is learnt."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ._cell_features import column_blocks, ranks_by_column

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
        self._z, self._q, self._nominal = z, q, nominal
        self._shares = _shares(trust)
        n_labeled = y.shape[2]
        mean = (y.sum(2, keepdim=True) + 0.5) / (n_labeled + 1)
        # batch, kernels, means, penalties, questions, labelled rows
        alpha, left_out = _solve(self._kernels(z, q), y - mean)
        variance = (mean * (1 - mean))[:, None, None, None]
        alpha = alpha / variance
        shift = (left_out / variance).clamp(-_MAX_SHIFT, _MAX_SHIFT)
        gain = _gain(shift, torch.logit(mean)[:, None, None, None], y)
        weight = (_CAUTION * n_labeled * gain)[..., None]
        within = weight.softmax(3)
        overall = weight.flatten(1, 3).softmax(1).view_as(weight)
        self._alpha = _Answers((within * alpha).sum(3), (overall * alpha).sum(3))
        self._gain = (within[..., 0] * gain).sum(3)
        self.labeled = self._gather(
            _Answers((within * shift).sum(3), (overall * shift).sum(3))
        )

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
        kernels = self._kernels(z, q)
        answers = (_applied(kernels, alpha) for alpha in self._alpha)
        return self._gather(_Answers(*answers))

    def _gather(self, answers: _Answers) -> Tensor:
        each = answers.each.clamp(-_MAX_SHIFT, _MAX_SHIFT)
        overall = answers.overall.sum((1, 2)).clamp(-_MAX_SHIFT, _MAX_SHIFT)
        gains = 4 * self._gain[..., None].expand_as(each)
        features = [each.flatten(1, 2), gains.flatten(1, 2), overall[:, None]]
        return torch.cat(features, dim=1).movedim(1, -1)

    def _kernels(self, z: Tensor, q: Tensor) -> Tensor:
        """Likeness to the labelled rows.

        Shape: batch, kernels, 1 + 2 questions, rows, labelled rows. The plain means
        come first; they are the same for all questions.
        """
        equal, distance, near = self._sums(q)
        lines = [
            equal + self._products(3**0.5 * q, 3**0.5 * self._q),
            equal + self._products(z, self._z),
        ]
        smooth = [torch.exp(-sharpness * distance) for sharpness in SHARPNESS]
        return torch.stack([*lines, near, *smooth], dim=1)

    def _products(self, own: Tensor, theirs: Tensor) -> Tensor:
        ordered = self._shares * (~self._nominal)[:, None].to(own.dtype)
        weighted = torch.nan_to_num(own)[:, None] * ordered[:, :, None]
        return weighted @ torch.nan_to_num(theirs).transpose(1, 2)[:, None]

    def _sums(self, q: Tensor) -> list[Tensor]:
        """Means over the columns: equal codes or both missing, distance, triangles."""
        own, theirs = ranks_by_column(q), ranks_by_column(self._q)
        sums = [q.new_zeros(()) for _ in range(3)]
        for columns in column_blocks(q, self._q.shape[1]):
            gaps = (own[:, columns, :, None] - theirs[:, columns, None]).abs_()
            codes = self._nominal[:, columns, None, None]
            equal = (gaps == 0).to(q.dtype)
            gaps = torch.where(codes, 1 - equal, gaps.clamp_(max=_FARTHEST))
            lost = torch.isnan(q).transpose(1, 2)[:, columns, :, None]
            near = gaps.mul(-1 / _BEND).add_(1).clamp_(min=0)
            shares = self._shares[:, :, columns]
            for place, part in enumerate((equal * (codes | lost), gaps, near)):
                mixed = torch.unflatten(shares @ part.flatten(2), 2, part.shape[2:])
                sums[place] = sums[place] + mixed
        return sums


class _Answers(NamedTuple):
    """Of each kernel, and its part of the average over all.

    Both (batch, kernels, means, questions, rows).
    """

    each: Tensor
    overall: Tensor


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
    found = []
    for penalty in PENALTIES:
        inverse = torch.linalg.inv(kernels + (penalty + _JITTER) * one)
        alpha = _applied(inverse, _repeated(y, kernels.shape[1]))
        inner = inverse.diagonal(dim1=-2, dim2=-1)
        plain, others = inner[:, :, :1], inner[:, :, 1:]
        plain = plain[:, :, None].expand(-1, -1, -1, y.shape[1], -1)
        inner = torch.cat([plain, torch.unflatten(others, 2, (2, -1))], dim=2)
        found.append((alpha, y[:, None, None] - alpha / inner))
    alpha, left_out = (torch.stack(each, dim=3) for each in zip(*found, strict=True))
    return alpha, left_out


def _repeated(y: Tensor, n_kernels: int) -> Tensor:
    return y[:, None, None].expand(-1, n_kernels, N_MEANS, -1, -1)


def _applied(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices (batch, kernels, 1 + 2 questions, rows, n) times what belongs to them.

    The vectors are (batch, kernels, means, questions, n), so is the answer, by rows.
    """
    plain = vectors[:, :, 0] @ matrices[:, :, 0].transpose(-1, -2)
    others = torch.unflatten(matrices[:, :, 1:], 2, (2, -1))
    others = (others @ vectors[:, :, 1:, :, :, None]).squeeze(-1)
    return torch.cat([plain[:, :, None], others], dim=2)


def _gain(shift: Tensor, base: Tensor, y: Tensor) -> Tensor:
    """Fall of the mean left-out log loss, by all but the rows."""
    sign = (2 * y - 1)[:, None, None, None]
    informed = functional.logsigmoid(sign * (base + shift)).mean(-1)
    return informed - functional.logsigmoid(sign * base).mean(-1)
