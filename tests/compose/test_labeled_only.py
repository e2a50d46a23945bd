import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_featrix.compose import LabeledOnly
from sklearn_featrix.datasets import mask_labels
from sklearn_featrix.utils import is_labeled

X, Y = load_iris(return_X_y=True)
PARTIAL = mask_labels(Y, n_labeled=30, random_state=0)
LABELED = is_labeled(PARTIAL)
NAMES = [f"column {i}" for i in range(4)]


class CountingPCA(PCA):
    """PCA that remembers how many rows it learnt from."""

    n_fits = 0

    def fit_transform(self, X, y=None):
        type(self).n_fits += 1
        return super().fit_transform(X, y)


class Recorder(ClassifierMixin, BaseEstimator):
    """Classifier that keeps what it is given."""

    def fit(self, X, y, **params):
        self.X_, self.y_, self.params_ = X, y, params
        return self

    def predict(self, X, **params):
        return np.repeat(self.y_[:1], len(X)) if not params else params["answer"]


@parametrize_with_checks(
    [
        LabeledOnly(LogisticRegression()),
        LabeledOnly(LogisticRegression(), unlabeled=None),
        LabeledOnly(RidgeClassifier()),
    ]
)
@pytest.mark.filterwarnings("default")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("classifier", [LogisticRegression(), GaussianNB()])
def test_same_as_dropping_the_rows_by_hand(classifier):
    wrapped = LabeledOnly(classifier).fit(X, PARTIAL)
    by_hand = clone(classifier).fit(X[LABELED], Y[LABELED])
    np.testing.assert_array_equal(wrapped.predict(X), by_hand.predict(X))
    for method in ("predict_proba", "predict_log_proba"):
        np.testing.assert_array_equal(
            getattr(wrapped, method)(X), getattr(by_hand, method)(X)
        )
    assert wrapped.score(X, PARTIAL) == by_hand.score(X[LABELED], Y[LABELED])
    assert wrapped.classes_.tolist() == [0, 1, 2]
    assert wrapped.n_features_in_ == 4
    assert not hasattr(wrapped, "feature_names_in_")


@pytest.mark.parametrize(
    "as_container",
    [
        np.asarray,
        lambda X: X.tolist(),
        lambda X: pd.DataFrame(X, columns=NAMES, index=np.arange(len(X)) + 99),
        lambda X: pl.DataFrame(X, schema=NAMES),
        sparse.csr_array,
        sparse.csc_matrix,
        sparse.coo_array,
        sparse.coo_matrix,
        sparse.bsr_array,
    ],
    ids=["numpy", "list", "pandas", "polars", "csr", "csc", "coo", "coo matrix", "bsr"],
)
def test_any_container(as_container):
    wrapped = LabeledOnly(LogisticRegression(max_iter=500))
    expected = clone(wrapped).fit(X, PARTIAL).predict_proba(X)
    container = as_container(X)
    fitted = wrapped.fit(container, PARTIAL)
    np.testing.assert_allclose(fitted.predict_proba(container), expected, rtol=1e-3)
    assert fitted.score(container, PARTIAL) > 0.8
    if hasattr(container, "columns"):
        assert fitted.feature_names_in_.tolist() == NAMES


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (np.where(LABELED, Y, np.nan), [0.0, 1.0, 2.0]),
        (pd.Series(PARTIAL).astype("Int64").where(LABELED), [0, 1, 2]),
        (mask_labels(Y.astype(str), n_labeled=30, random_state=0), ["0", "1", "2"]),
        (mask_labels(pd.Series(Y).astype(str), n_labeled=30), ["0", "1", "2"]),
        (mask_labels(Y.astype(str).tolist(), n_labeled=30), ["0", "1", "2"]),
        (mask_labels(Y > 0, n_labeled=30), [False, True]),
        (mask_labels(pl.Series(Y > 0), n_labeled=30), [False, True]),
    ],
)
def test_classes_keep_the_dtype_of_the_labels(y, classes):
    fitted = LabeledOnly(LogisticRegression(max_iter=500)).fit(X, y)
    assert fitted.classes_.tolist() == classes
    assert set(fitted.predict(X).tolist()) <= set(classes)
    assert fitted.score(X, y) > 0.8


