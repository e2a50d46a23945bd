"""Boosted trees for few rows."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier


class FewLabelBoosting(HistGradientBoostingClassifier):
    """Histogram boosting that bears columns without a value in any labelled row.

    With few labels such columns are common, and binning them fails. They are filled
    with a constant, in `fit` and in `predict_proba`.
    """

    def fit(self, X, y, sample_weight=None):
        """Fit on the rows, empty columns filled."""
        self.empty_ = np.isnan(X).all(axis=0)
        return super().fit(self._fill(X), y, sample_weight)

    def predict_proba(self, X):
        """Predict class probabilities."""
        return super().predict_proba(self._fill(X))

    def _fill(self, X):
        return np.where(self.empty_, 0, X) if self.empty_.any() else X
