"""Common checks for estimators that learn from partly labelled tables.

scikit-learn's ``check_estimator`` knows nothing of unlabeled rows. These checks stand
beside it, for our own estimators and for those of others.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import SkipTest

import joblib  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from ._labels import is_labeled

__all__ = ["check_partial_labels", "yield_checks"]

Estimator = Any
Array = NDArray[Any]
Check = Callable[[Estimator], None]


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
        from ._sampler_checks import yield_sampler_checks

        yield from yield_sampler_checks()
        return
    yield check_row_order
    yield check_same_seed
    yield check_round_trips
    yield check_float_precision
    yield check_readonly_memmap
    for container in ("pandas", "polars"):
        yield _named(check_container, container)
    if get_tags(estimator).input_tags.string:
        yield check_mixed_table
    if hasattr(estimator, "transform"):
        yield check_set_output
    if is_classifier(estimator):
        yield from _yield_classifier_checks(estimator)


def _yield_classifier_checks(estimator: Estimator) -> Iterator[Check]:
    yield check_never_predicts_unlabeled
    yield check_labeled_rows_suffice
    for mark in MARKS:
        yield _named(check_mark, mark)
    yield check_score_counts_labeled_rows
    yield check_wrong_labels
    yield check_pipeline_and_search
    yield check_inside_scikit_learn_ensembles
    if "n_jobs" in estimator.get_params():
        yield check_n_jobs
    if has_fit_parameter(estimator, "sample_weight"):
        yield check_metadata_routing


def _named(check: Callable[..., None], variant: str) -> Check:
    bound = partial(check, variant=variant)
    bound.__name__ = f"{check.__name__}[{variant}]"  # type: ignore[attr-defined]
    return bound


# --------------------------------------------------------------------------- data


def _table(
    n_rows: int = 60, seed: int = 0, n_classes: int = 3
) -> tuple[Array, Array, Array]:
    """Features, all labels (0, 1, ...), and labels of which two thirds are hidden."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % n_classes
    X = rng.normal(size=(n_rows, 4)) + np.eye(3, 4)[y] * 3
    y_partial = np.where(np.arange(n_rows) < n_rows // 3, y, -1)
    order = rng.permutation(n_rows)
    return X[order], y[order], y_partial[order]


def _table_for(estimator: Estimator, n_rows: int = 60) -> tuple[Array, Array, Array]:
    """Return a table of as many classes as the estimator can learn, three at most."""
    kind = get_tags(estimator).classifier_tags
    return _table(n_rows, n_classes=3 if kind is None or kind.multi_class else 2)


def _as_frame(X: Array, library: str) -> Any:
    columns = {f"c{i}": X[:, i] for i in range(X.shape[1])}
    return _import(library).DataFrame(columns)


def _import(library: str) -> Any:
    try:
        return __import__(library)
    except ImportError as error:
        raise SkipTest(f"{library} is not installed") from error


def _seeded(estimator: Estimator) -> Estimator:
    seeded = clone(estimator)
    if "random_state" in seeded.get_params():
        seeded.set_params(random_state=0)
    return seeded


def _fit(estimator: Estimator, X: Any, y: Any) -> Estimator:
    return _seeded(estimator).fit(X, y)


def _output(fitted: Estimator, X: Any) -> Array:
    for method in (
        "predict_proba", "decision_function", "transform", "predict", "score_samples",
    ):  # fmt: skip
        if hasattr(fitted, method):
            return np.asarray(getattr(fitted, method)(X))
    raise AssertionError(f"{fitted!r} neither predicts nor transforms nor scores")


# ------------------------------------------------------------- any estimator


def check_row_order(estimator: Estimator) -> None:
    """Check that the order of the rows in fit changes no result."""
    X, _, y = _table_for(estimator)
    order = np.random.default_rng(1).permutation(len(X))
    expected = _output(_fit(estimator, X, y), X)
    shuffled = _output(_fit(estimator, X[order], y[order]), X)
    np.testing.assert_allclose(shuffled, expected, rtol=1e-6, atol=1e-6)


def check_same_seed(estimator: Estimator) -> None:
    """Check that two fits with one seed give bit-identical results."""
    X, _, y = _table_for(estimator)
    np.testing.assert_array_equal(
        _output(_fit(estimator, X, y), X), _output(_fit(estimator, X, y), X)
    )


def check_round_trips(estimator: Estimator) -> None:
    """Check that clones fit alike and pickles come back bit-identical."""
    X, _, y = _table_for(estimator)
    fitted = _fit(estimator, X, y)
    expected = _output(fitted, X)
    np.testing.assert_array_equal(_output(_fit(clone(fitted), X, y), X), expected)
    revived = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(_output(revived, X), expected)
    with tempfile.TemporaryDirectory() as folder:
        joblib.dump(fitted, Path(folder) / "estimator.joblib")
        revived = joblib.load(Path(folder) / "estimator.joblib")
    np.testing.assert_array_equal(_output(revived, X), expected)


def check_float_precision(estimator: Estimator) -> None:
    """Check that a float32 table gives what the same float64 values give."""
    X, _, y = _table_for(estimator)
    X = X.astype(np.float32)
    single = _output(_fit(estimator, X, y), X)
    double = _output(_fit(estimator, X.astype(np.float64), y), X.astype(np.float64))
    np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-3)


