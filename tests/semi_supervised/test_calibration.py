"""Calibrated probabilities: the scaling, and self-training with it."""

import pickle

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit, logit, softmax
from sklearn.base import clone, is_classifier
from sklearn.datasets import make_blobs, make_classification
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sklearn_featrix import SelfTrainingClassifier, mask_labels
from sklearn_featrix.semi_supervised import _calibration
from sklearn_featrix.semi_supervised._calibration import CalibratedFit, Scaling

METHODS = pytest.mark.parametrize("method", ["sigmoid", "temperature"])


def draw(n_rows, n_classes, slope, shifts, seed=0):
    """Probabilities, and classes drawn with others that are scaled and shifted."""
    rng = np.random.default_rng(seed)
    proba = softmax(rng.normal(size=(n_rows, n_classes)) * 2, axis=1)
    true = softmax(slope * np.log(proba) + shifts, axis=1)
    codes = (true.cumsum(axis=1) < rng.random((n_rows, 1))).sum(axis=1)
    return proba, codes, true


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("slope", [0.3, 1.0, 2.0])
def test_scaling_finds_what_was_done_to_the_probabilities(n_classes, slope):
    shifts = np.linspace(-1, 1, n_classes)
    proba, codes, true = draw(20_000, n_classes, slope, shifts)
    scaling = Scaling(with_shifts=True).fit(proba, codes)
    assert scaling.slope_ == pytest.approx(slope, rel=0.05)
    np.testing.assert_allclose(scaling.shifts_, shifts, atol=0.08)
    np.testing.assert_allclose(scaling(proba), true, atol=0.03)


def test_two_classes_are_platt_scaling_on_the_log_odds(monkeypatch):
    monkeypatch.setattr(_calibration, "BELIEF", 1e-9)
    proba, codes, _ = draw(300, 2, 0.5, [0.5, -0.5])
    z = logit(proba[:, 1])

    def loss(x):
        return log_loss(codes, expit(x[0] * z + x[1]))

    slope, shift = minimize(loss, [1.0, 0.0], tol=1e-10).x
    found = Scaling(with_shifts=True).fit(proba, codes)(proba)[:, 1]
    np.testing.assert_allclose(found, expit(slope * z + shift), atol=1e-4)


def test_temperature_shifts_no_class():
    proba, codes, _ = draw(2000, 3, 0.5, [0, 1, -1])
    scaling = Scaling(with_shifts=False).fit(proba, codes)
    np.testing.assert_array_equal(scaling.shifts_, 0)
    np.testing.assert_array_equal(scaling(proba).argmax(axis=1), proba.argmax(axis=1))


def test_mean_probability_becomes_the_share():
    proba, codes, _ = draw(3000, 2, 0.5, [1.0, -1.0])
    scaled = Scaling(with_shifts=True).fit(proba, codes)(proba)
    share = (codes == 1).mean()
    assert abs(proba[:, 1].mean() / share - 1) > 0.3
    assert scaled[:, 1].mean() == pytest.approx(share, rel=0.01)


def test_gradient_is_that_of_the_loss(monkeypatch):
    seen = {}

    def spy(function, start, jac):
        seen["function"] = function
        return minimize(function, start, jac=jac)

    monkeypatch.setattr(_calibration, "minimize", spy)
    proba, codes, _ = draw(50, 3, 0.7, [0, 1, -1])
    Scaling(with_shifts=True).fit(proba, codes, np.linspace(0, 2, 50))
    for x in (np.zeros(4), np.array([-0.5, 1, 0.3, -2])):
        numeric = approx_fprime(x, lambda x: seen["function"](x)[0], 1e-7)
        np.testing.assert_allclose(
            seen["function"](x)[1], numeric, rtol=1e-4, atol=1e-4
        )


@METHODS
def test_few_rows_told_apart_leave_probabilities_within_bounds(method):
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8]])
    scaled = Scaling(method == "sigmoid").fit(proba, np.array([0, 0, 1]))(proba)
    assert (scaled.max(axis=1) > proba.max(axis=1)).all()
    assert scaled.max() < 0.999


