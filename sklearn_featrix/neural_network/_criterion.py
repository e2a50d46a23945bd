"""From the parameter `loss` to a criterion of soft targets and weights."""

from __future__ import annotations

from copy import deepcopy

from torch import Tensor, nn

from ..losses import ClassBalancedLoss
from ..losses._class_loss import ClassLoss
from ..losses._names import to_criterion
from ..utils._class_weight import check_row_counts

__all__ = ["WeightedCriterion", "make_criterion"]


class WeightedCriterion(nn.Module):
    """Mean loss of the rows of a batch, each times its weight.

    The weights are one in the mean over the table: within a batch they are not
    divided by their sum, which would make rare heavy rows lighter.

    Parameters
    ----------
    criterion : nn.Module
        Gives one loss per row from logits and class shares.
    """

    def __init__(self, criterion: nn.Module) -> None:
        super().__init__()
        self.criterion = criterion

    def forward(self, logits: Tensor, targets: dict[str, Tensor]) -> Tensor:
        """Compute the loss of the batch.

        Parameters
        ----------
        logits : Tensor of shape (batch, n_classes)
            Scores of the classes.
        targets : dict of Tensor
            `shares` of shape (batch, n_classes) and `weights` of shape (batch,).

        Returns
        -------
        Tensor of shape ()
            The loss.

        Raises
        ------
        ValueError
            If the criterion does not give one loss per row.
        """
        losses = self.criterion(logits, targets["shares"])
        if losses.shape != logits.shape[:1]:
            raise ValueError(
                f"The criterion {type(self.criterion).__name__} gave a loss of shape "
                f"{tuple(losses.shape)} for {len(logits)} rows. Pass one with "
                "reduction='none', which takes logits and class shares of shape "
                "(batch, n_classes)."
            )
        return (losses * targets["weights"]).mean()


def make_criterion(loss, class_counts):
    """Make the criterion of the parameter `loss`.

    Parameters
    ----------
    loss : str or nn.Module
        A name, or a criterion, which stays as it is.
    class_counts : ndarray of shape (n_classes,)
        Labelled rows of each class, by weight, for a loss that weighs classes and was
        told no others.

    Returns
    -------
    WeightedCriterion
        The criterion.
    """
    criterion = deepcopy(to_criterion(loss))
    if isinstance(criterion, ClassBalancedLoss) and criterion.class_counts is None:
        check_row_counts(class_counts)
        criterion.set_params(class_counts=class_counts.tolist())
    if isinstance(criterion, ClassLoss):
        criterion.set_params(reduction="none")
    elif hasattr(criterion, "reduction"):  # as all of torch's have
        criterion.reduction = "none"
    return WeightedCriterion(criterion)
