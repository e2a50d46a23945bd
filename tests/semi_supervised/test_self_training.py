import time

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import random_array
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, make_blobs, make_classification
from sklearn.ensemble import ExtraTreesClassifier, StackingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier as Reference
from sklearn.svm import LinearSVC

from sklearn_featrix import LabeledOnly, SelfTrainingClassifier, mask_labels
from sklearn_featrix.exceptions import TrainingInterruptedWarning

PLAIN = {"class_shares": None, "pseudo_weight": None, "n_folds": None, "min_added": 0}


class Recorder(ClassifierMixin, BaseEstimator):
    """Nearest class mean; keeps what each fit was given."""

    fits = []

    def __init__(self, sharpness=1.0, fail_at=None):
        self.sharpness = sharpness
        self.fail_at = fail_at

    def fit(self, X, y, sample_weight=None):
        if len(self.fits) == self.fail_at:
            raise KeyboardInterrupt
        self.fits.append((X, y, sample_weight))
        self.classes_ = np.unique(y)
        self.means_ = np.array([X[y == label].mean(axis=0) for label in self.classes_])
        return self

    def predict_proba(self, X):
        far = ((X[:, None] - self.means_) ** 2).sum(axis=2) * self.sharpness
        near = np.exp(far.min(axis=1, keepdims=True) - far)
        return near / near.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def recorder():
    Recorder.fits = []
    return Recorder()


@pytest.fixture
def blobs():
    X, y = make_blobs(300, centers=3, cluster_std=3.0, random_state=0)
    return X, y, mask_labels(y, n_labeled=30, random_state=0)


@pytest.fixture
def rare():
    """One row in twenty is of class 1; the classes overlap."""
    X, y = make_classification(
        6000, 8, weights=[0.95], flip_y=0, class_sep=0.7, random_state=3
    )
    return X, y, mask_labels(y, n_labeled=100, random_state=0)


# ----------------------------------------------------- the algorithm of scikit-learn


THRESHOLDS = [{}, {"threshold": 0.5}, {"threshold": 0.95, "max_iter": None}]
TREES = ExtraTreesClassifier(5, random_state=0)


@pytest.mark.parametrize(("base", "params"), [
    *[(LogisticRegression(), params) for params in THRESHOLDS],
    *[(TREES, params) for params in THRESHOLDS],
    (LogisticRegression(), {"max_iter": 1}),
    (LogisticRegression(), {"criterion": "k_best", "k_best": 25}),
    (LogisticRegression(), {"criterion": "k_best", "max_iter": 3}),
])  # fmt: skip
def test_plain_parameters_make_the_rounds_of_scikit_learn(blobs, base, params):
    X, _, y = blobs
    ours = SelfTrainingClassifier(base, **params, **PLAIN).fit(X, y)
    theirs = Reference(base, **params).fit(X, y)
    np.testing.assert_array_equal(ours.labeled_iter_, theirs.labeled_iter_)
    np.testing.assert_array_equal(ours.transduction_, theirs.transduction_)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.termination_condition_ == theirs.termination_condition_


def test_positional_parameters_are_those_of_scikit_learn():
    ours = SelfTrainingClassifier(LogisticRegression(), 0.9, "k_best", 7, 3, True)
    theirs = Reference(LogisticRegression(), 0.9, "k_best", 7, 3, True)
    for name, value in theirs.get_params(deep=False).items():
        assert str(ours.get_params()[name]) == str(value)
    for name, value in Reference(LogisticRegression()).get_params(deep=False).items():
        default = SelfTrainingClassifier(LogisticRegression()).get_params()[name]
        assert str(default) == str(value)


def test_zero_rounds_are_labeled_only(blobs):
    X, _, y = blobs
    ours = SelfTrainingClassifier(LogisticRegression(), max_iter=0).fit(X, y)
    alone = LabeledOnly(LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(X), alone.predict_proba(X))
    assert ours.n_iter_ == 0
    assert ours.termination_condition_ == "max_iter"


