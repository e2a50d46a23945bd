"""Which unlabeled rows a round of self-training labels, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np

__all__ = ["SelectionRule", "read_shares", "read_thresholds", "round_to_sum"]


@dataclass(frozen=True)
class SelectionRule:
    """Chooses rows by their class probabilities.

    Parameters
    ----------
    criterion : {"threshold", "quantile", "k_best"}
        Take all rows above their class's threshold, the share of each class's rows that
        its quantile leaves, or the `k_best` most confident.
    thresholds : ndarray of shape (n_classes,)
        Probability that a row has to exceed, by its most probable class; with
        "quantile", the share of the open rows of that class that stays open.
    k_best : int
        Rows to take per round.
    shares : ndarray of shape (n_classes,) or None
        Class shares that all rows taken so far have to keep; None for no such bound.
    """

    criterion: str
    thresholds: np.ndarray
    k_best: int
    shares: np.ndarray | None

    def __call__(self, proba, taken):
        """Choose among the rows that are still unlabeled.

        Parameters
        ----------
        proba : ndarray of shape (n_open, n_classes)
            Class probabilities of the rows still unlabeled.
        taken : ndarray of shape (n_classes,)
            Number of rows of each class taken in earlier rounds.

        Returns
        -------
        positions : ndarray of shape (n_chosen,)
            Positions in `proba`, in ascending order.
        codes : ndarray of shape (n_chosen,)
            The class of each.
        """
        if self.criterion == "k_best":
            if self.shares is None:
                return self._most_confident(proba)
            return self._most_confident_by_class(proba, taken)
        codes = proba.argmax(axis=1)
        if self.criterion == "quantile":
            confident = self._surest_of_each_class(proba, codes)
        else:
            confident = np.flatnonzero(proba.max(axis=1) > self.thresholds[codes])
        if self.shares is not None:
            confident = self._in_proportion(proba, codes, confident, taken)
        return confident, codes[confident]

    def _surest_of_each_class(self, proba, codes):
        chosen = []
        for code, quantile in enumerate(self.thresholds):
            rows = np.flatnonzero(codes == code)
            order = np.argsort(-proba[rows, code], kind="stable")
            n_rows = int(np.ceil((1 - quantile) * len(rows) - 1e-9))
            chosen.append(rows[order[:n_rows]])
        return np.sort(np.concatenate(chosen))

    def _most_confident(self, proba):
        order = np.argsort(-proba.max(axis=1), kind="stable")
        chosen = np.sort(order[: self.k_best])
        return chosen, proba[chosen].argmax(axis=1)

    def _most_confident_by_class(self, proba, taken):
        """Take the rows most probably of each class, rare classes first."""
        n_rows = min(self.k_best, len(proba))
        quotas = round_to_sum(self.shares * (taken.sum() + n_rows)) - taken
        codes = np.full(len(proba), -1)
        for code in np.argsort(self.shares, kind="stable"):
            free = np.flatnonzero(codes < 0)
            order = np.argsort(-proba[free, code], kind="stable")
            codes[free[order[: max(0, quotas[code])]]] = code
        chosen = np.flatnonzero(codes >= 0)
        return chosen, codes[chosen]

    def _in_proportion(self, proba, codes, confident, taken):
        """Take as many of the confident rows as keep the class shares, best first."""
        found = taken + np.bincount(codes[confident], minlength=len(taken))
        known = self.shares > 0
        n_rows = (found[known] / self.shares[known]).min()
        # the scarcest class gives all it has, whatever the rounding of the division
        wanted = np.floor(self.shares * n_rows + 1e-9).astype(int) - taken
        chosen = []
        for code in np.flatnonzero(wanted > 0):
            rows = confident[codes[confident] == code]
            order = np.argsort(-proba[rows, code], kind="stable")
            chosen.append(rows[order[: wanted[code]]])
        return np.sort(np.concatenate(chosen)) if chosen else confident[:0]


def round_to_sum(shares):
    """Round down, then give what is left to the largest remainders.

    Parameters
    ----------
    shares : ndarray of shape (n_classes,)
        Numbers whose sum is whole.

    Returns
    -------
    ndarray of shape (n_classes,)
        Whole numbers with the same sum.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._pseudo_labels import round_to_sum
    >>> round_to_sum(np.array([9.5, 0.5, 2.0]))
    array([10,  0,  2])
    """
    whole = np.floor(shares).astype(int)
    n_left = round(shares.sum()) - whole.sum()
    largest = np.argsort(whole - shares, kind="stable")[:n_left]
    whole[largest] += 1
    return whole


def read_thresholds(threshold, classes):
    """Find the threshold of each class.

    Parameters
    ----------
    threshold : float or dict
        One for all classes, or one for each.
    classes : ndarray of shape (n_classes,)
        The classes.

    Returns
    -------
    ndarray of shape (n_classes,)
        The thresholds, in the order of the classes.

    Raises
    ------
    ValueError
        If a dict does not have one number from 0 to 1 for each class.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._pseudo_labels import read_thresholds
    >>> read_thresholds({"spam": 0.9, "ham": 0.6}, np.array(["ham", "spam"]))
    array([0.6, 0.9])
    """
    if isinstance(threshold, dict):
        return _by_class("threshold", threshold, classes)
    return np.full(len(classes), float(threshold))


def read_shares(class_shares, classes, codes, weights):
    """Find the share of each class that rows labelled in rounds keep.

    Parameters
    ----------
    class_shares : {"labeled"}, dict or None
        Those of the labelled rows, one for each class, or no bound.
    classes : ndarray of shape (n_classes,)
        The classes.
    codes : ndarray of shape (n_labeled,)
        Classes of the labelled rows.
    weights : ndarray of shape (n_labeled,) or None
        Their weights; None for ones.

    Returns
    -------
    ndarray of shape (n_classes,) or None
        The shares, in the order of the classes; None for no bound.

    Raises
    ------
    ValueError
        If a dict does not have one number for each class, with a sum of 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._pseudo_labels import read_shares
    >>> read_shares("labeled", np.array(["ham", "spam"]), np.array([0, 0, 1, 0]), None)
    array([0.75, 0.25])
    """
    if class_shares is None:
        return None
    if not isinstance(class_shares, dict):
        shares = np.bincount(codes, weights, minlength=len(classes))
        return shares / shares.sum()
    shares = _by_class("class_shares", class_shares, classes)
    if not np.isclose(shares.sum(), 1):
        raise ValueError(
            f"class_shares must sum to 1, got {shares.tolist()}, which sum to "
            f"{shares.sum():.3g}."
        )
    return shares


def _by_class(name, values, classes):
    """Values of a dict in the order of the classes."""
    wanted = classes.tolist()
    if set(values) != set(wanted):
        raise ValueError(
            f"{name}={values!r} must have one value for each class, and the labelled "
            f"rows have the classes {wanted}."
        )
    numbers = [values[label] for label in wanted]
    if not all(isinstance(number, Real) and 0 <= number <= 1 for number in numbers):
        raise ValueError(f"{name}={values!r} must have values from 0 to 1.")
    return np.array(numbers, dtype=float)
