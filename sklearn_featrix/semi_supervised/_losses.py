"""What a loss means for the members of a vote: a head that learns with it, weights."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from ..losses import CostSensitiveLoss, FocalLoss
from ..losses._class_loss import ClassLoss
from ..losses._names import criterion_by_name

__all__ = ["LossHead", "implied_class_weight", "is_cross_entropy", "to_criterion"]


def to_criterion(loss):
    """Return the criterion that a name stands for, or the criterion given."""
    return criterion_by_name(loss) if isinstance(loss, str) else loss


def is_cross_entropy(criterion):
    """Tell whether a criterion is plain cross-entropy."""
    return (
        type(criterion) is FocalLoss
        and criterion.gamma == 0
        and criterion.alpha is None
        and criterion.label_smoothing == 0
    )


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
        The criterion's own class weights, or for costs the sum of what the errors of a
        class cost more than its right answer [1]_; 1 in the mean over the rows. None
        where the criterion implies none.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression
       Trees", 1984, section 4.4: altered priors.
    """
    if not isinstance(criterion, ClassLoss):
        return None
    if isinstance(criterion, CostSensitiveLoss):
        costs = np.asarray(criterion.cost_matrix, dtype=np.float64)
        if len(costs) != len(counts):
            raise ValueError(
                f"cost_matrix is for {len(costs)} classes; {len(counts)} have a label."
            )
        weights = (costs - np.diag(costs)[:, np.newaxis]).sum(axis=1).clip(0)
    else:
        found = criterion.class_weight(torch.as_tensor(counts, dtype=torch.float64))
        if found is None:
            return None
        weights = found.numpy()
    if not weights.any():
        return None
    return weights * counts.sum() / (counts @ weights)


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
    """

    def __init__(self, loss, C=10.0, max_iter=1000):
        self.loss = loss
        self.C = C
        self.max_iter = max_iter

    def fit(self, X, y, sample_weight=None):
        """Fit on weighted rows."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        X = torch.as_tensor(np.asarray(X, dtype=np.float64))
        codes = torch.as_tensor(codes)
        weights = torch.ones(len(X), dtype=torch.float64)
        if sample_weight is not None:
            weights = torch.as_tensor(np.asarray(sample_weight, dtype=np.float64))
        # of two classes one score tells all
        n_scores = len(self.classes_) if len(self.classes_) > 2 else 1
        start = np.zeros((X.shape[1] + 1) * n_scores)
        with threadpool_limits(1):
            start = self._minimise(FocalLoss(0), X, codes, weights, start).x
            if is_cross_entropy(self.loss):
                found = start
            else:
                result = self._minimise(self.loss, X, codes, weights, start)
                found = result.x
                if result.status == 1:
                    warnings.warn(
                        f"The head trained with {type(self.loss).__name__} did not "
                        f"converge in {self.max_iter} iterations.",
                        ConvergenceWarning,
                        stacklevel=2,
                    )
        self.coef_ = found.reshape(n_scores, -1)
        return self

    def _minimise(self, criterion, X, codes, weights, start):
        total = _total_loss(criterion, weights)

        def loss_and_gradient(coef):
            coef = torch.tensor(coef, requires_grad=True)
            by_score = coef.reshape(-1, X.shape[1] + 1)
            logits = _logits(X, by_score)
            penalty = (by_score[:, :-1] ** 2).sum() / 2
            loss = self.C * total(logits, codes) + penalty
            (gradient,) = torch.autograd.grad(loss, coef)
            return loss.item(), gradient.numpy()

        return minimize(
            loss_and_gradient,
            start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": self.max_iter, "gtol": 1e-4},
        )

    def predict_proba(self, X):
        """Softmax of the scores."""
        X = torch.as_tensor(np.asarray(X, dtype=np.float64))
        return _logits(X, torch.as_tensor(self.coef_)).softmax(dim=1).numpy()

    def predict(self, X):
        """Class of the highest probability."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _logits(X, by_score):
    scores = X @ by_score[:, :-1].T + by_score[:, -1]
    return torch.cat([-scores, scores], dim=1) / 2 if scores.shape[1] == 1 else scores


def _total_loss(criterion, weights):
    """Sum of the weighted losses, for criteria of ours and of others."""
    if isinstance(criterion, ClassLoss):
        criterion = type(criterion)(**criterion.get_params()).set_params(
            reduction="sum"
        )
        return lambda logits, codes: criterion(logits, codes, weights)
    if (weights != 1).any():
        raise ValueError(
            f"{type(criterion).__name__} takes no weights of rows. Fit without "
            "sample_weight and class_weight and without copies of labelled rows, or "
            "pass a loss of sklearn_featrix.losses."
        )
    return lambda logits, codes: criterion(logits, codes) * len(codes)