def test_k_best_takes_so_many_a_round_until_all_are_labeled():
    X, y = make_blobs(60, centers=2, random_state=0)
    y_few = mask_labels(y, n_labeled=2, random_state=0)
    clf = SelfTrainingClassifier(
        KNeighborsClassifier(1), criterion="k_best", k_best=10, max_iter=None,
        n_folds=None,
    ).fit(X, y_few)  # fmt: skip
    np.testing.assert_array_equal(
        np.bincount(clf.labeled_iter_), [2, 10, 10, 10, 10, 10, 8]
    )
    assert clf.termination_condition_ == "all_labeled"


# --------------------------------------------------------------------- class shares


@pytest.mark.parametrize("n_folds", [None, 5])
def test_mean_probability_stays_at_the_prior_and_ranking_does_not_suffer(n_folds):
    """Six problems with one row in twenty of the rare class."""
    base, seen = LogisticRegression(), []
    for seed in range(6):
        X, y = make_classification(
            6000, 8, weights=[0.95], flip_y=0, class_sep=0.7, random_state=seed
        )
        y_few = mask_labels(y, n_labeled=400, random_state=seed)
        hidden = y_few == -1
        for clf in (Reference(base), SelfTrainingClassifier(base, n_folds=n_folds)):
            proba = clf.fit(X, y_few).predict_proba(X[hidden])[:, 1]
            precision = average_precision_score(y[hidden], proba)
            seen.append((proba.mean() / y[hidden].mean(), precision))
    (plain, plain_precision), (ours, precision) = (
        np.mean(seen[::2], axis=0),
        np.mean(seen[1::2], axis=0),
    )
    assert plain < 0.5  # what the class shares are for
    assert abs(ours - 1) < 0.2
    assert precision >= plain_precision


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"threshold": 0.5},
        {"criterion": "quantile", "threshold": 0.5},
        {"criterion": "k_best", "k_best": 0.1},
    ],
)
def test_rows_labeled_in_rounds_keep_the_shares_of_the_labels(rare, params):
    X, _, y_few = rare
    clf = SelfTrainingClassifier(LogisticRegression(), n_folds=None, **params)
    clf.fit(X, y_few)
    given = clf.labeled_iter_ > 0
    share = y_few[y_few >= 0].mean()
    assert given.sum() > 500
    assert clf.transduction_[given].mean() == pytest.approx(share, abs=1 / given.sum())


def test_class_shares_can_be_known(rare):
    X, _, y_few = rare
    clf = SelfTrainingClassifier(
        LogisticRegression(), criterion="k_best", k_best=100, max_iter=2, n_folds=None,
        class_shares={0: 0.75, 1: 0.25},
    ).fit(X, y_few)  # fmt: skip
    np.testing.assert_array_equal(
        np.bincount(clf.transduction_[clf.labeled_iter_ > 0]), [150, 50]
    )


def test_thresholds_by_class(blobs):
    X, _, y = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), threshold={0: 0.5, 1: 0.99, 2: 0.9}, max_iter=1, **PLAIN
    ).fit(X, y)
    proba = LogisticRegression().fit(X[y >= 0], y[y >= 0]).predict_proba(X)
    above = proba.max(axis=1) > np.array([0.5, 0.99, 0.9])[proba.argmax(axis=1)]
    np.testing.assert_array_equal(clf.labeled_iter_ == 1, above & (y == -1))


# ---------------------------------------------------------------- weights and labels


def test_rows_labeled_in_rounds_weigh_no_more_than_the_labels(blobs, recorder):
    X, _, y = blobs
    clf = SelfTrainingClassifier(recorder, pseudo_weight=0.5, n_folds=None, max_iter=1)
    clf.fit(X, y)
    given = clf.labeled_iter_[clf.labeled_iter_ >= 0] == 1
    _, _, weights = Recorder.fits[-1]
    assert weights[given].sum() == pytest.approx(15)
    assert np.ptp(weights[given]) == 0
    assert (weights[~given] == 1).all()