def check_readonly_memmap(estimator: Estimator) -> None:
    """Check that a table that lies read-only on disk is accepted."""
    X, _, y = _table_for(estimator)
    expected = _output(_fit(estimator, X, y), X)
    with tempfile.TemporaryDirectory() as folder:
        joblib.dump((X, y), Path(folder) / "table.joblib")
        X_map, y_map = joblib.load(Path(folder) / "table.joblib", mmap_mode="r")
        result = _output(_fit(estimator, X_map, y_map), X_map)
        del X_map, y_map
    np.testing.assert_array_equal(result, expected)


def check_container(estimator: Estimator, variant: str) -> None:
    """Check that a DataFrame gives what the same values in an array give."""
    X, _, y = _table_for(estimator)
    frame = _as_frame(X, variant)
    expected = _output(_fit(estimator, X, y), X)
    np.testing.assert_allclose(
        _output(_fit(estimator, frame, y), frame), expected, rtol=1e-6, atol=1e-6
    )


def check_mixed_table(estimator: Estimator) -> None:
    """Check a DataFrame of strings, booleans, dates and missing values."""
    pandas = _import("pandas")
    X, _, y = _table_for(estimator)
    frame = pandas.DataFrame(
        {
            "number": np.where(X[:, 0] > 3, np.nan, X[:, 0]),
            "category": np.array(["a", "b", None], dtype=object)[np.arange(60) % 3],
            "flag": X[:, 1] > 1,
            "date": pandas.Timestamp("2020-01-01")
            + pandas.to_timedelta(np.round(X[:, 2] * 10), unit="D"),
        }
    )
    fitted = _fit(estimator, frame, y)
    output = _output(fitted, frame[frame.columns[::-1]])
    assert len(output) == len(frame)
    np.testing.assert_array_equal(output, _output(fitted, frame))


def check_set_output(estimator: Estimator) -> None:
    """Check that `set_output` gives a DataFrame with the right names."""
    _import("pandas")
    X, _, y = _table_for(estimator)
    fitted = _fit(estimator, X, y)
    expected = np.asarray(fitted.transform(X))
    frame = fitted.set_output(transform="pandas").transform(X)
    np.testing.assert_array_equal(frame.to_numpy(), expected)
    assert list(frame.columns) == list(fitted.get_feature_names_out())


# ------------------------------------------------------------------ classifiers


