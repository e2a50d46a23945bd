"""SemiSupervisedClassifier: what it fits on, what it averages, what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC

from sklearn_featrix import (
    EmbeddingTransformer,
    LabeledSplit,
    SemiSupervisedClassifier,
    TableEncoder,
    make_labeled_scorer,
    mask_labels,
)
from sklearn_featrix.exceptions import DroppedColumnWarning
from sklearn_featrix.semi_supervised._default_members import default_members

QUICK = EmbeddingTransformer(effort="low", max_steps=20)


class Recorder(ClassifierMixin, BaseEstimator):
    """Predicts class shares and remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        self.X_, self.y_, self.weights_ = X, y, sample_weight
        return self

    def predict_proba(self, X):
        shares = np.bincount(self.y_) / len(self.y_)
        return np.tile(shares, (len(X), 1))


class CountingEmbedding(TransformerMixin, BaseEstimator):
    """Standardised columns; counts the fits of all copies."""

    fits = 0

    def fit(self, X, y=None):
        type(self).fits += 1
        X = np.asarray(X)
        self.mean_, self.scale_ = X.mean(axis=0), X.std(axis=0) + 1e-9
        self.n_rows_ = len(X)
        return self

    def transform(self, X):
        return (np.asarray(X) - self.mean_) / self.scale_


@pytest.fixture
def table():
    X, y = make_classification(
        200, 6, n_informative=4, n_classes=3, n_redundant=0, random_state=0
    )
    return X, y, mask_labels(y, n_labeled=40, random_state=0)


def recorded(X, y, space, **params):
    clf = SemiSupervisedClassifier(
        CountingEmbedding(), [("seen", Recorder(), space)], random_state=0
    )
    return clf.fit(X, y, **params)


def test_members_see_only_labelled_rows_and_the_embedding_all(table):
    X, _, y_partial = table
    clf = recorded(X, y_partial, "embedding")
    assert clf.embedding_.n_rows_ == 200
    assert clf.named_estimators_.seen.X_.shape == (40, 6)
    assert clf.n_labeled_ == 40
    np.testing.assert_array_equal(
        np.bincount(clf.estimators_[0].y_), np.bincount(y_partial[y_partial >= 0])
    )


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ("raw", lambda X, clf: X),
        ("embedding", lambda X, clf: clf.embedding_.transform(X)),
        ("components", lambda X, clf: PCA().fit_transform(clf.embedding_.transform(X))),
        ("linear", lambda X, clf: TableEncoder().fit(X).transform(X)),
        ("tree", lambda X, clf: TableEncoder("tree").fit(X).transform(X)),
    ],
)
def test_each_space_is_what_it_says(table, space, expected):
    X, y, _ = table
    clf = recorded(X, y, space)
    seen = clf.estimators_[0].X_
    sort = np.lexsort(np.asarray(seen).T)
    wanted = np.asarray(expected(X, clf))
    np.testing.assert_allclose(
        np.asarray(seen)[sort], wanted[np.lexsort(wanted.T)], rtol=1e-6
    )


def test_joined_spaces_stand_side_by_side(table):
    X, y, _ = table
    both = recorded(X, y, "tree+embedding").estimators_[0].X_
    np.testing.assert_array_equal(both[:, :6], recorded(X, y, "tree").estimators_[0].X_)
    assert both.shape == (200, 12)


def test_components_stand_beside_the_raw_table(table):
    X, y, _ = table
    frame = pd.DataFrame(X, columns=list("abcdef")).assign(text="t")
    clf = SemiSupervisedClassifier(
        EmbeddingTransformer(n_components=12, effort="low", max_steps=3),
        [("seen", Recorder(), "components+raw"), ("alone", Recorder(), "components")],
        random_state=0,
    )
    with pytest.warns(DroppedColumnWarning):
        clf.fit(frame, y)
    seen, alone = (each.X_ for each in clf.estimators_)
    assert list(seen.columns[:7]) == list("abcdef") + ["text"]
    assert alone.shape == (200, 8)
    np.testing.assert_array_equal(seen.iloc[:, 7:], alone)