def test_a_row_labeled_in_a_round_never_weighs_more_than_a_labeled_one(blobs, recorder):
    X, _, y = blobs
    SelfTrainingClassifier(recorder, pseudo_weight=100.0, n_folds=None).fit(X, y)
    assert all(weights is None for _, _, weights in Recorder.fits)


def test_soft_labels_are_the_probabilities(blobs, recorder):
    X, _, y = blobs
    clf = SelfTrainingClassifier(
        recorder, threshold=0, class_shares=None, pseudo_labels="soft", n_folds=None,
        pseudo_weight=None,
    ).fit(X, y)  # fmt: skip
    assert clf.n_iter_ == 1
    assert clf.termination_condition_ == "all_labeled"
    labeled = y >= 0
    first = Recorder().fit(X[labeled], y[labeled])
    proba = first.predict_proba(X[~labeled])
    np.testing.assert_array_equal(
        clf.transduction_[~labeled], first.predict(X[~labeled])
    )
    seen, codes, weights = Recorder.fits[1]
    assert (weights[:30] == 1).all()
    for label in range(3):
        of_class = codes[30:] == label
        kept = proba[:, label] > 1e-6
        np.testing.assert_array_equal(seen[30:][of_class], X[~labeled][kept])
        np.testing.assert_allclose(weights[30:][of_class], proba[kept, label])


def test_soft_labels_smooth_trees():
    """What the guide says of tree ensembles, on rows that fit has not seen."""
    X, y = make_classification(
        3000, 8, n_informative=4, class_sep=0.5, flip_y=0.2, random_state=0
    )
    y_few = mask_labels(y[:1500], n_labeled=60, random_state=0)
    trees = ExtraTreesClassifier(30, random_state=0)

    def loss(clf):
        proba = clf.fit(X[:1500], y_few).predict_proba(X[1500:])
        true = np.maximum(proba[np.arange(1500), y[1500:]], 1e-3)
        return -np.log(true).mean()

    soft = SelfTrainingClassifier(
        trees, threshold=0, class_shares=None, pseudo_labels="soft", n_folds=None
    )
    assert loss(soft) < loss(LabeledOnly(trees)) - 0.005
    assert loss(Reference(trees)) > loss(LabeledOnly(trees)) + 0.1


def test_weight_zero_is_absence(blobs):
    X, _, y = blobs
    weights = np.random.default_rng(0).integers(0, 2, size=300).astype(float)
    weighted = SelfTrainingClassifier(LogisticRegression())
    weighted.fit(X, y, sample_weight=weights)
    kept = weights > 0
    absent = SelfTrainingClassifier(LogisticRegression()).fit(X[kept], y[kept])
    np.testing.assert_allclose(
        weighted.predict_proba(X), absent.predict_proba(X), rtol=1e-6
    )
    np.testing.assert_array_equal(weighted.labeled_iter_[kept], absent.labeled_iter_)
    assert (weighted.labeled_iter_[~kept & (y == -1)] == -1).all()
    with pytest.raises(ValueError, match="zero in every labelled row"):
        weighted.fit(X, y, sample_weight=np.where(y == -1, 1.0, 0.0))


def test_a_class_of_weight_zero_is_absent(blobs):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LogisticRegression(), n_folds=None)
    clf.fit(X, y, sample_weight=np.where(y == 1, 0.0, 1.0))
    np.testing.assert_array_equal(clf.classes_, [0, 2])
    given = clf.labeled_iter_ > 0
    assert set(clf.transduction_[given]) == {0, 2}


