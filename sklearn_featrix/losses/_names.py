"""Criteria by the names that estimators know them by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from ._class_balanced import ClassBalancedLoss
from ._class_loss import ClassLoss
from ._cost_sensitive import CostSensitiveLoss
from ._focal import FocalLoss

__all__ = [
    "LOSS_NAMES",
    "criterion_by_name",
    "is_cross_entropy",
    "to_criterion",
    "with_criterion",
]

_MAKERS: dict[str, Callable[..., ClassLoss]] = {
    "cross_entropy": partial(FocalLoss, 0.0),
    "focal": FocalLoss,
    "class_balanced": ClassBalancedLoss,
}
LOSS_NAMES = (*_MAKERS, "cost_sensitive")


def criterion_by_name(name: str, **params: Any) -> ClassLoss:
    """Make a criterion.

    Parameters
    ----------
    name : {"cross_entropy", "focal", "class_balanced", "cost_sensitive"}
        Its name.
    **params : dict
        Parameters that differ from their defaults.

    Returns
    -------
    ClassLoss
        The criterion.

    Raises
    ------
    ValueError
        If a parameter is unknown or out of range, or a cost matrix is missing.
    """
    if name == "cost_sensitive" and "cost_matrix" not in params:
        raise ValueError(
            "loss='cost_sensitive' needs the costs: pass "
            "loss=CostSensitiveLoss(cost_matrix) of sklearn_featrix.losses, or set "
            "loss__cost_matrix."
        )
    if name == "cost_sensitive":
        return CostSensitiveLoss(params["cost_matrix"]).set_params(**params)
    return _MAKERS[name]().set_params(**params)


def to_criterion(loss: Any) -> nn.Module:
    """Read the parameter `loss` of an estimator.

    Parameters
    ----------
    loss : str or nn.Module
        A name or a criterion.

    Returns
    -------
    nn.Module
        The criterion that the name stands for, or the one given.

    Raises
    ------
    TypeError
        If it is a class and no criterion.
    ValueError
        If a cost matrix is missing.
    """
    if isinstance(loss, str):
        return criterion_by_name(loss)
    if isinstance(loss, type):
        raise TypeError(
            f"loss must be a name or a criterion, got the class {loss.__name__}. Pass "
            f"an instance: loss={loss.__name__}(...)."
        )
    criterion: nn.Module = loss
    return criterion


def is_cross_entropy(criterion: nn.Module) -> bool:
    """Tell whether a criterion is plain cross-entropy, whatever its name.

    Parameters
    ----------
    criterion : nn.Module
        The criterion.

    Returns
    -------
    bool
        True for a focal loss that focuses on nothing and weighs no class.
    """
    return (
        type(criterion) is FocalLoss
        and criterion.gamma == 0
        and criterion.alpha is None
        and criterion.label_smoothing == 0
    )


def with_criterion(params: dict[str, Any], loss: Any) -> dict[str, Any]:
    """Put a criterion in the place of the name of a loss and its parameters.

    Parameters
    ----------
    params : dict
        Parameters that are to be set, such as `loss__gamma`.
    loss : str or nn.Module
        The loss as it is, unless `params` has another.

    Returns
    -------
    dict
        The same, if the loss is a criterion already or none of its parameters is set.

    Raises
    ------
    ValueError
        If the criterion has no parameters that could be set.
    """
    loss = params.get("loss", loss)
    own = [name for name in params if name.startswith("loss__")]
    if own and not (isinstance(loss, str) or hasattr(loss, "set_params")):
        raise ValueError(
            f"Cannot set {own[0]!r}: {loss!r} has no parameters that can be set by "
            "name, as those of sklearn_featrix.losses have. Pass another object."
        )
    if not (own and isinstance(loss, str)):
        return params
    given = {name.removeprefix("loss__"): params[name] for name in own}
    others = {name: value for name, value in params.items() if name not in own}
    return {**others, "loss": criterion_by_name(loss, **given)}
