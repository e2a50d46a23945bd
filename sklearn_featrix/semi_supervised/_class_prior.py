"""How many positives there are, and how probable each is, from positives alone."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

MAX_SCORES = 20_000
TYPICAL_PRIOR = 0.05
POSITIVES_FOR_TYPICAL = 5
ALLOWANCE = 0.14  # a tenth of the width of Hoeffding's interval of 90 %
STEEPEST = 20.0  # slope of a sigmoid, per standard deviation of the scores


def scar_sigmoid(held_out, scores, prior):
    """Fit the sigmoid that turns scores into probabilities.

    It has the least unbiased risk of a logistic model of the scores that positives
    drawn at random and unlabeled rows can tell: over the unlabeled rows the
    probabilities have the mean `prior`, and weighted by them the scores have the mean
    of those of the positives. To these one more is added, half as far out as those of
    a perfect ranking: a lone positive has none.

    Parameters
    ----------
    held_out : ndarray of shape (n_positives,)
        Scores of positives by models that did not see them.
    scores : ndarray of shape (n_samples,)
        Scores of unlabeled rows.
    prior : float
        Share of positives among these.

    Returns
    -------
    slope, intercept : float
        The logarithm of the odds is ``slope * score + intercept``; the slope is not
        negative.

    References
    ----------
    M. du Plessis, G. Niu, M. Sugiyama (2015). Convex formulation for learning from
    positive and unlabeled data. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import expit
    >>> from sklearn_featrix.semi_supervised._class_prior import scar_sigmoid
    >>> scores = np.linspace(-2, 2, 101)
    >>> slope, intercept = scar_sigmoid(np.array([1.0, 1.5]), scores, 0.25)
    >>> round(float(expit(slope * scores + intercept).mean()), 6)
    0.25
    """
    scores = _quantiles(scores)
    spread = scores.std()
    best = np.sort(scores)[-max(1, round(prior * len(scores))) :].mean()
    guess = (best + scores.mean()) / 2
    wanted = (held_out.sum() + guess) / (len(held_out) + 1)
    if not spread or wanted <= scores.mean():
        return 0.0, float(logit(prior))

    def lack(slope):
        weights = expit(slope * scores + _intercept(scores, slope, prior))
        return weights @ scores / weights.sum() - wanted

    slope = STEEPEST / spread
    if lack(slope) > 0:
        slope = brentq(lack, 0, slope, xtol=1e-9)
    return float(slope), float(_intercept(scores, slope, prior))


def _quantiles(scores):
    if len(scores) <= MAX_SCORES:
        return scores
    step = (np.arange(MAX_SCORES) + 0.5) / MAX_SCORES
    return np.sort(scores)[(step * len(scores)).astype(int)]


def _intercept(scores, slope, prior):
    """Find the intercept that gives the probabilities the mean `prior`."""
    middle = logit(prior)
    low, high = middle - slope * scores.max() - 1, middle - slope * scores.min() + 1
    return brentq(
        lambda intercept: expit(slope * scores + intercept).mean() - prior,
        low, high, xtol=1e-11,
    )  # fmt: skip


def estimate_class_prior(held_out, scores):
    """Estimate the share of positives among unlabeled rows.

    If positives were drawn at random, the share of unlabeled rows beyond a score is at
    least the share of positives beyond it, times the share sought. So the ratio of
    both bounds it from above, and is near it where few others are. The score is the
    one whose ratio, with some allowance for chance, is least. As few positives tell
    little, the log-odds of that ratio are drawn towards those of 0.05, as strongly as
    if five positives spoke for these.

    Parameters
    ----------
    held_out : ndarray of shape (n_positives,)
        Scores of positives by models that did not see them.
    scores : ndarray of shape (n_samples,)
        Scores of unlabeled rows.

    Returns
    -------
    float
        The estimate, between 0 and 1.

    References
    ----------
    S. Garg, Y. Wu, A. Smola, S. Balakrishnan, Z. Lipton (2021). Mixture proportion
    estimation and PU learning: a modern approach. NeurIPS. (The best bin.)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._class_prior import estimate_class_prior
    >>> rng = np.random.default_rng(1)
    >>> scores = np.r_[rng.normal(size=700), rng.normal(5, 1, size=300)]
    >>> round(estimate_class_prior(rng.normal(5, 1, size=200), scores), 1)
    0.3
    """
    positives, unlabeled = np.sort(held_out), np.sort(scores)
    n_positives, n_unlabeled = len(positives), len(unlabeled)
    beyond = 1 - np.arange(n_positives) / n_positives
    of_unlabeled = 1 - np.searchsorted(unlabeled, positives) / n_unlabeled
    chance = ALLOWANCE * (n_positives**-0.5 + n_unlabeled**-0.5)
    best = np.argmin((of_unlabeled + chance) / beyond)
    share = np.clip(of_unlabeled[best] / beyond[best], 1 / n_unlabeled, 0.99)
    trust = n_positives / (n_positives + POSITIVES_FOR_TYPICAL)
    return float(expit(trust * logit(share) + (1 - trust) * logit(TYPICAL_PRIOR)))