def check_never_predicts_unlabeled(estimator: Estimator) -> None:
    """Check that the unlabeled mark is neither a class nor a prediction."""
    X, classes, y = _table_for(estimator)
    fitted = _fit(estimator, X, y)
    np.testing.assert_array_equal(fitted.classes_, np.unique(classes))
    predicted = fitted.predict(X)
    assert set(predicted) <= set(classes), f"predicted {set(predicted)}"
    assert predicted.dtype == fitted.classes_.dtype


def check_labeled_rows_suffice(estimator: Estimator) -> None:
    """Check that a fully labelled `y` simply works."""
    X, y, _ = _table_for(estimator)
    assert _fit(estimator, X, y).score(X, y) > 0.7


NAMES = np.array(["c0", "c1", "c2"])


def _objects(classes: Array, y: Array, mark: Any) -> Array:
    """Return the labels as objects, with the given mark in the unlabeled rows."""
    return np.where(is_labeled(y), classes.astype(object)[y], mark)


def _pandas(classes: Array, y: Array, dtype: str) -> Any:
    return _import("pandas").Series(_objects(classes, y, None), dtype=dtype)


def _polars(classes: Array, y: Array) -> Any:
    return _import("polars").Series(_objects(classes, y, None).tolist())


NUMBERS, FLOATS, BOOLEANS = np.arange(3), np.arange(3.0), np.array([False, True, True])

# How y marks its unlabeled rows, and the classes that stand beside the mark. Objects,
# pandas and polars give numbers back in their own dtype, strings as objects.
MARKS: dict[str, tuple[Callable[[Array], Any], Array]] = {
    "list": (lambda y: y.tolist(), NUMBERS),
    "object None": (lambda y: _objects(NUMBERS, y, None), NUMBERS),
    "object NaN": (lambda y: _objects(NUMBERS, y, np.nan), NUMBERS),
    "object bool": (lambda y: _objects(BOOLEANS, y, None), BOOLEANS),
    "float NaN": (lambda y: np.where(is_labeled(y), y, np.nan), FLOATS),
    "string -1": (lambda y: _objects(NAMES, y, "-1").astype(str), NAMES),
    "string nan": (lambda y: _objects(NAMES, y, np.nan).astype(str), NAMES),
    "string None": (lambda y: _objects(NAMES, y, None).astype(str), NAMES),
    "strings and None": (lambda y: _objects(NAMES, y, None), NAMES.astype(object)),
    "strings and NaN": (lambda y: _objects(NAMES, y, np.nan), NAMES.astype(object)),
    "strings and -1": (lambda y: _objects(NAMES, y, -1), NAMES.astype(object)),
    "pandas Int64": (lambda y: _pandas(NUMBERS, y, "Int64"), NUMBERS),
    "pandas boolean": (lambda y: _pandas(BOOLEANS, y, "boolean"), BOOLEANS),
    "pandas str": (lambda y: _pandas(NAMES, y, "str"), NAMES.astype(object)),
    "pandas category": (lambda y: _pandas(NAMES, y, "category"), NAMES.astype(object)),
    "polars": (lambda y: _polars(NUMBERS, y), NUMBERS),
    "polars float": (lambda y: _polars(FLOATS, y), FLOATS),
    "polars bool": (lambda y: _polars(BOOLEANS, y), BOOLEANS),
    "polars strings": (lambda y: _polars(NAMES, y), NAMES.astype(object)),
}