@METHODS
def test_rows_that_speak_against_the_order_do_not_turn_it(method):
    proba, codes, _ = draw(500, 2, 1.0, [0.0, 0.0])
    scaled = Scaling(method == "sigmoid").fit(proba, 1 - codes)(proba)
    order = np.argsort(proba[:, 1])
    assert (np.diff(scaled[order, 1]) > 0).all()


def test_weights_count_like_copies():
    proba, codes, _ = draw(60, 3, 0.5, [0, 1, -1])
    times = np.arange(60) % 3
    rows = np.repeat(np.arange(60), times)
    once = Scaling(with_shifts=True).fit(proba, codes, times.astype(float))
    copied = Scaling(with_shifts=True).fit(proba[rows], codes[rows])
    np.testing.assert_allclose(once(proba), copied(proba), atol=1e-5)


def test_probabilities_of_zero_stay_finite():
    proba = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    scaled = Scaling(with_shifts=True).fit(proba, np.array([0, 1, 1]))(proba)
    assert np.isfinite(scaled).all()
    assert scaled.min() > 0


# -------------------------------------------------------------------- self-training


@pytest.fixture
def blobs():
    X, y = make_blobs(400, centers=3, cluster_std=3.0, random_state=0)
    return X, y, mask_labels(y, n_labeled=60, random_state=0)


def loss(clf, X, y):
    proba = clf.predict_proba(X)[np.arange(len(y)), y]
    return -np.log(np.maximum(proba, 1e-3)).mean()


@METHODS
def test_a_base_far_too_sure_is_put_right(blobs, method):
    X, y, y_few = blobs
    X = np.hstack([X, X + 0.01, X - 0.01, X + 0.02])  # naive Bayes counts all of them
    plain, calibrated = (
        SelfTrainingClassifier(GaussianNB(), max_iter=0, calibration=c).fit(X, y_few)
        for c in (None, method)
    )
    hidden = y_few == -1
    assert loss(calibrated, X[hidden], y[hidden]) < loss(plain, X[hidden], y[hidden])
    fitted = calibrated.estimator_
    np.testing.assert_array_equal(
        fitted.estimator.predict_proba(X), plain.predict_proba(X)
    )
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_array_equal(
        calibrated.predict(X),
        calibrated.classes_[calibrated.predict_proba(X).argmax(1)],
    )
    assert is_classifier(fitted)


def test_calibration_is_that_of_rows_left_out(blobs, monkeypatch):
    X, _, y_few = blobs
    seen = []
    fit = Scaling.fit

    def spy(self, proba, codes, weights=None):
        seen.append((proba, codes))
        return fit(self, proba, codes, weights)

    monkeypatch.setattr(Scaling, "fit", spy)
    base = KNeighborsClassifier(1)  # says 1 of every row it has seen
    SelfTrainingClassifier(base, max_iter=0, calibration="sigmoid").fit(X, y_few)
    ((proba, codes),) = seen
    assert len(codes) == 60
    assert proba[np.arange(60), codes].min() < 0.5


@METHODS
def test_thresholds_are_on_calibrated_probabilities(blobs, method):
    X, _, y_few = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), calibration=method, threshold=0.6, class_shares=None,
        n_folds=None, max_iter=1,
    )  # fmt: skip
    clf.fit(X, y_few)
    first = clone(clf).set_params(max_iter=0).fit(X, y_few)
    above = (first.predict_proba(X).max(axis=1) > 0.6) & (y_few == -1)
    np.testing.assert_array_equal(clf.labeled_iter_ == 1, above)


def test_judging_and_calibration_go_together(blobs):
    X, y, y_few = blobs
    clf = SelfTrainingClassifier(LogisticRegression(), calibration="sigmoid")
    clf.fit(X, y_few)
    assert clf.history_[0]["held_out_loss"] > 0
    assert clf.score(X, y) > 0.5
    revived = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(revived.predict_proba(X), clf.predict_proba(X))


