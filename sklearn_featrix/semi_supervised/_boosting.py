"""Boosted trees for few rows, of scikit-learn and of other libraries."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from ..utils._optional import import_optional

BOOSTED = ("catboost", "lightgbm", "xgboost")


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


def boosted_trees(name, seed):
    """Make the boosted trees of another library, set for few rows.

    Parameters
    ----------
    name : {"catboost", "lightgbm", "xgboost"}
        The library.
    seed : int
        Seeds them.

    Returns
    -------
    classifier
        Unfitted.

    Raises
    ------
    ImportError
        If the library is not installed.
    """
    library = import_optional(name, extra="boosting", purpose=f"The member {name!r}")
    if name == "catboost":
        return library.CatBoostClassifier(
            iterations=150,
            depth=4,
            thread_count=1,
            allow_writing_files=False,
            verbose=False,
            random_seed=seed,
        )
    if name == "lightgbm":
        return library.LGBMClassifier(
            n_estimators=150,
            num_leaves=15,
            min_child_samples=3,
            n_jobs=1,
            verbose=-1,
            random_state=seed,
        )
    return library.XGBClassifier(
        n_estimators=150,
        max_depth=4,
        learning_rate=0.1,
        min_child_weight=0.1,  # the default of 1 never splits off a rare class
        n_jobs=1,
        random_state=seed,
    )
