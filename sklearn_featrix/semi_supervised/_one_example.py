"""OneExampleClassifier: learn from one or a few positives and no negatives."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..neighbors._row_space import RowSpace
from ..preprocessing._rows import row_keys_within
from ..preprocessing._validation import validate_table
from ..utils._compat import HasMethods, Interval, StrOptions, fit_context, num_samples
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ..utils._warnings import warn
from ._class_prior import TYPICAL_PRIOR, estimate_class_prior, scar_sigmoid
from ._positive_labels import read_positive_labels
from ._positive_scores import PositiveScores, held_out_scores
from ._spaces import seeded_clone

__all__ = ["OneExampleClassifier"]

MIN_POSITIVES = 5  # fewer say nothing of how many there are


class OneExampleClassifier(PartialLabelsClassifierMixin, BaseEstimator):
    """Classify from one or a few positives, with no negatives known.

    Rows are scored by how much they look like the positives: along the direction from
    the mean of the other rows to that of the positives, in the encoded table or in an
    embedding, and by trees that tell the positives from small draws of the other rows
    [1]_ [2]_. A sigmoid turns scores into probabilities.

    The probabilities rest on an assumption that the data cannot confirm: that the
    positives were *selected completely at random* (SCAR) from all positives [3]_. If
    they are of a special kind, rows of that kind get too high a probability, other
    positives too low a one; the ranking of the rows of that kind stands. From a lone
    positive, probabilities are hardly better than `class_prior` for every row.

    Parameters
    ----------
    class_prior : "auto" or float, default="auto"
        Share of positives among the rows without a label. "auto" estimates it, which
        needs five positives and is rough: see the notes. From fewer, 0.05 is assumed,
        with a warning. Ranking and `propose` do not depend on it.
    embedding : "auto" or transformer, default="auto"
        What rows are scored by: "auto" are the encoded columns, each with the same
        say; a transformer such as
        :class:`~sklearn_featrix.embedding.EmbeddingTransformer` is cloned and fitted,
        one in a ``FrozenEstimator`` is used as is.
    n_estimators : int, default=100
        Number of trees; 0 scores by the direction alone.
    positive_label : label, default=None
        Which label is the positive one. None: the only one, or of two the greater.
    unlabeled : "auto", None or scalar, default="auto"
        What marks a row without a label, see :func:`~sklearn_featrix.utils.is_labeled`.
        Where rows of unknown class have the label 0, pass 0.
    random_state : int, RandomState instance or None, default=None
        Seeds draws, trees and the encoding of texts.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The labels. If `y` has the positive one alone, the other is 0 for numbers (1 if
        the positive one is 0), the opposite for booleans, and "not <label>" for texts.
    positive_label_ : label
        The positive one of them.
    class_prior_ : float
        Share of positives among the rows without a label: given, estimated, or
        assumed. If there are none, that among the labelled rows.
    ranking_ : ndarray of shape (n_unlabeled,)
        Positions of the rows without a label, those most like the positives first.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    sklearn_featrix.neighbors.SimilaritySearch : Rows like a record, with reasons.
    SemiSupervisedClassifier : With labels of two classes or more.

    Notes
    -----
    Known negatives may be given, such as rows from `propose` that turned out to be
    none. They are learnt from, but say nothing of the share of positives, for they
    were not drawn at random.

    The sigmoid of the scores has the least unbiased risk of a logistic model from
    positives and unlabeled rows [4]_: over the unlabeled rows probabilities have the
    mean `class_prior_`, and weighted by them the scores have the mean of those of the
    positives, each scored by a model fitted without it.

    An estimated `class_prior` bounds the share from above by how much rarer high
    scores are among the unlabeled rows than among the positives, and is drawn towards
    0.05 where positives are few. On sixteen tables with shares of 0.1 to 47 % it was
    off by a factor of 3 in the odds from five to twenty positives, of 2.4 from fifty
    (geometric means): give it if you know it.

    References
    ----------
    .. [1] B. Hariharan, J. Malik, D. Ramanan. Discriminative decorrelation for
       clustering and classification. ECCV 2012.
    .. [2] F. Mordelet, J.-P. Vert. A bagging SVM to learn from positive and unlabeled
       examples. Pattern Recognition Letters 37, 2014.
    .. [3] C. Elkan, K. Noto. Learning classifiers from only positive and unlabeled
       data. KDD 2008.
    .. [4] M. du Plessis, G. Niu, M. Sugiyama. Convex formulation for learning from
       positive and unlabeled data. ICML 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_wine
    >>> from sklearn_featrix.semi_supervised import OneExampleClassifier
    >>> X, cultivar = load_wine(return_X_y=True, as_frame=True)
    >>> y = np.full(178, -1)
    >>> y[5] = 1  # one wine of the first cultivar, which 59 of 178 are of
    >>> model = OneExampleClassifier(class_prior=0.33, random_state=0).fit(X, y)
    >>> (cultivar[model.propose(20)] == 0).mean()
    np.float64(1.0)
    """

    _parameter_constraints = {
        "class_prior": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="neither")],
        "embedding": [StrOptions({"auto"}), HasMethods(["fit", "transform"])],
        "n_estimators": [Interval(Integral, 0, None, closed="left")],
        "positive_label": "no_validation",  # checked where the labels are read
        "unlabeled": "no_validation",  # the same
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        class_prior="auto",
        *,
        embedding="auto",
        n_estimators=100,
        positive_label=None,
        unlabeled="auto",
        random_state=None,
    ):
        self.class_prior = class_prior
        self.embedding = embedding
        self.n_estimators = n_estimators
        self.positive_label = positive_label
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Learn what the positives have in common that other rows have not.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            All rows: columns of any kind, missing values included.
        y : array-like of shape (n_samples,)
            The positive label for at least one row, marks of unlabeled rows for the
            others. A second label is that of rows known to be negative.

        Returns
        -------
        self : OneExampleClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If `y` has no label, more than two, or one for all rows; or if its only one
            is 0 or False, which reads as negative, or `positive_label` is none of
            them.

        Warns
        -----
        UserWarning
            If the share of positives is assumed.
        """
        X = validate_table(self, X, reset=True)
        labels = read_positive_labels(
            y, num_samples(X), self.positive_label, self.unlabeled
        )
        random_state = check_random_state(self.random_state)
        vectors = self._fit_space(X, random_state)
        keys = row_keys_within(X)
        order = np.argsort(
            keys, kind="stable"
        )  # not that of the table: draws are alike
        positives, negatives, others = (
            order[labels.codes[order] == code] for code in (1, 0, -1)
        )

        def fit_scores(positives, negatives=negatives):
            model = PositiveScores(self.n_estimators, random_state)
            return model.fit(vectors, positives, others, negatives)

        self._scores = fit_scores(positives)
        tested = [positives] if len(others) else [positives, negatives]
        held_out = held_out_scores(fit_scores, vectors, *tested)
        if len(others):
            scores = self._scores.score(vectors, unseen=others)
        else:
            scores = np.concatenate(held_out)
        self._store(labels, held_out[0], scores)
        self._rank(others, scores, keys)
        return self

    def _fit_space(self, X, random_state):
        """Fit what makes vectors of rows, and make them."""
        embedding = self.embedding
        if not isinstance(embedding, (str, FrozenEstimator)):
            embedding = seeded_clone(embedding, random_state)
        seed = int(random_state.randint(2**31 - 1))
        self._space = RowSpace(embedding, "euclidean", seed).fit(X)
        return self._space.transform(X)

    def _store(self, labels, held_out, scores):
        """Settle classes, the share of positives, and the sigmoid."""
        self.classes_ = labels.classes
        self.positive_label_ = labels.positive_label
        if (labels.codes >= 0).all():
            self.class_prior_ = float(np.mean(labels.codes))
        elif not isinstance(self.class_prior, str):
            self.class_prior_ = float(self.class_prior)
        elif len(held_out) >= MIN_POSITIVES:
            self.class_prior_ = estimate_class_prior(held_out, scores)
        else:
            self.class_prior_ = TYPICAL_PRIOR
            n_positives = int(np.sum(labels.codes == 1))
            warn(
                f"{n_positives} positives are too few to estimate class_prior, the "
                f"share of positives among the unlabeled rows: {TYPICAL_PRIOR} is "
                "assumed. Pass class_prior, or do without probabilities: ranking_ and "
                "propose() do not depend on it."
            )
        self._sigmoid = scar_sigmoid(held_out, scores, self.class_prior_)

    def _rank(self, others, scores, keys):
        """Rank the rows without a label, and remember the first of equal ones."""
        best = np.argsort(-scores[: len(others)], kind="stable")
        self.ranking_ = others[best]
        _, first = np.unique(keys[self.ranking_], return_index=True)
        self._distinct = np.sort(first)

    def decision_function(self, X):
        """Compute how much speaks for the second of `classes_`.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Logarithms of the odds.
        """
        check_is_fitted(self)
        X = validate_table(self, X, reset=False)
        slope, intercept = self._sigmoid
        log_odds = slope * self._scores.score(self._space.transform(X)) + intercept
        return log_odds if self.positive_label_ == self.classes_[1] else -log_odds

    def predict_proba(self, X):
        """Predict class probabilities, under the assumption named above.

        Parameters
        ----------
        X : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Probabilities, columns in the order of `classes_`.
        """
        log_odds = self.decision_function(X)
        return np.column_stack([expit(-log_odds), expit(log_odds)])

    def propose(self, budget):
        """Name the rows to check next: those most like the positives.

        Checked, they make the next `fit` better, whatever they turn out to be.

        Parameters
        ----------
        budget : int
            How many rows to name.

        Returns
        -------
        ndarray of shape (budget,)
            Their positions in the table given to `fit`, best first; of rows that are
            equal one only. Fewer if there are no more.

        Raises
        ------
        ValueError
            If `budget` is no positive int, or all rows have a label.
        """
        check_is_fitted(self)
        if not isinstance(budget, Integral) or isinstance(budget, bool) or budget < 1:
            raise ValueError(f"budget={budget!r} must be an int of at least 1.")
        if not len(self.ranking_):
            raise ValueError("All rows have a label: there is nothing left to check.")
        return self.ranking_[self._distinct[:budget]]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
