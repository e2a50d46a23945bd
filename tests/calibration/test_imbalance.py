import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.model_selection import ShuffleSplit
from sklearn.naive_bayes import GaussianNB

from sklearn_featrix import LabeledOnly
from sklearn_featrix.calibration import imbalance_report

N_LABELED = 400


def table(share=0.06, distance=1.7, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.uniform(size=2400) < share).astype(int)
    X = rng.normal(size=(2400, 3))
    X[:, :2] += distance * y[:, None]
    return X, y, rng


@pytest.fixture(scope="module")
def inherent():
    X, y, _ = table()
    return imbalance_report(X, np.where(np.arange(2400) < N_LABELED, y, -1))


def test_what_is_rare_by_nature_is_called_inherent(inherent):
    assert inherent.kinds == ("inherent",)
    assert not inherent.has_errors
    assert not len(inherent.suspects)
    assert inherent.counts.sum() == N_LABELED
    assert inherent.n_unlabeled == 2000
    low, high = inherent.expected_shares[1]
    assert low < inherent.unlabeled_shares[1] < high
    assert "Inherent" in repr(inherent)
    assert "GoalThresholdClassifier" in repr(inherent)


def test_shares_have_wilsons_interval(inherent):
    for k in range(2):
        count = int(inherent.counts[k])
        expected = binomtest(count, N_LABELED).proportion_ci(0.95, "wilson")
        np.testing.assert_allclose(inherent.shares[k, 1:], expected)
    assert inherent.ratio == inherent.counts[0] / inherent.counts[1]


def test_copies_of_labelled_rows_are_no_further_evidence():
    X, y, _ = table(share=0.3)
    model = LabeledOnly(GaussianNB())  # learns the same from copies
    reports = []
    for n_copies in (1, 10):
        labeled = np.tile(np.arange(60), n_copies)
        rows = np.append(labeled, np.arange(60, 400))
        partial = np.append(y[labeled], np.full(340, -1))
        reports.append(imbalance_report(X[rows], partial, model))
    alone, tenfold = reports
    np.testing.assert_allclose(tenfold.shares, alone.shares)
    np.testing.assert_allclose(
        np.ptp(tenfold.expected_shares, axis=1),
        np.ptp(alone.expected_shares, axis=1),
        rtol=0.4,  # of a hundred draws, their outermost
    )
    assert tenfold.kinds == alone.kinds


def test_shares_count_rows_that_no_fold_held_out():
    X, y, _ = table(share=0.3)
    partial = np.where(np.arange(2400) < 60, y, -1)[:100]
    model = LabeledOnly(GaussianNB())
    few_tested = ShuffleSplit(1, test_size=0.2, random_state=0)
    one, every = (
        imbalance_report(X[:100], partial, model, cv=cv) for cv in (few_tested, 5)
    )
    np.testing.assert_allclose(one.shares, every.shares)


def test_few_unlabeled_rows_may_differ_by_chance(inherent):
    X, y, _ = table()
    labeled = np.arange(2400) < N_LABELED
    few = np.r_[:430]
    report = imbalance_report(X[few], np.where(labeled, y, -1)[few])
    widths = [np.ptp(each.expected_shares[1]) for each in (inherent, report)]
    assert widths[1] > 1.5 * widths[0]


def test_positive_rows_that_were_sought_are_a_sampling_bias():
    X, y, _ = table()
    labeled = np.zeros(2400, dtype=bool)
    labeled[np.flatnonzero(y == 1)[:100]] = True
    labeled[np.flatnonzero(y == 0)[:300]] = True
    report = imbalance_report(X, np.where(labeled, y, -1))
    assert "sampling_bias" in report.kinds
    assert report.unlabeled_shares[1] == pytest.approx(y[~labeled].mean(), abs=0.03)
    assert report.expected_shares[1, 0] > report.unlabeled_shares[1]
    assert "Share of 1 among the unlabeled rows: about 0.0" in repr(report)


def test_rows_from_one_end_of_a_column_are_a_sampling_bias():
    X, y, rng = table()
    order = np.argsort(-X[:, 2] + 0.5 * rng.normal(size=2400))
    labeled = np.isin(np.arange(2400), order[:N_LABELED])
    frame = pd.DataFrame(X, columns=["a", "b", "age"])
    report = imbalance_report(frame, np.where(labeled, y, -1))
    assert report.has_sampling_bias
    assert report.shift.unlike_columns == ["age"]
    assert "'age'" in repr(report)


@pytest.mark.parametrize(
    "names",
    [
        None,
        pytest.param(np.array(["fine", "fraud"], dtype=object), marks=pytest.mark.slow),
    ],
)
def test_wrong_labels_are_found_and_named_by_position(names):
    X, y, rng = table(distance=4)
    wrong = rng.uniform(size=2400) < 0.04
    given = np.where(wrong, 1 - y, y)
    labeled = rng.uniform(size=2400) < 1 / 6
    if names is None:
        partial = np.where(labeled, given, -1)
    else:
        y, given = names[y], names[given]
        partial = np.where(labeled, given, None)
    report = imbalance_report(X, partial)
    assert "label_errors" in report.kinds
    assert labeled[report.suspects].all()
    found = wrong[report.suspects]
    assert found.mean() > 0.85
    assert found.sum() > 0.7 * (wrong & labeled).sum()
    np.testing.assert_array_equal(report.suggested[found], y[report.suspects][found])
    assert f"{len(report.suspects)} are suspect" in repr(report)


def test_without_unlabeled_rows_a_choice_cannot_be_seen():
    X, y, _ = table()
    report = imbalance_report(X[:500].tolist(), y[:500])
    assert report.kinds == ("inherent",)
    assert report.shift is report.unlabeled_shares is None
    assert "cannot be seen" in repr(report)


def test_balanced_classes_and_a_classifier_of_your_own():
    X, y, _ = table(share=0.5, seed=2)
    marked = np.where(np.arange(2400) < N_LABELED, y, 9)
    model = LabeledOnly(GaussianNB(), unlabeled=9)
    report = imbalance_report(X, marked, model)
    assert report.kinds == ("balanced",)
    assert report.classes.tolist() == [0, 1]


def test_a_classifier_that_takes_marks_for_a_class_is_refused():
    X, y, _ = table()
    for n_labeled in (300, 390):  # the second has too few others for shares
        marked = np.where(np.arange(400) < n_labeled, y[:400], -1)
        with pytest.raises(ValueError, match=r"the classes \[-1\].*in LabeledOnly"):
            imbalance_report(X[:400], marked, GaussianNB())


def test_single_rows_cannot_be_held_out():
    X, *_ = table()
    y = np.full(2400, -1)
    y[:2] = 0, 1
    report = imbalance_report(X[:100], y[:100])
    assert np.isnan(report.error_rate)
    assert report.unlabeled_shares is None
    assert report.shift is not None


@pytest.mark.slow
def test_same_seed_same_report():
    X, y, _ = table()
    partial = np.where(np.arange(2400) < 100, y, -1)[:800]
    one, other = (imbalance_report(X[:800], partial, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(one.expected_shares, other.expected_shares)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"confidence": 1.0}, "confidence"), ({"cv": 1}, "cv")],
)
def test_wrong_parameters(options, message):
    X, y, _ = table()
    with pytest.raises(ValueError, match=message):
        imbalance_report(X, y, **options)
    with pytest.raises(ValueError, match="at least 2 classes"):
        imbalance_report(X, np.zeros(2400, dtype=int))
