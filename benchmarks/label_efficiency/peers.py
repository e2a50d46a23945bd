"""Peers that take some lines to set up well for few labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

FOLDS = 5
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
LANDMARKS = 300


def _folds(y: np.ndarray, seed: int) -> StratifiedKFold | None:
    """At most five folds that each hold every class; None where there are not two."""
    n_folds = min(FOLDS, np.unique(y, return_counts=True)[1].min())
    return (
        StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        if n_folds > 1
        else None
    )


class LogisticRegressionOfChosenStrength(BaseEstimator):
    """Logistic regression whose `C` has the best cross-validated log loss.

    `C` is 1 where a class has one row, which cannot be both learnt and held out.
    """

    def __init__(self, random_state: int = 0):
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> LogisticRegressionOfChosenStrength:
        """Choose `C`, then learn from all rows."""
        model, folds = LogisticRegression(max_iter=1000), _folds(y, self.random_state)
        if folds is not None:
            grid = {"C": STRENGTHS}
            model = GridSearchCV(model, grid, cv=folds, scoring="neg_log_loss")
        self.model_ = model.fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities in the order of `classes_`."""
        return self.model_.predict_proba(X)


class CalibratedSVC(BaseEstimator):
    """Support vector machine, probabilities by a sigmoid learnt from held-out rows.

    Where a class has one row, they are the softmax of the decision function.
    """

    def __init__(self, random_state: int = 0):
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> CalibratedSVC:
        """Learn the machine and, where it can be, the sigmoid."""
        self.folds_ = _folds(y, self.random_state)
        model = SVC()
        if self.folds_ is not None:
            model = CalibratedClassifierCV(model, cv=self.folds_, ensemble=False)
        self.model_ = model.fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities in the order of `classes_`."""
        if self.folds_ is not None:
            return self.model_.predict_proba(X)
        decision = self.model_.decision_function(X)
        if decision.ndim == 1:
            decision = np.column_stack([-decision, decision]) / 2
        return softmax(decision, axis=1)


class RbfFeatures(TransformerMixin, BaseEstimator):
    """Kernel features around at most 300 of the rows of `fit`.

    The width is such that rows lie half a unit apart on average, whatever the number
    of columns.
    """

    def __init__(self, random_state: int = 0):
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> RbfFeatures:
        """Draw the landmarks."""
        gamma = 0.5 / max(X.var(axis=0).sum(), 1e-6)
        n_components = min(LANDMARKS, len(X))
        self.kernel_ = Nystroem(
            gamma=gamma, n_components=n_components, random_state=self.random_state
        ).fit(X)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Similarities to the landmarks, whitened among these."""
        return self.kernel_.transform(X)
