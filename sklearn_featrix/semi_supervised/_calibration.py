"""Probabilities put right by labelled rows that the fit behind them has not seen."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin

from ..utils._folds import deal_folds

__all__ = ["CalibratedFit", "CrossCalibration", "Scaling"]

N_FOLDS = 5
SMALLEST = 1e-6  # probability: forests say 0, which has no logarithm
# Strength of the belief that nothing is to be changed, in rows. It decides where
# few rows speak, and keeps the solution finite where these are told apart.
BELIEF = 1.0


class Scaling:
    """Scales the logarithms of probabilities and shifts those of each class.

    Parameters
    ----------
    with_shifts : bool
        False: only one slope for all classes, "temperature scaling".

    Attributes
    ----------
    slope_ : float
        Above zero: the order of rows is kept.
    shifts_ : ndarray of shape (n_classes,)
        Added to the logarithms; sum to zero.

    References
    ----------
    J. Platt (1999). Probabilistic outputs for support vector machines. Advances in
    Large Margin Classifiers.

    A. Alexandari, A. Kundaje, A. Shrikumar (2020). Maximum likelihood with
    bias-corrected calibration is hard-to-beat at label shift adaptation. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._calibration import Scaling
    >>> sure = np.tile([[0.99, 0.01], [0.01, 0.99]], (50, 1))
    >>> codes = np.repeat([0, 1], 50)  # half of them were wrong
    >>> scaling = Scaling(with_shifts=False).fit(sure, codes)
    >>> bool(scaling(sure).max() < 0.6)
    True
    """

    def __init__(self, with_shifts):
        self.with_shifts = with_shifts

    def fit(self, proba, codes, weights=None):
        """Find what makes the classes of the rows likeliest.

        Parameters
        ----------
        proba : ndarray of shape (n_rows, n_classes)
            Probabilities of rows unseen by the fit.
        codes : ndarray of shape (n_rows,)
            Their classes.
        weights : ndarray of shape (n_rows,), default=None
            Weights of the rows; None for ones.

        Returns
        -------
        Scaling
            Itself.
        """
        logs = _logs(proba)
        n_shifts = logs.shape[1] if self.with_shifts else 0
        weights = np.ones(len(codes)) if weights is None else weights
        is_class = np.eye(logs.shape[1])[codes]

        def loss_and_gradient(x):
            slope, shifts = np.exp(x[0]), x[1:]
            log_q = log_softmax(slope * logs + (shifts if n_shifts else 0), axis=1)
            off = weights[:, np.newaxis] * (np.exp(log_q) - is_class)
            loss = -weights @ log_q[np.arange(len(codes)), codes]
            by_slope = slope * (off * logs).sum()
            gradient = np.concatenate([[by_slope], off.sum(axis=0)[:n_shifts]])
            return loss + BELIEF / 2 * (x @ x), gradient + BELIEF * x

        x = minimize(loss_and_gradient, np.zeros(1 + n_shifts), jac=True).x
        self.slope_ = float(np.exp(x[0]))
        self.shifts_ = x[1:] if n_shifts else np.zeros(logs.shape[1])
        return self

    def __call__(self, proba):
        """Return the probabilities put right, of shape (n_rows, n_classes)."""
        return softmax(self.slope_ * _logs(proba) + self.shifts_, axis=1)


def _logs(proba):
    return np.log(np.maximum(proba, SMALLEST))


class CalibratedFit(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose probabilities are put right.

    It has no `decision_function`: that of the classifier would speak for other classes.

    Parameters
    ----------
    estimator : classifier
        The fitted classifier.
    scaling : Scaling
        Puts right the probabilities of the classes in `held_out`, among themselves.
    held_out : ndarray of shape (n_classes,)
        Mask of the classes of which rows were held out; all others keep theirs.
    """

    def __init__(self, estimator, scaling, held_out):
        self.estimator = estimator
        self.scaling = scaling
        self.held_out = held_out

    @property
    def classes_(self):
        """Class labels."""
        return self.estimator.classes_

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, X, **params):
        """Class probabilities, of shape (n_samples, n_classes)."""
        return put_right(
            self.estimator.predict_proba(X, **params), self.scaling, self.held_out
        )

    def predict_log_proba(self, X, **params):
        """Logarithms of the class probabilities."""
        with np.errstate(divide="ignore"):  # the log of 0 is -inf
            return np.log(self.predict_proba(X, **params))

    def predict(self, X, **params):
        """Class of the highest probability."""
        return self.classes_[self.predict_proba(X, **params).argmax(axis=1)]


def put_right(proba, scaling, held_out):
    """Scale the probabilities of some classes, whose sum stays as it is."""
    proba = proba.astype(np.float64)
    part, total = _among_themselves(proba[:, held_out])
    proba[:, held_out] = total * scaling(part)
    return proba


def _among_themselves(proba):
    """Divide by the sum of each row; return the sum too."""
    total = proba.sum(axis=1, keepdims=True)
    return proba / np.maximum(total, SMALLEST), total


class CrossCalibration:
    """Calibrates fits by others that leave out a fold of the labelled rows.

    Rows labelled by the run take part in every fit and are predicted in none: what
    they say of a classifier, it has said itself.

    Parameters
    ----------
    method : {"sigmoid", "temperature"}
        Whether classes are shifted too.
    keys : callable
        Returns keys of all rows of the table, equal for equal rows; their order decides
        which rows are left out together.
    """

    def __init__(self, method, keys):
        self.method = method
        self.keys = keys

    def __call__(self, learner, fitted, labeled, own, *, rows, codes, factors):
        """Calibrate one fit.

        Parameters
        ----------
        learner : Learner
            Made the fit.
        fitted : classifier
            The fit.
        labeled : ndarray of shape (n_labeled,)
            Positions of the labelled rows.
        own : ndarray of shape (n_labeled,)
            Their classes.
        rows, codes, factors : ndarray of shape (n_rows,)
            What the fit was made on, as in `Learner.fit`.

        Returns
        -------
        CalibratedFit or classifier
            The fit as it is where not two classes have two different labelled rows.
        """
        folds = deal_folds(own, self.keys()[labeled], N_FOLDS)
        known = folds >= 0
        present = np.unique(own[known])
        if len(present) < 2:
            return fitted
        proba = np.empty((len(labeled), len(learner.classes)))
        for fold in np.unique(folds[known]):
            out = folds == fold
            kept = ~np.isin(rows, labeled[out])
            part = None if factors is None else factors[kept]
            without = learner.fit(rows[kept], codes[kept], part)
            proba[out] = learner.predict_proba(without, labeled[out])
        weights = None if learner.weights is None else learner.weights[labeled[known]]
        scaling = Scaling(with_shifts=self.method == "sigmoid")
        scaling.fit(
            _among_themselves(proba[known][:, present])[0],
            np.searchsorted(present, own[known]),
            weights,
        )
        return CalibratedFit(
            fitted, scaling, np.isin(fitted.classes_, learner.classes[present])
        )
