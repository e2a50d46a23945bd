import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    precision_recall_fscore_support,
)

from sklearn_featrix.metrics import class_report

RNG = np.random.default_rng(0)
Y = RNG.choice(3, size=500, p=[0.7, 0.25, 0.05])
PRED = np.where(RNG.uniform(size=500) < 0.8, Y, RNG.integers(0, 3, size=500))
SCORE = RNG.uniform(size=(500, 3)) + np.eye(3)[PRED]
WEIGHT = RNG.uniform(0.2, 2, size=500)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_figures_are_those_of_scikit_learn(weight):
    report = class_report(Y, PRED, SCORE, sample_weight=weight)
    common = {"sample_weight": weight}
    precision, recall, f1, _ = precision_recall_fscore_support(Y, PRED, **common)
    np.testing.assert_allclose(report.precision[:, 0], precision)
    np.testing.assert_allclose(report.recall[:, 0], recall)
    np.testing.assert_allclose(report.f1[:, 0], f1)
    np.testing.assert_array_equal(report.support, np.bincount(Y))
    assert report.accuracy[0] == pytest.approx(accuracy_score(Y, PRED, **common))
    assert report.balanced_accuracy[0] == pytest.approx(
        balanced_accuracy_score(Y, PRED, **common)
    )
    expected = average_precision_score(np.eye(3)[Y], SCORE, average=None, **common)
    np.testing.assert_allclose(report.average_precision[:, 0], expected)


def test_intervals_are_wilsons():
    report = class_report(Y, PRED, confidence=0.95)
    for k in range(3):
        is_class, is_called = np.equal(Y, k), np.equal(PRED, k)
        hits = int((is_class & is_called).sum())
        for figures, n_rows in (
            (report.recall[k], is_class.sum()),
            (report.precision[k], is_called.sum()),
        ):
            interval = binomtest(hits, int(n_rows)).proportion_ci(0.95, "wilson")
            np.testing.assert_allclose(figures[1:], interval)
        either = int((is_class | is_called).sum())
        jaccard = np.array(binomtest(hits, either).proportion_ci(0.95, "wilson"))
        np.testing.assert_allclose(report.f1[k, 1:], 2 * jaccard / (1 + jaccard))


def test_equal_weights_change_nothing_and_unequal_ones_widen():
    plain = class_report(Y, PRED)
    np.testing.assert_allclose(
        class_report(Y, PRED, sample_weight=np.full(500, 3.0)).recall, plain.recall
    )
    uneven = class_report(Y, PRED, sample_weight=RNG.exponential(size=500) ** 2)
    assert np.ptp(uneven.accuracy[1:]) > 1.5 * np.ptp(plain.accuracy[1:])


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_the_unit_of_the_weights_does_not_matter(unit):
    expected = class_report(Y, PRED, sample_weight=WEIGHT)
    found = class_report(Y, PRED, sample_weight=unit * WEIGHT)
    np.testing.assert_allclose(found.recall, expected.recall)
    np.testing.assert_allclose(found.accuracy, expected.accuracy)


def test_intervals_hold_the_true_figure_as_often_as_promised():
    def draw(n_rows, rng):
        y = (rng.uniform(size=n_rows) < 0.15).astype(int)
        score = rng.normal(size=n_rows) + 1.5 * y
        return y, (score > 1.2).astype(int), score

    figures = "recall", "precision", "f1", "average_precision"
    truth = class_report(*draw(200_000, RNG))
    reports = [
        class_report(*draw(300, np.random.default_rng(seed)), confidence=0.9)
        for seed in range(200)
    ]
    for figure in figures:
        true = getattr(truth, figure)[1, 0]
        ends = np.array([getattr(report, figure)[1, 1:] for report in reports])
        held = np.mean((ends[:, 0] <= true) & (true <= ends[:, 1]))
        assert 0.84 <= held <= 0.97, figure


