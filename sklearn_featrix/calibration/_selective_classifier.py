"""A classifier that says "unknown" where it is not sure."""

from __future__ import annotations

import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..exceptions import DroppedColumnWarning
from ..metrics._coverage_accuracy import accumulate
from ..neighbors._coverage import Coverage
from ..preprocessing._kinds import varies
from ..preprocessing._validation import validate_table
from ..utils._compat import (
    Interval,
    StrOptions,
    fit_context,
    index_rows,
)
from ..utils._copies import effective_numbers
from ..utils._erase_labels import erase_labels
from ..utils._warnings import warn
from ._held_out import held_out_probabilities
from ._probability_classifier import ProbabilityClassifier
from ._threshold import choose_for_accuracy, choose_for_coverage

__all__ = ["SelectiveClassifier"]

_NEAR_LABELED, _NEAR_NOTHING = 0, 2


class SelectiveClassifier(ProbabilityClassifier):
    """Classifier that abstains where it is not sure, or has seen nothing alike.

    Selective classification, or classification with a reject option [1]_, [2]_, [3]_:
    a row gets the label `unknown_label` in place of a class if the highest probability
    is below a threshold, or if the row is far from all rows seen in `fit`. The
    threshold is given, or chosen on held-out labelled rows for an accuracy or a
    coverage.

    Parameters
    ----------
    estimator : classifier
        Has `predict_proba` and knows unlabeled rows; wrap a plain classifier in
        :class:`~sklearn_featrix.compose.LabeledOnly`.
    criterion : {"accuracy", "coverage", "confidence"}, default="accuracy"
        What `target` is:

        - "accuracy": the share of right answers among those that are given. The
          threshold is the lowest that reaches it on held-out labelled rows;
        - "coverage": the share of rows that are answered, on held-out labelled rows;
        - "confidence": the threshold itself.

    target : float, default=0.9
        The wanted value, in [0, 1].
    guarantee : float, default=None
        With ``criterion="accuracy"``: choose the threshold so that the true accuracy is
        not below the target with this confidence, in (0, 1), as far as held-out rows
        can tell. Copies of a row do not tell more than the row, see Notes. None takes
        the measured accuracy at its word, which with few labels promises too much.
    region : {"known", "labeled"} or None, default="known"
        Where answers are given: "known" is near any row of `fit`, "labeled" near a
        labelled one, None everywhere. Near is as for
        :func:`~sklearn_featrix.neighbors.coverage_report`.
    unknown_label : scalar, default=None
        What `predict` returns for a row that it does not answer. None is the mark of an
        unlabeled row that fits the labels: -1 for integers, "-1" for strings, NaN for
        floats, None for objects, so that predictions are partial labels again.
    cv : int, splitter or iterable, default=5
        Folds of the labelled rows that choose the threshold. A number makes stratified
        folds that keep copies of a row together, where these are all of one class, and
        do not depend on the order of the rows; anything else is as for
        :class:`~sklearn_featrix.model_selection.LabeledSplit`.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`. "auto" is what `estimator` says.
    random_state : int, RandomState instance or None, default=None
        Seeds the encoding of text columns, which the distances are measured in.

    Attributes
    ----------
    estimator_ : classifier
        The classifier, fitted on all rows.
    classes_ : ndarray of shape (n_classes,)
        The classes; `unknown_label` is none of them.
    threshold_ : float
        Confidence below which a row is not answered: 0 where the target allows to
        answer all held-out rows, infinite where no threshold reaches the accuracy.
    curve_ : tuple of ndarray
        Coverage, accuracy and thresholds on the held-out labelled rows, as from
        :func:`~sklearn_featrix.metrics.coverage_accuracy_curve`; None where none were
        held out.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    UserWarning
        If no threshold reaches the accuracy, or no labelled row can be held out: no
        row will be answered. If every column is constant or empty, and there is a
        `region`: nothing is near or far, and answers are given everywhere.

    See Also
    --------
    sklearn_featrix.metrics.coverage_accuracy_curve : What abstaining buys.
    sklearn_featrix.neighbors.coverage_report : The regions.

    Notes
    -----
    `score` is the accuracy of `predict`, as everywhere in scikit-learn: an unanswered
    row counts as wrong. Accuracy among the answers is ``score / coverage``, where
    ``coverage = accepts(X).mean()`` over labelled rows. `predict_proba` is that of
    `estimator` and abstains from nothing.

    The guarantee is Clopper and Pearson's bound, by the effective number of
    observations [4]_: copies of a labelled row that are all of one class are one
    observation, and rows of unequal weight are fewer than they look. Copies of several
    classes are rows that happen to look alike; each counts for itself. With a splitter
    as `cv` all rows do: pass one, such as ``StratifiedKFold()``, where columns allow
    few different rows, and a number where rows may be written down several times. The
    measured accuracy counts every row.

    The confidence is the highest probability. Held-out rows are judged by classifiers
    that learnt from fewer labels, so the one fitted on all of them answers as a rule a
    little more, and a little better. About 1 % of rows like those seen are far from
    everything.

    References
    ----------
    .. [1] C. K. Chow. On optimum recognition error and reject tradeoff. IEEE
       Transactions on Information Theory 16, 41-46, 1970.
    .. [2] R. El-Yaniv and Y. Wiener. On the foundations of noise-free selective
       classification. Journal of Machine Learning Research 11, 1605-1641, 2010.
    .. [3] Y. Geifman and R. El-Yaniv. Selective classification for deep neural
       networks. Advances in Neural Information Processing Systems 30, 2017.
    .. [4] E. L. Korn and B. I. Graubard. Confidence intervals for proportions with
       small expected number of positive counts estimated from survey data. Survey
       Methodology 24, 193-201, 1998.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix import LabeledOnly, mask_labels
    >>> from sklearn_featrix.calibration import SelectiveClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=60, random_state=0)
    >>> model = LabeledOnly(LogisticRegression(max_iter=500))
    >>> selective = SelectiveClassifier(model, criterion="coverage", target=0.8)
    >>> answers = selective.fit(X, y_few).predict(X)
    >>> answered = answers >= 0
    >>> bool(0.7 < answered.mean() < 0.9)
    True
    >>> bool(selective.score(X, y) / answered.mean() > model.fit(X, y_few).score(X, y))
    True
    >>> selective.predict([[50.0, 0.1, 3.0, 9.0]])  # no flower at all
    array([-1])
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "criterion": [StrOptions({"accuracy", "coverage", "confidence"})],
        "target": [Interval(Real, 0, 1, closed="both")],
        "guarantee": [Interval(Real, 0, 1, closed="neither"), None],
        "region": [StrOptions({"known", "labeled"}), None],
        "unknown_label": "no_validation",  # checked in fit: none of the classes
        "cv": [Interval(Integral, 2, None, closed="left"), "cv_object"],
        "unlabeled": "no_validation",  # checked where the labels are read
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        *,
        criterion="accuracy",
        target=0.9,
        guarantee=None,
        region="known",
        unknown_label=None,
        cv=5,
        unlabeled="auto",
        random_state=None,
    ):
        self.estimator = estimator
        self.criterion = criterion
        self.target = target
        self.guarantee = guarantee
        self.region = region
        self.unknown_label = unknown_label
        self.cv = cv
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the classifier, choose the threshold, and learn where the table ends.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows. Handed to the classifier only if given; held-out rows
            count by their weight.
        **params : dict
            Parameters of the classifier's `fit`.

        Returns
        -------
        self : SelectiveClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the estimator is no classifier, or has no `predict_proba`.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, the
            classifier does not know unlabeled rows, or `unknown_label` is a class.
        """
        self._check_estimator(" that has predict_proba.")  # its tags are asked next
        X = validate_table(self, X, reset=True)
        labels, weights, params = self._fit_estimator(X, y, sample_weight, params)
        self._check_unknown_label(self.classes_)
        self._fit_threshold(X, y, labels, weights, params)
        self._fit_coverage(X, labels.labeled, weights)
        return self

    def _check_unknown_label(self, classes):
        if self.unknown_label is not None and self.unknown_label in classes.tolist():
            raise ValueError(
                f"unknown_label={self.unknown_label!r} is one of the classes "
                f"{classes.tolist()}. Pass a label that is none of them."
            )

    def _fit_threshold(self, X, y, labels, weights, params):
        if self.criterion == "confidence":
            self.curve_, self.threshold_ = None, float(self.target)
            return
        rows, probabilities, observations = held_out_probabilities(
            self.estimator, X, y, labels, cv=self.cv, mark=self._mark, params=params
        )
        kept = weights[rows] > 0
        rows, probabilities = rows[kept], probabilities[kept]
        if not len(rows):
            self.curve_, self.threshold_ = None, np.inf
            warn(
                "No class has two different labelled rows of a weight above zero, so "
                "none can be held out to choose a threshold, and no row will be "
                "answered. Label more rows, or state the threshold: "
                "criterion='confidence'."
            )
            return
        right = probabilities.argmax(axis=1) == labels.codes[rows]
        confidence = probabilities.max(axis=1)
        self.curve_ = accumulate(right, confidence, weights[rows])
        if self.criterion == "coverage":
            self.threshold_ = choose_for_coverage(self.curve_, self.target)
            return
        n_observed = effective_numbers(
            observations[kept], weights[rows], confidence, self.curve_[2]
        )
        self.threshold_ = choose_for_accuracy(
            self.curve_, self.target, n_observed, self.guarantee
        )
        if np.isinf(self.threshold_):
            self._warn_out_of_reach(len(rows), n_observed[-1])

    def _warn_out_of_reach(self, n_rows, n_observed):
        sure = worth = ""
        if self.guarantee is not None:
            sure = f" with confidence {self.guarantee:g}"
            worth = f", which count as {n_observed:.0f} observations"
        warn(
            f"No threshold gives an accuracy of {self.target:g}{sure} on the {n_rows} "
            f"held-out labelled rows{worth} (the best measured is "
            f"{self.curve_[1].max():.3f}),"
            " so no row will be answered. Lower the target, label more rows, or use "
            "criterion='coverage'.",
        )

    def _fit_coverage(self, X, labeled, weights):
        self._coverage = None
        if self.region is None:
            return
        kept = np.flatnonzero(weights > 0)
        X = index_rows(X, kept)
        if not varies(X):
            warn(
                f"Every column of the {len(kept)} rows that count is constant or "
                f"empty, so no row is near or far, and region={self.region!r} has no "
                "effect: answers are given everywhere. Pass region=None if that is "
                "meant, or add a column that varies."
            )
            return
        with warnings.catch_warnings():  # the classifier may well use such a column
            warnings.simplefilter("ignore", DroppedColumnWarning)
            self._coverage = Coverage(random_state=self.random_state).fit(
                X, labeled[kept]
            )

    def predict(self, X, **params):
        """Predict the class of each row that is answered.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.
        **params : dict
            Parameters of the classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels, and `unknown_label` in rows that are not answered. They have
            the dtype of `classes_` if that can hold `unknown_label`.
        """
        probabilities = self._wrapped_proba(X, params)
        predicted = self.classes_[probabilities.argmax(axis=1)]
        rejected = ~self._accepted(X, probabilities)
        if self.unknown_label is not None:
            return _replace(predicted, rejected, self.unknown_label)
        if not rejected.any():
            return predicted
        return erase_labels(predicted, rejected, unlabeled=self._mark)

    def accepts(self, X, **params):
        """Tell which rows are answered.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.
        **params : dict
            Parameters of the classifier's `predict_proba`.

        Returns
        -------
        ndarray of bool of shape (n_samples,)
            False where `predict` abstains.
        """
        return self._accepted(X, self._wrapped_proba(X, params))

    def _accepted(self, X, probabilities):
        accepted = probabilities.max(axis=1) >= self.threshold_
        if self._coverage is not None:
            regions = self._coverage.regions(validate_table(self, X, reset=False))
            if self.region == "labeled":
                accepted &= regions == _NEAR_LABELED
            else:
                accepted &= regions != _NEAR_NOTHING
        return accepted

    def _predict_with(self, method, X, params):
        check_is_fitted(self)
        return super()._predict_with(
            method, validate_table(self, X, reset=False), params
        )


def _replace(predicted, rejected, label):
    """Predictions with a label in place of some, in a dtype that holds both."""
    both_text = predicted.dtype.kind == "U" and isinstance(label, str)
    if both_text or (predicted.dtype.kind in "iuf" and isinstance(label, Real)):
        return np.where(rejected, np.array(label), predicted)
    predicted = predicted.astype(object)
    predicted[rejected] = label
    return predicted
