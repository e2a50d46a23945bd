"""Which unlabeled rows a round of self-training labels, and with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["SelectionRule", "round_to_sum"]


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
