"""A linear layer trained with a criterion, on numpy arrays."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor, nn

from ._class_loss import ClassLoss

__all__ = ["linear_softmax", "minimize_linear"]

Array = NDArray[np.float64]


def linear_softmax(X: Array, coef: Array) -> Array:
    """Class probabilities of rows.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        The rows.
    coef : ndarray of shape (n_scores, n_features + 1)
        Coefficients, the last one of each score its intercept. One score tells two
        classes apart.

    Returns
    -------
    ndarray of shape (n_rows, n_classes)
        Probabilities.
    """
    logits = _logits(torch.as_tensor(X), torch.as_tensor(coef))
    probabilities: Array = logits.softmax(dim=1).numpy()
    return probabilities


def minimize_linear(
    criterion: nn.Module,
    X: Array,
    codes: NDArray[np.intp],
    weights: Array,
    start: Array,
    *,
    C: float,
    max_iter: int,
) -> tuple[Array, bool]:
    """Minimise C times the sum of losses, and half the squared coefficients.

    Parameters
    ----------
    criterion : nn.Module
        Of logits and codes. One that is not of ours gives the mean over the rows.
    X : ndarray of shape (n_rows, n_features)
        The rows.
    codes : ndarray of shape (n_rows,)
        Their classes.
    weights : ndarray of shape (n_rows,)
        Their weights.
    start : ndarray of shape (n_scores, n_features + 1)
        Where L-BFGS begins; the intercepts, in the last column, are not penalised.
    C : float
        Inverse strength of the penalty.
    max_iter : int
        Most iterations.

    Returns
    -------
    coef : ndarray of shape (n_scores, n_features + 1)
        The coefficients.
    converged : bool
        Whether fewer iterations sufficed.

    Raises
    ------
    ValueError
        If there are weights, and the criterion takes none.
    """
    table, target = torch.as_tensor(X), torch.as_tensor(codes)
    total = _total_loss(criterion, torch.as_tensor(weights))

    def loss_and_gradient(values: Array) -> tuple[float, Array]:
        coef = torch.tensor(values.reshape(start.shape), requires_grad=True)
        penalty = (coef[:, :-1] ** 2).sum() / 2
        loss = C * total(_logits(table, coef), target) + penalty
        (gradient,) = torch.autograd.grad(loss, coef)
        return loss.item(), gradient.numpy().ravel()

    result = minimize(
        loss_and_gradient,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "gtol": 1e-4},
    )
    return result.x.reshape(start.shape), result.status != 1


def _logits(X: Tensor, coef: Tensor) -> Tensor:
    scores = X @ coef[:, :-1].T + coef[:, -1]
    return torch.cat([-scores, scores], dim=1) / 2 if scores.shape[1] == 1 else scores


def _total_loss(
    criterion: nn.Module, weights: Tensor
) -> Callable[[Tensor, Tensor], Tensor]:
    """Sum of the weighted losses, for criteria of ours and of others."""
    if isinstance(criterion, ClassLoss):
        ours = type(criterion)(**criterion.get_params())
        # all rows have a label, whatever code the criterion takes for none
        ours.set_params(reduction="sum", ignore_index=-1)
        return lambda logits, codes: ours(logits, codes, weights)
    if (weights != 1).any():
        raise ValueError(
            f"{type(criterion).__name__} takes no weights of rows. Fit without "
            "sample_weight and class_weight and without copies of labelled rows, or "
            "pass a loss of sklearn_featrix.losses."
        )
    mean = deepcopy(criterion)
    if hasattr(mean, "reduction"):  # as all of torch's have
        mean.reduction = "mean"  # type: ignore[assignment]
    return lambda logits, codes: mean(logits, codes) * len(codes)