def test_weights_reach_the_last_step_of_a_pipeline(blobs):
    X, _, y = blobs
    weights = np.where(y == 0, 5.0, 1.0)
    alone = SelfTrainingClassifier(LogisticRegression())
    piped = SelfTrainingClassifier(make_pipeline(LogisticRegression()))
    np.testing.assert_array_equal(
        piped.fit(X, y, sample_weight=weights).predict_proba(X),
        alone.fit(X, y, sample_weight=weights).predict_proba(X),
    )


def test_metadata_with_one_entry_per_row_follows_the_rows(blobs):
    X, _, y = blobs
    weights = np.linspace(1, 2, 300)
    with config_context(enable_metadata_routing=True):
        routed = SelfTrainingClassifier(
            LogisticRegression().set_fit_request(sample_weight=True)
        ).fit(X, y, sample_weight=weights)
        in_pipeline = SelfTrainingClassifier(
            make_pipeline(LogisticRegression().set_fit_request(sample_weight=True))
        ).fit(X, y, sample_weight=weights)
        unrequested = SelfTrainingClassifier(
            make_pipeline(LogisticRegression().set_fit_request(sample_weight=False))
        ).fit(X, y)
    direct = SelfTrainingClassifier(LogisticRegression())
    direct.fit(X, y, sample_weight=weights)
    expected = direct.predict_proba(X)
    np.testing.assert_array_equal(routed.predict_proba(X), expected)
    np.testing.assert_array_equal(in_pipeline.predict_proba(X), expected)
    assert unrequested.score(X, y) > 0.5  # pseudo_weight="auto" asks for no weights


# -------------------------------------------------------------------------- judging


def test_rounds_that_make_held_out_rows_worse_are_not_made():
    """Two clouds, and labels that have nothing to do with them."""
    X, _ = make_blobs(400, centers=[[-3, 0], [3, 0]], random_state=0)
    y = (X[:, 1] > 0).astype(int)
    X[:, 1] *= 0.3
    y_few = mask_labels(y, n_labeled=40, random_state=0)
    base = LogisticRegression(C=0.03)
    judged = SelfTrainingClassifier(base, threshold=0.5).fit(X, y_few)
    alone = LabeledOnly(base).fit(X, y_few)
    assert judged.termination_condition_ == "held_out"
    assert judged.n_iter_ == 0
    assert (judged.labeled_iter_ <= 0).all()
    np.testing.assert_array_equal(judged.predict_proba(X), alone.predict_proba(X))


def hidden_clouds():
    """Clouds that the few labels alone do not show."""
    X, y = make_blobs(600, centers=[[-2, -2], [2, 2]], cluster_std=1, random_state=0)
    X = np.hstack([X, np.random.default_rng(0).normal(size=(600, 12))])
    return X, y, mask_labels(y, n_labeled=40, random_state=0)


def test_rounds_that_help_held_out_rows_are_made():
    X, y, y_few = hidden_clouds()
    base = LogisticRegression(C=1)
    judged = SelfTrainingClassifier(base).fit(X, y_few)
    losses = [entry["held_out_loss"] for entry in judged.history_]
    assert judged.n_iter_ == np.argmin(losses) > 0
    hidden = y_few == -1
    alone = LabeledOnly(base).fit(X, y_few)
    assert judged.score(X[hidden], y[hidden]) > alone.score(X[hidden], y[hidden])


def test_history_tells_what_every_number_of_rounds_is_worth(blobs):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LogisticRegression()).fit(X, y)
    assert [entry["n_iter"] for entry in clf.history_] == list(range(len(clf.history_)))
    assert clf.history_[0]["n_added"] == 30
    assert clf.history_[0]["standard_error"] == 0
    for entry in clf.history_[: clf.n_iter_ + 1]:
        assert entry["n_added"] == (clf.labeled_iter_ == entry["n_iter"]).sum()
    for entry in clf.history_[clf.n_iter_ + 1 :]:
        assert entry["n_added"] is None
        assert entry["held_out_loss"] > 0
    unjudged = SelfTrainingClassifier(LogisticRegression(), n_folds=None).fit(X, y)
    assert len(unjudged.history_) == unjudged.n_iter_ + 1
    assert all(entry["held_out_loss"] is None for entry in unjudged.history_)


