"""How much rows look like the positives, with no negatives known."""

from __future__ import annotations

import numpy as np
from sklearn import config_context
from sklearn.tree import ExtraTreeClassifier

N_REFERENCE = 5_000  # rows that tell mean, spread and covariance
RIDGE = 10.0  # in mean variances of a column
MIN_DRAWN = 20
ROWS_AT_A_TIME = 50_000
N_FOLDS = 5


class PositiveScores:
    """A direction and trees that lead from the other rows to the positives.

    The direction is that of a linear discriminant with a strong ridge: from the mean
    of the other rows to that of the positives, along it their common variance counts
    less. One positive is enough for it. The trees tell the positives from small draws
    of the other rows, in which hidden positives are few. Both are put on one scale,
    mean 0 and variance 1 over the other rows, and summed.

    Parameters
    ----------
    n_estimators : int
        Number of trees; 0 leaves the direction alone.
    random_state : RandomState
        Draws rows and seeds trees.

    References
    ----------
    B. Hariharan, J. Malik, D. Ramanan (2012). Discriminative decorrelation for
    clustering and classification. ECCV. (The direction, from one example.)
    F. Mordelet, J.-P. Vert (2014). A bagging SVM to learn from positive and unlabeled
    examples. Pattern Recognition Letters 37. (The draws.)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._positive_scores import PositiveScores
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = PositiveScores(10, np.random.RandomState(0))
    >>> model = model.fit(X, np.array([X[:, 0].argmax()]), np.arange(200))
    >>> scores = model.score(X)
    >>> bool(scores[X[:, 0] > 1].mean() > scores[X[:, 0] < 1].mean())
    True
    """

    def __init__(self, n_estimators, random_state):
        self.n_estimators = n_estimators
        self.random_state = random_state

    def fit(self, vectors, positives, others, negatives=()):
        """Learn from positives, the other rows, and negatives if some are known.

        Parameters
        ----------
        vectors : ndarray of shape (n_samples, n_dimensions)
            The rows, float32 or float64.
        positives, others, negatives : ndarray of int
            Positions of the rows, in an order that is not that of the table.

        Returns
        -------
        PositiveScores
            Itself.
        """
        negatives = np.asarray(negatives, dtype=np.intp)
        reference = (others if len(others) else negatives)[:N_REFERENCE]
        self._direction = _direction(
            vectors[positives], vectors[reference], vectors[negatives]
        )
        self._fit_trees(vectors, positives, others, negatives)
        parts = self._parts(vectors[reference], reference)
        spread = parts.std(axis=1, keepdims=True)
        self._mean = parts.mean(axis=1, keepdims=True)
        self._spread = np.where(spread > 0, spread, 1)
        return self

    def _fit_trees(self, vectors, positives, others, negatives):
        """Grow each tree on a draw of at most half of the other rows."""
        n_drawn = max(MIN_DRAWN, len(positives))
        n_drawn = min(n_drawn, -(-len(others) // 2))
        n_rows = len(positives) + n_drawn + len(negatives)
        is_positive = np.arange(n_rows) < len(positives)
        weight = np.where(is_positive, 1 / len(positives), 1 / (~is_positive).sum())
        self._trees, self._drawn, self._n_samples = [], [], len(vectors)
        for _ in range(self.n_estimators):
            drawn = others[self.random_state.choice(len(others), n_drawn, False)]
            rows = np.concatenate([positives, drawn, negatives]).astype(np.intp)
            seed = self.random_state.randint(2**31 - 1)
            tree = ExtraTreeClassifier(random_state=seed)
            # their validation takes longer than the growth of so small trees
            with config_context(skip_parameter_validation=True):
                some = np.asarray(vectors[rows], dtype=np.float32)
                tree.fit(some, is_positive, weight, check_input=False)
            self._trees.append(tree)
            self._drawn.append(drawn)

    def score(self, vectors, unseen=None):
        """Score rows; larger is more like the positives.

        Parameters
        ----------
        vectors : ndarray of shape (n_samples, n_dimensions)
            The rows, as in `fit`.
        unseen : ndarray of int of shape (n_scored,), default=None
            Scores these rows of those given to `fit`, each by the trees that did not
            see it. None: all rows given here, by all trees.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_scored,)
            The scores, mean 0 over the other rows of `fit`.
        """
        n_rows = len(vectors) if unseen is None else len(unseen)
        scores = np.empty(n_rows)
        for start in range(0, n_rows, ROWS_AT_A_TIME):
            block = slice(start, start + ROWS_AT_A_TIME)
            if unseen is None:
                parts = self._parts(vectors[block])
            else:
                parts = self._parts(vectors[unseen[block]], unseen[block])
            scores[block] = ((parts - self._mean) / self._spread).mean(axis=0)
        return scores

    def _parts(self, vectors, unseen=None):
        """Score by the direction and, if there are any, by the trees."""
        parts = [vectors.astype(np.float64) @ self._direction]
        if self._trees:
            parts.append(self._vote(np.asarray(vectors, np.float32, order="C"), unseen))
        return np.stack(parts)

    def _vote(self, vectors, unseen):
        total, count = np.zeros(len(vectors)), np.zeros(len(vectors))
        everything = np.zeros(len(vectors))
        is_drawn = np.zeros(self._n_samples, dtype=bool)
        for tree, drawn in zip(self._trees, self._drawn, strict=True):
            vote = tree.predict_proba(vectors, check_input=False)[:, 1]
            everything += vote
            if unseen is not None:
                is_drawn[drawn] = True
                blind = ~is_drawn[unseen]
                is_drawn[drawn] = False
                total += vote * blind
                count += blind
        mean = everything / len(self._trees)
        return np.divide(total, count, out=mean, where=count > 0)


def _direction(positives, others, negatives):
    """Discriminate linearly with a ridge, from the other rows to the positives."""
    others = others.astype(np.float64)
    center = others.mean(axis=0)
    rows = others - center
    covariance = rows.T @ rows / len(rows)
    variance = np.trace(covariance) / len(covariance)
    covariance[np.diag_indices_from(covariance)] += RIDGE * max(variance, 1e-12)
    if len(negatives):
        center = (center + negatives.mean(axis=0, dtype=np.float64)) / 2
    mean = positives.mean(axis=0, dtype=np.float64)
    return np.linalg.solve(covariance, mean - center)


def held_out_scores(fit_scores, vectors, *tested):
    """Score labelled rows by models that were fitted without them.

    Parameters
    ----------
    fit_scores : callable
        Fits a model to as many arrays of positions as there are in `tested`.
    vectors : ndarray of shape (n_samples, n_dimensions)
        The rows.
    *tested : ndarray of int
        Positions of the positives; of the negatives too, where they are to be scored.

    Returns
    -------
    list of ndarray
        The scores, one array for each in `tested`. One row of a kind cannot be held
        out: a lone positive gets no score, and rows of two kinds those of all rows.
    """
    n_folds = min(N_FOLDS, *map(len, tested))
    if n_folds < 2:
        if len(tested) == 1:
            return [np.empty(0)]
        model = fit_scores(*tested)
        return [model.score(vectors[part]) for part in tested]
    scores = [np.empty(len(part)) for part in tested]
    for fold in range(n_folds):
        is_out = [np.arange(len(part)) % n_folds == fold for part in tested]
        kept = [part[~out] for part, out in zip(tested, is_out, strict=True)]
        model = fit_scores(*kept)
        for part, out, given in zip(tested, is_out, scores, strict=True):
            given[out] = model.score(vectors[part[out]])
    return scores
