"""A sampler before each classifier of the library, in imbalanced-learn's pipeline."""

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.naive_bayes import GaussianNB

from sklearn_featrix import (
    CostSensitiveClassifier,
    GoalThresholdClassifier,
    InContextClassifier,
    LabeledOnly,
    LabeledSampler,
    LabelPropagation,
    LabelSpreading,
    PriorCorrectedClassifier,
    TabularNetClassifier,
    TwoPhaseClassifier,
)
from sklearn_featrix.calibration import SelectiveClassifier
from sklearn_featrix.compose import BoostedLossClassifier
from sklearn_featrix.preprocessing import TableEncoder

RNG = np.random.default_rng(0)
RARE = RNG.uniform(size=300) < 0.2
SEEN = RNG.uniform(size=300) < 0.5
Y = np.where(SEEN, np.where(RARE, "rare", "usual").astype(object), None)
FRAME = pd.DataFrame(
    {
        "size": np.where(RNG.uniform(size=300) < 0.1, np.nan, RNG.normal(size=300)),
        "weight": RNG.normal(size=300) + 4 * RARE,
        "kind": pd.Categorical(RNG.choice(["a", "b"], size=300)),
    }
)
SAMPLER = LabeledSampler(SMOTE(random_state=0))
BAYES = LabeledOnly(GaussianNB())


@pytest.mark.parametrize(
    "classifier",
    [
        TabularNetClassifier(None, max_epochs=10, n_members=1, early_stopping=False),
        InContextClassifier(),
    ],
    ids=lambda classifier: type(classifier).__name__,
)
def test_those_that_read_raw_tables(classifier):
    model = make_pipeline(SAMPLER, classifier).fit(FRAME, Y)
    assert model.classes_.tolist() == ["rare", "usual"]
    assert model.score(FRAME, Y) > 0.8
    np.testing.assert_allclose(model.predict_proba(FRAME[:1]).sum(), 1)


@pytest.mark.parametrize(
    "classifier",
    [
        LabelPropagation(),
        LabelSpreading(),
        TwoPhaseClassifier(GaussianNB(), n_passes=1),
        PriorCorrectedClassifier(BAYES, {"rare": 0.2}, training_prior="balanced"),
        CostSensitiveClassifier(BAYES, "balanced"),
        GoalThresholdClassifier(BAYES, cv=2),
        SelectiveClassifier(BAYES, criterion="confidence", target=0.0, region=None),
    ],
    ids=lambda classifier: type(classifier).__name__,
)
def test_those_that_read_numbers(classifier):
    model = make_pipeline(SAMPLER, TableEncoder(), classifier).fit(FRAME, Y)
    assert model.classes_.tolist() == ["rare", "usual"]
    assert model.score(FRAME, Y) > 0.8
    assert set(model.predict(FRAME[:5])) <= {"rare", "usual"}


def test_boosted_trees():
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.XGBClassifier(
        n_estimators=10, n_jobs=1, enable_categorical=True, min_child_weight=0.1
    )
    model = make_pipeline(SAMPLER, BoostedLossClassifier(booster)).fit(FRAME, Y)
    assert model.score(FRAME, Y) > 0.8
