"""What the answers of a classifier are expected to cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ._class_loss import ClassLoss, like

__all__ = ["CostSensitiveLoss"]


class CostSensitiveLoss(ClassLoss):
    r"""Minimise the cost of an answer drawn from the softmax.

    .. math:: \sum_j C_{yj} p_j

    with the softmax :math:`p` of the logits: the expected cost, or risk [1]_, of costs
    per true and predicted class [2]_. It is smooth where the cost of the best answer
    alone is not.

    Parameters
    ----------
    cost_matrix : array-like of shape (n_classes, n_classes)
        :math:`C`: cost of predicting class `column` where class `row` is true, rows and
        columns as in :func:`sklearn.metrics.confusion_matrix`. Gains are negative
        costs.
    ignore_index : int, default=-1
        Target of unlabeled rows: they have no gradient and do not count in the mean.
    reduction : "mean", "sum" or "none", default="mean"
        The mean is over labelled rows, by `sample_weight`. With "none" unlabeled rows
        have loss 0.

    Raises
    ------
    ValueError
        If `cost_matrix` is not square, not finite, or for another number of classes.

    See Also
    --------
    sklearn_featrix.calibration.CostSensitiveClassifier : Answers by cost, from
        probabilities.

    Notes
    -----
    Shape

    - logits: ``(batch, n_classes)``, finite
    - target: ``(batch,)`` codes or ``(batch, n_classes)`` probabilities
    - sample_weight: ``(batch,)`` or None
    - output: a scalar, or ``(batch,)`` if `reduction` is "none"

    With a cost of 1 for each error the loss is :math:`1 - p_y`. It is linear in
    :math:`p`: the best softmax puts everything on the cheapest class, so its output is
    a decision and not a probability. Where probabilities are wanted too, train with
    cross-entropy and choose the answer by its cost. The gradient vanishes on rows that
    are surely wrong; a start from weights learnt with cross-entropy avoids that.

    There is no label smoothing: for costs that are all alike it would only scale the
    loss. A blend of costs can be written into `cost_matrix`.

    References
    ----------
    .. [1] D. A. Smith and J. Eisner. Minimum risk annealing for training log-linear
       models. COLING/ACL 2006.
    .. [2] C. Elkan. The foundations of cost-sensitive learning. IJCAI 2001.

    Examples
    --------
    A missed positive costs ten times as much as a false alarm:

    >>> import torch
    >>> from sklearn_featrix.losses import CostSensitiveLoss
    >>> loss = CostSensitiveLoss([[0, 1], [10, 0]], reduction="none")
    >>> logits = torch.zeros(3, 2)
    >>> loss(logits, torch.tensor([0, 1, -1]))
    tensor([0.5000, 5.0000, 0.0000])
    >>> loss(logits, torch.tensor([[0.9, 0.1], [0.5, 0.5], [-1, -1]]))
    tensor([0.9500, 2.7500, 0.0000])
    """

    def __init__(
        self,
        cost_matrix: Sequence[Sequence[float]] | Tensor,
        *,
        ignore_index: int = -1,
        reduction: str = "mean",
    ) -> None:
        super().__init__(
            label_smoothing=0.0, ignore_index=ignore_index, reduction=reduction
        )
        costs = torch.as_tensor(cost_matrix, dtype=torch.float64).detach().clone()
        if costs.ndim != 2 or costs.shape[0] != costs.shape[1] or len(costs) < 2:
            raise ValueError(
                "cost_matrix must have one row per true and one column per predicted "
                f"class, two or more; got shape {tuple(costs.shape)}."
            )
        if not costs.isfinite().all():
            raise ValueError(f"cost_matrix must be finite, got {costs.tolist()}.")
        self.cost_matrix = cost_matrix
        self._costs = costs

    def losses_by_class(self, logits: Tensor) -> Tensor:
        """Compute the expected cost of each row for each class as its label."""
        costs = like(self._costs, logits, "cost_matrix")
        return logits.softmax(dim=1) @ costs.T

    def implied_class_weight(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weights of classes for learners that cannot train with the loss.

        Parameters
        ----------
        counts : ndarray of shape (n_classes,)
            Labelled rows of each class.

        Returns
        -------
        ndarray of shape (n_classes,)
            What the errors of a class cost more than its right answer, in sum: the
            altered priors of L. Breiman et al., "Classification and Regression Trees",
            1984, section 4.4.

        Raises
        ------
        ValueError
            If `cost_matrix` is for another number of classes.
        """
        costs: NDArray[np.float64] = self._costs.numpy()
        if len(costs) != len(counts):
            raise ValueError(
                f"cost_matrix is for {len(costs)} classes; {len(counts)} have a label."
            )
        dearer = costs - np.diag(costs)[:, np.newaxis]
        weights: NDArray[np.float64] = dearer.sum(axis=1).clip(min=0)
        return weights
