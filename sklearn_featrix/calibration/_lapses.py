"""Labels that a classifier cannot believe: the rate of lapses, and which rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from scipy.stats import chi2

__all__ = ["Lapses", "fit_lapses"]

_SMALLEST = 1e-9


@dataclass(frozen=True, eq=False)
class Lapses:
    """How often labels were given blindly.

    Parameters
    ----------
    rate : float
        Share of the labels that say nothing about their row.
    p_value : float
        Of the hypothesis that there are none.
    wrong : ndarray of shape (n_rows,)
        Probability that the label of each row is wrong.
    """

    rate: float
    p_value: float
    wrong: np.ndarray


def fit_lapses(probabilities, codes, n_observed=None):
    """Fit a lapse rate to held-out rows, beside what the classifier is wrong about.

    With probability `rate` a label is any of the classes, whatever the row; otherwise
    it follows the probabilities, whose logarithms are divided by a temperature and
    shifted by a number for each class. These take up what the classifier is too sure
    of in general, on the way to the shares of the classes; the lapses are what is left
    where it is surest.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        Held-out probabilities.
    codes : ndarray of shape (n_rows,)
        Labels.
    n_observed : float, default=None
        Effective number of observations that the rows are, for the test; None: each is
        one.

    Returns
    -------
    Lapses
        The most likely rate, its test by likelihood ratio, and the rows.
    """
    logits = np.log(np.maximum(probabilities, _SMALLEST))
    logits -= logits.mean(axis=1, keepdims=True)
    rows, n_classes = np.arange(len(codes)), probabilities.shape[1]

    def believed(scaling):
        # without the shifts a great temperature would mean even shares
        shifts = np.append(0.0, scaling[1:])
        return np.exp(log_softmax(logits / np.exp(scaling[0]) + shifts, axis=1))

    def loss(scaling, rate):
        right = believed(scaling)[rows, codes]
        return -np.log((1 - rate) * right + rate / n_classes + 1e-300).sum()

    bounds = [(-2.0, 5.0), *[(-10.0, 10.0)] * (n_classes - 1)]
    as_they_are = np.zeros(n_classes)
    without = minimize(loss, as_they_are, args=(0.0,), bounds=bounds)
    tries = [
        minimize(
            lambda p: loss(p[:-1], expit(p[-1])),
            np.append(start, -3.0),
            bounds=[*bounds, (-12.0, 0.0)],
        )
        for start in (as_they_are, without.x)
    ]
    found = min(tries, key=lambda result: result.fun)
    worth = 1.0 if n_observed is None else n_observed / len(codes)
    gain = worth * max(without.fun - found.fun, 0.0)
    rate = float(expit(found.x[-1]))
    right = (1 - rate) * believed(found.x[:-1])
    blind = rate / n_classes
    # a blind label is right by chance as often as the row has that class
    likely = right[rows, codes] + blind
    wrong = blind * (1 - right[rows, codes] / (1 - rate)) / likely
    # half of the distribution is at a rate of 0, the bound
    return Lapses(rate, float(chi2.sf(2 * gain, 1) / 2), wrong)
