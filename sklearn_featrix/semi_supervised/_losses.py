"""What a loss means for members of a vote that cannot train with it."""

from __future__ import annotations

from ..losses._class_loss import ClassLoss

__all__ = ["implied_class_weight"]


def implied_class_weight(criterion, counts):
    """Weights of classes that stand for a criterion where only weights can be given.

    Parameters
    ----------
    criterion : torch.nn.Module
        The criterion.
    counts : ndarray of shape (n_classes,)
        Labelled rows of each class, by weight.

    Returns
    -------
    ndarray of shape (n_classes,) or None
        Weights, 1 in the mean over the rows; None where the criterion implies none.
    """
    if not isinstance(criterion, ClassLoss):
        return None
    weights = criterion.implied_class_weight(counts)
    if weights is None or not weights.any():
        return None
    return weights * counts.sum() / (counts @ weights)
