"""Probabilities of labelled rows from classifiers that have not seen their labels."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from sklearn.base import clone

from ..model_selection import LabeledSplit
from ..preprocessing._rows import row_keys_within
from ..utils._compat import index_metadata, index_rows, num_samples
from ..utils._folds import deal_folds, keys_of_observations
from ..utils._label_marks import is_auto

__all__ = ["held_out_probabilities", "observations_of"]


def held_out_probabilities(estimator, X, y, labels, *, cv, mark, params):
    """Predict labelled rows out of fold; all unlabeled rows go to the fits.

    Parameters
    ----------
    estimator : classifier
        Cloned for each fold.
    X : ndarray, DataFrame or sparse matrix of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Partial labels.
    labels : PartialLabels
        The same, read.
    cv : int, splitter or iterable
        A number makes folds that keep copies of a row together, where these are all of
        one class, and do not depend on the order of the rows; anything else is as for
        :class:`~sklearn_featrix.model_selection.LabeledSplit`.
    mark : "auto", None or scalar
        What marks an unlabeled row.
    params : dict
        Parameters of `fit`.

    Returns
    -------
    rows : ndarray of int of shape (n_held_out,)
        The rows. None at all if no class has two different labelled rows.
    probabilities : ndarray of shape (n_held_out, n_classes)
        Their probabilities; 0 for a class that the fold did not have.
    observations : ndarray of int of shape (n_held_out,)
        Equal for rows that are one observation: with a number as `cv`, copies of a row
        that are all of one class; otherwise a row that is held out several times.

    Raises
    ------
    ValueError
        If the classifier learns classes that no labelled row has.
    """
    y = y if hasattr(y, "__getitem__") else np.asarray(y)
    rows, found = [np.empty(0, dtype=np.intp)], [np.empty((0, len(labels.classes)))]
    if mark is None:
        estimator = _without_mark(estimator)
    observations = observations_of(X, labels, cv)
    for train, test in _folds(X, y, labels, cv, mark, observations):
        fitted = clone(estimator).fit(
            index_rows(X, train),
            index_rows(y, train),
            **index_metadata(X, params, train),
        )
        _refuse_unknown(fitted, labels.classes)
        probabilities = np.zeros((len(test), len(labels.classes)))
        columns = np.searchsorted(labels.classes, fitted.classes_)
        probabilities[:, columns] = fitted.predict_proba(index_rows(X, test))
        rows.append(test)
        found.append(probabilities)
    held_out = np.concatenate(rows)
    return held_out, np.concatenate(found), observations[held_out]


def observations_of(X, labels, cv):
    """Give labelled rows the numbers of their observations.

    Parameters
    ----------
    X : ndarray, DataFrame or sparse matrix of shape (n_samples, n_features)
        The table.
    labels : PartialLabels
        Its labels.
    cv : int, splitter or iterable
        With a number, copies of a row that are all of one class are one observation;
        otherwise each row is one.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Equal for labelled rows that are one observation; of no use elsewhere.
    """
    observations = np.arange(num_samples(X))
    if isinstance(cv, Integral):
        rows = np.flatnonzero(labels.labeled)
        observations[rows] = keys_of_observations(
            labels.codes[rows], row_keys_within(index_rows(X, rows))
        )
    return observations


def _refuse_unknown(fitted, classes):
    unknown = np.setdiff1d(fitted.classes_, classes).tolist()
    if unknown:
        raise ValueError(
            f"{fitted!r} learnt the classes {unknown}, which are none of the labelled "
            f"rows of y: {classes.tolist()}. If it took 'unlabeled' for a class, wrap "
            "it in LabeledOnly, or give it the same parameter unlabeled."
        )


def _without_mark(estimator):
    """Say that -1 is a class, which rows of a fold alone may not tell."""
    settled = {
        name: None
        for name, value in estimator.get_params(deep=True).items()
        if f"__{name}".endswith("__unlabeled") and is_auto(value)
    }
    return clone(estimator).set_params(**settled)


def _folds(X, y, labels, cv, mark, observations):
    if not isinstance(cv, Integral):
        is_ours = isinstance(cv, LabeledSplit)
        yield from (cv if is_ours else LabeledSplit(cv, unlabeled_mark=mark)).split(
            X, y
        )
        return
    rows = np.flatnonzero(labels.labeled)
    folds = deal_folds(labels.codes[rows], observations[rows], cv)
    for fold in np.unique(folds[folds >= 0]):
        test = rows[folds == fold]
        yield np.setdiff1d(np.arange(num_samples(X)), test), test