def test_raw_space_keeps_the_dataframe_and_its_column_order(table):
    X, y, _ = table
    frame = pd.DataFrame(X, columns=list("abcdef"))
    clf = recorded(frame, y, "raw")
    assert list(clf.estimators_[0].X_.columns) == list("abcdef")
    np.testing.assert_array_equal(
        clf.predict_proba(frame[list("fedcba")]), clf.predict_proba(frame)
    )


@pytest.mark.parametrize(
    ("temperature", "n_labeled", "power"),
    [(None, 40, 1), (None, 120, 1 / 0.87), (2.0, 40, 0.5)],
)
def test_probabilities_are_the_weighted_mean_of_the_members(
    table, temperature, n_labeled, power
):
    X, y, _ = table
    y_partial = mask_labels(y, n_labeled=n_labeled, random_state=0)
    clf = SemiSupervisedClassifier(QUICK, temperature=temperature, random_state=0)
    clf.fit(X, y_partial)
    spaces = [space for _, _, space in default_members(n_labeled=n_labeled)]
    views = clf._fitted_vote.spaces.transform(X, spaces)
    votes = [
        member.predict_proba(views[space])
        for member, space in zip(clf.estimators_, spaces, strict=True)
    ]
    assert len(votes) == 7
    weights = [1, 1, 1, 4, 4, 1, 1]
    mean = np.average(votes, axis=0, weights=weights)
    expected = mean**power
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(clf.predict_proba(X), expected)


def test_two_labels_per_class_are_enough(table):
    X, y, _ = table
    y_partial = np.full(200, -1)
    for label in range(3):
        y_partial[np.flatnonzero(y == label)[:2]] = label
    clf = SemiSupervisedClassifier(QUICK, random_state=0).fit(X, y_partial)
    assert clf.n_labeled_ == 6
    np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1)


def test_unlabeled_rows_change_the_result(table):
    X, _, y_partial = table
    labeled = y_partial >= 0
    with_all = SemiSupervisedClassifier(QUICK, random_state=0).fit(X, y_partial)
    without = SemiSupervisedClassifier(QUICK, random_state=0).fit(
        X[labeled], y_partial[labeled]
    )
    assert not np.allclose(with_all.predict_proba(X), without.predict_proba(X))


def test_weight_zero_is_absence_and_weight_two_a_copy(table):
    X, _, y_partial = table
    weights = np.random.default_rng(0).integers(0, 3, size=200)
    weighted = SemiSupervisedClassifier(QUICK, random_state=0)
    weighted.fit(X, y_partial, sample_weight=weights)
    copies = np.repeat(np.arange(200), weights)
    copied = SemiSupervisedClassifier(QUICK, random_state=0)
    copied.fit(X[copies], y_partial[copies])
    np.testing.assert_allclose(weighted.predict_proba(X), copied.predict_proba(X))


def test_a_member_without_weights_gets_copies(table):
    X, y, _ = table
    X, y = np.vstack([X, X[:50]]), np.r_[y, y[:50]]
    members = [("near", KNeighborsClassifier(1), "tree")]
    clf = SemiSupervisedClassifier(None, members).fit(X, y)
    assert clf.estimators_[0].n_samples_fit_ == 250
    with pytest.raises(ValueError, match=r"'near'.*takes no sample_weight"):
        clf.fit(X, y, sample_weight=np.full(250, 0.5))


def test_class_weight_reaches_the_members(table):
    X, y, _ = table
    clf = SemiSupervisedClassifier(
        None, [("seen", Recorder(), "tree")], class_weight={0: 5, 1: 1, 2: 1}
    ).fit(X, y)
    seen = clf.estimators_[0]
    np.testing.assert_array_equal(seen.weights_, np.where(seen.y_ == 0, 5.0, 1.0))


def test_balanced_weights_find_more_of_a_rare_class():
    X, y = make_classification(
        2000, 6, weights=[0.95], class_sep=0.3, flip_y=0, random_state=0
    )
    y_partial = mask_labels(y, n_labeled=200, random_state=0)
    members = [("linear", LogisticRegression(), "linear")]
    plain = SemiSupervisedClassifier(None, members).fit(X, y_partial)
    balanced = SemiSupervisedClassifier(None, members, class_weight="balanced")
    balanced.fit(X, y_partial)
    rare = y == 1
    assert balanced.predict(X[rare]).mean() > plain.predict(X[rare]).mean() + 0.2