def test_all_labels_given_hands_on_the_same_table():
    frame = pd.DataFrame(X)
    assert LabeledOnly(Recorder()).fit(frame, Y).estimator_.X_ is frame


def test_minus_one_as_a_class():
    signs = np.where(Y > 0, 1, -1)
    fitted = LabeledOnly(LogisticRegression(), unlabeled=None).fit(X, signs)
    assert fitted.classes_.tolist() == [-1, 1]
    assert fitted.score(X, signs) == 1.0
    balanced = np.where(Y[:100] > 0, 1, -1)
    with pytest.warns(UserWarning, match="read as two classes"):
        fitted = LabeledOnly(LogisticRegression()).fit(X[:100], balanced)
    assert fitted.score(X[:100], balanced) == 1.0


def test_score_counts_labeled_rows_only():
    fitted = LabeledOnly(LogisticRegression(max_iter=500)).fit(X, PARTIAL)
    wrong = np.where(LABELED, PARTIAL, -1)
    wrong[np.flatnonzero(LABELED)[0]] = -1
    assert fitted.score(X, wrong) == np.mean(
        fitted.predict(X)[wrong >= 0] == wrong[wrong >= 0]
    )
    with pytest.raises(ValueError, match=r"no label at all.*at least one row, or"):
        fitted.score(X, np.full(len(X), -1))


class TestMetadata:
    WEIGHT = np.linspace(0.1, 5, len(X))

    def test_sample_weight_loses_the_same_rows(self):
        fitted = LabeledOnly(LogisticRegression(max_iter=500)).fit(
            X, PARTIAL, sample_weight=self.WEIGHT
        )
        by_hand = LogisticRegression(max_iter=500).fit(
            X[LABELED], Y[LABELED], self.WEIGHT[LABELED]
        )
        np.testing.assert_array_equal(fitted.predict_proba(X), by_hand.predict_proba(X))
        assert fitted.score(X, PARTIAL, sample_weight=self.WEIGHT) == by_hand.score(
            X[LABELED], Y[LABELED], self.WEIGHT[LABELED]
        )

    def test_row_aligned_parameters_lose_rows_and_others_stay(self):
        fitted = LabeledOnly(Recorder()).fit(
            X,
            PARTIAL,
            sample_weight=None,
            ages=pd.Series(np.arange(150)),
            flags=list(range(150)),
            table=sparse.csr_array(X),
            monotone=[1, 0],
            rate=0.5,
        )
        params = fitted.estimator_.params_
        rows = np.flatnonzero(LABELED).tolist()
        assert params["ages"].tolist() == rows
        assert list(params["flags"]) == rows
        assert params["table"].shape == (30, 4)
        assert params["monotone"] == [1, 0]
        assert params["rate"] == 0.5
        assert "sample_weight" not in params

    def test_sample_weight_of_another_length(self):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            LabeledOnly(LogisticRegression()).fit(X, PARTIAL, self.WEIGHT[LABELED])

    def test_a_number_as_sample_weight(self):
        fitted = LabeledOnly(Recorder()).fit(X, PARTIAL, sample_weight=2.0)
        assert fitted.estimator_.params_ == {"sample_weight": 2.0}

    def test_a_classifier_without_sample_weight_says_so(self):
        with pytest.raises(TypeError, match="sample_weight"):
            LabeledOnly(KNeighborsClassifier()).fit(X, PARTIAL, self.WEIGHT)

    def test_predict_parameters_reach_the_classifier(self):
        fitted = LabeledOnly(Recorder()).fit(X, PARTIAL)
        assert fitted.predict(X, answer="this") == "this"

    @pytest.mark.parametrize("on_wrapper", [True, False])
    def test_routing(self, on_wrapper):
        expected = LabeledOnly(LogisticRegression(max_iter=500)).fit(
            X, PARTIAL, sample_weight=self.WEIGHT
        )
        with config_context(enable_metadata_routing=True):
            inner = LogisticRegression(max_iter=500)
            if on_wrapper:
                model = LabeledOnly(inner).set_fit_request(sample_weight=True)
                model.set_score_request(sample_weight=True)
            else:
                inner.set_fit_request(sample_weight=True)
                model = LabeledOnly(inner.set_score_request(sample_weight=True))
            direct = clone(model).fit(X, PARTIAL, sample_weight=self.WEIGHT)
            score = direct.score(X, PARTIAL, sample_weight=self.WEIGHT)
            piped = make_pipeline(PCA(), clone(model)).fit(
                X, PARTIAL, sample_weight=self.WEIGHT
            )
        np.testing.assert_array_equal(
            direct.predict_proba(X), expected.predict_proba(X)
        )
        np.testing.assert_allclose(
            piped.predict_proba(X), expected.predict_proba(X), atol=1e-2
        )
        assert score == expected.score(X, PARTIAL, sample_weight=self.WEIGHT)

    def test_routing_honours_a_refusal(self):
        plain = LabeledOnly(LogisticRegression(max_iter=500)).fit(X, PARTIAL)
        with config_context(enable_metadata_routing=True):
            inner = LogisticRegression(max_iter=500).set_fit_request(
                sample_weight=False
            )
            refused = LabeledOnly(inner)
            with pytest.raises(TypeError, match="sample_weight"):
                refused.fit(X, PARTIAL, sample_weight=self.WEIGHT)
            refused.fit(X, PARTIAL)
        np.testing.assert_array_equal(refused.predict_proba(X), plain.predict_proba(X))

    def test_routing_asks_for_a_decision(self):
        with (
            config_context(enable_metadata_routing=True),
            pytest.raises(UnsetMetadataPassedError, match=r"LogisticRegression\.fit"),
        ):
            LabeledOnly(LogisticRegression()).fit(X, PARTIAL, sample_weight=self.WEIGHT)

    def test_routing_through_cross_validation(self):
        weight = np.where(Y == 0, 2.0, 1.0)
        with config_context(enable_metadata_routing=True):
            inner = LogisticRegression().set_fit_request(sample_weight="w")
            scores = cross_val_score(
                LabeledOnly(inner.set_score_request(sample_weight=False)),
                X, PARTIAL, params={"w": weight}, error_score="raise",
            )  # fmt: skip
        assert scores.mean() > 0.8


