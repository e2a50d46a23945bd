import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sklearn_featrix import LabeledOnly, SelectiveClassifier, is_labeled, mask_labels
from sklearn_featrix.metrics import coverage_accuracy_curve
from sklearn_featrix.model_selection import LabeledSplit

RNG = np.random.default_rng(0)
# Two overlapping classes: far out is sure, the middle is a coin.
Y = np.arange(1000) % 2
X = RNG.normal(size=(1000, 2)) + 1.2 * Y[:, None]
PARTIAL = mask_labels(Y, n_labeled=300, random_state=0)
HIDDEN = ~is_labeled(PARTIAL)
MODEL = LabeledOnly(GaussianNB())
FOREIGN = np.array([[40.0, -40.0], [-30.0, 25.0]])


def fit(**options):
    return SelectiveClassifier(MODEL, **options).fit(X, PARTIAL)


def test_the_accuracy_is_reached_on_rows_never_seen():
    selective = fit(target=0.9)
    answers = selective.predict(X[HIDDEN])
    answered = is_labeled(answers)
    assert 0.2 < answered.mean() < 0.9
    right = answers[answered] == Y[HIDDEN][answered]
    assert right.mean() == pytest.approx(0.9, abs=0.04)
    plain = MODEL.fit(X, PARTIAL).score(X[HIDDEN], Y[HIDDEN])
    assert plain < 0.82


@pytest.mark.parametrize("target", [0.3, 0.7])
def test_the_coverage_is_reached_on_rows_never_seen(target):
    selective = fit(criterion="coverage", target=target, region=None)
    assert selective.accepts(X[HIDDEN]).mean() == pytest.approx(target, abs=0.06)


def test_a_threshold_may_be_stated():
    selective = fit(criterion="confidence", target=0.8, region=None)
    sure = selective.predict_proba(X).max(axis=1) >= 0.8
    np.testing.assert_array_equal(selective.accepts(X), sure)
    np.testing.assert_array_equal(is_labeled(selective.predict(X)), sure)
    assert (selective.threshold_, selective.curve_) == (0.8, None)


def test_the_curve_is_that_of_held_out_rows():
    cv = LabeledSplit(StratifiedKFold(4))
    selective = fit(cv=cv)
    right, confidence = [], []
    for train, test in cv.split(X, PARTIAL):
        proba = MODEL.fit(X[train], PARTIAL[train]).predict_proba(X[test])
        right.extend(proba.argmax(axis=1) == Y[test])
        confidence.extend(proba.max(axis=1))
    expected = coverage_accuracy_curve(np.ones(300), np.array(right), confidence)
    for found, wanted in zip(selective.curve_, expected, strict=True):
        np.testing.assert_allclose(found, wanted)
    _, accuracy, thresholds = selective.curve_
    position = thresholds.tolist().index(selective.threshold_)
    assert accuracy[position] >= 0.9
    assert (accuracy[position + 1 :] < 0.9).all()


def test_a_splitter_is_taken_as_labeled_split_takes_it():
    expected = fit(cv=LabeledSplit(StratifiedKFold(4)))
    assert fit(cv=StratifiedKFold(4)).threshold_ == expected.threshold_


def test_a_guarantee_answers_less():
    careful, bold = fit(target=0.85, guarantee=0.9), fit(target=0.85)
    assert careful.threshold_ > bold.threshold_
    answers = careful.predict(X[HIDDEN])
    answered = is_labeled(answers)
    assert np.mean(answers[answered] == Y[HIDDEN][answered]) > 0.85


