"""Probabilities of labelled rows from classifiers that have not seen their labels."""

from __future__ import annotations

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from ..model_selection import LabeledSplit
from ..preprocessing._rows import row_keys
from ..utils._compat import index_metadata, index_rows, num_samples

__all__ = ["deal_folds", "held_out_probabilities"]


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
        A number makes folds that do not depend on the order of the rows; anything else
        is as for :class:`~sklearn_featrix.model_selection.LabeledSplit`.
    mark : "auto", None or scalar
        What marks an unlabeled row.
    params : dict
        Parameters of `fit`.

    Returns
    -------
    rows : ndarray of int of shape (n_held_out,)
        The rows. None at all if each class has a single labelled row.
    probabilities : ndarray of shape (n_held_out, n_classes)
        Their probabilities; 0 for a class that the fold did not have.
    """
    y = y if hasattr(y, "__getitem__") else np.asarray(y)
    rows, found = [np.empty(0, dtype=np.intp)], [np.empty((0, len(labels.classes)))]
    for train, test in _folds(X, y, labels, cv, mark):
        fitted = clone(estimator).fit(
            index_rows(X, train),
            index_rows(y, train),
            **index_metadata(X, params, train),
        )
        probabilities = np.zeros((len(test), len(labels.classes)))
        columns = np.searchsorted(labels.classes, fitted.classes_)
        probabilities[:, columns] = fitted.predict_proba(index_rows(X, test))
        rows.append(test)
        found.append(probabilities)
    return np.concatenate(rows), np.concatenate(found)


def _folds(X, y, labels, cv, mark):
    if not isinstance(cv, Integral):
        is_ours = isinstance(cv, LabeledSplit)
        yield from (cv if is_ours else LabeledSplit(cv, unlabeled_mark=mark)).split(
            X, y
        )
        return
    rows = np.flatnonzero(labels.labeled)
    keys = row_keys(index_rows(X, rows))
    for fold in deal_folds(labels.codes[rows], keys, cv):
        yield np.setdiff1d(np.arange(num_samples(X)), rows[fold]), rows[fold]


def deal_folds(codes, keys, n_folds):
    """Deal labelled rows out to folds by their content, whatever their order.

    Parameters
    ----------
    codes : ndarray of shape (n_labeled,)
        Their classes.
    keys : ndarray of shape (n_labeled,)
        Equal for equal rows; their order decides.
    n_folds : int
        Most folds; fewer if no class has as many rows.

    Returns
    -------
    list of ndarray of int
        Rows of each fold, without those of a class that has no other row. Empty if
        each class has a single row.
    """
    n_rows = np.bincount(codes)[codes]
    order = np.lexsort((codes, keys))
    order = order[n_rows[order] > 1]
    if not len(order):
        return []
    splitter = StratifiedKFold(min(n_folds, n_rows.max()))
    with warnings.catch_warnings():  # classes with fewer rows than folds are fine here
        warnings.filterwarnings("ignore", "The least populated class")
        return [order[test] for _, test in splitter.split(order, codes[order])]
