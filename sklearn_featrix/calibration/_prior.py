"""Class shares: stated, counted or estimated, and what they do to probabilities."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning

from ..utils._warnings import warn

__all__ = [
    "change_prior",
    "estimate_prior",
    "match_prior",
    "shares_of_rest",
    "stated_shares",
]

_SMALLEST = 1e-12  # a share of 0 could never be taken back, and may divide 0 by 0
_MOST_SHIFT = np.log(1e6)  # of odds: more moves what was certain


def change_prior(probabilities, old, new):
    """Probabilities as they are where the classes have other shares.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Class probabilities.
    old, new : ndarray of shape (n_classes,)
        Positive class shares, under which the probabilities hold and shall hold.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Corrected probabilities; rows sum to one.
    """
    weighted = probabilities * (new / old)
    return weighted / weighted.sum(axis=1, keepdims=True)


def estimate_prior(probabilities, old, weights, *, tol=1e-7, max_iter=2000):
    """Class shares of unlabeled rows, by expectation maximisation.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Class probabilities of the rows.
    old : ndarray of shape (n_classes,)
        Class shares under which they hold.
    weights : ndarray of shape (n_samples,)
        Weights of the rows.
    tol : float, default=1e-7
        Stop once no share moves by more.
    max_iter : int, default=2000
        Number of rounds after which a warning says that the shares still moved.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares, the most likely ones.
    """
    weights = weights / weights.sum()
    shares = old
    for _ in range(max_iter):
        previous = shares
        shares = np.maximum(
            weights @ change_prior(probabilities, old, previous), _SMALLEST
        )
        if np.abs(shares - previous).max() <= tol:
            return shares / shares.sum()
    warn(
        f"The class shares still moved after {max_iter} rounds: the probabilities "
        "hardly tell the classes apart. State the prior.",
        ConvergenceWarning,
    )
    return shares / shares.sum()


def match_prior(probabilities, new, weights):
    """Class shares under which probabilities hold, if their corrected mean is known.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Class probabilities of rows.
    new : ndarray of shape (n_classes,)
        Class shares of these rows.
    weights : ndarray of shape (n_samples,)
        Weights of the rows.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares from which :func:`change_prior` makes probabilities whose mean is `new`.
    """
    weights = weights / weights.sum()
    logits = np.log(np.maximum(probabilities, _SMALLEST))

    def loss(shift):  # convex, and its gradient is the mean less the shares
        shifted = logits + shift
        total = logsumexp(shifted, axis=1)
        mean = weights @ np.exp(shifted - total[:, None])
        return weights @ total - new @ shift, mean - new

    start = np.log(new) - np.log(np.maximum(weights @ probabilities, _SMALLEST))
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    missed = (np.abs(loss(found.x)[1]) > 0.01 * new).any()
    if missed or np.ptp(found.x) > _MOST_SHIFT:
        warn(
            f"No sound correction gives the probabilities a mean of {new.tolist()}: "
            "too many are next to 0 or 1. Calibrate the classifier, or take "
            "training_prior='labeled'."
        )
    old = new / np.exp(found.x - found.x.max())
    return old / old.sum()


def shares_of_rest(shares, counted, weights, classes):
    """Class shares of the unlabeled rows of a table whose shares are known.

    Parameters
    ----------
    shares : ndarray of shape (n_classes,)
        Class shares of all rows of the table.
    counted : ndarray of shape (n_classes,)
        Labelled rows of each class, by weight.
    weights : ndarray of shape (n_unlabeled,)
        Weights of the unlabeled rows.
    classes : ndarray of shape (n_classes,)
        The classes, for the warning.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares; of a class that has no more rows, half a row's.

    Warns
    -----
    UserWarning
        If the labelled rows use up a class, as far as its share says.
    """
    expected = shares * (counted.sum() + weights.sum())
    least = weights.mean() / 2  # what rounds to no row
    for label, number, labeled in zip(classes.tolist(), expected, counted, strict=True):
        if number - labeled < least:
            warn(
                f"By its prior, class {label!r} has {number:g} rows in the table, and "
                f"{labeled:g} are labelled: none is left among the unlabeled ones to "
                "match by, and half a row is assumed. Check the prior, or take "
                "training_prior='matched'."
            )
    left = np.maximum(expected - counted, least)
    return left / left.sum()


def stated_shares(stated, name, classes, counted):
    """Check class shares that a caller stated; complete those of a dict.

    Parameters
    ----------
    stated : dict or array-like of shape (n_classes,)
        Share of each class; a dict may leave classes out.
    name : str
        Parameter that they come from.
    classes : ndarray of shape (n_classes,)
        The classes.
    counted : ndarray of shape (n_classes,)
        Shares in whose proportions classes that are left out share the rest.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares, which sum to one.

    Raises
    ------
    ValueError
        If a class is unknown, a share is not in (0, 1), or the sum is not 1.
    """
    if isinstance(stated, dict):
        shares = _complete(stated, name, classes, counted)
    else:
        shares = _as_numbers(stated, name)
        if shares.shape != classes.shape:
            raise ValueError(
                f"{name} has shape {shares.shape}, but there are {len(classes)} "
                f"classes: {classes.tolist()}. Give one share per class, in this "
                "order, or a dict by class."
            )
    if not ((shares > 0) & (shares < 1)).all():
        raise ValueError(
            f"Every share in {name} must be above 0 and below 1, got "
            f"{shares.tolist()} for the classes {classes.tolist()}."
        )
    if not np.isclose(shares.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError(
            f"The shares in {name} sum to {shares.sum():g}, not to 1: "
            f"{shares.tolist()} for the classes {classes.tolist()}. Divide counts by "
            "their sum."
        )
    return shares / shares.sum()


def _complete(stated, name, classes, counted):
    known = classes.tolist()
    unknown = [key for key in stated if key not in known]
    if unknown or not stated:
        raise ValueError(
            f"{name} names {unknown or 'no class'}, but the classes are {known}. Give "
            "a share for some or all of these."
        )
    is_stated = np.array([label in stated for label in known])
    shares = np.zeros(len(known))
    values = [stated[label] for label in known if label in stated]
    shares[is_stated] = _as_numbers(values, name)
    rest = counted[~is_stated]
    shares[~is_stated] = (1 - shares.sum()) * rest / rest.sum() if len(rest) else 0
    return shares


def _as_numbers(values, name):
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} holds no numbers: {values!r}.") from error