def test_decision_function_only_for_two_classes(table):
    X, y, _ = table
    clf = recorded(X, y, "tree")
    assert not hasattr(clf, "decision_function")
    clf = recorded(X, y > 0, "tree")
    decision = clf.decision_function(X)
    np.testing.assert_array_equal(decision > 0, clf.predict(X))


def test_an_absent_class_in_a_fold_does_not_crash(table):
    X, y, _ = table
    y_partial = mask_labels(y, n_labeled=30, random_state=0)
    y_partial[np.flatnonzero(y_partial == 2)[1:]] = -1
    clf = SemiSupervisedClassifier(None, random_state=0)
    with pytest.warns(UserWarning, match="least populated class"):
        scores = cross_val_score(
            clf, X, y_partial, cv=LabeledSplit(3), error_score="raise"
        )
    assert np.isfinite(scores).all()


def test_members_are_reachable_by_name(table):
    X, y, _ = table
    clf = SemiSupervisedClassifier(None, [("lr", LogisticRegression(), "linear")])
    search = GridSearchCV(clf, {"lr__C": [1e-4, 1]}, cv=2).fit(X, y)
    assert search.best_params_ == {"lr__C": 1}
    clf.set_params(lr=KNeighborsClassifier(3))
    assert clf.members == [("lr", clf.get_params()["lr"], "linear")]
    assert isinstance(clf.fit(X, y).named_estimators_.lr, KNeighborsClassifier)


def test_any_transformer_can_be_the_embedding(table):
    X, y, y_partial = table
    clf = SemiSupervisedClassifier(PCA(2), random_state=0).fit(X, y_partial)
    assert clf.embedding_.transform(X).shape == (200, 2)
    assert clf.score(X, y) > 0.5


def test_a_sparse_embedding_is_made_dense(table):
    X, _, y = table
    clf = SemiSupervisedClassifier(
        OneHotEncoder(handle_unknown="ignore"),
        [("linear", LogisticRegression(), "embedding+tree")],
    )
    codes = pd.DataFrame(np.asarray(X, dtype=float).round())
    assert clf.fit(codes, y).predict_proba(codes).shape == (len(codes), 3)


def test_a_frozen_embedding_does_not_decide_which_columns_count():
    rng = np.random.RandomState(0)
    past = pd.DataFrame({"a": rng.normal(size=80), "b": 1.0})
    with pytest.warns(DroppedColumnWarning, match="'b'"):
        embedding = clone(QUICK).fit(past)
    now = past.assign(b=rng.normal(size=80))
    y = (now["b"] > 0).astype(int)
    clf = SemiSupervisedClassifier(
        FrozenEstimator(embedding), [("linear", LogisticRegression(), "linear")]
    )
    assert clf.fit(now, y).score(now, y) > 0.9


def test_a_fit_that_fails_leaves_what_was_there(table):
    X, _, y = table
    clf = SemiSupervisedClassifier(None, [("bad", LogisticRegression(C=-1), "tree")])
    with pytest.raises(ValueError, match="'C'"):
        clf.fit(X, y)
    with pytest.raises(NotFittedError):
        clf.predict(X)
    clf.set_params(members=[("good", LogisticRegression(), "linear")]).fit(X, y)
    before = clf.predict_proba(X)
    clf.set_params(members=[("bad", LogisticRegression(C=-1), "tree")])
    with pytest.raises(ValueError, match="'C'"):
        clf.fit(X[::-1], y)
    np.testing.assert_array_equal(clf.predict_proba(X), before)


