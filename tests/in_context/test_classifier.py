import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.metrics import roc_auc_score

from sklearn_featrix import InContextClassifier, mask_labels
from sklearn_featrix.exceptions import DroppedColumnWarning


@pytest.fixture
def small(weights):
    """Make a classifier with the small network, which costs next to nothing."""
    return lambda **params: InContextClassifier(
        **{"weights": weights, "random_state": 0, **params}
    )


def blobs(n_rows=150, n_classes=3, n_columns=4, n_labeled=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % n_classes
    X = rng.normal(size=(n_rows, n_columns))
    X += 3 * rng.normal(size=(n_classes, n_columns))[y]
    return X, y, np.where(np.arange(n_rows) < n_labeled, y, -1)


# ------------------------------------------------------------ with the shipped weights


def test_it_learns_from_few_labels():
    for load, n_labeled, least in (
        (load_breast_cancer, 20, 0.9),
        (load_wine, 15, 0.85),
    ):
        X, y = load(return_X_y=True, as_frame=True)
        y_few = mask_labels(y, n_labeled=n_labeled, random_state=0)
        classifier = InContextClassifier(random_state=0).fit(X, y_few)
        assert classifier.n_labeled_ == n_labeled
        assert classifier.score(X, y) > least


def test_one_informative_column_of_thirty():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(450, 30))
    y = (X[:, 17] + 0.3 * rng.normal(size=450) > 0).astype(int)
    y_few = np.where(np.arange(450) < 50, y, -1)
    proba = InContextClassifier(random_state=0).fit(X, y_few).predict_proba(X[50:])
    assert roc_auc_score(y[50:], proba[:, 1]) > 0.8


def test_more_than_ten_classes():
    X, y, y_few = blobs(n_rows=300, n_classes=15, n_columns=6, n_labeled=90)
    classifier = InContextClassifier(random_state=0).fit(X, y_few)
    assert classifier.score(X[90:], y[90:]) > 0.7


def test_digits_do_better_than_chance_by_far():
    X, y = load_digits(return_X_y=True)
    X, y = X[:300, X.std(axis=0) > 4], y[:300]
    classifier = InContextClassifier(random_state=0)
    y_few = mask_labels(y, n_labeled=60, random_state=0)
    assert classifier.fit(X, y_few).score(X, y) > 0.7


# --------------------------------------------------------------- with a small network


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_probabilities(small, n_classes):
    X, _, y = blobs(n_classes=n_classes)
    proba = small().fit(X, y).predict_proba(X)
    assert proba.shape == (150, n_classes)
    assert (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_renaming_classes_permutes_probabilities(small, n_classes):
    X, _, y = blobs(n_classes=n_classes)
    renamed = np.random.default_rng(1).permutation(n_classes)
    y_renamed = np.where(y < 0, -1, renamed[y])
    expected = small().fit(X, y).predict_proba(X)
    permuted = small().fit(X, y_renamed).predict_proba(X)
    np.testing.assert_allclose(permuted[:, renamed], expected, atol=1e-6)


@pytest.mark.parametrize("n_columns", [4, 70])
def test_the_order_of_rows_does_not_matter(small, n_columns):
    X, _, y = blobs(n_columns=n_columns)
    order = np.random.default_rng(1).permutation(len(X))
    expected = small().fit(X, y).predict_proba(X)
    shuffled = small().fit(X[order], y[order]).predict_proba(X)
    np.testing.assert_array_equal(shuffled, expected)


def test_the_order_of_columns_does_not_matter(small):
    X, _, y = blobs()
    expected = small().fit(X, y).predict_proba(X)
    shuffled = small().fit(X[:, ::-1], y).predict_proba(X[:, ::-1])
    np.testing.assert_allclose(shuffled, expected, atol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_row_does_not_depend_on_its_company(small, n_classes):
    X, _, y = blobs(n_classes=n_classes)
    classifier = small().fit(X, y)
    expected = classifier.predict_proba(X)
    alone = np.vstack([classifier.predict_proba(X[[i]]) for i in range(5)])
    np.testing.assert_array_equal(alone, expected[:5])
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_array_equal(classifier.predict_proba(X[order]), expected[order])


def test_batches_of_a_long_table(small, monkeypatch):
    X, _, y = blobs()
    classifier = small().fit(X, y)
    expected = classifier.predict_proba(X)
    monkeypatch.setattr("sklearn_featrix.in_context._classifier.PREDICT_BATCH", 40)
    np.testing.assert_array_equal(classifier.predict_proba(X), expected)


def test_unlabeled_rows_serve_the_statistics_of_columns_alone(small):
    X, _, y = blobs(n_labeled=60)
    expected = small().fit(X, y).predict_proba(X)
    # the same rows in another order
    order = np.r_[np.arange(60), np.random.default_rng(0).permutation(len(X) - 60) + 60]
    shuffled = small().fit(X[order], y).predict_proba(X)
    np.testing.assert_allclose(shuffled, expected, atol=1e-5)
    labeled_only = small().fit(X[:60], y[:60]).predict_proba(X)
    assert np.abs(labeled_only - expected).max() > 0.001


def test_one_label_per_class(small):
    X, _, y = blobs(n_labeled=3)
    proba = small().fit(X, y).predict_proba(X)
    assert np.isfinite(proba).all()


def test_the_temperature_is_learnt_where_classes_have_rows_enough(small):
    temperatures = {}
    for n_classes, n_labeled in ((2, 60), (3, 30), (3, 60)):
        X, _, y = blobs(n_classes=n_classes, n_labeled=n_labeled)
        classifier = small().fit(X, y)
        temperatures[n_classes, n_labeled] = classifier.temperature_
    assert temperatures[2, 60] == 1
    assert temperatures[3, 30] == 1.2
    assert temperatures[3, 60] not in (1, 1.2)


def test_copies_of_noise_do_not_make_it_surer(small):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(66, 3)), rng.permutation(66) % 3
    rows = np.repeat(np.arange(66), np.where(np.arange(66) % 3 == 0, 1, 4))
    once, often = (small().fit(X[at], y[at]) for at in (np.arange(66), rows))
    assert often.temperature_ > once.temperature_ > 1.2


def test_copies_of_one_row_for_each_class_leave_the_usual_temperature(small):
    X = np.repeat(np.eye(3), 20, axis=0)
    assert small().fit(X, np.repeat([0, 1, 2], 20)).temperature_ == 1.2


def test_column_without_a_value_and_rows_without_any(small):
    X, _, y = blobs()
    X[:, 2] = np.nan
    X[70:80] = np.nan
    with pytest.warns(DroppedColumnWarning, match="x2"):
        classifier = small().fit(X, y)
    assert np.isfinite(classifier.predict_proba(X)).all()


def test_column_that_no_labeled_row_has_a_value_of(small):
    X, _, y = blobs()
    X[:60, 2] = np.nan
    assert np.isfinite(small().fit(X, y).predict_proba(X)).all()


def test_mixed_table_in_pandas_and_polars(small):
    polars = pytest.importorskip("polars")
    X, _, y = blobs()
    frame = pd.DataFrame(X[:, :2], columns=["a", "b"])
    frame["city"] = [f"city number {i % 40}" for i in range(150)]
    frame["color"] = np.array(["red", "green", None], dtype=object)[np.arange(150) % 3]
    frame["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(range(150), unit="D")
    expected = small().fit(frame, y).predict_proba(frame)
    assert np.isfinite(expected).all()
    other = polars.from_pandas(frame)
    np.testing.assert_array_equal(small().fit(other, y).predict_proba(other), expected)
    reordered = frame[frame.columns[::-1]]
    classifier = small().fit(frame, y)
    np.testing.assert_array_equal(classifier.predict_proba(reordered), expected)


def test_sparse_table(small):
    X, _, y = blobs()
    X[X < 0.5] = 0
    expected = small().fit(X, y).predict_proba(X)
    matrix = sparse.csr_matrix(X)
    np.testing.assert_array_equal(
        small().fit(matrix, y).predict_proba(matrix), expected
    )


def test_wide_tables_and_long_contexts_are_dealt_to_members(small):
    X, _, y = blobs(n_columns=10)
    classifier = small(n_members=3, max_columns=4, max_context=20).fit(X, y)
    proba = classifier.predict_proba(X)
    assert np.isfinite(proba).all()
    other = small(n_members=3, max_columns=4, max_context=20, random_state=1).fit(X, y)
    assert np.abs(other.predict_proba(X) - proba).max() > 1e-6
    again = small(n_members=3, max_columns=4, max_context=20).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), proba)