def test_mean_probability_of_a_rare_class_is_near_its_share():
    """One row in sixteen, more columns than few labels can bear."""
    ratios, precisions = [], []
    for seed in range(4):
        X, y = make_classification(
            1500, 100, n_informative=10, weights=[0.94], flip_y=0, random_state=seed
        )
        y_few = mask_labels(y, n_labeled=100, random_state=seed)
        hidden = y_few == -1
        for method in (None, "sigmoid"):
            clf = SelfTrainingClassifier(
                LogisticRegression(), max_iter=0, calibration=method
            ).fit(X, y_few)
            proba = clf.predict_proba(X[hidden])[:, 1]
            ratios.append(proba.mean() / y_few[~hidden].mean())
            precisions.append(average_precision_score(y[hidden], proba))
    plain, calibrated = np.reshape(ratios, (4, 2)).mean(axis=0)
    assert plain < 0.5
    assert abs(calibrated - 1) < 0.2
    np.testing.assert_allclose(precisions[::2], precisions[1::2])


@METHODS
def test_a_class_with_one_label_keeps_its_probability(blobs, method):
    X, _, y_few = blobs
    y_few = np.where((y_few == 2) & (np.cumsum(y_few == 2) > 1), -1, y_few)
    clf = SelfTrainingClassifier(
        LogisticRegression(), max_iter=0, calibration=method
    ).fit(X, y_few)
    proba, before = clf.predict_proba(X), clf.estimator_.estimator.predict_proba(X)
    np.testing.assert_allclose(proba[:, 2], before[:, 2])
    assert np.abs(proba[:, 0] - before[:, 0]).max() > 0.01


@METHODS
def test_without_rows_to_hold_out_probabilities_stay_and_it_says_so(blobs, method):
    X, y, _ = blobs
    y_few = np.full(400, -1)
    for label in range(3):
        y_few[np.flatnonzero(y == label)[0]] = label
    clf = SelfTrainingClassifier(
        LogisticRegression(), calibration=method, n_folds=None, max_iter=1
    )
    with pytest.warns(UserWarning, match="has no labelled rows to hold out"):
        clf.fit(X, y_few)
    assert isinstance(clf.estimator_, LogisticRegression)


def test_soft_labels_and_weights_are_calibrated_too(blobs):
    X, y, y_few = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), calibration="sigmoid", pseudo_labels="soft",
        threshold=0, class_shares=None, n_folds=None,
    )  # fmt: skip
    weights = np.linspace(0, 2, 400)
    clf.fit(X, y_few, sample_weight=weights)
    assert isinstance(clf.estimator_, CalibratedFit)
    assert clf.score(X, y) > 0.5


def test_a_class_of_weight_zero_is_absent_from_calibration(blobs):
    X, _, y_few = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), calibration="sigmoid", n_folds=None
    ).fit(X, y_few, sample_weight=np.where(y_few == 1, 0.0, 1.0))
    np.testing.assert_array_equal(clf.classes_, [0, 2])
    np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1)


def test_a_warm_start_goes_on_from_the_classifier_itself(blobs):
    X, y, y_few = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(warm_start=True), calibration="sigmoid", n_folds=None
    ).fit(X, y_few)
    assert clf.n_iter_ > 0
    assert isinstance(clf.estimator_.estimator, LogisticRegression)
    assert clf.score(X, y) > 0.5


def test_other_methods_are_those_of_the_base(blobs):
    X, _, y_few = blobs
    clf = SelfTrainingClassifier(
        LogisticRegression(), max_iter=0, calibration="temperature"
    ).fit(X, y_few)
    np.testing.assert_allclose(
        np.exp(clf.predict_log_proba(X)), clf.predict_proba(X), rtol=1e-9
    )
    # it would not agree with predict
    assert not hasattr(clf, "decision_function")
    assert hasattr(clf.set_params(calibration=None).fit(X, y_few), "decision_function")


def test_a_class_that_is_ruled_out_stays_so_and_has_a_logarithm():
    base = DummyClassifier(strategy="most_frequent").fit(np.ones((4, 1)), [0, 0, 1, 2])
    scaling = Scaling(with_shifts=True).fit(
        np.full((4, 2), 0.5), np.array([0, 0, 1, 1])
    )
    fit = CalibratedFit(base, scaling, np.array([True, True, False]))
    assert np.isneginf(fit.predict_log_proba(np.ones((2, 1)))[:, 2]).all()


def test_an_unknown_calibration_is_an_error(blobs):
    X, _, y_few = blobs
    with pytest.raises(ValueError, match="The 'calibration' parameter"):
        SelfTrainingClassifier(LogisticRegression(), calibration="isotonic").fit(
            X, y_few
        )
