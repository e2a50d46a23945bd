"""A classifier that tells two tables apart, as far as they can be told apart."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.utils import check_random_state

from ..embedding._rows import canonical_order
from ._column_scores import column_scores
from ._placements import auc_interval, auc_of_columns

__all__ = ["DomainClassifier"]

LOWEST_PROBABILITY = 1e-2


class DomainClassifier:
    """Trees that learn which of two domains a row was drawn from, out of fold.

    Parameters
    ----------
    n_estimators : int, default=50
        Trees in each fold.
    n_folds : int, default=5
        Number of folds; fewer where a domain has fewer distinct rows.
    max_rows : int, default=1000
        Most distinct rows of each domain that take part in the folds; they are chosen
        by a hash of their content.
    confidence : float, default=0.95
        Of the interval of the AUC.
    random_state : int, RandomState instance or None, default=None
        Seeds the trees.

    Attributes
    ----------
    auc_, low_, high_ : float
        Out-of-fold AUC and its interval.
    column_auc_ : ndarray of shape (n_columns,)
        Out-of-fold AUC of each input column alone.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.covariate_shift._domain_classifier import DomainClassifier
    >>> rng = np.random.default_rng(0)
    >>> source, target = rng.normal(size=(200, 3)), rng.normal(size=(500, 3))
    >>> target[:, 1] += 2
    >>> model = DomainClassifier(random_state=0).fit(source, target, np.arange(3))
    >>> bool(model.auc_ > 0.85), int(model.column_auc_.argmax())
    (True, 1)
    """

    def __init__(
        self,
        *,
        n_estimators=50,
        n_folds=5,
        max_rows=1000,
        confidence=0.95,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.n_folds = n_folds
        self.max_rows = max_rows
        self.confidence = confidence
        self.random_state = random_state

    def fit(self, source, target, groups):
        """Fit one forest a fold and score the rows that it has not seen.

        Parameters
        ----------
        source, target : ndarray of shape (n_source, n_encoded), (n_target, n_encoded)
            Rows in the encoding for trees. Copies of a row within a domain count once
            for the AUC.
        groups : ndarray of shape (n_encoded,)
            Input column of each encoded column.

        Returns
        -------
        DomainClassifier
            Itself.

        Raises
        ------
        ValueError
            If a domain has fewer than two distinct rows.
        """
        random_state = check_random_state(self.random_state)
        rows = [_distinct(domain, self.max_rows) for domain in (source, target)]
        n_fewest = min(map(len, rows))
        if n_fewest < 2:
            raise ValueError(
                f"A domain has {n_fewest} distinct row; two are needed to hold one "
                "out. Give more rows."
            )
        n_folds = min(self.n_folds, n_fewest)
        folds = [np.arange(len(chosen)) % n_folds for chosen in rows]
        chosen = [source[rows[0]], target[rows[1]]]
        self.forests_ = [
            self._fit_forest(chosen, folds, fold, random_state)
            for fold in range(n_folds)
        ]
        scores = list(map(self._held_out, chosen, folds))
        self.auc_, self.low_, self.high_ = auc_interval(
            *scores, *folds, self.confidence
        )
        self.column_auc_ = auc_of_columns(
            *column_scores(*chosen, *folds, groups, int(groups.max()) + 1), *folds
        )
        self._rows, self._folds = rows, folds
        return self

    def _fit_forest(self, chosen, folds, fold, random_state):
        parts = [rows[of != fold] for rows, of in zip(chosen, folds, strict=True)]
        # Leaves of a fiftieth of the weight: both domains weigh the same, and a lone
        # row of a small one decides no leaf of the other.
        forest = ExtraTreesClassifier(
            self.n_estimators,
            class_weight="balanced",
            min_weight_fraction_leaf=0.02,
            random_state=random_state.randint(2**31 - 1),
        )
        return forest.fit(np.vstack(parts), np.repeat([0, 1], list(map(len, parts))))

    def _held_out(self, rows, folds):
        scores = np.empty(len(rows))
        for fold, forest in enumerate(self.forests_):
            held_out = folds == fold
            scores[held_out] = forest.predict_proba(rows[held_out])[:, 1]
        return scores

    def probabilities(self, source, target):
        """Probability of the target domain, were rows of both equally frequent.

        Parameters
        ----------
        source, target : ndarray of shape (n_source, n_encoded), (n_target, n_encoded)
            The rows given to `fit`. A row that took part in the folds is scored by the
            forest that has not seen it, or its copy; others by the mean of all.

        Returns
        -------
        of_source, of_target : ndarray of shape (n_source,), (n_target,)
            The probabilities, kept 0.01 away from 0 and 1.
        """
        return tuple(
            self._probability(np.ascontiguousarray(domain, np.float32), rows, folds)
            for domain, rows, folds in zip(
                (source, target), self._rows, self._folds, strict=True
            )
        )

    def _probability(self, domain, rows, folds):
        by_forest = np.column_stack(
            [forest.predict_proba(domain)[:, 1] for forest in self.forests_]
        )
        probability = by_forest.mean(axis=1)
        at = zip(rows, folds, strict=True)
        fold_of = {domain[row].tobytes(): fold for row, fold in at}
        for row, values in enumerate(domain):
            fold = fold_of.get(values.tobytes())
            if fold is not None:
                probability[row] = by_forest[row, fold]
        return probability.clip(LOWEST_PROBABILITY, 1 - LOWEST_PROBABILITY)


def _distinct(rows, max_rows):
    """Positions of distinct rows, at most `max_rows`, in an order of their own."""
    rows = np.ascontiguousarray(rows, dtype=np.float32) + np.float32(0)  # one zero
    as_bytes = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first = np.unique(as_bytes, return_index=True)
    return first[canonical_order(rows[first])[:max_rows]]
