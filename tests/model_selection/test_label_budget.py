import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_moons
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB

from sklearn_featrix import LabeledOnly, LabelSpreading, is_labeled, mask_labels
from sklearn_featrix.model_selection import (
    LabelBudgetReport,
    cross_val_interval,
    label_budget_report,
)
from sklearn_featrix.model_selection._label_budget import _drawing_order

# Two moons: few labels and the shape of all rows together say everything.
X, Y = make_moons(400, noise=0.08, random_state=0)
PARTIAL = mask_labels(Y, n_labeled=40, random_state=0)
SPREADING = LabelSpreading("knn", n_neighbors=7)


@pytest.fixture(scope="module")
def helped():
    return label_budget_report(
        SPREADING, X, PARTIAL, baseline=LogisticRegression(), random_state=0
    )


def test_sizes_go_from_a_fifth_to_all_labels_of_a_train_part(helped):
    assert helped.sizes.tolist() == [7, 12, 19, 32]
    assert helped.scores.shape == helped.plain_scores.shape == (4, 15)
    assert helped.n_labeled == 40
    assert helped.ratio == pytest.approx(1 / 4)
    assert helped.bounds == (0, 1)


def test_unlabeled_rows_that_help_are_seen(helped):
    assert not helped.plain_is_enough
    assert (helped.advantage[:, 1] > 0).any()
    assert "is not enough: with the unlabeled rows" in helped.verdict
    assert helped.curve[-1, 0] > 0.95


def test_the_same_classifier_without_unlabeled_rows_is_a_tie():
    model = LabeledOnly(GaussianNB())
    report = label_budget_report(model, X, PARTIAL, n_repeats=1, random_state=0)
    np.testing.assert_array_equal(report.scores, report.plain_scores)
    assert report.plain_is_enough
    assert "tie" in report.verdict


def test_a_worse_estimator_is_said_to_be_worse():
    report = label_budget_report(
        LabeledOnly(DummyClassifier()), X, PARTIAL, baseline=GaussianNB(),
        n_repeats=1, random_state=0,
    )  # fmt: skip
    assert report.plain_is_enough
    assert "it is better" in report.verdict


class Counter(BaseEstimator):
    """Knows how many labels it has got."""

    def fit(self, X, y):
        self.n_labels_ = int(is_labeled(y).sum())
        return self


def test_the_gain_is_that_of_the_curve():
    def scoring(fitted, X, y):
        return 0.9 - fitted.n_labels_**-0.5 + 0.001 * X.mean()

    report = label_budget_report(Counter(), X, PARTIAL, scoring=scoring, random_state=0)
    gain, low, high = report.doubling_gain
    assert gain == pytest.approx(40**-0.5 - 80**-0.5)
    assert low <= gain <= high
    assert report.exponent == pytest.approx(0.5)
    assert "more labels pay" in report.verdict
    assert report.bounds == (-np.inf, np.inf)


def test_no_gain_and_no_prediction_leaves_the_bounds(helped):
    _, low, high = helped.predict([40, 80, 10_000])
    assert (low >= 0).all()
    assert (high <= 1).all()
    gain, _, high_gain = helped.doubling_gain
    assert helped.predict(40)[0] + high_gain <= 1 + 1e-12
    assert gain <= high_gain
    assert len(helped.plain_doubling_gain) == 3


def test_unlabeled_rows_are_in_every_train_part_and_the_baseline_gets_none():
    seen = {"all": [], "labeled": []}

    class Spy(BaseEstimator):
        def __init__(self, name):
            self.name = name

        def fit(self, X, y):
            seen[self.name].append((len(y), int(is_labeled(y).sum())))
            return self

    label_budget_report(
        Spy("all"), X, PARTIAL, baseline=Spy("labeled"), n_repeats=1,
        scoring=lambda _, X, y: float(np.mean(X)), random_state=0,
    )  # fmt: skip
    sizes = [7, 12, 19, 32]
    assert seen["all"] == [(360 + size, size) for size in sizes for _ in range(5)]
    assert seen["labeled"] == [(size, size) for size in sizes for _ in range(5)]


@pytest.mark.parametrize(
    "options", [{"cv": StratifiedKFold(5)}, {"groups": np.arange(len(X)) // 2}]
)
def test_rows_that_may_come_in_lumps_get_the_wider_interval(options):
    model = LabeledOnly(GaussianNB())
    report = label_budget_report(
        model, X, PARTIAL, n_repeats=1, random_state=0, **options
    )
    alone = cross_val_interval(
        model, X, PARTIAL, confidence=0.9, random_state=0, **options
    )
    # a train part with a label more than the smallest is cut down by it
    ends = pytest.approx((alone.low, alone.high), abs=0.005)
    assert tuple(report.intervals[-1]) == ends
    shares = cross_val_interval(model, X, PARTIAL, confidence=0.9, random_state=0)
    assert alone.high - alone.low > shares.high - shares.low + 0.02


def test_every_beginning_has_the_classes_in_proportion():
    codes = np.repeat([0, 1, 2], [60, 38, 2])
    for seed in range(5):
        order = _drawing_order(np.arange(100), codes, np.random.RandomState(seed))
        assert sorted(order) == list(range(100))
        assert set(codes[order[:3]]) == {0, 1, 2}
        counts = np.bincount(codes[order[:50]], minlength=3)
        np.testing.assert_allclose(counts, [30, 19, 1], atol=1.5)


def test_repr_reads_like_a_report(helped):
    lines = repr(helped).splitlines()
    assert lines[0].split("  ")[0] == "labels"
    assert [line.split()[0] for line in lines[1:5]] == ["7", "12", "19", "32"]
    gap, low, high = helped.advantage[-1]
    assert f"  {gap:+.3f} [{low:+.3f}, {high:+.3f}]" in lines[4]
    assert lines[5] == "(90 % intervals, 15 folds)"
    assert lines[6].startswith("80 labels in place of 40: ")
    assert lines[7].startswith("Plain supervised learning is not enough")


def test_verdicts():
    base = {
        "sizes": np.array([10, 20, 40]),
        "intervals": np.zeros((3, 2)),
        "plain_intervals": np.zeros((3, 2)),
        "ratio": 0.25,
        "n_labeled": 50,
        "confidence": 0.9,
    }
    noise = np.random.default_rng(0).normal(scale=0.001, size=(3, 10))
    rising = np.array([[0.6], [0.7], [0.8]]) + noise
    falling = rising[::-1]
    report = LabelBudgetReport(scores=falling, plain_scores=rising, **base)
    assert "do not pay" in report.verdict
    assert report.plain_is_enough
    report = LabelBudgetReport(scores=rising, plain_scores=falling, **base)
    assert "more labels pay" in report.verdict
    assert not report.plain_is_enough


def test_same_seed_same_report(helped):
    again = label_budget_report(
        SPREADING, X, PARTIAL, baseline=LogisticRegression(), random_state=0
    )
    np.testing.assert_array_equal(again.scores, helped.scores)
    assert again.doubling_gain == helped.doubling_gain


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_sizes": 2}, "n_sizes"),
        ({"confidence": 0}, "confidence"),
        ({"scoring": {"a": "accuracy"}}, "one metric"),
        ({"y": mask_labels(Y, n_labeled=6, random_state=0), "cv": 2}, "Label more"),
        ({"y": PARTIAL[:-1]}, "400 rows"),
    ],
)
def test_errors(change, message):
    given = {"X": X, "y": PARTIAL, "n_repeats": 1} | change
    with pytest.raises(ValueError, match=message):
        label_budget_report(SPREADING, **given)