def test_pickles_hold_no_weights_and_load_without_torch(small, tmp_path):
    X, _, y = blobs()
    classifier = small().fit(X, y)
    classifier.predict_proba(X)
    dumped = pickle.dumps(classifier)
    assert len(dumped) < 50_000
    assert b"torch" not in dumped
    path = tmp_path / "classifier.pickle"
    path.write_bytes(dumped)
    code = (
        f"import pickle, sys; pickle.load(open({str(path)!r}, 'rb')); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_broken_weights_are_told_in_fit(small, tmp_path):
    X, _, y = blobs()
    with pytest.raises(FileNotFoundError, match="no weight file"):
        small(weights=tmp_path / "none.safetensors").fit(X, y)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="cannot be used"):
        small(weights=str(broken)).fit(X, y)


def test_unknown_device(small):
    X, _, y = blobs()
    with pytest.raises(ValueError, match="Unknown device 'abacus'"):
        small(device="abacus").fit(X, y)


def test_weights_of_classes_move_the_log_odds_by_their_ratio(small):
    X, _, y = blobs(n_classes=2)
    plain = small().fit(X, y).predict_proba(X)
    weighted = small().fit(X, y, np.where(y == 1, 3.0, 1.0)).predict_proba(X)
    moved = np.diff(np.log(weighted)) - np.diff(np.log(plain))
    np.testing.assert_allclose(moved, np.log(3), atol=1e-6)


def test_classes_that_a_reading_does_not_keep_in_proportion_are_corrected(small):
    X, _, y = blobs(n_classes=2)
    y[(y == 1) & (np.arange(len(y)) > 1)] = -1  # one row of the second class
    classifier = small(max_context=4).fit(X, y)
    (reading, *_) = classifier._subsets
    seen = np.bincount(classifier._codes[reading.rows])
    shift = classifier._shift(reading)
    assert seen[1] / seen.sum() > 0.2  # and 1 in 31 among all
    np.testing.assert_allclose(np.exp(shift) * seen / seen.sum(), [30 / 31, 1 / 31])


def test_score_counts_labeled_rows_with_their_weights(small):
    X, y, y_few = blobs()
    classifier = small().fit(X, y_few)
    right = classifier.predict(X) == y
    weight = np.arange(150.0)
    expected = np.average(right[:60], weights=weight[:60])
    assert classifier.score(X, y_few, sample_weight=weight) == pytest.approx(expected)
