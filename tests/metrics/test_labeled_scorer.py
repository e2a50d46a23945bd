import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer, make_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_featrix.compose import LabeledOnly
from sklearn_featrix.datasets import mask_labels
from sklearn_featrix.metrics import make_labeled_scorer
from sklearn_featrix.model_selection import LabeledSplit
from sklearn_featrix.utils import is_labeled

X, Y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
PARTIAL = mask_labels(Y, fraction=0.1, random_state=0)
LABELED = is_labeled(PARTIAL)
MODEL = LogisticRegression(C=0.01).fit(X[::2], Y[::2])
WEIGHT = np.linspace(0.1, 3, len(X))
BINARY = ["accuracy", "balanced_accuracy", "roc_auc", "neg_log_loss",
          "average_precision", "f1", "neg_brier_score"]  # fmt: skip
MULTICLASS = ["accuracy", "balanced_accuracy", "roc_auc_ovr", "roc_auc_ovo_weighted",
              "neg_log_loss", "f1_macro"]  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
def test_binary_is_the_score_of_the_labelled_rows(name):
    expected = get_scorer(name)(MODEL, X[LABELED], Y[LABELED])
    assert make_labeled_scorer(name)(MODEL, X, PARTIAL) == expected
    full = get_scorer(name)(MODEL, X, Y)
    assert make_labeled_scorer(name)(MODEL, X, Y) == full


@pytest.mark.parametrize("name", MULTICLASS)
def test_multiclass_is_the_score_of_the_labelled_rows(name):
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(C=0.01, max_iter=500).fit(X, y)
    partial = mask_labels(y, n_labeled=30, random_state=0)
    labeled = is_labeled(partial)
    expected = get_scorer(name)(model, X[labeled], y[labeled])
    assert make_labeled_scorer(name)(model, X, partial) == expected


@pytest.mark.parametrize(
    "y",
    [
        np.where(LABELED, Y.astype(object), None),
        pd.Series(Y).astype("Int64").where(LABELED),
        np.where(LABELED, Y, np.nan),
    ],
)
def test_any_mark_and_container(y):
    expected = make_labeled_scorer("roc_auc")(MODEL, X, PARTIAL)
    frame = pd.DataFrame(X, index=np.arange(len(X)) + 5)
    scorer = make_labeled_scorer("roc_auc")
    assert scorer(clone(MODEL).fit(X[::2], Y[::2]), frame, y) == expected


def test_strings():
    y = np.where(Y == 1, "benign", "malignant")
    partial = mask_labels(y, fraction=0.1, random_state=0)
    model = clone(MODEL).fit(X, y)
    assert make_labeled_scorer()(model, X, partial) > 0.9


@pytest.mark.parametrize(
    "scoring",
    [
        make_scorer(accuracy_score),
        lambda estimator, X, y: accuracy_score(y, estimator.predict(X)),
        "accuracy",
    ],
    ids=["scorer", "function", "name"],
)
def test_scorers_and_functions(scoring):
    expected = MODEL.score(X[LABELED], Y[LABELED])
    assert make_labeled_scorer(scoring)(MODEL, X, PARTIAL) == expected


def test_unlabeled_parameter():
    marked = np.where(LABELED, Y, 9)
    expected = MODEL.score(X[LABELED], Y[LABELED])
    scorer = make_labeled_scorer("accuracy", unlabeled=9)
    assert scorer(MODEL, X, marked) == expected


def test_minus_one_is_a_class_if_the_estimator_says_so():
    signs = 2 * Y - 1
    model = clone(MODEL).fit(X, signs)
    assert make_labeled_scorer()(model, X, signs) == model.score(X, signs)


