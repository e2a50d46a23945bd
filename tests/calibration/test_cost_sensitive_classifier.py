import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sklearn_featrix import (
    CostSensitiveClassifier,
    LabeledOnly,
    PriorCorrectedClassifier,
)

RNG = np.random.default_rng(0)
Y = RNG.choice(3, size=600, p=[0.6, 0.3, 0.1])
X = RNG.normal(size=(600, 2)) + np.array([[0, 0], [1.5, 0], [0, 2]])[Y]
WEIGHT = RNG.uniform(0.1, 3, size=600)
HIDDEN = RNG.uniform(size=600) < 0.7
PARTIAL = np.where(HIDDEN, -1, Y)
COSTS = np.array([[0.0, 1, 2], [5, -1, 1], [30, 8, 0]])


def fit(costs=COSTS, y=Y, **options):
    return CostSensitiveClassifier(GaussianNB(), costs, **options).fit(X, y)


def test_the_expected_cost_is_a_sum_over_the_true_classes():
    model = fit()
    proba = GaussianNB().fit(X, Y).predict_proba(X)
    expected = np.zeros((600, 3))
    for predicted in range(3):
        for true in range(3):
            expected[:, predicted] += proba[:, true] * COSTS[true, predicted]
    np.testing.assert_allclose(model.predict_cost(X), expected)
    np.testing.assert_array_equal(model.predict(X), expected.argmin(axis=1))
    np.testing.assert_array_equal(model.predict_proba(X), proba)


@pytest.mark.parametrize(
    "costs", [[[0, 20], [1, 0]], [[-2, 3], [9, 1]], [[0, 1], [1, 0]]]
)
def test_two_classes_have_a_threshold(costs):
    X, y = load_breast_cancer(return_X_y=True)
    c = np.array(costs, dtype=float)
    alarm = c[0, 1] - c[0, 0]
    threshold = alarm / (alarm + c[1, 0] - c[1, 1])
    peer = FixedThresholdClassifier(GaussianNB(), threshold=threshold).fit(X, y)
    model = CostSensitiveClassifier(GaussianNB(), costs).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), peer.predict(X))


def test_it_costs_less_than_the_most_probable_class():
    half = np.arange(600) < 300
    model = CostSensitiveClassifier(LogisticRegression(), COSTS).fit(X[half], Y[half])
    rows, true = X[~half], Y[~half]
    careful = COSTS[true, model.predict(rows)].mean()
    bold = COSTS[true, model.estimator_.predict(rows)].mean()
    assert careful < bold - 0.1
    assert model.score(rows, true) < model.estimator_.score(rows, true)
    promised = model.predict_cost(rows).min(axis=1).mean()
    assert promised == pytest.approx(careful, abs=0.15)


def test_balanced_is_the_balanced_prior():
    corrected = PriorCorrectedClassifier(GaussianNB(), "balanced")
    for weight in (None, WEIGHT):
        model = fit("balanced") if weight is None else None
        model = model or CostSensitiveClassifier(GaussianNB(), "balanced").fit(
            X, Y, weight
        )
        expected = clone(corrected).fit(X, Y, weight).predict(X)
        np.testing.assert_array_equal(model.predict(X), expected)
    assert np.diag(model.cost_matrix_).tolist() == [0, 0, 0]