def check_mark(estimator: Estimator, variant: str) -> None:
    """Check that every way to write "unlabeled" gives the same classifier.

    Its classes, and what it predicts, have the dtype of the labels.
    """
    X, all_labels, y = _table_for(estimator)
    write, names = MARKS[variant]
    classes, codes = np.unique(names[: all_labels.max() + 1], return_inverse=True)
    same = np.where(is_labeled(y), codes[y], -1)
    expected = _fit(estimator, X, same)
    fitted = _fit(estimator, X, write(y))
    np.testing.assert_array_equal(_output(fitted, X), _output(expected, X))
    np.testing.assert_array_equal(fitted.classes_, classes)
    predicted = fitted.predict(X)
    np.testing.assert_array_equal(
        predicted, classes[np.asarray(expected.predict(X), int)]
    )
    for what, values in {"classes_": fitted.classes_, "predict": predicted}.items():
        both_text = values.dtype.kind == classes.dtype.kind == "U"  # of any width
        assert both_text or values.dtype == classes.dtype, (
            f"{what} has dtype {values.dtype}, the labels have {classes.dtype}"
        )


def check_score_counts_labeled_rows(estimator: Estimator) -> None:
    """Check that `score` is the accuracy on the labelled rows."""
    X, y, y_partial = _table_for(estimator)
    fitted = _fit(estimator, X, y_partial)
    labeled = is_labeled(y_partial)
    expected = np.mean(fitted.predict(X[labeled]) == y[labeled])
    np.testing.assert_allclose(fitted.score(X, y_partial), expected)


def check_wrong_labels(estimator: Estimator) -> None:
    """Check that labels that cannot be learnt from raise and say why."""
    X, y, y_partial = _table_for(estimator)
    one_class = np.where(y_partial == 0, 0, -1)
    wrong = {
        "no label": np.full(len(X), -1),
        "class": one_class,
        "rows": y_partial[:-1],
        "1d array": np.column_stack([y, y]),
        "unlabeled=-1": np.where(y == 0, -1.0, y.astype(float)),
    }
    for hint, labels in wrong.items():
        message = _error_message(estimator, X, labels)
        assert hint in message, f"expected an error about {hint!r}, got: {message!r}"


def _error_message(estimator: Estimator, X: Array, y: Array) -> str:
    try:
        _fit(estimator, X, y)
    except ValueError as error:
        return str(error)
    return ""


def check_pipeline_and_search(estimator: Estimator) -> None:
    """Check that Pipeline, cross_val_score and GridSearchCV are right as they are."""
    X, _, y = _table_for(estimator, 90)
    pipeline = make_pipeline(FunctionTransformer(), _seeded(estimator))
    scores = cross_val_score(pipeline, X, y, cv=3, error_score="raise")
    # where unlabeled rows count, at most the share of the labelled ones
    assert scores.mean() > 0.5, f"scores {scores}: unlabeled rows count as errors"
    step = pipeline.steps[-1][0]
    grid = {step: [_seeded(estimator), _seeded(estimator)]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ > 0.5
    assert set(search.predict(X)) <= {0, 1, 2}


def check_inside_scikit_learn_ensembles(estimator: Estimator) -> None:
    """Check VotingClassifier and CalibratedClassifierCV on labelled rows."""
    X, y, _ = _table_for(estimator)
    voting = VotingClassifier([("a", _seeded(estimator)), ("b", _seeded(estimator))])
    assert voting.fit(X, y).score(X, y) > 0.7
    calibrated = CalibratedClassifierCV(_seeded(estimator), cv=2).fit(X, y)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)


def check_n_jobs(estimator: Estimator) -> None:
    """Check that one job and two give bit-identical results."""
    X, _, y = _table_for(estimator)
    one, two = (
        _output(_fit(clone(estimator).set_params(n_jobs=n_jobs), X, y), X)
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def check_metadata_routing(estimator: Estimator) -> None:
    """Check that a routed cross-validation hands on `sample_weight`."""
    from sklearn import config_context

    X, _, y = _table_for(estimator, 90)
    weight = np.where(y == 0, 2.0, 1.0)
    with config_context(enable_metadata_routing=True):
        routed = clone(estimator).set_fit_request(sample_weight=True)
        routed.set_score_request(sample_weight=True)
        scores = cross_val_score(
            routed, X, y, cv=3, params={"sample_weight": weight}, error_score="raise"
        )
    assert np.isfinite(scores).all()
