"""Common checks for classifiers that learn from partly labelled tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import has_fit_parameter

from ._check_marks import MARKS
from ._check_tools import (
    Array,
    Check,
    Estimator,
    fit_copy,
    named,
    output_of,
    seeded,
    table_for,
)
from ._labels import is_labeled

__all__ = ["yield_classifier_checks"]


def yield_classifier_checks(estimator: Estimator) -> Iterator[Check]:
    """Yield the checks that apply to a classifier, each a function of it.

    Parameters
    ----------
    estimator : classifier
        An instance, whose parameters choose the checks.

    Yields
    ------
    callable
        Raises AssertionError if the classifier fails, and
        :class:`unittest.SkipTest` if a library the check needs is not installed.
    """
    yield check_never_predicts_unlabeled
    yield check_labeled_rows_suffice
    for mark in MARKS:
        yield named(check_mark, mark)
    yield check_score_counts_labeled_rows
    yield check_wrong_labels
    yield check_pipeline_and_search
    yield check_inside_scikit_learn_ensembles
    if "n_jobs" in estimator.get_params():
        yield check_n_jobs
    if has_fit_parameter(estimator, "sample_weight"):
        yield check_metadata_routing


def check_never_predicts_unlabeled(estimator: Estimator) -> None:
    """Check that the unlabeled mark is neither a class nor a prediction."""
    X, classes, y = table_for(estimator)
    fitted = fit_copy(estimator, X, y)
    np.testing.assert_array_equal(fitted.classes_, np.unique(classes))
    predicted = fitted.predict(X)
    assert set(predicted) <= set(classes), f"predicted {set(predicted)}"
    assert predicted.dtype == fitted.classes_.dtype


def check_labeled_rows_suffice(estimator: Estimator) -> None:
    """Check that a fully labelled `y` simply works."""
    X, y, _ = table_for(estimator)
    assert fit_copy(estimator, X, y).score(X, y) > 0.7


def check_mark(estimator: Estimator, variant: str) -> None:
    """Check that every way to write "unlabeled" gives the same classifier.

    Its classes, and what it predicts, have the dtype of the labels.
    """
    X, all_labels, y = table_for(estimator)
    write, names = MARKS[variant]
    classes, codes = np.unique(names[: all_labels.max() + 1], return_inverse=True)
    same = np.where(is_labeled(y), codes[y], -1)
    expected = fit_copy(estimator, X, same)
    fitted = fit_copy(estimator, X, write(y))
    np.testing.assert_array_equal(output_of(fitted, X), output_of(expected, X))
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
    X, y, y_partial = table_for(estimator)
    fitted = fit_copy(estimator, X, y_partial)
    labeled = is_labeled(y_partial)
    expected = np.mean(fitted.predict(X[labeled]) == y[labeled])
    np.testing.assert_allclose(fitted.score(X, y_partial), expected)


def check_wrong_labels(estimator: Estimator) -> None:
    """Check that labels that cannot be learnt from raise and say why."""
    X, y, y_partial = table_for(estimator)
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
        fit_copy(estimator, X, y)
    except ValueError as error:
        return str(error)
    return ""


def check_pipeline_and_search(estimator: Estimator) -> None:
    """Check that Pipeline, cross_val_score and GridSearchCV are right as they are."""
    X, _, y = table_for(estimator, 90)
    pipeline = make_pipeline(FunctionTransformer(), seeded(estimator))
    scores = cross_val_score(pipeline, X, y, cv=3, error_score="raise")
    # where unlabeled rows count, at most the share of the labelled ones
    assert scores.mean() > 0.5, f"scores {scores}: unlabeled rows count as errors"
    step = pipeline.steps[-1][0]
    grid = {step: [seeded(estimator), seeded(estimator)]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ > 0.5
    assert set(search.predict(X)) <= {0, 1, 2}


def check_inside_scikit_learn_ensembles(estimator: Estimator) -> None:
    """Check VotingClassifier and CalibratedClassifierCV on labelled rows."""
    X, y, _ = table_for(estimator)
    voting = VotingClassifier([("a", seeded(estimator)), ("b", seeded(estimator))])
    assert voting.fit(X, y).score(X, y) > 0.7
    calibrated = CalibratedClassifierCV(seeded(estimator), cv=2).fit(X, y)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)


def check_n_jobs(estimator: Estimator) -> None:
    """Check that one job and two give bit-identical results."""
    X, _, y = table_for(estimator)
    one, two = (
        output_of(fit_copy(clone(estimator).set_params(n_jobs=n_jobs), X, y), X)
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def check_metadata_routing(estimator: Estimator) -> None:
    """Check that a routed cross-validation hands on `sample_weight`."""
    X, _, y = table_for(estimator, 90)
    weight = np.where(y == 0, 2.0, 1.0)
    with config_context(enable_metadata_routing=True):
        routed = clone(estimator).set_fit_request(sample_weight=True)
        routed.set_score_request(sample_weight=True)
        scores = cross_val_score(
            routed, X, y, cv=3, params={"sample_weight": weight}, error_score="raise"
        )
    assert np.isfinite(scores).all()