def test_parameters_of_defaults_cannot_be_set(table):
    with pytest.raises(ValueError, match=r"embedding=EmbeddingTransformer\(\)"):
        SemiSupervisedClassifier().set_params(embedding__effort="low")
    with pytest.raises(ValueError, match="members="):
        SemiSupervisedClassifier().set_params(linear__C=1)
    with pytest.raises(ValueError, match="Invalid parameter 'nonsense'"):
        SemiSupervisedClassifier().set_params(nonsense__C=1)
    clf = SemiSupervisedClassifier().set_params(
        embedding=EmbeddingTransformer(), embedding__effort="low"
    )
    assert clf.embedding.effort == "low"


def test_log_probabilities(table):
    X, _, y = table
    clf = SemiSupervisedClassifier(None, [("recorder", Recorder(), "tree")]).fit(X, y)
    np.testing.assert_allclose(np.exp(clf.predict_log_proba(X)), clf.predict_proba(X))


@pytest.mark.parametrize("has_embedding", [True, False])
def test_the_default_result_depends_on_no_optional_package(has_embedding):
    members = default_members(n_labeled=100, has_embedding=has_embedding)
    for _, estimator, _ in members:
        assert type(estimator).__module__.split(".")[0] in (
            "sklearn",
            "sklearn_featrix",
        )


class Weighed(Recorder):
    """A recorder of two classes that says the same of every row."""

    def __init__(self, second=0.5):
        self.second = second

    def predict_proba(self, X):
        return np.tile([1 - self.second, self.second], (len(X), 1))


@pytest.mark.parametrize(
    ("weights", "expected"), [(None, 0.5), ([3, 1], 0.35), ([0, 2], 0.8)]
)
def test_weights_of_members(table, weights, expected):
    X, _, y = table
    members = [("low", Weighed(0.2), "tree"), ("high", Weighed(0.8), "tree")]
    clf = SemiSupervisedClassifier(None, members, weights=weights)
    y = np.where(np.asarray(y) == -1, -1, np.asarray(y) > 0)
    np.testing.assert_allclose(clf.fit(X, y).predict_proba(X)[:, 1], expected)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2], r"each of the 1 members \(only\), got shape \(2,\)"),
        ([-1], r"0 or more.* got \[-1\.0\]"),
        ([0], "one of them above 0"),
    ],
)
def test_weights_that_do_not_fit_are_refused(table, weights, message):
    X, _, y = table
    members = [("only", Recorder(), "tree")]
    with pytest.raises(ValueError, match=message):
        SemiSupervisedClassifier(None, members, weights=weights).fit(X, y)


def test_a_member_may_see_the_unlabeled_rows(table):
    X, _, y = table
    members = [("all", Recorder(), "tree+unlabeled"), ("some", Recorder(), "tree")]
    clf = SemiSupervisedClassifier(None, members).fit(X, y)
    seen, some = clf.named_estimators_["all"], clf.named_estimators_["some"]
    n_labeled = len(some.y_)
    assert len(seen.y_) == len(seen.X_) == len(X)
    np.testing.assert_array_equal(seen.X_[:n_labeled], some.X_)
    np.testing.assert_array_equal(seen.y_[:n_labeled], some.y_)
    assert set(seen.y_[n_labeled:]) == {-1}


def test_a_semi_supervised_member_predicts(table):
    X, truth, y = table
    members = [("spread", LabelSpreading("knn"), "linear + unlabeled")]
    clf = SemiSupervisedClassifier(None, members).fit(X, y)
    assert clf.predict_proba(X).shape == (len(X), 3)
    assert clf.score(X, truth) > 0.5


def test_unlabeled_is_no_form_of_a_table(table):
    X, _, y = table
    members = [("a", Recorder(), "unlabeled")]
    with pytest.raises(ValueError, match=r"whose rows.*raw\+unlabeled"):
        SemiSupervisedClassifier(None, members).fit(X, y)


def test_networks_inside_members_do_not_depend_on_n_jobs(table):
    X, _, y = table
    members = [
        (name, make_pipeline(clone(QUICK), LogisticRegression()), "raw")
        for name in ("a", "b", "c", "d")
    ]
    one, two = (
        SemiSupervisedClassifier(None, members, random_state=0, n_jobs=n_jobs)
        .fit(X, y)
        .predict_proba(X)
        for n_jobs in (1, 4)
    )
    np.testing.assert_array_equal(one, two)


