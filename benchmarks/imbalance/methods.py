"""Ways to deal with a rare class, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import joblib
import numpy as np
from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from xgboost import XGBClassifier

from benchmarks.imbalance.tables import Draw
from sklearn_featrix import (
    BoostedLossClassifier,
    GoalThresholdClassifier,
    LabeledOnly,
    PriorCorrectedClassifier,
    SemiSupervisedClassifier,
)
from sklearn_featrix.losses import CostSensitiveLoss
from sklearn_featrix.neural_network import TabularNetClassifier
from sklearn_featrix.sampling import LabeledSampler, TwoPhaseClassifier
from sklearn_featrix.utils import class_weight_effective


class Remembered(ClassifierMixin, BaseEstimator):
    """A fitted classifier that computes the probabilities of a table once."""

    def __init__(self, estimator):
        self.estimator = estimator
        self.classes_ = estimator.classes_
        self._known = {}

    def fit(self, X, y):
        """Stay as it is."""
        return self

    def predict_proba(self, X):
        """Return the probabilities, from the second time on those of the first."""
        key = joblib.hash(X)
        if key not in self._known:
            self._known[key] = self.estimator.predict_proba(X)
        return self._known[key]

    def predict(self, X):
        """Return the class of highest probability."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@dataclass(frozen=True)
class Cell:
    """A draw with so many labels."""

    draw: Draw
    n_labels: int

    @cached_property
    def y(self) -> np.ndarray:
        """Partial labels."""
        return self.draw.partial_labels(self.n_labels)

    @property
    def n_positive(self) -> int:
        """Labelled rows of the rare class."""
        return int((self.y == 1).sum())

    @property
    def share(self) -> dict[int, float]:
        """Share of the rare class, as one who knows the table would state it."""
        return {1: float(self.draw.y.mean())}

    def semi_supervised(self, **options) -> SemiSupervisedClassifier:
        """Make the default, the embedding of the draw in it."""
        return SemiSupervisedClassifier(
            self.draw.embedding, random_state=self.draw.seed, **options
        )

    @cached_property
    def ours(self) -> FrozenEstimator:
        """The default, fitted once for what only reads its probabilities."""
        fitted = self.semi_supervised().fit(self.draw.X, self.y)
        return FrozenEstimator(Remembered(fitted))