class TestGuaranteeOfCopies:
    """Copies of a labelled row are no further evidence."""

    OPTIONS = {"target": 0.85, "guarantee": 0.9, "region": None}

    def fit(self, X, y, **options):
        # naive Bayes learns the same from a table and from ten copies of it
        return SelectiveClassifier(MODEL, **self.OPTIONS | options).fit(X, y)

    def test_ten_copies_of_each_row_change_nothing(self):
        copies = np.random.default_rng(0).permutation(np.tile(np.arange(1000), 10))
        alone, tenfold = self.fit(X, PARTIAL), self.fit(X[copies], PARTIAL[copies])
        assert 0 < alone.threshold_ < np.inf
        assert tenfold.threshold_ == pytest.approx(alone.threshold_)
        for one, other in zip(alone.curve_, tenfold.curve_, strict=True):
            np.testing.assert_allclose(one, other)

    def test_nothing_is_promised_on_a_few_rows_however_often(self):
        few = np.flatnonzero(~HIDDEN)[:24]
        for copies in (few, np.tile(few, 50)):
            with pytest.warns(UserWarning, match="which count as 24 observations"):
                selective = self.fit(X[copies], Y[copies])
            assert selective.threshold_ == np.inf

    def test_nor_where_one_row_outweighs_all_others(self):
        weights = np.ones(1000)
        weights[np.flatnonzero(~HIDDEN)[:2]] = 1000
        with pytest.warns(UserWarning, match="which count as 3 observations"):
            SelectiveClassifier(MODEL, **self.OPTIONS).fit(X, PARTIAL, weights)

    def test_rows_held_out_again_are_the_same_rows(self):
        cv = [*StratifiedKFold(4).split(X, Y)]
        once, repeated = self.fit(X, Y, cv=cv), self.fit(X, Y, cv=cv * 10)
        assert repeated.threshold_ == pytest.approx(once.threshold_)

    def test_rows_that_look_alike_but_differ_in_class_count_for_themselves(self):
        # of each of six levels, nineteen in twenty rows are of one class
        level = np.repeat(np.arange(6.0), 60)
        y = (level % 2).astype(int) ^ (np.arange(360) % 20 == 0)
        model = LabeledOnly(KNeighborsClassifier(15))
        selective = SelectiveClassifier(model, **self.OPTIONS)
        assert selective.fit(level[:, None], y).threshold_ == 0

    def test_a_splitter_lets_all_rows_count_for_themselves(self):
        level = np.repeat(np.arange(6.0), 60)
        model = LabeledOnly(KNeighborsClassifier(15))
        options = self.OPTIONS | {"cv": StratifiedKFold()}
        selective = SelectiveClassifier(model, **options)
        assert selective.fit(level[:, None], (level % 2).astype(int)).threshold_ == 0


def test_an_easy_target_answers_everything():
    selective = fit(target=0.5, region=None)
    assert selective.threshold_ == 0
    assert selective.accepts(X).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_target_out_of_reach_answers_nothing_and_warns(seed):
    # All rows of a fold are answered alike: none is right first by luck.
    prior = LabeledOnly(DummyClassifier())
    noise = np.random.default_rng(seed).permutation(PARTIAL)
    with pytest.warns(UserWarning, match=r"accuracy of 0.99 .*no row will be answered"):
        selective = SelectiveClassifier(prior, target=0.99).fit(X, noise)
    assert 0.3 < selective.curve_[1].max() < 0.7
    assert selective.threshold_ == np.inf
    assert not selective.accepts(X).any()
    assert selective.score(X, Y) == 0


def test_nobody_to_hold_out_answers_nothing_and_warns():
    single = np.full(1000, -1)
    single[:2] = 0, 1
    model = LabeledOnly(LogisticRegression())
    with pytest.warns(UserWarning, match="none can be held out"):
        selective = SelectiveClassifier(model).fit(X, single)
    assert not selective.accepts(X).any()


def test_held_out_rows_of_weight_zero_are_nobody():
    labeled = np.flatnonzero(~HIDDEN)
    cv = [(np.setdiff1d(np.arange(1000), labeled[:50]), labeled[:50])]
    weights = np.ones(1000)
    weights[labeled[:50]] = 0
    selective = SelectiveClassifier(MODEL, cv=cv)
    with pytest.warns(UserWarning, match="none can be held out"):
        selective.fit(X, PARTIAL, sample_weight=weights)
    assert selective.curve_ is None