class TestWhatTheClassifierLearnt:
    """A mark that was learnt as a class must not be scored as one."""

    LEARNT = "learnt 'unlabeled' as a class.*LabeledOnly.*unlabeled=None"

    @pytest.mark.parametrize("mark", [-1, "-1", "nan"])
    def test_by_a_plain_classifier(self, mark):
        y = PARTIAL
        if isinstance(mark, str):
            y = np.where(LABELED, Y.astype(str), mark)
        plain = make_pipeline(StandardScaler(), LogisticRegression())
        with pytest.raises(ValueError, match=f"Pipeline {self.LEARNT}"):
            make_labeled_scorer()(clone(plain).fit(X, y), X, y)
        with pytest.raises(ValueError, match=self.LEARNT):
            cross_val_score(
                plain, X, y, scoring=make_labeled_scorer(), error_score="raise"
            )

    def test_a_mark_of_ones_own_that_only_the_scorer_knows(self):
        y = np.where(LABELED, Y, 99)
        fitted = LabeledOnly(LogisticRegression()).fit(X, y)
        with pytest.raises(ValueError, match=r"99 marks unlabeled rows.*unlabeled=99"):
            make_labeled_scorer(unlabeled=99)(fitted, X, y)

    @pytest.mark.parametrize("unlabeled", [99, None])
    @pytest.mark.parametrize("inside", ["alone", "pipeline", "search", "both"])
    def test_a_mark_that_the_estimator_knows(self, unlabeled, inside):
        y = np.where(LABELED, Y, 99)
        if unlabeled is None:
            y = np.where(Y == 1, Y, -1)
        model = LabeledOnly(LogisticRegression(), unlabeled=unlabeled)
        if inside in ("pipeline", "both"):
            model = make_pipeline(StandardScaler(), model)
        if inside in ("search", "both"):
            cv = LabeledSplit(2, unlabeled_mark=unlabeled)
            model = GridSearchCV(model, {}, cv=cv)
        model.fit(X, y)
        assert make_labeled_scorer()(model, X, y) == model.score(X, y)

    def test_a_third_class_beside_minus_one_and_one(self):
        signs = np.where(X[:, 0] > 1, 0, 2 * Y - 1)
        model = LabeledOnly(LogisticRegression(), unlabeled=None).fit(X, signs)
        assert make_labeled_scorer()(model, X, signs) == model.score(X, signs)
        plain = LogisticRegression().fit(X, signs)
        with pytest.raises(ValueError, match=self.LEARNT):
            make_labeled_scorer()(plain, X, signs)
        scorer = make_labeled_scorer(unlabeled=None)
        assert scorer(plain, X, signs) == plain.score(X, signs)

    def test_through_a_meta_estimator_that_encodes_y(self):
        inner = LabeledOnly(LogisticRegression())
        calibrated = CalibratedClassifierCV(inner, cv=2).fit(X, PARTIAL)
        with pytest.raises(ValueError, match=f"CalibratedClassifierCV {self.LEARNT}"):
            make_labeled_scorer()(calibrated, X, PARTIAL)

    def test_an_estimator_without_classes(self):
        class NoClasses(BaseEstimator):
            def predict(self, X):
                return np.zeros(len(X), dtype=int)

        expected = np.mean(Y[LABELED] == 0)
        assert make_labeled_scorer()(NoClasses(), X, PARTIAL) == expected


def test_a_class_that_the_train_part_lacks():
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X[:100], y[:100])
    message = r"classes that the train part does not have: \[2\]\. .*stratified ones"
    with pytest.raises(ValueError, match=message):
        make_labeled_scorer("roc_auc_ovr")(model, X, y)
    assert make_labeled_scorer()(model, X, y) == model.score(X, y)


def test_an_error_for_another_reason_is_left_alone():
    def broken(estimator, X, y):
        raise ValueError("of its own")

    with pytest.raises(ValueError, match=r"^of its own$"):
        make_labeled_scorer(broken)(MODEL, X, PARTIAL)


@pytest.mark.parametrize("container", ["bsr", "coo", "csc", "csr", "dia", "lil"])
@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
def test_sparse_tables(container):
    table = sparse.csr_array(X).asformat(container)
    expected = make_labeled_scorer("roc_auc")(MODEL, X, PARTIAL)
    score = make_labeled_scorer("roc_auc")(MODEL, table, PARTIAL)
    assert score == pytest.approx(expected)


class TestCrossValidation:
    """Default folds, which put unlabeled rows into test parts, are right too."""

    @pytest.fixture(params=[SelfTrainingClassifier, LabeledOnly])
    def model(self, request):
        return make_pipeline(StandardScaler(), request.param(LogisticRegression()))

    @pytest.mark.parametrize("name", ["accuracy", "roc_auc"])
    def test_default_folds_are_within_5_points_of_the_truth(self, model, name):
        fitted = clone(model).fit(X, PARTIAL)
        truth = get_scorer(name)(fitted, X[~LABELED], Y[~LABELED])
        scores = cross_val_score(model, X, PARTIAL, scoring=make_labeled_scorer(name))
        assert abs(scores.mean() - truth) < 0.05

    def test_several_metrics(self, model):
        names = ["accuracy", "roc_auc", "neg_log_loss"]
        scoring = {name: make_labeled_scorer(name) for name in names}
        result = cross_validate(
            model, X, PARTIAL, scoring=scoring, return_train_score=True
        )
        for name in names:
            alone = cross_val_score(model, X, PARTIAL, scoring=scoring[name])
            np.testing.assert_array_equal(result[f"test_{name}"], alone)
            assert (result[f"train_{name}"] > -0.3).all()

    def test_grid_search(self):
        model = LabeledOnly(LogisticRegression())
        search = GridSearchCV(
            model,
            {"estimator__C": [1e-3, 1.0]},
            scoring={"a": make_labeled_scorer(), "b": make_labeled_scorer("roc_auc")},
            refit="b",
        )
        assert clone(search).fit(X, PARTIAL).best_score_ > 0.95

    def test_a_test_part_without_labels(self, model):
        with pytest.raises(ValueError, match="LabeledSplit as cv"):
            cross_val_score(
                model, X, PARTIAL, error_score="raise",
                cv=[(np.arange(len(X)), np.flatnonzero(~LABELED))],
                scoring=make_labeled_scorer(),
            )  # fmt: skip


