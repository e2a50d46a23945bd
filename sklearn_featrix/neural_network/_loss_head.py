"""A linear layer on numpy arrays, trained with any criterion."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from ..losses import FocalLoss
from ..losses._class_loss import ClassLoss
from ..losses._names import is_cross_entropy

__all__ = ["LossHead"]


class LossHead(ClassifierMixin, BaseEstimator):
    """Linear layer with a softmax, trained with any criterion.

    With cross-entropy it is logistic regression, from whose weights other criteria
    start: some of them have no gradient in rows that are surely wrong.

    Parameters
    ----------
    loss : torch.nn.Module
        Criterion of logits and codes.
    C : float, default=10.0
        Inverse strength of the penalty, as in LogisticRegression.
    max_iter : int, default=1000
        Most iterations of L-BFGS.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    coef_ : ndarray of shape (n_scores, n_features + 1)
        Coefficients, the last one of each score its intercept. One score tells two
        classes apart.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.losses import FocalLoss
    >>> from sklearn_featrix.neural_network._loss_head import LossHead
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    >>> LossHead(FocalLoss(2)).fit(X, y).predict(np.array([[-3.0], [3.0]]))
    array([0, 1])
    """

    def __init__(self, loss, C=10.0, max_iter=1000):
        self.loss = loss
        self.C = C
        self.max_iter = max_iter

    def fit(self, X, y, sample_weight=None):
        """Fit on weighted rows."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        X = np.asarray(X, dtype=np.float64)
        weights = np.ones(len(X))
        if sample_weight is not None:
            weights = np.asarray(sample_weight, dtype=np.float64)
        rows, options = (X, codes, weights), {"C": self.C, "max_iter": self.max_iter}
        # of two classes one score tells all
        n_scores = len(self.classes_) if len(self.classes_) > 2 else 1
        start = np.zeros((n_scores, X.shape[1] + 1))
        with threadpool_limits(1):
            self.coef_, converged = _minimize(FocalLoss(0), *rows, start, **options)
            if not is_cross_entropy(self.loss):
                self.coef_, converged = _minimize(
                    self.loss, *rows, self.coef_, **options
                )
        if not converged:
            warnings.warn(
                f"The head trained with {type(self.loss).__name__} did not converge in "
                f"{self.max_iter} iterations.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict_proba(self, X):
        """Softmax of the scores."""
        rows = torch.as_tensor(np.asarray(X, dtype=np.float64))
        return _logits(rows, torch.as_tensor(self.coef_)).softmax(dim=1).numpy()

    def predict(self, X):
        """Class of the highest probability."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _minimize(
    criterion: nn.Module,
    X: np.ndarray,
    codes: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
    *,
    C: float,
    max_iter: int,
) -> tuple[np.ndarray, bool]:
    """Minimise C times the sum of losses, and half the squared coefficients.

    The intercepts are not penalised. Also tells whether fewer iterations sufficed.
    """
    table, target = torch.as_tensor(X), torch.as_tensor(codes)
    total = _total_loss(criterion, torch.as_tensor(weights))

    def loss_and_gradient(values: np.ndarray) -> tuple[float, np.ndarray]:
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
        mean.reduction = "mean"
    return lambda logits, codes: mean(logits, codes) * len(codes)
