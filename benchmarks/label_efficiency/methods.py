"""The methods of the study. All see the same rows and the same encodings.

A method says which view of the table it learns from, and makes an estimator:

- "linear" and "tree": the two encodings of `TableEncoder`, fitted on the whole pool;
- "embedded", "embedded_by_denoising", "embedded_by_scarf": the output of
  `EmbeddingTransformer` with its three objectives, fitted on the whole pool;
- "raw": the table as it is.

Only methods with ``all_rows`` are fitted on the unlabeled rows too. All run in one
thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

from benchmarks.label_efficiency import peers
from benchmarks.label_efficiency.optional import make_pretrained
from benchmarks.label_efficiency.protocol import Trial


@dataclass(frozen=True)
class Method:
    """A view of the table, and how to make an estimator for a trial."""

    space: str
    make: Callable[[Trial], Any]
    all_rows: bool = False


def _logistic_regression(trial: Trial, C: float = 1.0) -> Any:
    return LogisticRegression(C=C, max_iter=1000)


def _logistic_regression_on_vectors(trial: Trial) -> Any:
    return _logistic_regression(trial, C=10.0)


class _FillEmptyColumns(TransformerMixin, BaseEstimator):
    """Fill columns without any value in fit, which histogram boosting refuses."""

    def fit(self, X: Any, y: Any = None) -> _FillEmptyColumns:
        self.empty_ = np.isnan(X).all(axis=0)
        return self

    def transform(self, X: Any) -> Any:
        return np.where(self.empty_, 0, X)


def _hist_gradient_boosting(trial: Trial, min_samples_leaf: int = 20) -> Any:
    boosting = HistGradientBoostingClassifier(
        min_samples_leaf=min_samples_leaf, random_state=trial.seed
    )
    return make_pipeline(_FillEmptyColumns(), boosting)


def _catboost(trial: Trial) -> Any:
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        iterations=150,
        depth=4,
        thread_count=1,
        allow_writing_files=False,
        verbose=False,
        random_seed=trial.seed,
    )


def _xgboost(trial: Trial) -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(
        n_estimators=150,
        max_depth=4,
        learning_rate=0.1,
        min_child_weight=0.1,  # the default of 1 never splits off a rare class
        n_jobs=1,
        random_state=trial.seed,
    )


def _lightgbm(trial: Trial) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        n_estimators=150,
        num_leaves=15,
        learning_rate=0.1,
        min_child_samples=3,
        n_jobs=1,
        verbose=-1,
        random_state=trial.seed,
    )


def _tabm(trial: Trial) -> Any:
    from benchmarks.label_efficiency.tabm_classifier import TabMClassifier

    return TabMClassifier(random_state=trial.seed)


def _tri_training(trial: Trial) -> Any:
    from sslearn.wrapper import TriTraining

    # a third of the trees that the extra trees beside it have, three times
    trees = ExtraTreesClassifier(33, random_state=trial.seed)
    return TriTraining(trees, random_state=trial.seed)


def _rbf_logistic_regression(trial: Trial) -> Any:
    return make_pipeline(
        peers.RbfFeatures(trial.seed), _logistic_regression(trial, C=5.0)
    )


def _semi_supervised(trial: Trial, **parameters: Any) -> Any:
    from sklearn.frozen import FrozenEstimator

    from sklearn_featrix import SemiSupervisedClassifier

    return SemiSupervisedClassifier(
        FrozenEstimator(trial.embedding), random_state=trial.seed, **parameters
    )


def _of_low_effort(trial: Trial) -> Any:
    from sklearn_featrix import SemiSupervisedClassifier

    return SemiSupervisedClassifier(effort="low", random_state=trial.seed)


def _without_embedding(trial: Trial) -> Any:
    from sklearn_featrix import SemiSupervisedClassifier

    return SemiSupervisedClassifier(None, random_state=trial.seed)


def _without_in_context(trial: Trial) -> Any:
    members = ["linear", "trees", "boosting", "linear_embedding", "trees_embedding"]
    return _semi_supervised(trial, members=members)


def _in_context(trial: Trial) -> Any:
    from sklearn_featrix import InContextClassifier

    return InContextClassifier(random_state=trial.seed)


METHODS: dict[str, Method] = {
    "logistic_regression": Method("linear", _logistic_regression),
    "logistic_regression_cv": Method(
        "linear", lambda trial: peers.LogisticRegressionOfChosenStrength(trial.seed)
    ),
    "rbf_logistic_regression": Method("linear", _rbf_logistic_regression),
    "svc": Method("linear", lambda trial: peers.CalibratedSVC(trial.seed)),
    "extra_trees": Method(
        "tree", lambda trial: ExtraTreesClassifier(100, random_state=trial.seed)
    ),
    "random_forest": Method(
        "tree", lambda trial: RandomForestClassifier(100, random_state=trial.seed)
    ),
    "hist_gradient_boosting": Method("tree", _hist_gradient_boosting),
    "hist_gradient_boosting_small": Method(
        "tree", lambda trial: _hist_gradient_boosting(trial, min_samples_leaf=3)
    ),
    "catboost": Method("tree", _catboost),
    "xgboost": Method("tree", _xgboost),
    "lightgbm": Method("tree", _lightgbm),
    "tabm": Method("linear", _tabm),
    "label_spreading_knn": Method(
        "linear", lambda trial: LabelSpreading("knn", n_neighbors=7), all_rows=True
    ),
    "self_training_lr": Method(
        "linear",
        lambda trial: SelfTrainingClassifier(_logistic_regression(trial)),
        all_rows=True,
    ),
    "tri_training": Method("linear", _tri_training, all_rows=True),
    "lr_on_embedding": Method("embedded", _logistic_regression_on_vectors),
    "lr_on_denoising": Method("embedded_by_denoising", _logistic_regression_on_vectors),
    "lr_on_scarf": Method("embedded_by_scarf", _logistic_regression_on_vectors),
    "tabpfn": Method("tree", lambda trial: make_pretrained("tabpfn", trial.seed)),
    "tabicl": Method("tree", lambda trial: make_pretrained("tabicl", trial.seed)),
    "in_context": Method("raw", _in_context, all_rows=True),
    "semi_supervised": Method("raw", _semi_supervised, all_rows=True),
    "semi_supervised_low": Method("raw", _of_low_effort, all_rows=True),
    "semi_supervised_distilled": Method(
        "raw", lambda trial: _semi_supervised(trial, distill=True), all_rows=True
    ),
    "semi_supervised_no_embedding": Method("raw", _without_embedding, all_rows=True),
    "semi_supervised_no_in_context": Method("raw", _without_in_context, all_rows=True),
}

# Weighted means of the probabilities of methods above: they cost no further fit.
VOTES: dict[str, dict[str, int]] = {
    "vote3": {"logistic_regression": 1, "extra_trees": 1, "catboost": 1},
    "labeled_only_five": {
        "logistic_regression": 1,
        "rbf_logistic_regression": 1,
        "extra_trees": 1,
        "random_forest": 1,
        "catboost": 1,
    },
    "vote3_and_embedding": {
        "logistic_regression": 1,
        "extra_trees": 1,
        "catboost": 1,
        "lr_on_embedding": 1,
    },
    # thirteen votes: the in-context classifier has eight of them
    "semi_supervised_catboost": {"semi_supervised": 13, "catboost": 1},
}

NAMES = (*METHODS, *VOTES)


def check_names(names: list[str]) -> list[str]:
    """Return the names, or all where there are none; refuse unknown ones."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise ValueError(
            f"Unknown method {', '.join(unknown)}; there are: {', '.join(NAMES)}."
        )
    return list(names or NAMES)
