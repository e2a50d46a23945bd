"""One run of self-training: fit, label the confident rows, fit again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from inspect import Parameter, signature
from numbers import Real
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from ..compose._wrapped_classifier import WrappedClassifier
from ..utils._compat import index_metadata, index_rows

__all__ = [
    "Learner",
    "SelfTrainingRun",
    "pseudo_weighting",
    "refuses_weights",
    "weight_parameter",
]


@dataclass
class Learner:
    """Fits copies of an estimator on rows of one table.

    Parameters
    ----------
    estimator : classifier
        Cloned for every fit, or deep-copied from the fit before if it starts warm.
    X : {ndarray, sparse matrix, dataframe} of shape (n_samples, n_features)
        The table.
    classes : ndarray of shape (n_classes,)
        Class labels, which the estimator sees.
    weights : ndarray of shape (n_samples,) or None
        Weights of the rows, if the caller gave any.
    params : dict
        Further parameters of `fit`; what has one entry per row is cut to the rows.
    """

    estimator: Any
    X: Any
    classes: np.ndarray
    weights: np.ndarray | None = None
    params: dict = field(default_factory=dict)

    def fit(self, rows, codes, factors=None, before=None):
        """Fit on some rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,)
            Positions in the table; a row may occur several times.
        codes : ndarray of shape (n_rows,)
            Position of each row's class in `classes`.
        factors : ndarray of shape (n_rows,), default=None
            Multiply the weights of the rows.
        before : classifier, default=None
            The last fit, from which an estimator that starts warm goes on.

        Returns
        -------
        classifier
            A new, fitted one.
        """
        params = index_metadata(self.X, self.params, rows)
        weights = factors
        if self.weights is not None:
            weights = self.weights[rows] * (1.0 if factors is None else factors)
        if weights is not None:
            name = weight_parameter(self.estimator) or "sample_weight"
            params = {**params, name: weights}
        warm = before is not None and _starts_warm(self.estimator)
        estimator = deepcopy(before) if warm else clone(self.estimator)
        return estimator.fit(index_rows(self.X, rows), self.classes[codes], **params)

    def predict_proba(self, fitted, rows):
        """Class probabilities of some rows, a column for each of `classes`."""
        if not hasattr(fitted, "predict_proba"):  # some have it once fitted only
            raise AttributeError(
                f"{self.estimator!r} has no attribute 'predict_proba': it does not say "
                "how sure it is. Wrap it, as in CalibratedClassifierCV(LinearSVC()), "
                "or pass another classifier."
            )
        proba = fitted.predict_proba(index_rows(self.X, rows))
        if len(fitted.classes_) == len(self.classes):
            return proba
        full = np.zeros((len(rows), len(self.classes)))
        full[:, np.searchsorted(self.classes, fitted.classes_)] = proba
        return full


def weight_parameter(estimator):
    """Name of the parameter of `fit` that takes a weight per row.

    Parameters
    ----------
    estimator : estimator
        For a pipeline, the parameter of its last step.

    Returns
    -------
    str or None
        None if it takes no weights, or metadata routing does not hand them on.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_featrix.semi_supervised._self_training_run import (
    ...     weight_parameter,
    ... )
    >>> weight_parameter(make_pipeline(LogisticRegression()))
    'logisticregression__sample_weight'
    >>> weight_parameter(KNeighborsClassifier()) is None
    True
    """
    if isinstance(estimator, WrappedClassifier):
        inner = weight_parameter(estimator.estimator)
        return None if inner is None else "sample_weight"
    if not hasattr(estimator, "steps"):
        takes = has_fit_parameter(estimator, "sample_weight")
        return "sample_weight" if takes else None
    if get_config()["enable_metadata_routing"]:
        router = get_routing_for_object(estimator)
        takes = router.consumes("fit", {"sample_weight"})
        return "sample_weight" if takes else None
    name, last = estimator.steps[-1]
    inner = weight_parameter(last)
    return None if inner is None else f"{name}__{inner}"


def refuses_weights(estimator):
    """Tell whether `fit` cannot be given a weight per row.

    Parameters
    ----------
    estimator : estimator
        One whose `fit` takes any keyword may hand weights on, such as a grid search.

    Returns
    -------
    bool
        Whether weights would be an error.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_featrix.semi_supervised._self_training_run import (
    ...     refuses_weights,
    ... )
    >>> refuses_weights(KNeighborsClassifier())
    True
    >>> refuses_weights(GridSearchCV(KNeighborsClassifier(), {}))
    False
    """
    if isinstance(estimator, WrappedClassifier):
        return refuses_weights(estimator.estimator)
    kinds = {value.kind for value in signature(estimator.fit).parameters.values()}
    return weight_parameter(estimator) is None and Parameter.VAR_KEYWORD not in kinds


def pseudo_weighting(estimator, pseudo_labels, pseudo_weight):
    """How rows labelled in rounds count: options of `SelfTrainingRun`.

    Parameters
    ----------
    estimator : classifier
        The one to be fitted.
    pseudo_labels : {"hard", "soft"}
        Whether such a row counts for one class or, by its probabilities, for all.
    pseudo_weight : {"auto"}, float or None
        Weight of all of them together in units of all labelled rows; None counts each
        like a labelled row.

    Returns
    -------
    dict
        `soft`, and `pseudo_weight` with "auto" settled.

    Raises
    ------
    ValueError
        If the estimator takes no weights, and cannot do without.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_featrix.semi_supervised._self_training_run import (
    ...     pseudo_weighting,
    ... )
    >>> pseudo_weighting(KNeighborsClassifier(), "hard", "auto")
    {'pseudo_weight': None, 'soft': False}
    """
    takes_weights = weight_parameter(estimator) is not None
    soft = pseudo_labels == "soft"
    if not takes_weights and (soft or isinstance(pseudo_weight, Real)):
        asked = "pseudo_labels='soft'" if soft else f"{pseudo_weight=}"
        raise ValueError(
            f"{asked} needs a classifier whose fit takes sample_weight, and "
            f"{estimator!r} takes none. Use pseudo_labels='hard' and "
            "pseudo_weight='auto', or another classifier; with metadata routing, "
            "let the last step of a pipeline request sample_weight."
        )
    if pseudo_weight == "auto":
        pseudo_weight = 1.0 if takes_weights else None
    return {"pseudo_weight": pseudo_weight, "soft": soft}


def _starts_warm(estimator):
    params = estimator.get_params()
    return any(
        value is True
        for name, value in params.items()
        if name.rpartition("__")[2] == "warm_start"
    )


class SelfTrainingRun:
    """State of self-training between two rounds.

    Parameters
    ----------
    learner : Learner
        Fits the estimator.
    rule : SelectionRule
        Chooses the rows of a round.
    codes : ndarray of shape (n_samples,)
        Classes of the rows in `labeled`; what stands elsewhere does not matter.
    labeled : ndarray of shape (n_labeled,)
        Positions of the rows with a label, ascending.
    unlabeled : ndarray of shape (n_unlabeled,)
        Positions of the rows that may be given one, ascending.
    pseudo_weight : float or None, default=None
        Weight of all rows labelled by the run together, in units of the rows in
        `labeled`, at most one each; None for one each.
    soft : bool, default=False
        Whether a row counts for each class with its probability.
    min_added : float, default=0.0
        A round that labels a smaller share than this of `unlabeled` is the last.
    calibration : CrossCalibration or None, default=None
        Puts right the probabilities of each fit.

    Attributes
    ----------
    fitted : classifier
        The last fit, calibrated if wanted.
    codes : ndarray of shape (n_samples,)
        With the classes given by the run.
    labeled_iter : ndarray of shape (n_samples,)
        Round in which a row got its class; 0 for `labeled`, -1 for none.
    n_iter : int
        Rounds so far.
    n_added : list of int
        Rows labelled in each round that `fitted` learnt from; at first those in
        `labeled`.
    """

    def __init__(
        self,
        learner,
        rule,
        codes,
        labeled,
        unlabeled,
        *,
        pseudo_weight,
        soft,
        min_added,
        calibration=None,
    ):
        self.learner = learner
        self.rule = rule
        self.codes = codes.copy()
        self.labeled = labeled
        self.labeled_iter = np.full(len(codes), -1)
        self.labeled_iter[labeled] = 0
        self.open = unlabeled
        self.pseudo_weight = pseudo_weight
        self.proba = np.zeros((len(codes), len(learner.classes))) if soft else None
        self.fewest = min_added * len(unlabeled)
        self.n_iter = 0
        self.n_added = []
        self.calibration = calibration
        self.fitted = self._last = None

    def make_rounds(self, n_rounds, report):
        """Label and fit in turn, until there is a reason to stop.

        Parameters
        ----------
        n_rounds : int or None
            Most rounds to make; None for no bound.
        report : callable
            Takes the run after each round.

        Returns
        -------
        str
            The reason: "all_labeled", "max_iter", "no_change", "few_added" or
            "interrupted".
        """
        self.fit()
        try:
            while len(self.open) and self.n_iter != n_rounds:
                if not self.label():
                    return "no_change"
                self.fit()
                report(self)
                if len(self.open) and self.added_few():
                    return "few_added"
        except KeyboardInterrupt:
            self._forget_round()
            return "interrupted"
        return "max_iter" if len(self.open) else "all_labeled"

    def added_few(self):
        """Tell whether the last round is not worth another."""
        return self.n_added[-1] < self.fewest

    def _forget_round(self):
        """Go back to the last fit that came to its end."""
        self.n_iter = len(self.n_added) - 1
        self.labeled_iter[self.labeled_iter > self.n_iter] = -1

    def fit(self):
        """Fit on the rows that have a class by now."""
        given = np.flatnonzero(self.labeled_iter > 0)
        if self.proba is not None and len(given):
            rows, codes, factors = self._soft_rows(given)
        else:
            rows = np.sort(np.concatenate([self.labeled, given]))
            codes, factors = self.codes[rows], None
            factor = self._factor(given)
            if factor != 1:
                factors = np.where(self.labeled_iter[rows] > 0, factor, 1.0)
        self._last = self.learner.fit(rows, codes, factors, before=self._last)
        self.fitted = self._last
        if self.calibration is not None:
            self.fitted = self.calibration(
                self.learner, self._last, self.labeled, self.codes[self.labeled],
                rows=rows, codes=codes, factors=factors,
            )  # fmt: skip
        self.n_added.append(int((self.labeled_iter == self.n_iter).sum()))

    def _soft_rows(self, given):
        """Each row once per class that is not next to impossible."""
        position, codes = np.nonzero(self.proba[given] > 1e-6)
        factors = self.proba[given][position, codes] * self._factor(given)
        return (
            np.concatenate([self.labeled, given[position]]),
            np.concatenate([self.codes[self.labeled], codes]),
            np.concatenate([np.ones(len(self.labeled)), factors]),
        )

    def _factor(self, given):
        """Weight of a row labelled by the run, in units of its own weight."""
        if self.pseudo_weight is None or not len(given):
            return 1.0
        weights = self.learner.weights
        if weights is None:
            ratio = len(self.labeled) / len(given)
        else:
            ratio = weights[self.labeled].sum() / weights[given].sum()
        return min(1.0, self.pseudo_weight * ratio)

    def label(self):
        """Give classes to rows without one; return how many."""
        self.n_iter += 1
        proba = self.learner.predict_proba(self.fitted, self.open)
        given = self.labeled_iter > 0
        taken = np.bincount(self.codes[given], minlength=proba.shape[1])
        chosen, codes = self.rule(proba, taken)
        rows = self.open[chosen]
        self.codes[rows] = codes
        self.labeled_iter[rows] = self.n_iter
        if self.proba is not None:
            self.proba[rows] = proba[chosen]
        self.open = np.delete(self.open, chosen)
        return len(rows)
