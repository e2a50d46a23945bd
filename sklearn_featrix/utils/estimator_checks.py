"""Common checks for estimators that learn from partly labelled tables.

scikit-learn's ``check_estimator`` knows nothing of unlabeled rows. These checks stand
beside it, for our own estimators and for those of others.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import SkipTest

import joblib  # type: ignore[import-untyped]
import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import get_tags

from ._check_tools import (
    Check,
    Estimator,
    as_frame,
    fit_copy,
    import_or_skip,
    named,
    output_of,
    table_for,
)
from ._classifier_checks import yield_classifier_checks
from ._sampler_checks import yield_sampler_checks

__all__ = ["check_partial_labels", "yield_checks"]


def check_partial_labels(estimator: Estimator) -> None:
    """Run every check that applies to an estimator.

    Parameters
    ----------
    estimator : estimator
        An instance; it is cloned, never fitted itself. Choose parameters that make it
        fast: it is fitted some seventy times on sixty rows.

    Raises
    ------
    AssertionError
        From the first check that fails.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix import LabeledOnly
    >>> from sklearn_featrix.utils.estimator_checks import check_partial_labels
    >>> check_partial_labels(LabeledOnly(LogisticRegression()))
    """
    for check in yield_checks(estimator):
        try:
            check(estimator)
        except SkipTest:
            continue


def yield_checks(estimator: Estimator) -> Iterator[Check]:
    """Yield the checks that apply to an estimator, each a function of it.

    Parameters
    ----------
    estimator : estimator
        An instance, whose kind and tags choose the checks.

    Yields
    ------
    callable
        Raises AssertionError if the estimator fails, and
        :class:`unittest.SkipTest` if a library the check needs is not installed.

    Examples
    --------
    >>> from sklearn_featrix import TableEncoder
    >>> from sklearn_featrix.utils.estimator_checks import yield_checks
    >>> [check.__name__ for check in yield_checks(TableEncoder())][:2]
    ['check_row_order', 'check_same_seed']
    """
    if hasattr(estimator, "fit_resample"):
        yield from yield_sampler_checks()
        return
    yield check_row_order
    yield check_same_seed
    yield check_round_trips
    yield check_float_precision
    yield check_readonly_memmap
    for container in ("pandas", "polars"):
        yield named(check_container, container)
    if get_tags(estimator).input_tags.string:
        yield check_mixed_table
    if hasattr(estimator, "transform"):
        yield check_set_output
    if is_classifier(estimator):
        yield from yield_classifier_checks(estimator)


def check_row_order(estimator: Estimator) -> None:
    """Check that the order of the rows in fit changes no result."""
    X, _, y = table_for(estimator)
    order = np.random.default_rng(1).permutation(len(X))
    expected = output_of(fit_copy(estimator, X, y), X)
    shuffled = output_of(fit_copy(estimator, X[order], y[order]), X)
    np.testing.assert_allclose(shuffled, expected, rtol=1e-6, atol=1e-6)


def check_same_seed(estimator: Estimator) -> None:
    """Check that two fits with one seed give bit-identical results."""
    X, _, y = table_for(estimator)
    np.testing.assert_array_equal(
        output_of(fit_copy(estimator, X, y), X), output_of(fit_copy(estimator, X, y), X)
    )


def check_round_trips(estimator: Estimator) -> None:
    """Check that clones fit alike and pickles come back bit-identical."""
    X, _, y = table_for(estimator)
    fitted = fit_copy(estimator, X, y)
    expected = output_of(fitted, X)
    np.testing.assert_array_equal(output_of(fit_copy(clone(fitted), X, y), X), expected)
    revived = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(output_of(revived, X), expected)
    with tempfile.TemporaryDirectory() as folder:
        joblib.dump(fitted, Path(folder) / "estimator.joblib")
        revived = joblib.load(Path(folder) / "estimator.joblib")
    np.testing.assert_array_equal(output_of(revived, X), expected)


def check_float_precision(estimator: Estimator) -> None:
    """Check that a float32 table gives what the same float64 values give."""
    X, _, y = table_for(estimator)
    X = X.astype(np.float32)
    single = output_of(fit_copy(estimator, X, y), X)
    double = output_of(
        fit_copy(estimator, X.astype(np.float64), y), X.astype(np.float64)
    )
    np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-3)


def check_readonly_memmap(estimator: Estimator) -> None:
    """Check that a table that lies read-only on disk is accepted."""
    X, _, y = table_for(estimator)
    expected = output_of(fit_copy(estimator, X, y), X)
    with tempfile.TemporaryDirectory() as folder:
        joblib.dump((X, y), Path(folder) / "table.joblib")
        X_map, y_map = joblib.load(Path(folder) / "table.joblib", mmap_mode="r")
        result = output_of(fit_copy(estimator, X_map, y_map), X_map)
        del X_map, y_map
    np.testing.assert_array_equal(result, expected)


def check_container(estimator: Estimator, variant: str) -> None:
    """Check that a DataFrame gives what the same values in an array give."""
    X, _, y = table_for(estimator)
    frame = as_frame(X, variant)
    expected = output_of(fit_copy(estimator, X, y), X)
    np.testing.assert_allclose(
        output_of(fit_copy(estimator, frame, y), frame), expected, rtol=1e-6, atol=1e-6
    )


def check_mixed_table(estimator: Estimator) -> None:
    """Check a DataFrame of strings, booleans, dates and missing values."""
    pandas = import_or_skip("pandas")
    X, _, y = table_for(estimator)
    frame = pandas.DataFrame(
        {
            "number": np.where(X[:, 0] > 3, np.nan, X[:, 0]),
            "category": np.array(["a", "b", None], dtype=object)[np.arange(60) % 3],
            "flag": X[:, 1] > 1,
            "date": pandas.Timestamp("2020-01-01")
            + pandas.to_timedelta(np.round(X[:, 2] * 10), unit="D"),
        }
    )
    fitted = fit_copy(estimator, frame, y)
    output = output_of(fitted, frame[frame.columns[::-1]])
    assert len(output) == len(frame)
    np.testing.assert_array_equal(output, output_of(fitted, frame))


def check_set_output(estimator: Estimator) -> None:
    """Check that `set_output` gives a DataFrame with the right names."""
    import_or_skip("pandas")
    X, _, y = table_for(estimator)
    fitted = fit_copy(estimator, X, y)
    expected = np.asarray(fitted.transform(X))
    frame = fitted.set_output(transform="pandas").transform(X)
    np.testing.assert_array_equal(frame.to_numpy(), expected)
    assert list(frame.columns) == list(fitted.get_feature_names_out())