def test_a_column_without_a_value_in_any_labelled_row(table):
    X, y, y_partial = table
    X = X.copy()
    X[y_partial >= 0, 0] = np.nan
    clf = SemiSupervisedClassifier(None, random_state=0).fit(X, y_partial)
    assert clf.score(X, y) > 0.5


def test_minus_one_can_be_a_class(table):
    X, y, _ = table
    signs = np.where(y > 0, 1, -1)
    clf = SemiSupervisedClassifier(None, unlabeled=None, random_state=0).fit(X, signs)
    np.testing.assert_array_equal(clf.classes_, [-1, 1])
    assert clf.score(X, signs) == np.mean(clf.predict(X) == signs)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "members is empty"),
        ([("lr", LogisticRegression())], "must be a tuple"),
        ([("lr", LogisticRegression(), "table")], "'lr' asks for the space 'table'"),
        ([("lr", LogisticRegression(), 3)], "'lr' asks for the space 3"),
        ([("lr", LogisticRegression(), "embedding")], "but embedding=None"),
        ([("svc", LinearSVC(), "tree")], "'svc'.*no predict_proba"),
        ([("a", Recorder(), "tree")] * 2, "not unique"),
        ([("verbose", Recorder(), "tree")], "conflict with constructor"),
    ],
)
def test_wrong_members(table, members, message):
    X, y, _ = table
    with pytest.raises((ValueError, TypeError), match=message):
        SemiSupervisedClassifier(None, members).fit(X, y)


def test_all_weights_zero(table):
    X, y, _ = table
    with pytest.raises(ValueError, match="zero"):
        SemiSupervisedClassifier(None).fit(X, y, sample_weight=np.zeros(200))


# ----------------------------------------------------- one embedding, many folds


def test_a_frozen_embedding_is_fitted_once_and_scores_as_if_refitted(table):
    X, _, y_partial = table
    members = [("linear", LogisticRegression(), "embedding")]
    CountingEmbedding.fits = 0
    frozen = FrozenEstimator(CountingEmbedding().fit(X))
    shared = SemiSupervisedClassifier(frozen, members, safe=False, random_state=0)
    search = GridSearchCV(
        shared, {"linear__C": [0.1, 1, 10]}, cv=LabeledSplit(4), error_score="raise"
    ).fit(X, y_partial)
    assert CountingEmbedding.fits == 1

    refitted = []
    for train, test in LabeledSplit(4).split(X, y_partial):
        again = FrozenEstimator(CountingEmbedding().fit(X))  # the same label-free rows
        clf = SemiSupervisedClassifier(again, members, safe=False, random_state=0)
        clf.set_params(linear__C=search.best_params_["linear__C"])
        clf.fit(X[train], y_partial[train])
        refitted.append(clf.score(X[test], y_partial[test]))
    assert search.best_score_ == pytest.approx(np.mean(refitted), abs=0)
    assert CountingEmbedding.fits == 5


@pytest.fixture(scope="module")
def hidden_cancer():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    y_partial = mask_labels(y, fraction=0.1, random_state=0)
    hidden = y_partial.to_numpy() == -1
    members = ["linear", ("trees", ExtraTreesClassifier(20), "tree+embedding")]
    clf = SemiSupervisedClassifier(QUICK, members, random_state=0)
    truth = clone(clf).fit(X, y_partial).score(X[hidden], y[hidden])
    return clf, X, y_partial, truth


def test_scores_are_right_by_default(hidden_cancer):
    clf, X, y_partial, truth = hidden_cancer
    assert cross_val_score(clf, X, y_partial).mean() == pytest.approx(truth, abs=0.05)


def test_scores_are_right_with_labeled_split(hidden_cancer):
    clf, X, y_partial, truth = hidden_cancer
    scores = cross_val_score(clf, X, y_partial, cv=LabeledSplit(5))
    assert scores.mean() == pytest.approx(truth, abs=0.05)