def test_unlabeled_rows_do_not_count_whatever_marks_them():
    hidden = RNG.uniform(size=500) < 0.5
    names = np.array(["a", "b", "c"], dtype=object)
    expected = class_report(Y[~hidden], PRED[~hidden])
    for y, pred in (
        (np.where(hidden, -1, Y), PRED),
        (np.where(hidden, np.nan, Y), PRED),
        (pd.Series(Y, dtype="Int64").mask(hidden), pd.Series(PRED)),
        (np.where(hidden, None, names[Y]), names[PRED]),
    ):
        report = class_report(y, pred)
        np.testing.assert_array_equal(report.f1, expected.f1)
        np.testing.assert_array_equal(report.support, expected.support)
    report = class_report(np.where(hidden, 9, Y), PRED, unlabeled=9)
    np.testing.assert_array_equal(report.f1, expected.f1)


def test_an_answer_that_was_not_given_is_a_miss_and_no_alarm():
    y, pred = [0, 0, 1, 1], [0, -1, 1, -1]
    report = class_report(y, pred)
    assert report.recall[:, 0].tolist() == [0.5, 0.5]
    assert report.precision[:, 0].tolist() == [1, 1]
    assert report.accuracy[0] == 0.5
    silent = class_report(y, [None] * 4)
    assert silent.recall[:, 0].tolist() == [0, 0]
    assert np.isnan(silent.precision[:, 0]).all()


def test_classes_that_are_only_predicted_or_only_known():
    report = class_report(["x"] * 3 + ["y"], ["x", "x", "longer name", "y"])
    assert report.classes.tolist() == ["longer name", "x", "y"]
    assert np.isnan(report.recall[0]).all()
    assert report.precision[0, 0] == 0
    assert report.balanced_accuracy[0] == pytest.approx((2 / 3 + 1) / 2)
    known = class_report([0, 1, 1], [0, 1, 0], np.eye(3)[[0, 1, 0]], labels=[0, 1, 2])
    assert known.support.tolist() == [1, 2, 0]
    assert np.isnan(known.average_precision[2]).all()
    assert "-" in repr(known)


def test_the_baseline_is_the_most_frequent_class():
    baseline = class_report(Y, PRED).baseline
    constant = np.zeros(500, dtype=int)
    assert baseline["accuracy"] == accuracy_score(Y, constant)
    assert baseline["balanced_accuracy"] == pytest.approx(1 / 3)
    precision, recall, f1, _ = precision_recall_fscore_support(
        Y, constant, zero_division=0
    )
    np.testing.assert_allclose(baseline["precision"], precision)
    np.testing.assert_allclose(baseline["recall"], recall)
    np.testing.assert_allclose(baseline["f1"], f1)


def test_a_rare_class_comes_first_and_its_average_precision_too():
    text = repr(class_report(Y, PRED, SCORE)).splitlines()
    assert text[0].split()[:4] == ["class", "rows", "average", "precision"]
    assert [line.split()[0] for line in text[1:4]] == ["2", "1", "0"]
    assert text[-2].startswith("accuracy")
    common = np.arange(500) % 2
    report = class_report(common, common)
    assert not report.is_rare
    assert repr(report).startswith("accuracy: 1.000 [0.995, 1.000], of the majority")


def test_a_perfect_ranking_is_as_sure_as_a_perfect_recall():
    y = np.repeat([0, 1], [450, 50])
    report = class_report(y, y, y.astype(float))
    np.testing.assert_allclose(report.average_precision, report.recall)
    assert report.average_precision[1, 1] > 0.9


def test_two_classes_take_one_column_of_scores():
    y, score = (Y == 2).astype(int), SCORE[:, 2]
    one = class_report(y, PRED == 2, score)
    two = class_report(y, (PRED == 2).astype(int), np.column_stack([-score, score]))
    np.testing.assert_array_equal(one.average_precision, two.average_precision)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: class_report([-1, -1], [0, 1]), "no label at all"),
        (lambda: class_report([0, 1], [0, 1, 1]), "inconsistent numbers"),
        (lambda: class_report([0, 1], [0, 2], labels=[0, 1]), r"lack \[2\]"),
        (lambda: class_report(Y, PRED, SCORE[:, :2]), r"must be \(500, 3\)"),
        (lambda: class_report(Y, PRED, SCORE[:, 0]), "pass its classes_ as labels"),
        (lambda: class_report(Y, PRED, confidence=1), "confidence"),
        (lambda: class_report([0, 1], [0, 1], sample_weight=[0, 0]), "non-zero"),
        (lambda: class_report([0, 1], [0, 1], sample_weight=[1, -1]), "egative"),
    ],
)
def test_wrong_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