def test_judging_sees_no_held_out_row(recorder):
    X, y = make_blobs(60, centers=2, random_state=0)
    y_few = mask_labels(y, n_labeled=10, random_state=0)
    SelfTrainingClassifier(recorder, n_folds=5).fit(X, y_few)
    labeled = {tuple(row) for row in X[y_few >= 0]}
    first = [
        {tuple(row) for row in seen} for seen, _, _ in Recorder.fits if len(seen) < 10
    ]
    assert len(first) == 5
    held_out = [labeled - rows for rows in first]
    assert sorted(map(len, held_out)) == [2, 2, 2, 2, 2]
    assert set().union(*held_out) == labeled


def test_without_two_labels_in_two_classes_no_round_is_made():
    X, y = make_blobs(60, centers=2, random_state=0)
    y_few = np.full(60, -1)
    y_few[np.flatnonzero(y == 0)[:9]] = 0
    y_few[np.flatnonzero(y == 1)[:1]] = 1
    clf = SelfTrainingClassifier(LogisticRegression())
    with pytest.warns(UserWarning, match="two classes with two different labelled"):
        clf.fit(X, y_few)
    assert clf.n_iter_ == 0
    assert clf.termination_condition_ == "unjudged"
    assert clf.history_ == [
        {"n_iter": 0, "n_added": 10, "held_out_loss": None, "standard_error": None}
    ]
    assert SelfTrainingClassifier(clf.estimator, n_folds=None).fit(X, y_few).n_iter_


def test_a_base_that_needs_every_label_makes_no_round_and_says_so(blobs):
    class Hungry(Recorder):
        def fit(self, X, y, sample_weight=None):
            if len(y) < 30:
                raise ValueError("Too few rows for me.")
            return super().fit(X, y, sample_weight)

    X, _, y = blobs
    clf = SelfTrainingClassifier(Hungry())
    with pytest.warns(UserWarning, match=r"learn from the others\. Too few rows for"):
        clf.fit(X, y)
    assert clf.n_iter_ == 0
    assert clf.termination_condition_ == "unjudged"


def test_judging_costs_no_more_on_a_larger_table(recorder, monkeypatch):
    monkeypatch.setattr("sklearn_featrix.semi_supervised._rounds.MAX_JUDGING_ROWS", 50)
    X, y = make_blobs(1000, centers=2, cluster_std=3, random_state=0)
    y_few = mask_labels(y, n_labeled=20, random_state=0)
    clf = SelfTrainingClassifier(recorder).fit(X, y_few)
    judging = Recorder.fits[: -(clf.n_iter_ + 1)]
    assert max(len(seen) for seen, _, _ in judging) <= 50 + 20
    Recorder.fits.clear()
    clf = SelfTrainingClassifier(recorder, pseudo_weight=None).fit(X, y_few)
    judging = Recorder.fits[: -(clf.n_iter_ + 1)]
    assert max(len(seen) for seen, _, _ in judging) > 500


# ---------------------------------------------------------------------------- stops


def test_stops_when_a_round_adds_little(blobs):
    X, _, y = blobs
    params = {"class_shares": None, "pseudo_weight": None, "n_folds": None}
    theirs = Reference(LogisticRegression()).fit(X, y)
    ours = SelfTrainingClassifier(LogisticRegression(), **params, min_added=0.2)
    ours.fit(X, y)
    added = [entry["n_added"] for entry in ours.history_]
    assert ours.termination_condition_ == "few_added"
    assert 0 < added[-1] < 0.2 * 270 <= added[-2]
    assert ours.n_iter_ < theirs.n_iter_