class TestMetadata:
    def test_sample_weight_loses_the_same_rows(self):
        expected = MODEL.score(X[LABELED], Y[LABELED], WEIGHT[LABELED])
        scorer = make_labeled_scorer("accuracy")
        assert scorer(MODEL, X, PARTIAL, sample_weight=WEIGHT) == expected

    def test_routing(self):
        with config_context(enable_metadata_routing=True):
            requested = make_labeled_scorer("accuracy").set_score_request(
                sample_weight=True
            )
            inner = get_scorer("accuracy").set_score_request(sample_weight="w")
            options = {"error_score": "raise", "cv": 3}
            model = LabeledOnly(
                LogisticRegression().set_fit_request(sample_weight=False)
            )
            one = cross_val_score(
                model, X, PARTIAL, scoring=requested,
                params={"sample_weight": WEIGHT}, **options,
            )  # fmt: skip
            other = cross_validate(
                model, X, PARTIAL, params={"w": WEIGHT}, **options,
                scoring={"a": make_labeled_scorer(inner), "b": make_labeled_scorer()},
            )  # fmt: skip
        plain = cross_val_score(model, X, PARTIAL, cv=3)
        np.testing.assert_array_equal(one, other["test_a"])
        np.testing.assert_array_equal(plain, other["test_b"])
        assert (one != plain).any()

    def test_the_scorer_handed_in_is_left_alone(self):
        inner = get_scorer("accuracy")
        with config_context(enable_metadata_routing=True):
            make_labeled_scorer(inner).set_score_request(sample_weight=True)
            assert inner.get_metadata_routing().score.requests["sample_weight"] is None

    def test_sample_weight_without_routing_in_a_dictionary(self):
        from sklearn.metrics import check_scoring

        def plain(estimator, X, y):
            return 0.5

        scorer = check_scoring(
            MODEL,
            {
                "weighted": make_labeled_scorer("accuracy"),
                "plain": make_labeled_scorer(plain),
            },
        )
        scores = scorer(MODEL, X, PARTIAL, sample_weight=WEIGHT)
        assert scores["plain"] == 0.5
        assert scores["weighted"] == MODEL.score(
            X[LABELED], Y[LABELED], WEIGHT[LABELED]
        )


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        (["accuracy"], "one name or one scorer"),
        (None, "one name or one scorer"),
        ("acuracy", "must be a str among"),
        (roc_auc_score, "looks like it is a metric"),
    ],
)
def test_wrong_scoring(scoring, message):
    with pytest.raises(ValueError, match=message):
        make_labeled_scorer(scoring)


def test_no_label_to_score_on():
    scorer = make_labeled_scorer("roc_auc")
    with pytest.raises(
        ValueError, match=r"make_labeled_scorer\('roc_auc'\) got 3 rows .* none has a"
    ):
        scorer(MODEL, X[:3], [-1, -1, -1])


def test_y_of_another_length():
    with pytest.raises(ValueError, match="X has 3 rows, y has 2"):
        make_labeled_scorer()(MODEL, X[:3], [0, 1])


def test_clone_pickle_and_repr():
    scorer = make_labeled_scorer("roc_auc", unlabeled=9)
    marked = np.where(LABELED, Y, 9)
    for copy in (clone(scorer, safe=False), pickle.loads(pickle.dumps(scorer))):
        assert copy(MODEL, X, marked) == scorer(MODEL, X, marked)
        assert repr(copy) == "make_labeled_scorer('roc_auc', unlabeled=9)"
    assert repr(make_labeled_scorer(_half)) == "make_labeled_scorer(_half)"


def _half(estimator, X, y):
    return 0.5