def test_roc_auc_is_right(hidden_cancer):
    clf, X, y_partial, _ = hidden_cancer
    y = load_breast_cancer().target
    hidden = y_partial.to_numpy() == -1
    fitted = clone(clf).fit(X, y_partial)
    truth = make_labeled_scorer("roc_auc")(fitted, X[hidden], y[hidden])
    for options in (
        {"scoring": "roc_auc", "cv": LabeledSplit(5)},
        {"scoring": make_labeled_scorer("roc_auc")},
    ):
        scores = cross_val_score(clf, X, y_partial, **options)
        assert scores.mean() == pytest.approx(truth, abs=0.05)


def test_fitted_estimators_are_small(hidden_cancer):
    clf, X, y_partial, _ = hidden_cancer
    clf = SemiSupervisedClassifier(
        QUICK, [("linear", LogisticRegression(), "embedding")]
    ).fit(X, y_partial)
    assert len(pickle.dumps(clf)) < 2_000_000


def test_low_effort_makes_few_members_and_a_short_embedding(table):
    X, y, y_partial = table
    clf = SemiSupervisedClassifier(effort="low", random_state=0).fit(X, y_partial)
    assert list(clf.named_estimators_) == ["linear", "trees_embedding"]
    assert clf.embedding_.effort == "low"
    clf = SemiSupervisedClassifier(None, effort="low", random_state=0)
    assert list(clf.fit(X, y_partial).named_estimators_) == ["linear", "trees"]
    names = list(clf.fit(X[:100], y[:100]).named_estimators_)
    assert names == ["linear", "trees", "boosting"]
    names = list(clf.fit(X[:100], np.append(y[:99], -1)).named_estimators_)
    assert names == ["linear", "trees"]


@pytest.mark.parametrize("classes", [["a", "b"], ["a", "b", "c"]])
def test_a_student_answers_in_place_of_the_vote(classes):
    X, y = make_classification(
        1500, 8, n_informative=4, n_classes=len(classes), class_sep=1.5, random_state=0
    )
    X, X_new = pd.DataFrame(X[:1200]), pd.DataFrame(X[1200:])
    X.columns = X_new.columns = [f"x{i}" for i in range(8)]
    labels = np.array(classes)[y[:1200]].astype(object)
    labels[60:] = None
    members = [("linear", LogisticRegression(), "linear")]
    teacher = SemiSupervisedClassifier(None, members, random_state=0).fit(X, labels)
    clf = SemiSupervisedClassifier(None, members, distill=True, random_state=0)
    clf.fit(X, labels)
    assert not hasattr(teacher, "student_")
    taught, answers = teacher.predict_proba(X_new), clf.predict_proba(X_new)
    assert np.abs(answers - taught).mean() < 0.02
    assert (answers.argmax(axis=1) == taught.argmax(axis=1)).mean() > 0.95
    np.testing.assert_allclose(answers.sum(axis=1), 1)
    alone = pickle.loads(pickle.dumps(clf.student_))
    np.testing.assert_array_equal(alone.predict_proba(X_new), answers)
    np.testing.assert_array_equal(alone.predict(X_new), clf.predict(X_new))
    assert not hasattr(clf.set_params(distill=False).fit(X, labels), "student_")


def test_a_student_ranks_rows_of_a_class_that_is_very_rare():
    # all probabilities but a few lie below one in ten thousand
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 2))

    class Teacher(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def predict_proba(self, X):
            rare = expit(np.asarray(X)[:, 0] - 11)
            return np.column_stack([1 - rare, rare])

    clf = SemiSupervisedClassifier(
        None, [("teacher", Teacher(), "raw")], distill=True, random_state=0
    ).fit(X, np.where(np.arange(3000) < 20, np.arange(3000) % 2, -1))
    told = clf.predict_proba(X)[:, 1]
    assert spearmanr(told, X[:, 0]).statistic > 0.98


def test_few_rows_can_teach_a_student(table):
    X, y, _ = table
    members = [("seen", LogisticRegression(), "raw")]
    clf = SemiSupervisedClassifier(None, members, distill=True, random_state=0)
    clf.fit(X[:50], y[:50])
    assert clf.predict_proba(X).shape == (200, 3)