def test_held_out_rows_count_by_their_weight():
    weights = np.random.default_rng(1).integers(1, 4, size=1000)
    copies = np.repeat(np.arange(1000), weights)
    options = {"criterion": "coverage", "target": 0.6, "region": None}
    weighted = SelectiveClassifier(MODEL, **options)
    weighted.fit(X, PARTIAL, sample_weight=weights)
    copied = SelectiveClassifier(MODEL, **options).fit(X[copies], PARTIAL[copies])
    for one, other in zip(weighted.curve_, copied.curve_, strict=True):
        np.testing.assert_allclose(one, other)
    assert weighted.threshold_ == pytest.approx(copied.threshold_)


class TestRegion:
    def test_rows_of_weight_zero_make_no_region(self):
        far = FOREIGN[0] + RNG.normal(scale=0.1, size=(100, 2))
        table, y = np.vstack([X, far]), np.r_[PARTIAL, np.full(100, -1)]
        for weight in (0, 1):
            selective = SelectiveClassifier(MODEL, criterion="confidence", target=0)
            selective.fit(table, y, sample_weight=np.r_[np.ones(1000), [weight] * 100])
            assert selective.accepts(FOREIGN[:1]).all() == weight

    def test_rows_unlike_all_are_unknown_however_sure(self):
        selective = fit(criterion="confidence", target=0)
        assert selective.predict_proba(FOREIGN).max(axis=1).min() > 0.99
        assert selective.predict(FOREIGN).tolist() == [-1, -1]
        assert selective.accepts(X).mean() > 0.98

    def test_none_answers_everywhere(self):
        selective = fit(criterion="confidence", target=0, region=None)
        assert selective.accepts(FOREIGN).all()

    @pytest.mark.parametrize("region", ["known", "labeled"])
    @pytest.mark.parametrize("value", [3.0, np.nan])
    def test_a_table_where_nothing_varies_has_none_and_warns(self, region, value):
        table = np.full((1000, 2), [7.0, value])
        weights = np.ones(1000)
        table[-1], weights[-1] = (8, 9), 0  # which does not count
        selective = SelectiveClassifier(
            LabeledOnly(DummyClassifier()), target=0.4, region=region
        )
        with pytest.warns(UserWarning, match=f"999 rows .*region='{region}' has no e"):
            selective.fit(table, PARTIAL, sample_weight=weights)
        assert selective.accepts(np.vstack([table, FOREIGN])).all()
        selective.set_params(region=None).fit(table, PARTIAL, sample_weight=weights)

    def test_one_column_that_varies_is_enough(self):
        table = np.column_stack([np.full(1000, 7.0), X])
        selective = SelectiveClassifier(MODEL, criterion="confidence", target=0)
        selective.fit(table, PARTIAL)
        assert not selective.accepts(np.column_stack([[7.0, 7.0], FOREIGN])).any()

    def test_labeled_leaves_out_what_only_unlabeled_rows_are_near(self):
        partial = np.where(X[:, 0] < 1.5, PARTIAL, -1)
        far_right = X[:, 0] > 3
        known, labeled = (
            SelectiveClassifier(
                MODEL, criterion="confidence", target=0, region=region
            ).fit(X, partial)
            for region in ("known", "labeled")
        )
        assert known.accepts(X[far_right]).mean() > 0.9
        assert labeled.accepts(X[far_right]).mean() < 0.3