def test_methods_are_those_of_the_wrapped_classifier():
    assert hasattr(LabeledOnly(LinearSVC()), "decision_function")
    assert not hasattr(LabeledOnly(LinearSVC()), "predict_proba")
    assert not hasattr(LabeledOnly(GaussianNB()), "decision_function")
    fitted = LabeledOnly(LinearSVC()).fit(X, PARTIAL)
    assert fitted.decision_function(X).shape == (150, 3)
    with pytest.raises(AttributeError, match="predict_log_proba"):
        fitted.predict_log_proba(X)


def test_tags_follow_the_wrapped_classifier():
    assert get_tags(LabeledOnly(HistGradientBoostingClassifier())).input_tags.allow_nan
    assert not get_tags(LabeledOnly(LogisticRegression())).input_tags.allow_nan
    assert get_tags(LabeledOnly(LogisticRegression())).input_tags.sparse
    assert not get_tags(LabeledOnly(KNeighborsClassifier())).classifier_tags.multi_label
    assert get_tags(LabeledOnly(LinearRegression())).estimator_type == "classifier"


def test_precomputed_kernel_is_refused_only_where_rows_must_go():
    kernel = X @ X.T
    model = LabeledOnly(SVC(kernel="precomputed"))
    assert model.fit(kernel, Y).score(kernel, Y) > 0.9
    with pytest.raises(ValueError, match=r"120 unlabeled ones\. Drop rows and columns"):
        model.fit(kernel, PARTIAL)