def test_an_interrupt_leaves_the_last_round(blobs):
    Recorder.fits = []
    X, _, y = blobs
    clf = SelfTrainingClassifier(Recorder(0.1, fail_at=2), n_folds=None)
    with pytest.warns(TrainingInterruptedWarning, match="after 1 rounds"):
        clf.fit(X, y)
    assert clf.termination_condition_ == "interrupted"
    assert clf.n_iter_ == clf.labeled_iter_.max() == 1
    assert len(Recorder.fits[-1][0]) == (clf.labeled_iter_ >= 0).sum()
    assert (clf.transduction_ >= 0).sum() == (clf.labeled_iter_ >= 0).sum()
    assert clf.score(X, y) > 0.4


@pytest.mark.parametrize("verbose", [True, False])
def test_verbose_says_what_each_round_added(blobs, capsys, verbose):
    X, _, y = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), criterion="k_best", max_iter=2, n_folds=None,
        verbose=verbose,
    ).fit(X, y)  # fmt: skip
    assert clf.n_iter_ == 2
    lines = capsys.readouterr().out.splitlines()
    said = [f"End of iteration {n}, added 10 new labels." for n in (1, 2)]
    assert lines == (said if verbose else [])


def test_verbose_says_what_held_out_rows_say(blobs, capsys):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LogisticRegression(), verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    for entry, line in zip(clf.history_, lines, strict=False):
        loss = entry["held_out_loss"]
        assert line == f"Held-out loss after iteration {entry['n_iter']}: {loss:.4f}."
    assert len(lines) == len(clf.history_) + clf.n_iter_


@pytest.mark.parametrize("n_folds", [5, None])
def test_callbacks_are_given_the_entry_of_each_round_that_is_made(n_folds):
    X, _, y = hidden_clouds()
    entries, numbers = [], []
    clf = SelfTrainingClassifier(LogisticRegression(C=1), max_iter=3, n_folds=n_folds)
    clf.set_params(callbacks=[entries.append, lambda e: numbers.append(e["n_iter"])])
    clone(clf).fit(X, y)
    made = clf.fit(X, y).n_iter_
    assert made > 0
    assert entries == clf.history_[1 : made + 1] * 2
    assert numbers == [*range(1, made + 1)] * 2
    entries[-1]["n_added"] = "theirs"
    assert clf.history_[made]["n_added"] == (clf.labeled_iter_ == made).sum()


def test_a_callback_may_end_the_rounds(blobs):
    def stop(entry):
        if entry["n_iter"] == 2:
            raise KeyboardInterrupt

    X, _, y = blobs
    options = {"criterion": "k_best", "n_folds": None}
    clf = SelfTrainingClassifier(LogisticRegression(), callbacks=stop, **options)
    with pytest.warns(TrainingInterruptedWarning, match="after 2 rounds"):
        clf.fit(X, y)
    assert clf.termination_condition_ == "interrupted"
    two = SelfTrainingClassifier(LogisticRegression(), max_iter=2, **options).fit(X, y)
    np.testing.assert_array_equal(clf.labeled_iter_, two.labeled_iter_)
    np.testing.assert_array_equal(clf.predict_proba(X), two.predict_proba(X))


def test_callbacks_can_be_called(blobs):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LogisticRegression(), callbacks=[print, "print"])
    with pytest.raises(TypeError, match="callbacks has 'print', which cannot be call"):
        clf.fit(X, y)
    with pytest.raises(ValueError, match="'callbacks' parameter"):
        clf.set_params(callbacks="print").fit(X, y)


def test_a_warm_start_goes_on_from_the_round_before(blobs):
    class Warm(Recorder):
        def __init__(self, warm_start=False):
            super().__init__(0.1)
            self.warm_start = warm_start

        def fit(self, X, y, sample_weight=None):
            self.n_fits_ = getattr(self, "n_fits_", 0) + 1
            return super().fit(X, y, sample_weight)

    X, _, y = blobs
    for warm_start in (False, True):
        clf = SelfTrainingClassifier(Warm(warm_start), n_folds=None).fit(X, y)
        assert clf.n_iter_ >= 2
        assert clf.estimator_.n_fits_ == (len(clf.history_) if warm_start else 1)


