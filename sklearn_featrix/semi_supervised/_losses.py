"""What a loss means for the members of a vote: a head that learns with it, weights."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from ..losses import FocalLoss
from ..losses._class_loss import ClassLoss
from ..losses._linear import linear_softmax, minimize_linear

__all__ = ["LossHead", "implied_class_weight", "is_cross_entropy"]


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
        Weights, 1 in the mean over the rows; None where the criterion implies none.
    """
    if not isinstance(criterion, ClassLoss):
        return None
    weights = criterion.implied_class_weight(counts)
    if weights is None or not weights.any():
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
        X = np.asarray(X, dtype=np.float64)
        weights = np.ones(len(X))
        if sample_weight is not None:
            weights = np.asarray(sample_weight, dtype=np.float64)
        rows, options = (X, codes, weights), {"C": self.C, "max_iter": self.max_iter}
        # of two classes one score tells all
        n_scores = len(self.classes_) if len(self.classes_) > 2 else 1
        start = np.zeros((n_scores, X.shape[1] + 1))
        with threadpool_limits(1):
            self.coef_, converged = minimize_linear(
                FocalLoss(0), *rows, start, **options
            )
            if not is_cross_entropy(self.loss):
                self.coef_, converged = minimize_linear(
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
        return linear_softmax(np.asarray(X, dtype=np.float64), self.coef_)

    def predict(self, X):
        """Class of the highest probability."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
