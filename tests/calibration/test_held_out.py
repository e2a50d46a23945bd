import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from sklearn_featrix import GoalThresholdClassifier, LabeledOnly, SelectiveClassifier
from sklearn_featrix.calibration._held_out import held_out_probabilities
from sklearn_featrix.utils._labels import encode_labels

# It knows the label of any row that it has seen a copy of.
LEARNER = LabeledOnly(KNeighborsClassifier(1))


def copies_of_noise(n_distinct, seed, wrong=0):
    """Each labelled row three times, with a label that says nothing about it.

    Of each row's copies, `wrong` have the other label.
    """
    rng = np.random.default_rng(seed)
    X = np.tile(rng.normal(size=(n_distinct, 3)), (3, 1))
    y = np.tile(rng.permutation(n_distinct) % 2, 3)
    y[: wrong * n_distinct] = 1 - y[: wrong * n_distinct]
    X, y = np.vstack([X, rng.normal(size=(20, 3))]), np.append(y, np.full(20, -1))
    order = rng.permutation(len(y))
    return X[order], y[order]


def held_out(X, y, model=LEARNER, cv=5):
    labels = encode_labels(y)
    rows, proba, _ = held_out_probabilities(
        model, X, y, labels, cv=cv, mark="auto", params={}
    )
    return rows, proba, labels.codes[rows]


def test_every_labelled_row_is_held_out_once():
    X, y = copies_of_noise(50, 0)
    rows, proba, codes = held_out(X, y)
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(y >= 0))
    assert proba.shape == (150, 2)
    assert np.bincount(codes).tolist() == [75, 75]


def test_no_fit_sees_a_label_of_a_copy():
    class Recorder(KNeighborsClassifier):
        def fit(self, X, y):
            self.seen = set(X[:, 0])
            return super().fit(X, y)

        def predict_proba(self, X):
            assert not self.seen & set(X[:, 0])
            return super().predict_proba(X)

    X, y = copies_of_noise(14, 0)
    rows, *_ = held_out(X, y, LabeledOnly(Recorder(1)))
    assert len(rows) == 42


def test_rows_that_look_alike_count_for_themselves_where_their_classes_differ():
    # of each of six levels, four in five rows are of one class
    level = np.repeat(np.arange(6), 20)
    y = (level % 2) ^ (np.arange(120) % 5 == 0)
    model = GoalThresholdClassifier(LabeledOnly(KNeighborsClassifier(9)), cv=5)
    model.fit(level[:, None].astype(float), y)
    assert model.best_score_ == pytest.approx(0.8)
    assert model.score(level[:, None].astype(float), y) == pytest.approx(0.8)


@pytest.mark.parametrize("wrong", [0, 1])
def test_copies_do_not_tell_labels_of_noise(wrong):
    right = []
    for seed in range(20):
        model = LabeledOnly(KNeighborsClassifier(1 + 2 * wrong))
        _, proba, codes = held_out(*copies_of_noise(14, seed, wrong), model)
        right.append((proba.argmax(axis=1) == codes).mean())
    assert np.mean(right) < 0.53


@pytest.mark.parametrize("seed", range(3))
def test_no_threshold_of_noise_looks_good(seed):
    X, y = copies_of_noise(200, seed)
    with warnings.catch_warnings():  # it may well be out of reach
        warnings.filterwarnings("ignore", "goal='balanced' is not feasible")
        balanced = GoalThresholdClassifier(LEARNER).fit(X, y)
    assert balanced.best_score_ < 0.6
    sure = GoalThresholdClassifier(LEARNER, "alert_only_when_sure", min_precision=0.8)
    with pytest.warns(UserWarning, match="not feasible"):
        sure.fit(X, y)
    assert sure.best_score_ < 0.65
    selective = SelectiveClassifier(LEARNER, target=0.8, region=None)
    with pytest.warns(UserWarning, match=r"accuracy of 0.8 .*no row will be answered"):
        selective.fit(X, y)
    assert selective.curve_[1].max() < 0.65


def test_a_class_of_copies_alone_is_in_every_fit_and_not_held_out():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(20, 2)), np.full((3, 2), 9.0)])
    y = np.repeat([0, 1, 2], [10, 10, 3])
    rows, proba, _ = held_out(X, y)
    assert sorted(rows) == list(range(20))
    assert (proba[:, 2] == 0).all()
    two = y != 1
    with pytest.warns(UserWarning, match="two different rows of each class"):
        model = GoalThresholdClassifier(LEARNER).fit(X[two], y[two])
    assert np.isnan(model.best_score_)
    pairs = np.tile([[0.0], [9.0]], (3, 1))
    with pytest.warns(UserWarning, match="No class has two different labelled rows"):
        SelectiveClassifier(LEARNER).fit(pairs, [0, 2] * 3)


def test_the_order_of_the_rows_decides_nothing():
    X, y = copies_of_noise(30, 0)
    order = np.random.default_rng(9).permutation(len(y))
    rows, proba, _ = held_out(X, y)
    shuffled, proba_shuffled, _ = held_out(X[order], y[order])
    found = np.empty((len(y), 2))
    found[order[shuffled]] = proba_shuffled
    np.testing.assert_array_equal(found[rows], proba)


@pytest.mark.parametrize("cv", [2, 3, 7])
def test_minus_one_stays_a_class_in_every_fold(cv):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2))
    y = np.repeat([-1, 1], 10)  # a fold can have more of -1 than the rest
    model = GoalThresholdClassifier(LabeledOnly(LogisticRegression()), cv=cv)
    X[y == 1] += 2
    with pytest.warns(UserWarning, match="read as two classes"):
        model.fit(X, y)
    said = GoalThresholdClassifier(
        LabeledOnly(LogisticRegression(), unlabeled=None), cv=cv
    )
    assert model.best_threshold_ == said.fit(X, y).best_threshold_
    assert model.best_score_ > 0.7