@dataclass(frozen=True)
class Method:
    """A classifier of a cell and the columns that it sees."""

    make: Callable[[Cell], Any]
    space: str = "raw"

    def __call__(self, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities of the rare class and predictions for the test rows."""
        X, X_test = cell.draw.view(self.space)
        model = self.make(cell).fit(X, cell.y)
        return model.predict_proba(X_test)[:, 1], model.predict(X_test)


def _logistic(**options):
    return LogisticRegression(max_iter=1000, **options)


def _xgboost(**options):
    # leaves of one row are allowed: the Hessians of a rare class sum to next to nothing
    return XGBClassifier(max_depth=4, min_child_weight=0, n_jobs=1, **options)


def _weighted_xgboost(cell):
    negative = cell.n_labels - cell.n_positive
    return _xgboost(scale_pos_weight=negative / cell.n_positive)


def _lightgbm(**options):
    return LGBMClassifier(
        max_depth=4,
        num_leaves=15,
        min_child_samples=1,
        reg_lambda=1,  # as in xgboost
        n_jobs=1,
        verbose=-1,
        **options,
    )


def _net(cell, **options):
    # one member in place of four: the losses are compared with each other
    return TabularNetClassifier(
        cell.draw.embedding, n_members=1, random_state=cell.draw.seed, **options
    )


def _balanced_costs(cell):
    rare = cell.n_positive / cell.n_labels
    return CostSensitiveLoss([[0, 1 / (1 - rare)], [1 / rare, 0]])


def _mlp(cell):
    return MLPClassifier([32], max_iter=300, random_state=cell.draw.seed)


def _smote(cell, space):
    smote = SMOTE(k_neighbors=min(5, cell.n_positive - 1), random_state=cell.draw.seed)
    return LabeledSampler(smote, space=space, random_state=cell.draw.seed)


def _logistic_after_smote(cell, space):
    encoder = FrozenEstimator(cell.draw.encoder)  # in its default encoding, "linear"
    return make_pipeline(_smote(cell, space), encoder, LabeledOnly(_logistic()))


def _ours_after_smote(cell, space):
    # made rows are of one class: unlike the table on purpose, not from another domain
    return make_pipeline(_smote(cell, space), cell.semi_supervised(safe=False))


def _on_labeled(make: Callable[[Cell], Any], space: str) -> Method:
    return Method(lambda cell: LabeledOnly(make(cell)), space)


METHODS = {
    "logistic": _on_labeled(lambda cell: _logistic(), "linear"),
    "logistic, class_weight": _on_labeled(
        lambda cell: _logistic(class_weight="balanced"), "linear"
    ),
    "logistic, effective weights": _on_labeled(
        lambda cell: _logistic(class_weight=class_weight_effective(cell.y)), "linear"
    ),
    "logistic, SMOTE in the table": Method(
        lambda cell: _logistic_after_smote(cell, "table")
    ),
    "logistic, SMOTE in the embedding": Method(
        lambda cell: _logistic_after_smote(cell, cell.draw.embedding)
    ),
    "logistic, SMOTE, prior known": Method(
        lambda cell: PriorCorrectedClassifier(
            _logistic_after_smote(cell, "table"), cell.share, training_prior="balanced"
        )
    ),
    "logistic, prior balanced": _on_labeled(
        lambda cell: PriorCorrectedClassifier(_logistic(), "balanced"), "linear"
    ),
    "logistic, prior known": _on_labeled(
        lambda cell: PriorCorrectedClassifier(_logistic(), cell.share), "linear"
    ),
    "logistic, goal balanced": _on_labeled(
        lambda cell: GoalThresholdClassifier(_logistic()), "linear"
    ),
    "xgboost": _on_labeled(lambda cell: _xgboost(), "tree"),
    "xgboost, scale_pos_weight": _on_labeled(_weighted_xgboost, "tree"),
    "xgboost, focal": Method(lambda cell: BoostedLossClassifier(_xgboost()), "tree"),
    "xgboost, class_balanced": Method(
        lambda cell: BoostedLossClassifier(_xgboost(), "class_balanced"), "tree"
    ),
    "lightgbm": _on_labeled(lambda cell: _lightgbm(), "tree"),
    "lightgbm, class_weight": _on_labeled(
        lambda cell: _lightgbm(class_weight="balanced"), "tree"
    ),
    "lightgbm, focal": Method(lambda cell: BoostedLossClassifier(_lightgbm()), "tree"),
    "lightgbm, class_balanced": Method(
        lambda cell: BoostedLossClassifier(_lightgbm(), "class_balanced"), "tree"
    ),
    "net": Method(_net),
    "net, class_weight": Method(lambda cell: _net(cell, class_weight="balanced")),
    "net, focal": Method(lambda cell: _net(cell, loss="focal")),
    "net, class_balanced": Method(lambda cell: _net(cell, loss="class_balanced")),
    "net, cost_sensitive": Method(lambda cell: _net(cell, loss=_balanced_costs(cell))),
    "net, dynamic batches": Method(lambda cell: _net(cell, batch_sampling="dynamic")),
    "mlp": _on_labeled(_mlp, "linear"),
    "mlp, two-phase": Method(
        lambda cell: TwoPhaseClassifier(_mlp(cell), random_state=cell.draw.seed),
        "linear",
    ),
    "BalancedRandomForest": _on_labeled(
        lambda cell: BalancedRandomForestClassifier(random_state=cell.draw.seed), "tree"
    ),
    "EasyEnsemble": _on_labeled(
        lambda cell: EasyEnsembleClassifier(random_state=cell.draw.seed), "tree"
    ),
    "BalancedRandomForest, prior known": _on_labeled(
        lambda cell: PriorCorrectedClassifier(
            BalancedRandomForestClassifier(random_state=cell.draw.seed),
            cell.share,
            training_prior="balanced",
        ),
        "tree",
    ),
    "ours": Method(lambda cell: cell.ours),
    "ours, class_weight": Method(
        lambda cell: cell.semi_supervised(class_weight="balanced")
    ),
    "ours, focal": Method(lambda cell: cell.semi_supervised(loss="focal")),
    "ours, class_balanced": Method(
        lambda cell: cell.semi_supervised(loss="class_balanced")
    ),
    "ours, cost_sensitive": Method(
        lambda cell: cell.semi_supervised(loss=_balanced_costs(cell))
    ),
    "ours, SMOTE in the table": Method(lambda cell: _ours_after_smote(cell, "table")),
    "ours, SMOTE in the embedding": Method(
        lambda cell: _ours_after_smote(cell, cell.draw.embedding)
    ),
    "ours, prior balanced": Method(
        lambda cell: PriorCorrectedClassifier(cell.ours, "balanced")
    ),
    "ours, prior known": Method(
        lambda cell: PriorCorrectedClassifier(cell.ours, cell.share)
    ),
    "ours, prior known, matched": Method(
        lambda cell: PriorCorrectedClassifier(
            cell.ours, cell.share, training_prior="matched"
        )
    ),
    "ours, prior known, matched pool": Method(
        lambda cell: PriorCorrectedClassifier(
            cell.ours, cell.share, training_prior="matched_pool"
        )
    ),
    "ours, prior estimated": Method(
        lambda cell: PriorCorrectedClassifier(cell.ours, "estimated")
    ),
    "ours, goal balanced": Method(  # three folds in place of five, to save fits
        lambda cell: GoalThresholdClassifier(cell.semi_supervised(), cv=3)
    ),
}
