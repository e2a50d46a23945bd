"""Classes weighed by the effective number of their rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..utils._class_weight import check_beta, check_row_counts, effective_weights
from ._class_loss import ClassLoss, as_float64, like
from ._focal import check_gamma, focal_losses

__all__ = ["ClassBalancedLoss"]


class ClassBalancedLoss(ClassLoss):
    r"""Weigh classes by the effective number of their rows.

    .. math:: w_y \ell(p, y), \quad w_y \propto \frac{1 - \beta}{1 - \beta^{n_y}}

    with :math:`n_y` rows of class :math:`y` and cross-entropy or the focal loss as
    :math:`\ell` [1]_.

    Parameters
    ----------
    beta : float, default=0.999
        :math:`\beta`: 0 weighs all classes alike, 1 is inverse frequency. In between,
        :math:`1 / (1 - \beta)` rows are the most that a class can count for.
    class_counts : sequence of shape (n_classes,), default=None
        Labelled rows of each class in the training data. None counts those of each
        batch, by `sample_weight`: right for batches of all rows, noisy for small ones.
        A class with less than one row weighs as one with one row.
    gamma : float, default=0.0
        0 is cross-entropy; more is :class:`FocalLoss` with this `gamma`.
    label_smoothing : float, default=0.0
        Share of each target that is spread evenly over all classes, below 1.
    ignore_index : int, default=-1
        Target of unlabeled rows: they have no gradient and do not count, neither in
        the mean nor among the rows of a class.
    reduction : "mean", "sum" or "none", default="mean"
        The mean is over labelled rows, by `sample_weight`. With "none" unlabeled rows
        have loss 0.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `class_counts` are shares or for another
        number of classes.

    See Also
    --------
    sklearn_featrix.utils.class_weight_effective : The weights for scikit-learn.
    FocalLoss : Class weights of your own, and focal.

    Notes
    -----
    Shape

    - logits: ``(batch, n_classes)``, finite
    - target: ``(batch,)`` codes or ``(batch, n_classes)`` probabilities
    - sample_weight: ``(batch,)`` or None
    - output: a scalar, or ``(batch,)`` if `reduction` is "none"

    The mean weight of the counted rows is 1, so that the loss is of the size of an
    unweighted one; the paper's weights sum to the number of classes, one factor for
    all. The probabilities of a weighted loss are shifted towards the rare classes.

    References
    ----------
    .. [1] Y. Cui, M. Jia, T.-Y. Lin, Y. Song and S. Belongie. Class-balanced loss based
       on effective number of samples. CVPR 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.losses import ClassBalancedLoss
    >>> target = torch.tensor([0, 0, 0, 1, -1])
    >>> logits = torch.zeros(5, 2)
    >>> ClassBalancedLoss(beta=1, reduction="none")(logits, target)
    tensor([0.4621, 0.4621, 0.4621, 1.3863, 0.0000])
    >>> ClassBalancedLoss(beta=0.9, class_counts=[900, 100])(logits, target)
    tensor(0.6931)
    """

    def __init__(
        self,
        beta: float = 0.999,
        *,
        class_counts: Sequence[float] | Tensor | None = None,
        gamma: float = 0.0,
        label_smoothing: float = 0.0,
        ignore_index: int = -1,
        reduction: str = "mean",
    ) -> None:
        super().__init__(
            label_smoothing=label_smoothing,
            ignore_index=ignore_index,
            reduction=reduction,
        )
        check_beta(beta)
        check_gamma(gamma)
        self.beta = beta
        self.gamma = gamma
        self.class_counts = class_counts
        self._counts = None if class_counts is None else _read_counts(class_counts)

    def losses_by_class(self, logits: Tensor) -> Tensor:
        """Compute the loss of each row for each class, before the weights."""
        return focal_losses(logits, self.gamma)

    def class_weight(self, counts: Tensor) -> Tensor:
        """Compute the weights, from the batch's counts if there are no others."""
        known = counts.detach() if self._counts is None else self._counts
        # .double() after .cpu(): not every accelerator has 64 bits
        weights = effective_weights(known.cpu().double().numpy(), self.beta)
        return like(torch.from_numpy(weights), counts, "class_counts")

    def implied_class_weight(
        self, counts: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Weights of classes for learners that cannot train with the loss.

        Parameters
        ----------
        counts : ndarray of shape (n_classes,)
            Labelled rows of each class; without a part if `class_counts` are stated.

        Returns
        -------
        ndarray of shape (n_classes,)
            The weights.

        Raises
        ------
        ValueError
            If `counts` are shares and no numbers of rows.
        """
        if self.class_counts is None:
            check_row_counts(counts)
        return super().implied_class_weight(counts)


def _read_counts(class_counts: Sequence[float] | Tensor) -> Tensor:
    counts = as_float64(class_counts, "class_counts")
    if counts.max() < 1:
        raise ValueError(
            "class_counts are numbers of rows, got shares or nothing at all: "
            f"{counts.tolist()}. Pass np.bincount(codes) of the labelled rows."
        )
    return counts