# ------------------------------------------------------------------ labels and tables


@pytest.mark.parametrize(("make", "mark"), [
    (lambda y: y, -1),
    (lambda y: np.where(y < 0, np.nan, y), np.nan),
    (lambda y: np.where(y < 0, -1, np.array(["a", "b", "c"], object)[y]), -1),
    (lambda y: np.where(y < 0, None, np.array(["a", "b", "c"], object)[y]), None),
    (lambda y: np.where(y < 0, "-1", np.array(["a", "b", "c"])[y]), "-1"),
    (lambda y: pd.Series(y).astype("Int64").where(y >= 0), -1),
    (lambda y: y.tolist(), -1),
])  # fmt: skip
def test_transduction_writes_labels_as_they_were_given(blobs, make, mark):
    X, _, codes = blobs
    expected = SelfTrainingClassifier(LogisticRegression(), n_folds=None).fit(X, codes)
    y = make(codes)
    clf = SelfTrainingClassifier(LogisticRegression(), n_folds=None).fit(X, y)
    np.testing.assert_array_equal(clf.labeled_iter_, expected.labeled_iter_)
    written = expected.transduction_
    assert (written == -1).any()
    assert (clf.labeled_iter_ > 0).any()
    np.testing.assert_array_equal(
        clf.transduction_[written >= 0], clf.classes_[written[written >= 0]]
    )
    rest = clf.transduction_[written < 0]
    assert all(value is mark or value == mark or value != value for value in rest)


def test_a_raw_table_through_a_pipeline(blobs):
    X, y, y_few = blobs
    table = pd.DataFrame(
        {"x": X[:, 0], "kind": np.array(["p", "q", "r"])[y], "n": X[:, 1]}
    )
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(), ["kind"]), (StandardScaler(), ["x", "n"])
        ),
        LogisticRegression(),
    )
    clf = SelfTrainingClassifier(model).fit(table, y_few)
    assert clf.score(table, y) > 0.95
    assert list(clf.feature_names_in_) == ["x", "kind", "n"]
    np.testing.assert_array_equal(
        clf.predict_proba(table[["n", "kind", "x"]]), clf.predict_proba(table)
    )


def test_row_order_does_not_decide_what_is_held_out():
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    y_few = mask_labels(y, n_labeled=30, random_state=0)
    order = np.random.default_rng(0).permutation(len(y))
    one = SelfTrainingClassifier(LogisticRegression()).fit(X, y_few)
    other = SelfTrainingClassifier(LogisticRegression()).fit(X[order], y_few[order])
    assert one.n_iter_ == other.n_iter_
    for first, second in zip(one.history_, other.history_, strict=True):
        assert first["held_out_loss"] == pytest.approx(second["held_out_loss"])


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "estimator", [LinearRegression(), StandardScaler(), LogisticRegression, None]
)
def test_what_is_no_classifier_is_refused(blobs, estimator):
    X, _, y = blobs
    with pytest.raises(TypeError, match="wraps a classifier, got"):
        SelfTrainingClassifier(estimator).fit(X, y)


@pytest.mark.parametrize("n_folds", [5, None])
def test_a_classifier_without_probabilities_is_refused(blobs, n_folds):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LinearSVC(), n_folds=n_folds)
    with pytest.raises(AttributeError, match=r"LinearSVC\(\) has no attribute 'pred"):
        clf.fit(X, y)
    assert clf.set_params(max_iter=0).fit(X, y).score(X, y) > 0.4  # needs none


