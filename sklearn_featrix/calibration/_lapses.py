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


def fit_lapses(probabilities, codes):
    """Fit a temperature and a lapse rate to held-out rows.

    With probability `rate` a label is any of the classes, whatever the row; otherwise
    it follows the probabilities, whose logarithms are divided by a temperature. The
    temperature takes up what the classifier is too sure of in general; the lapses are
    what is left where it is surest.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        Held-out probabilities.
    codes : ndarray of shape (n_rows,)
        Labels.

    Returns
    -------
    Lapses
        The most likely rate, its test by likelihood ratio, and the rows.
    """
    logits = np.log(np.maximum(probabilities, _SMALLEST))
    rows, n_classes = np.arange(len(codes)), probabilities.shape[1]

    def believed(log_temperature):
        return np.exp(log_softmax(logits / np.exp(log_temperature), axis=1))

    def loss(log_temperature, rate):
        right = believed(log_temperature)[rows, codes]
        return -np.log((1 - rate) * right + rate / n_classes + 1e-300).sum()

    bounds = (-2.0, 3.0)
    without = minimize(lambda p: loss(p[0], 0.0), [0.0], bounds=[bounds])
    tries = [
        minimize(
            lambda p: loss(p[0], expit(p[1])),
            [start, -3.0],
            bounds=[bounds, (-12.0, 0.0)],
        )
        for start in (0.0, without.x[0])
    ]
    found = min(tries, key=lambda result: result.fun)
    gain = max(without.fun - found.fun, 0.0)
    rate = float(expit(found.x[1]))
    right = (1 - rate) * believed(found.x[0])
    blind = rate / n_classes
    # a blind label is right by chance as often as the row has that class
    likely = right[rows, codes] + blind
    wrong = blind * (1 - right[rows, codes] / (1 - rate)) / likely
    # half of the distribution is at a rate of 0, the bound
    return Lapses(rate, float(chi2.sf(2 * gain, 1) / 2), wrong)
