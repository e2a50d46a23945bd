"""The focal loss with class weights as an objective of boosted trees."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_softmax, logsumexp, softmax

__all__ = ["FocalObjective", "focal_derivatives"]

_SMALLEST = 1e-300
_SMALLEST_COUNT = 1e-12  # of a class that `alpha` leaves out
_MOST_STEPS = 100
_BITS = 20  # of the 24 that boosters keep: a whole weight up to 16 leaves no rounding


class FocalObjective:
    """Gradient and Hessian of the loss, in the form that XGBoost and LightGBM ask for.

    It holds no data, so that a pickled booster is small.

    Parameters
    ----------
    gamma : float
        Focusing parameter; 0 is cross-entropy.
    class_weight : ndarray of shape (n_classes,)
        Weight of each class.
    """

    def __init__(self, gamma, class_weight):
        self.gamma = gamma
        self.class_weight = class_weight

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Compute both for the training rows.

        Parameters
        ----------
        y_true : ndarray of shape (n_samples,)
            Codes of the classes.
        y_pred : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Scores; one column for two classes.
        sample_weight : ndarray of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        gradient, hessian : ndarray of the shape of `y_pred`
            The loss is not convex; a Hessian is at least that of cross-entropy whose
            rows weigh as the focal loss weighs them here, and so never negative. Trees
            step in all classes at once: of more than two, the Hessian is times
            ``n_classes / (n_classes - 1)``, which is LightGBM's way too. Both are
            rounded to 20 bits before they are weighed, so that a row of weight 3 is
            three copies of it in the 32 bits of a booster too: a last bit decides
            between splits that are equally good.
        """
        derivatives = self._derivatives(y_true.astype(np.intp), y_pred)
        gradient, hessian = (_rounded(values) for values in derivatives)
        if sample_weight is not None:
            weights = _by_row(sample_weight, y_pred)
            gradient, hessian = weights * gradient, weights * hessian
        return gradient, hessian

    def _derivatives(self, codes, scores):
        """Gradient and Hessian of rows that weigh what their class does."""
        weights = _by_row(self.class_weight[codes], scores)
        gradient, hessian, floor = (
            weights * values for values in focal_derivatives(scores, codes, self.gamma)
        )
        n_classes = len(self.class_weight)
        together = n_classes / (n_classes - 1) if scores.ndim == 2 else 1.0
        return gradient, together * np.maximum(hessian, floor)

    def best_constant(self, counts):
        """Find the scores of least loss where all rows have the same.

        Parameters
        ----------
        counts : ndarray of shape (n_classes,)
            Weights of the rows of each class.

        Returns
        -------
        ndarray of shape () or (n_classes,)
            Logarithm of the odds of the second of two classes; logits of more.
        """
        codes = np.arange(len(counts))
        scores = np.log(np.maximum(counts * self.class_weight, _SMALLEST_COUNT))
        scores = scores - scores.mean() if len(counts) > 2 else np.diff(scores)
        for _ in range(_MOST_STEPS):
            rows = np.repeat(scores[None], len(counts), axis=0)
            rows = rows if len(counts) > 2 else rows[:, 0]
            derivatives = self._derivatives(codes, rows)
            gradient, hessian = (counts @ values for values in derivatives)
            total = np.maximum(hessian, _SMALLEST_COUNT)
            step = np.clip(gradient / total, -1, 1)
            scores = scores - step
            if np.abs(step).max() < 1e-10:
                break
        return scores if len(counts) > 2 else scores[0]


def _by_row(weights, scores):
    return weights.reshape(-1, *[1] * (scores.ndim - 1))


def _rounded(values):
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.rint(fraction * 2.0**_BITS), exponent - _BITS)


def focal_derivatives(scores, codes, gamma):
    r"""First and second derivatives of the focal loss by the scores.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
        Of two classes the logarithm of the odds of the second, or logits.
    codes : ndarray of int of shape (n_samples,)
        True classes.
    gamma : float
        Focusing parameter.

    Returns
    -------
    gradient, hessian : ndarray of the shape of `scores`
        The derivatives; of the Hessian the diagonal. Exact also where the probability
        rounds to 0 or 1.
    floor : ndarray of the shape of `scores`
        Hessian of cross-entropy with rows weighed by :math:`(1 - p)^\gamma`, as if
        that were constant.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim == 1:
        margin = np.where(codes == 1, scores, -scores)
        log_p, log_q = -np.logaddexp(0, -margin), -np.logaddexp(0, margin)
        # derivative of log p by the score over q, and p (1 - p) of the score's class
        slope = np.where(codes == 1, 1.0, -1.0)
        spread = expit(scores) * expit(-scores)
    else:
        is_true = codes[:, None] == np.arange(scores.shape[1])
        log_p = log_softmax(scores, axis=1)[is_true][:, None]
        others = logsumexp(np.where(is_true, -np.inf, scores), axis=1, keepdims=True)
        log_q = others - logsumexp(scores, axis=1, keepdims=True)
        shares = softmax(scores, axis=1)
        slope = np.where(is_true, 1.0, -np.exp(np.minimum(scores - others, 0)))
        complement = np.where(is_true, np.exp(log_q), 1 - shares)
        spread = shares * complement
    p, q = np.exp(log_p), np.exp(log_q)
    ratio = -log_p / np.maximum(q, _SMALLEST)  # 1 where q is next to nothing
    ratio = np.where(q > _SMALLEST, ratio, 1.0)
    focus = np.exp(gamma * log_q)
    by_log_p = -focus * (1 + gamma * p * ratio)
    gradient = by_log_p * q * slope
    bend = gamma * p * focus * q * ((gamma - 1) * p * ratio + log_p + 2)
    return gradient, bend * slope**2 - by_log_p * spread, focus * spread
