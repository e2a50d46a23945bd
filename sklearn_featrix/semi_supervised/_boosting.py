"""Boosted trees for few rows."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits


class FewLabelBoosting(HistGradientBoostingClassifier):
    """Histogram boosting for tables with few labelled rows.

    It bears columns without a value in any labelled row, which are common then, and
    cannot be binned: they are filled with a constant. And it computes on one thread:
    for so few rows, threads that wait for one another cost many times the work.
    """

    def fit(self, X, y, sample_weight=None):
        """Fit on the rows, empty columns filled."""
        self.empty_ = np.isnan(X).all(axis=0)
        with threadpool_limits(1, user_api="openmp"):
            return super().fit(self._fill(X), y, sample_weight)

    def predict_proba(self, X):
        """Predict class probabilities."""
        with threadpool_limits(1, user_api="openmp"):
            return super().predict_proba(self._fill(X))

    def _fill(self, X):
        return np.where(self.empty_, 0, X) if self.empty_.any() else X