class TestCostsOfRows:
    ROWS = RNG.uniform(0, 5, size=(600, 3, 3)) * (1 - np.eye(3))

    def test_each_row_goes_by_its_own(self):
        model = fit()
        predicted = model.predict(X, cost_matrix=self.ROWS)
        one_by_one = [
            model.predict(X[[i]], cost_matrix=self.ROWS[i])[0] for i in range(40)
        ]
        np.testing.assert_array_equal(predicted[:40], one_by_one)
        proba = model.predict_proba(X)
        np.testing.assert_allclose(
            model.predict_cost(X, self.ROWS),
            np.einsum("ni,nij->nj", proba, self.ROWS),
        )

    def test_one_matrix_takes_the_place_of_the_first(self):
        model = fit("balanced")
        np.testing.assert_array_equal(
            model.predict(X, cost_matrix=COSTS), fit().predict(X)
        )
        np.testing.assert_array_equal(model.predict(X), fit("balanced").predict(X))

    def test_through_a_pipeline(self):
        expected = fit().predict(X, cost_matrix=self.ROWS)
        pipeline = make_pipeline(StandardScaler(), CostSensitiveClassifier(
            GaussianNB(), COSTS)).fit(X, Y)  # fmt: skip
        np.testing.assert_array_equal(
            pipeline.predict(X, cost_matrix=self.ROWS), expected
        )
        with config_context(enable_metadata_routing=True):
            model = CostSensitiveClassifier(GaussianNB(), COSTS)
            model.set_predict_request(cost_matrix=True)
            routed = make_pipeline(StandardScaler(), model).fit(X, Y)
            predicted = routed.predict(X, cost_matrix=self.ROWS)
        np.testing.assert_array_equal(predicted, expected)

    @pytest.mark.parametrize("shape", [(599, 3, 3), (600, 3), (2, 2)])
    def test_wrong_shapes(self, shape):
        with pytest.raises(ValueError, match=r"allowed is \(3, 3\) or \(600, 3, 3\)"):
            fit().predict(X, cost_matrix=np.zeros(shape))


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (np.zeros((2, 2)), r"shape \(2, 2\); allowed is \(3, 3\).*\[0, 1, 2\]"),
        (np.zeros((600, 3, 3)), r"allowed is \(3, 3\)"),
        (np.full((3, 3), np.inf), "NaN or infinity"),
        ([["a"] * 3] * 3, "holds no numbers"),
        ("cheap", "'cost_matrix' parameter"),
    ],
)
def test_wrong_costs(costs, message):
    with pytest.raises(ValueError, match=message):
        fit(costs)


def test_a_right_answer_that_costs_more_is_remarked():
    with pytest.warns(UserWarning, match="Rows are the true classes"):
        fit([[0, 1, 1], [0, 5, 1], [1, 1, 0]])


def test_partial_labels_and_names():
    names = np.array(["a", "b", "c"], dtype=object)
    y = np.where(HIDDEN, None, names[Y])
    model = CostSensitiveClassifier(LabeledOnly(GaussianNB()), COSTS).fit(X, y)
    expected = CostSensitiveClassifier(GaussianNB(), COSTS).fit(X[~HIDDEN], Y[~HIDDEN])
    np.testing.assert_array_equal(model.predict(X), names[expected.predict(X)])
    assert model.score(X, y) == expected.score(X[~HIDDEN], Y[~HIDDEN])


def test_a_search_goes_by_the_cost():
    def mean_cost(y_true, y_predicted):
        return COSTS[y_true, y_predicted].mean()

    model = CostSensitiveClassifier(LogisticRegression(), COSTS)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), model),
        {
            "costsensitiveclassifier__cost_matrix": ["balanced", COSTS],
            "costsensitiveclassifier__estimator__C": [1e-4, 1],
        },
        scoring=make_scorer(mean_cost, greater_is_better=False),
        cv=3,
        error_score="raise",
    ).fit(X, Y)
    best = search.best_params_
    np.testing.assert_array_equal(best["costsensitiveclassifier__cost_matrix"], COSTS)
    assert best["costsensitiveclassifier__estimator__C"] == 1


def test_clone_pickle_and_names_of_columns():
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = CostSensitiveClassifier(GaussianNB(), COSTS).fit(frame, Y)
    revived = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(revived.predict(frame), model.predict(frame))
    np.testing.assert_array_equal(
        clone(model).fit(frame, Y).predict(frame), model.predict(frame)
    )
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert not hasattr(model, "decision_function")


def test_the_costs_given_are_left_alone():
    costs = COSTS.copy()
    fit(costs).cost_matrix_[:] = 7
    np.testing.assert_array_equal(costs, COSTS)


def test_sample_weight_is_routed_through_two_wrappers():
    by_hand = GaussianNB().fit(X[~HIDDEN], Y[~HIDDEN], WEIGHT[~HIDDEN])
    with config_context(enable_metadata_routing=True):
        inner = LabeledOnly(GaussianNB().set_fit_request(sample_weight=True))
        model = CostSensitiveClassifier(inner, COSTS)
        model.fit(X, PARTIAL, sample_weight=WEIGHT)
        proba = model.predict_proba(X)
    np.testing.assert_array_equal(proba, by_hand.predict_proba(X))


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (GaussianNB(), ValueError, "took 'unlabeled' for a class.*LabeledOnly"),
        (LabeledOnly(LinearSVC()), TypeError, "no predict_proba.*CostSensitive"),
        (None, TypeError, "wraps a classifier"),
    ],
)
def test_wrong_classifiers(estimator, error, message):
    with pytest.raises(error, match=message):
        CostSensitiveClassifier(estimator, COSTS).fit(X, PARTIAL)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        CostSensitiveClassifier(GaussianNB(), COSTS).predict(X)
