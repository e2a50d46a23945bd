"""A power law through the learning curve, averaged over its exponents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

__all__ = ["PowerLaw"]

# 0 stands for its limit, the logarithm. Faster than 1/n learns nothing but what a few
# labels decide.
EXPONENTS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


@dataclass(frozen=True, eq=False)
class PowerLaw:
    r"""Curves :math:`s(n) = \alpha - \beta n^{-b}` through the scores of folds.

    A few sizes do not tell the exponent, so the curve of each exponent counts as much
    as it agrees with the scores, and their disagreement is part of the uncertainty.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Numbers of labels, at least two of them different.
    scores : ndarray of shape (n_sizes, n_folds)
        Score of each fold at each size.
    ratio : float
        Number of test labels over that of train labels, which widens the intervals as
        in Nadeau and Bengio (2003).

    Attributes
    ----------
    weights : ndarray of shape (n_exponents,)
        Weight of each of `EXPONENTS`; they sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection._learning_curve import PowerLaw
    >>> sizes = np.array([10, 20, 40, 80])
    >>> scores = (0.9 - sizes**-0.5)[:, None] + np.array([-0.01, 0.0, 0.01])
    >>> law = PowerLaw(sizes, scores, 0.25)
    >>> bool(np.isclose(law.exponent, 0.5))
    True
    >>> score, low, high = law.predict(160)
    >>> bool(np.isclose(score, 0.9 - 160**-0.5))
    True
    """

    sizes: np.ndarray
    scores: np.ndarray
    ratio: float

    @property
    def weights(self):
        """Weight of each exponent: how likely the scores are on its curve."""
        misfit = np.array([self._misfit(exponent) for exponent in EXPONENTS])
        noise = self._noise()
        if noise <= 1e-12 * max(1.0, np.square(self.scores).mean()):
            is_best = misfit <= misfit.min() + 1e-12
            return is_best / is_best.sum()
        weights = np.exp(-(misfit - misfit.min()) / (2 * noise))
        return weights / weights.sum()

    @property
    def exponent(self):
        """Mean of the exponents, by their weights."""
        return float(self.weights @ EXPONENTS)

    def predict(self, n_labels, confidence=0.9):
        """Score with so many labels.

        Parameters
        ----------
        n_labels : array-like of shape (n,) or float
            Numbers of labels.
        confidence : float, default=0.9
            Of the interval.

        Returns
        -------
        score, low, high : ndarray of shape (n,) or float
            The score and its interval.
        """
        return self._interval(self._functionals(n_labels), confidence)

    def gain(self, n_labels, n_more, confidence=0.9):
        """Score with `n_more` labels minus that with `n_labels`.

        Parameters
        ----------
        n_labels, n_more : float
            Numbers of labels.
        confidence : float, default=0.9
            Of the interval.

        Returns
        -------
        gain, low, high : float
            The gain and its interval.
        """
        functionals = self._functionals(n_more) - self._functionals(n_labels)
        return self._interval(functionals, confidence)

    def _functionals(self, n_labels):
        """Weights of the sizes that make a prediction, of shape (b, ..., n_sizes)."""
        n_labels = np.asarray(n_labels, dtype=np.float64)
        return np.stack(
            [
                _basis(n_labels, exponent)
                @ np.linalg.pinv(_basis(self.sizes, exponent))
                for exponent in EXPONENTS
            ]
        )

    def _interval(self, functionals, confidence):
        weights = self.weights
        by_exponent = functionals @ self.scores.mean(axis=1)
        mean = np.tensordot(weights, by_exponent, 1)
        between = np.tensordot(weights, (by_exponent - mean) ** 2, 1)
        by_fold = np.tensordot(weights, functionals, 1) @ self.scores
        n_folds = self.scores.shape[1]
        within = (1 / n_folds + self.ratio) * by_fold.var(axis=-1, ddof=1)
        quantile = student_t.ppf((1 + confidence) / 2, n_folds - 1)
        half = quantile * np.sqrt(within + between)
        return mean, mean - half, mean + half

    def _misfit(self, exponent):
        means, basis = self.scores.mean(axis=1), _basis(self.sizes, exponent)
        return float(np.square(means - basis @ np.linalg.pinv(basis) @ means).sum())

    def _noise(self):
        """Variance of a mean score, without what a fold adds to it at every size."""
        scores = self.scores
        rest = scores - scores.mean(axis=0) - scores.mean(axis=1, keepdims=True)
        rest += scores.mean()
        n_sizes, n_folds = scores.shape
        variance = np.square(rest).sum() / ((n_sizes - 1) * (n_folds - 1))
        return (1 / n_folds + self.ratio) * variance


def _basis(sizes, exponent):
    """Constant and power, of shape (..., 2)."""
    sizes = np.asarray(sizes, dtype=np.float64)
    power = np.log(sizes) if exponent == 0 else -(sizes**-exponent)
    return np.stack([np.ones_like(power), power], axis=-1)
