"""Common checks for samplers of partly labelled tables."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone

from ._check_marks import MARKS
from ._check_tools import (
    Array,
    Check,
    Estimator,
    as_frame,
    import_or_skip,
    make_table,
    named,
)
from ._labels import encode_labels, is_labeled

__all__ = ["yield_sampler_checks"]


def yield_sampler_checks() -> Iterator[Check]:
    """Yield the checks for samplers, each a function of one.

    Yields
    ------
    callable
        Raises AssertionError if the sampler fails.
    """
    yield check_unlabeled_rows_stay
    yield check_sample_indices
    yield check_same_resample
    yield check_sampler_labels
    for mark in MARKS:
        yield named(check_sampler_mark, mark)
    for container in ("pandas", "polars"):
        yield named(check_sampler_container, container)
    yield check_sampler_mixed_table


def _uneven() -> tuple[Array, Array]:
    """Features and labels, 30 of 0, 12 of 1 and 8 of 2, between 20 unlabeled rows."""
    X, _, _ = make_table(70)
    y = np.random.default_rng(1).permutation(np.repeat([0, 1, 2, -1], [30, 12, 8, 20]))
    return X + np.eye(3, 4)[y] * (y >= 0)[:, None], y


def _resample(sampler: Estimator, X: Any, y: Any) -> tuple[Any, Any, Estimator]:
    fitted = clone(sampler)
    if "random_state" in fitted.get_params():
        fitted.set_params(random_state=0)
    X, y = fitted.fit_resample(X, y)
    return X, y, fitted


def check_unlabeled_rows_stay(sampler: Estimator) -> None:
    """Check that unlabeled rows come through as they are, and none is made."""
    X, y = _uneven()
    X_new, y_new, _ = _resample(sampler, X, y)
    assert len(X_new) == len(y_new)
    np.testing.assert_array_equal(X_new[~is_labeled(y_new)], X[~is_labeled(y)])


def check_sample_indices(sampler: Estimator) -> None:
    """Check that `sample_indices_` tells where each row comes from.

    Rows that stay come first, in the order that they had.
    """
    X, y = _uneven()
    X_new, y_new, fitted = _resample(sampler, X, y)
    indices = fitted.sample_indices_
    known = indices >= 0
    assert len(indices) == len(X_new)
    np.testing.assert_array_equal(X_new[known], X[indices[known]])
    np.testing.assert_array_equal(y_new[known], y[indices[known]])
    assert is_labeled(y_new[~known]).all()
    stay = np.unique(indices[known])
    np.testing.assert_array_equal(indices[: len(stay)], stay)


def check_same_resample(sampler: Estimator) -> None:
    """Check that clones and pickles with one seed draw the same rows."""
    X, y = _uneven()
    X_new, y_new, fitted = _resample(sampler, X, y)
    for other in (clone(fitted), pickle.loads(pickle.dumps(fitted))):
        X_other, y_other = other.fit_resample(X, y)
        np.testing.assert_array_equal(X_other, X_new)
        np.testing.assert_array_equal(y_other, y_new)


def check_sampler_mark(sampler: Estimator, variant: str) -> None:
    """Check that every way to write "unlabeled" draws the same rows."""
    X, y = _uneven()
    write, names = MARKS[variant]
    same = np.where(is_labeled(y), np.unique(names, return_inverse=True)[1][y], -1)
    X_new, y_new, _ = _resample(sampler, X, same)
    written = write(y)
    X_marked, y_marked, _ = _resample(sampler, X, written)
    np.testing.assert_array_equal(X_marked, X_new)
    assert type(y_marked) is type(written)
    assert getattr(y_marked, "dtype", None) == getattr(written, "dtype", None)
    labels = encode_labels(y_marked)
    np.testing.assert_array_equal(labels.labeled, is_labeled(y_new))
    np.testing.assert_array_equal(
        labels.labeled_values, np.unique(names)[y_new[y_new >= 0]]
    )


def check_sampler_container(sampler: Estimator, variant: str) -> None:
    """Check that a DataFrame gives what the same values in an array give."""
    X, y = _uneven()
    frame = as_frame(X, variant)
    X_new, y_new, _ = _resample(sampler, X, y)
    drawn, y_drawn, fitted = _resample(sampler, frame, y)
    assert type(drawn) is type(frame)
    assert list(drawn.columns) == list(frame.columns)
    assert list(fitted.feature_names_in_) == list(frame.columns)
    np.testing.assert_allclose(np.asarray(drawn), X_new)
    np.testing.assert_array_equal(y_drawn, y_new)


def check_sampler_mixed_table(sampler: Estimator) -> None:
    """Check a DataFrame of strings, booleans, dates and missing values."""
    pandas = import_or_skip("pandas")
    X, y = _uneven()
    letters = np.array(["a", "b", None], dtype=object)[np.arange(len(X)) % 3]
    frame = pandas.DataFrame(
        {
            "number": np.where(X[:, 0] > 3, np.nan, X[:, 0]),
            "category": pandas.Series(letters, dtype="category"),
            "flag": X[:, 1] > 1,
            "date": pandas.Timestamp("2020-01-01")
            + pandas.to_timedelta(np.round(X[:, 2] * 10), unit="D"),
        }
    )
    drawn, y_new, fitted = _resample(sampler, frame, y)
    assert drawn.dtypes.to_dict() == frame.dtypes.to_dict()
    known = fitted.sample_indices_ >= 0
    source = frame.iloc[fitted.sample_indices_[known]].reset_index(drop=True)
    pandas.testing.assert_frame_equal(drawn[known].reset_index(drop=True), source)
    assert drawn["number"].min() >= frame["number"].min()
    assert drawn["number"].max() <= frame["number"].max()
    assert len(drawn) == len(y_new)


def check_sampler_labels(sampler: Estimator) -> None:
    """Check that labels that cannot be resampled raise and say why."""
    X, y = _uneven()
    wrong = {
        "no label": np.full(len(X), -1),
        "class": np.where(y == 0, 0, -1),
        "rows": y[:-1],
        "y": None,
    }
    for hint, labels in wrong.items():
        message = ""
        try:
            _resample(sampler, X, labels)
        except ValueError as error:
            message = str(error)
        assert hint in message, f"expected an error about {hint!r}, got: {message!r}"