@pytest.mark.parametrize(
    "wrong", [LinearRegression(), StandardScaler(), LogisticRegression, None, "lr"]
)
def test_only_classifiers_are_wrapped(wrong):
    with pytest.raises(TypeError, match="LabeledOnly wraps a classifier, got"):
        LabeledOnly(wrong).fit(X, PARTIAL)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.full(150, -1), "no label at all"),
        (np.where(Y == 0, 0, -1), "hold 1 class"),
        (PARTIAL[:-1], "X has 150 rows, y has 149"),
        (np.column_stack([Y, Y]), "1d array"),
        (None, "requires y to be passed"),
    ],
)
def test_wrong_labels(y, message):
    with pytest.raises(ValueError, match=message):
        LabeledOnly(LogisticRegression()).fit(X, y)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        LabeledOnly(LogisticRegression()).predict(X)
    with pytest.raises(NotFittedError):
        LabeledOnly(LogisticRegression()).score(X, PARTIAL)


def test_clone_and_pickle():
    model = LabeledOnly(LogisticRegression(max_iter=500), unlabeled=-1)
    copy = clone(model)
    assert copy.get_params()["estimator__max_iter"] == 500
    assert copy.unlabeled == -1
    fitted = pickle.loads(pickle.dumps(model.fit(X, PARTIAL)))
    np.testing.assert_array_equal(fitted.predict(X), model.predict(X))


def test_the_wrapped_estimator_is_left_alone():
    inner = LogisticRegression(max_iter=500)
    LabeledOnly(inner).fit(X, PARTIAL)
    assert not hasattr(inner, "coef_")


class TestPipeline:
    """One y with unlabeled rows serves a step that wants all rows and one that
    does not: scikit-learn issue 8468."""

    def test_steps_before_see_all_rows(self):
        pipeline = make_pipeline(PCA(2), LabeledOnly(LogisticRegression()))
        pipeline.fit(X, PARTIAL)
        np.testing.assert_allclose(pipeline[0].mean_, X.mean(axis=0))
        assert pipeline.score(X, Y) > 0.9
        assert pipeline.classes_.tolist() == [0, 1, 2]

    def test_grid_over_both_steps_with_a_memory(self, tmp_path):
        pipeline = Pipeline(
            [("embed", CountingPCA()), ("clf", LabeledOnly(LogisticRegression()))],
            memory=str(tmp_path),
        )
        grid = {"embed__n_components": [1, 3], "clf__estimator__C": [0.01, 1, 100]}
        CountingPCA.n_fits = 0
        search = GridSearchCV(
            pipeline, grid, cv=StratifiedKFold(3), error_score="raise"
        )
        search.fit(X, PARTIAL)
        # Two embeddings in each of three folds, and the last fit on the whole table.
        assert CountingPCA.n_fits == 2 * 3 + 1
        assert search.best_score_ > 0.8
        assert set(search.predict(X)) <= {0, 1, 2}

    def test_default_folds_are_right_through_score(self):
        X, y = load_breast_cancer(return_X_y=True)
        partial = mask_labels(y, fraction=0.1, random_state=0)
        hidden = ~is_labeled(partial)
        model = make_pipeline(StandardScaler(), LabeledOnly(LogisticRegression()))
        truth = model.fit(X, partial).score(X[hidden], y[hidden])
        assert abs(cross_val_score(model, X, partial).mean() - truth) < 0.05

    def test_a_pipeline_inside(self):
        inner = make_pipeline(StandardScaler(), LogisticRegression())
        fitted = LabeledOnly(inner).fit(pd.DataFrame(X, columns=NAMES), PARTIAL)
        np.testing.assert_allclose(fitted.estimator_[0].mean_, X[LABELED].mean(axis=0))
        assert fitted.feature_names_in_.tolist() == NAMES

    def test_calibration_inside(self):
        inner = CalibratedClassifierCV(GaussianNB(), cv=3)
        fitted = LabeledOnly(inner).fit(X, PARTIAL)
        assert fitted.predict_proba(X).shape == (150, 3)

    def test_a_classifier_that_knows_no_features(self):
        class Silent(Recorder, TransformerMixin):
            pass

        fitted = LabeledOnly(Silent()).fit(X, PARTIAL)
        assert not hasattr(fitted, "n_features_in_")
        assert fitted.classes_.tolist() == [0, 1, 2]
        assert LabeledOnly(DummyClassifier()).fit(X, PARTIAL).n_features_in_ == 4