def test_probabilities_that_come_with_the_fit_are_enough(blobs):
    X, _, y = blobs
    stack = StackingClassifier([("a", LogisticRegression())], cv=2)
    assert not hasattr(stack, "predict_proba")
    assert SelfTrainingClassifier(stack, n_folds=None).fit(X, y).n_iter_ > 0


def test_precomputed_kernels_are_refused(blobs):
    X, _, y = blobs
    kernel = KNeighborsClassifier(metric="precomputed")
    with pytest.raises(ValueError, match="SelfTrainingClassifier cannot drop the 270"):
        SelfTrainingClassifier(kernel).fit(X @ X.T, y)


@pytest.mark.parametrize("wrap", [lambda base: base, LabeledOnly])
def test_weights_for_a_base_that_takes_none_are_an_error(blobs, wrap):
    X, _, y = blobs
    clf = SelfTrainingClassifier(wrap(KNeighborsClassifier()))
    with pytest.raises(ValueError, match=r"sample_weight was given.*takes none"):
        clf.fit(X, y, sample_weight=np.ones(300))
    clf.fit(X, y)  # pseudo_weight="auto" sees it too


def test_weights_are_handed_to_a_base_that_hands_them_on(blobs):
    X, _, y = blobs
    weights = np.where(y == 0, 9.0, 1.0)
    alone = LogisticRegression(C=0.1)
    clf = SelfTrainingClassifier(GridSearchCV(alone, {"C": [0.1]}, cv=2), max_iter=0)
    clf.fit(X, y, sample_weight=weights)
    expected = SelfTrainingClassifier(alone, max_iter=0)
    expected.fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(clf.predict_proba(X), expected.predict_proba(X))


def test_judging_a_wide_sparse_table_takes_no_time_by_column():
    X = random_array((200, 200_000), density=1e-4, rng=0, format="csr")
    y = np.full(200, -1)
    y[:20] = np.arange(20) % 2
    start = time.perf_counter()
    clf = SelfTrainingClassifier(MultinomialNB()).fit(X, y)
    assert time.perf_counter() - start < 10
    assert len(clf.history_) > 0


@pytest.mark.parametrize(("params", "message"), [
    ({"threshold": {0: 0.5}}, r"threshold=.*one value for each class.*\[0, 1, 2\]"),
    ({"threshold": {0: 0.5, 1: 0.5, 2: 2}}, "threshold=.*from 0 to 1"),
    ({"threshold": {0: 0.5, 1: 0.5, 2: "high"}}, "threshold=.*from 0 to 1"),
    ({"class_shares": {0: 0.5, 1: 0.5}}, "class_shares=.*one value for each class"),
    ({"class_shares": {0: 0.5, 1: 0.4, 2: 0.3}}, "must sum to 1"),
    ({"k_best": 1.5}, "k_best"),
    ({"pseudo_weight": 0}, "pseudo_weight"),
    ({"n_folds": 1}, "n_folds"),
])  # fmt: skip
def test_wrong_parameters(blobs, params, message):
    X, _, y = blobs
    with pytest.raises(ValueError, match=message):
        SelfTrainingClassifier(LogisticRegression(), **params).fit(X, y)


@pytest.mark.parametrize(
    "params", [{"pseudo_labels": "soft"}, {"pseudo_weight": 1.0}], ids=str
)
def test_weights_need_a_base_that_takes_them(blobs, params):
    X, _, y = blobs
    with pytest.raises(ValueError, match="takes sample_weight"):
        SelfTrainingClassifier(KNeighborsClassifier(), **params).fit(X, y)
    SelfTrainingClassifier(KNeighborsClassifier()).fit(X, y)


def test_a_fit_that_fails_leaves_what_was_there(blobs):
    X, _, y = blobs
    clf = SelfTrainingClassifier(LogisticRegression()).fit(X, y)
    before = clf.predict_proba(X)
    with pytest.raises(ValueError, match="threshold"):
        clf.set_params(threshold={0: 1}).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), before)
