import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sklearn_featrix.datasets import mask_labels
from sklearn_featrix.utils import is_labeled
from sklearn_featrix.utils._labels import encode_labels

Y = np.repeat([0, 1, 2], [70, 25, 5])


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize("n_labeled", [20, 50, 99, 100])
def test_n_labeled_rows_keep_their_labels(n_labeled, stratify):
    masked = mask_labels(Y, n_labeled=n_labeled, stratify=stratify, random_state=0)
    labeled = is_labeled(masked)
    assert labeled.sum() == n_labeled
    np.testing.assert_array_equal(masked[labeled], Y[labeled])
    assert (masked[~labeled] == -1).all()
    assert masked.dtype == Y.dtype


def test_input_is_not_changed():
    y = Y.copy()
    mask_labels(y, n_labeled=3, random_state=0)
    np.testing.assert_array_equal(y, Y)


@pytest.mark.parametrize(
    ("n_labeled", "expected"),
    [
        (20, [14, 5, 1]),  # the exact shares
        (3, [1, 1, 1]),  # one of each, whatever the shares
        (4, [2, 1, 1]),
        (10, [7, 2, 1]),  # 7, 2.5 and 0.5: the rare class comes first
        (100, [70, 25, 5]),
    ],
)
def test_stratified_counts(n_labeled, expected):
    masked = mask_labels(Y, n_labeled=n_labeled, random_state=0)
    assert np.bincount(masked[masked >= 0]).tolist() == expected


def test_stratified_counts_of_any_size_fit():
    rng = np.random.RandomState(0)
    for _ in range(50):
        sizes = rng.randint(1, 30, size=rng.randint(2, 8))
        y = np.repeat(np.arange(len(sizes)), sizes)
        n_labeled = rng.randint(len(sizes), len(y) + 1)
        masked = mask_labels(y, n_labeled=n_labeled, random_state=rng)
        counts = np.bincount(masked[masked >= 0], minlength=len(sizes))
        assert counts.sum() == n_labeled
        assert (counts >= 1).all()
        assert (counts <= sizes).all()
        quotas = n_labeled * sizes / sizes.sum()
        assert (counts - quotas <= 1).all()


def test_every_row_of_a_class_may_stay():
    kept = np.zeros(len(Y), dtype=int)
    for seed in range(200):
        kept += is_labeled(mask_labels(Y, n_labeled=50, random_state=seed))
    # Each class keeps half of its rows: binomial, four standard deviations wide.
    assert (abs(kept[:70] - 100) < 4 * np.sqrt(50)).all()


def test_fraction_is_a_share_of_the_labels():
    y = Y.copy()
    y[:50] = -1
    masked = mask_labels(y, fraction=0.3, random_state=0)
    assert is_labeled(masked).sum() == 15
    assert not is_labeled(masked)[:50].any()
    np.testing.assert_array_equal(mask_labels(y, fraction=1), y)


def test_at_least_one_label_stays():
    with pytest.warns(UserWarning, match="No label of 2 of 3 classes stays"):
        masked = mask_labels(Y, fraction=1e-6, random_state=0)
    assert is_labeled(masked).sum() == 1


def test_lost_classes_are_named():
    y = np.array(["a"] * 97 + ["b", "c", "d"])
    with pytest.warns(UserWarning, match=r"3 of 4 classes stays: 'b', 'c', 'd'\. "):
        mask_labels(y, n_labeled=1, stratify=False, random_state=0)
    with pytest.warns(UserWarning, match="'b', 'c', 'd'"):
        mask_labels(y, n_labeled=3, random_state=0)


def test_random_state():
    first, again, other = (
        mask_labels(Y, n_labeled=30, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    "y",
    [
        Y.tolist(),
        tuple(Y.tolist()),
        Y.astype(float),
        Y.astype(str),
        Y.astype(str).astype(object),
        Y > 0,
        (Y > 0).tolist(),
        Y.astype(np.uint8),
        pd.Series(Y, index=np.arange(100) + 7, name="y"),
        pd.Series(Y).astype(str),
        pd.Series(Y).astype("Int64"),
        pd.Series(Y).astype("category"),
        pd.Series(Y > 0),
        pl.Series("y", Y),
        pl.Series("y", Y.astype(str)),
        pl.Series("y", Y > 0),
    ],
    ids=lambda y: f"{type(y).__module__}-{getattr(y, 'dtype', len(y))}",
)
def test_containers(y):
    masked = mask_labels(y, n_labeled=30, random_state=0)
    labels = encode_labels(masked)
    full = encode_labels(y)
    assert type(masked) is type(y)
    assert labels.n_labeled == 30
    np.testing.assert_array_equal(labels.classes, full.classes)
    np.testing.assert_array_equal(
        labels.labeled_codes, full.codes[labels.labeled], strict=True
    )
    if isinstance(y, pd.Series):
        pd.testing.assert_index_equal(masked.index, y.index)
    if hasattr(y, "name"):
        assert masked.name == y.name


def test_minus_one_as_a_class():
    y = np.array([-1, 1] * 10)
    masked = mask_labels(y, n_labeled=6, unlabeled=None, random_state=0)
    labels = encode_labels(masked, unlabeled=None)
    assert labels.classes.tolist() == [-1, 1]
    assert labels.n_labeled == 6


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "n_labeled=None and fraction=None. Give exactly one"),
        ({"n_labeled": 3, "fraction": 0.1}, ValueError, "Give exactly one"),
        ({"n_labeled": 101}, ValueError, "101 labels are to stay, but y has only 100"),
        ({"n_labeled": 0}, ValueError, "n_labeled == 0, must be >= 1"),
        ({"n_labeled": 2.5}, TypeError, "n_labeled must be an instance of int"),
        ({"fraction": 0.0}, ValueError, "fraction == 0.0, must be > 0"),
        ({"fraction": 1.5}, ValueError, "fraction == 1.5, must be <= 1"),
    ],
)
def test_errors(options, error, message):
    with pytest.raises(error, match=message):
        mask_labels(Y, **options)


def test_no_label_at_all():
    with pytest.raises(ValueError, match="no label at all"):
        mask_labels([-1, -1], n_labeled=1)


def test_no_warning_without_loss():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mask_labels(Y, n_labeled=3)
