"""How sure answers about many classes may be, learnt from rows that were held out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from ..utils._folds import deal_folds

__all__ = ["USUAL", "fit_temperature", "held_out_folds"]

MIN_FOLDS = 5
FOLD_ROWS = 100
ENOUGH_ROWS = 200  # held out: they only have to give one number
USUAL = 1.2  # the softmax of one-against-rest answers is too sure
CAUTION = 5.0  # nats that it costs to be e times as sure, or as unsure, as usual
MAX_LOG = 1.5


def held_out_folds(codes: np.ndarray, keys: np.ndarray) -> Iterator[np.ndarray]:
    """Hold out a few rows at a time, until enough have been.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,)
        Classes 0, 1, ... of the rows.
    keys : ndarray of shape (n_rows,)
        Equal for equal rows, which are held out together; their order decides.

    Yields
    ------
    ndarray of int
        Positions of a fifth of the rows, or about a hundred; never the last rows of a
        class.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.in_context._temperature import held_out_folds
    >>> codes = np.array([0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    >>> keys = np.array([0, 1, 2, 2, 3, 4, 5, 6, 7, 8])
    >>> [fold.tolist() for fold in held_out_folds(codes, keys)]
    [[0, 7], [1, 8], [2, 3, 9], [5], [6]]
    """
    n_folds = max(MIN_FOLDS, len(codes) // FOLD_ROWS)
    folds = deal_folds(codes, keys, n_folds)
    n_held_out = 0
    for fold in range(n_folds):
        rows = np.flatnonzero(folds == fold)
        if n_held_out < ENOUGH_ROWS and len(rows):
            n_held_out += len(rows)
            yield rows


def fit_temperature(logits: np.ndarray, codes: np.ndarray) -> float:
    r"""Find the number that logits are to be divided by.

    It minimises the sum of the log losses of held-out rows [1]_ plus
    :math:`5 \log^2 (T / 1.2)`, which keeps it near 1.2 where the rows are few.

    Parameters
    ----------
    logits : ndarray of shape (n_rows, n_classes)
        Answers for held-out rows.
    codes : ndarray of shape (n_rows,)
        Their classes.

    Returns
    -------
    float
        The temperature :math:`T`, between 0.2 and 4.5.

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On calibration of modern neural
       networks", ICML 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.in_context._temperature import fit_temperature
    >>> too_sure = np.array([[9.0, 0.0], [9.0, 0.0], [0.0, 9.0]] * 10)
    >>> fit_temperature(too_sure, np.array([0, 1, 1] * 10)) > 2
    True
    """
    rows = np.arange(len(codes))

    def cost(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        unusual = log_temperature - np.log(USUAL)
        return CAUTION * unusual**2 - scaled[rows, codes].sum()

    return float(np.exp(minimize_scalar(cost, bounds=(-MAX_LOG, MAX_LOG)).x))
