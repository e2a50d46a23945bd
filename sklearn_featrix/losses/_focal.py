"""Cross-entropy that turns its back on what is already learnt."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import torch
from torch import Tensor
from torch.nn import functional

from ._class_loss import ClassLoss, as_float64, like

__all__ = ["FocalLoss", "check_gamma", "focal_losses"]


class FocalLoss(ClassLoss):
    r"""Weigh rows down by the probability their class already has.

    .. math:: -\alpha_y (1 - p_y)^\gamma \log p_y

    with the softmax :math:`p` of the logits [1]_.

    Parameters
    ----------
    gamma : float, default=2.0
        :math:`\gamma`, not negative. 0 is cross-entropy; the greater, the less the
        easy rows count.
    alpha : float or sequence of shape (n_classes,), default=None
        :math:`\alpha`, a weight of each class. With two classes a float weighs class
        1, and ``1 - alpha`` class 0. None weighs all by 1.
    label_smoothing : float, default=0.0
        Share of each target that is spread evenly over all classes, below 1.
    ignore_index : int, default=-1
        Target of unlabeled rows: they have no gradient and do not count in the mean.
    reduction : "mean", "sum" or "none", default="mean"
        The mean is over labelled rows, by `sample_weight`, whatever `alpha`. With
        "none" unlabeled rows have loss 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    See Also
    --------
    ClassBalancedLoss : Class weights by the number of rows, focal or not.

    Notes
    -----
    Shape

    - logits: ``(batch, n_classes)``, finite
    - target: ``(batch,)`` codes or ``(batch, n_classes)`` probabilities
    - sample_weight: ``(batch,)`` or None
    - output: a scalar, or ``(batch,)`` if `reduction` is "none"

    Soft targets average the losses of the classes. For ``gamma > 0`` the loss is not
    proper: the most probable class stays the same, but the probability that minimises
    the loss is not the true one, with two classes nearer to one half [2]_.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár. Focal loss for dense
       object detection. ICCV 2017.
    .. [2] N. Charoenphakdee, J. Vongkulbhisal, N. Chairatanakul and M. Sugiyama. On
       focal loss for class-posterior probability estimation: a theoretical
       perspective. CVPR 2021.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.losses import FocalLoss
    >>> logits = torch.tensor([[3.0, 0.0], [0.0, 0.0], [0.0, 9.0]])
    >>> target = torch.tensor([0, 1, -1])
    >>> FocalLoss(gamma=0, reduction="none")(logits, target)
    tensor([0.0486, 0.6931, 0.0000])
    >>> FocalLoss(gamma=2, reduction="none")(logits, target)
    tensor([1.0928e-04, 1.7329e-01, 0.0000e+00])
    """

    def __init__(
        self,
        gamma: float = 2.0,
        alpha: float | Sequence[float] | Tensor | None = None,
        *,
        label_smoothing: float = 0.0,
        ignore_index: int = -1,
        reduction: str = "mean",
    ) -> None:
        super().__init__(
            label_smoothing=label_smoothing,
            ignore_index=ignore_index,
            reduction=reduction,
        )
        check_gamma(gamma)
        self.gamma = gamma
        self.alpha = alpha
        self._alpha = None if alpha is None else _weight_of_each_class(alpha)

    def losses_by_class(self, logits: Tensor) -> Tensor:
        """Compute the loss of each row for each class as its label, before `alpha`."""
        return focal_losses(logits, self.gamma)

    def class_weight(self, counts: Tensor) -> Tensor | None:
        """Give `alpha`."""
        return None if self._alpha is None else like(self._alpha, counts, "alpha")


def focal_losses(logits: Tensor, gamma: float) -> Tensor:
    """Focal loss of each row for each class as its label."""
    log_p = functional.log_softmax(logits, dim=1)
    if gamma == 0:
        return -log_p
    return -torch.exp(gamma * _log_complement(log_p)) * log_p


def check_gamma(gamma: float) -> None:
    """Refuse what is no focusing parameter."""
    if not (gamma >= 0 and isfinite(gamma)):
        raise ValueError(
            f"gamma must be finite and not negative (0 is cross-entropy), got {gamma}."
        )


def _log_complement(log_p: Tensor) -> Tensor:
    """log(1 - p), exact where p is next to 1: there the other classes are summed."""
    top = log_p.argmax(dim=1, keepdim=True)
    others = log_p.scatter(1, top, -torch.inf).logsumexp(dim=1, keepdim=True)
    small_p = log_p.exp().scatter(1, top, 0.0)
    return torch.log1p(-small_p).scatter(1, top, others)


def _weight_of_each_class(alpha: float | Sequence[float] | Tensor) -> Tensor:
    if torch.as_tensor(alpha).ndim:
        return as_float64(alpha, "alpha")  # type: ignore[arg-type]
    share = float(alpha)  # type: ignore[arg-type]
    if not 0 <= share <= 1:
        raise ValueError(
            "A single alpha weighs class 1 of two, 1 - alpha class 0: it must be "
            f"between 0 and 1, got {share}. Give one weight per class otherwise."
        )
    return torch.tensor([1 - share, share], dtype=torch.float64)