class TestUnknownLabel:
    NAMES = np.array(["no", "yes"])

    def predict(self, y, **options):
        selective = SelectiveClassifier(
            MODEL, criterion="confidence", target=0.8, region=None, **options
        ).fit(X, y)
        return selective.predict(X), selective.accepts(X)

    @pytest.mark.parametrize(
        "y",
        [
            PARTIAL,
            np.where(HIDDEN, np.nan, Y),
            np.where(HIDDEN, "-1", NAMES[Y]),
            np.where(HIDDEN, None, NAMES[Y].astype(object)),
            pd.Series(np.where(HIDDEN, None, (Y == 1).astype(object))),
        ],
        ids=["int", "float", "string", "object", "bool"],
    )
    def test_by_default_predictions_are_partial_labels(self, y):
        predicted, accepted = self.predict(y)
        np.testing.assert_array_equal(is_labeled(predicted), accepted)

    def test_minus_one_may_be_a_class(self):
        signs = np.where(HIDDEN, None, (2 * Y - 1).astype(object))
        selective = SelectiveClassifier(
            LabeledOnly(GaussianNB(), unlabeled=None),
            criterion="confidence", target=0.8, region=None,
        ).fit(X, signs)  # fmt: skip
        predicted = selective.predict(X)
        np.testing.assert_array_equal(
            [value is None for value in predicted], ~selective.accepts(X)
        )

    @pytest.mark.parametrize(
        ("label", "kind"), [(9, "i"), ("unknown", "O"), (0.5, "f")]
    )
    def test_any_label_in_a_dtype_that_holds_both(self, label, kind):
        predicted, accepted = self.predict(PARTIAL, unknown_label=label)
        np.testing.assert_array_equal(predicted == label, ~accepted)
        assert predicted.dtype.kind == kind

    def test_text_beside_text(self):
        y = np.where(HIDDEN, "-1", self.NAMES[Y])
        predicted, accepted = self.predict(y, unknown_label="unknown")
        np.testing.assert_array_equal(predicted == "unknown", ~accepted)

    def test_it_is_none_of_the_classes(self):
        with pytest.raises(ValueError, match="unknown_label=1 is one of the classes"):
            self.predict(PARTIAL, unknown_label=1)


def test_score_counts_unanswered_rows_as_wrong():
    selective = fit()
    answers = selective.predict(X)
    assert selective.score(X, Y) == pytest.approx(np.mean(answers == Y))
    weights = RNG.uniform(size=1000)
    assert selective.score(X, Y, sample_weight=weights) == pytest.approx(
        np.average(answers == Y, weights=weights)
    )
    np.testing.assert_allclose(
        selective.score(X, PARTIAL), np.mean(answers[~HIDDEN] == Y[~HIDDEN])
    )


def test_mixed_tables_are_taken():
    frame = pd.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 0, "high", "low")})
    from sklearn_featrix import SemiSupervisedClassifier

    model = SemiSupervisedClassifier(
        embedding=None, members=[("linear", LogisticRegression(), "linear")]
    )
    selective = SelectiveClassifier(model, target=0.8).fit(frame, PARTIAL)
    accepted = selective.accepts(frame[["b", "a"]])
    assert 0.1 < accepted.mean() < 1
    strange = pd.DataFrame({"a": [99.0], "b": ["neither"]})
    assert not selective.accepts(strange).any()


def test_a_mark_of_the_classifier_is_enough():
    marked = np.where(HIDDEN, 9, Y)
    selective = SelectiveClassifier(LabeledOnly(GaussianNB(), unlabeled=9))
    selective.fit(X, marked)
    assert selective.threshold_ == fit().threshold_
    assert set(selective.predict(X)) == {0, 1, 9}


def test_pickle_answers_alike():
    selective = fit()
    revived = pickle.loads(pickle.dumps(selective))
    np.testing.assert_array_equal(revived.predict(X), selective.predict(X))


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (GaussianNB(), ValueError, "took 'unlabeled' for a class.*LabeledOnly"),
        (LabeledOnly(LinearSVC()), TypeError, "no predict_proba"),
        (GaussianNB, TypeError, "wraps a classifier"),
    ],
)
def test_wrong_classifiers(estimator, error, message):
    with pytest.raises(error, match=message):
        SelectiveClassifier(estimator).fit(X, PARTIAL)


@pytest.mark.parametrize(
    "options",
    [
        {"criterion": "risk"},
        {"target": 1.5},
        {"guarantee": 1.0},
        {"region": "near"},
        {"cv": 1},
    ],
)
def test_wrong_parameters(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        fit(**options)
