"""Probabilities for a table in which the classes have other shares."""

from __future__ import annotations

import numpy as np
from sklearn.utils.metaestimators import available_if

from ..utils._compat import StrOptions, fit_context, index_rows
from ..utils._warnings import warn
from ._prior import (
    change_prior,
    estimate_prior,
    match_prior,
    shares_of_rest,
    stated_shares,
)
from ._probability_classifier import ProbabilityClassifier, _wrapped_has_probabilities

__all__ = ["PriorCorrectedClassifier"]


class PriorCorrectedClassifier(ProbabilityClassifier):
    """Classifier whose probabilities hold for other class shares than it learnt from.

    A classifier that learnt from resampled rows, or from all rare events and a sample
    of the rest, finds the rare class too probable everywhere. Where the rows *within*
    each class are as they will be, Bayes' theorem puts it right [1]_, [2]_, [3]_: each
    probability times the ratio of wanted to learnt class share, divided by their sum.

    Parameters
    ----------
    estimator : classifier
        Has `predict_proba`. It is given all rows; if some are unlabeled and it does not
        know them, wrap it in :class:`~sklearn_featrix.compose.LabeledOnly`.
    prior : {"balanced", "labeled", "estimated"}, dict or array-like of shape \
            (n_classes,)
        Class shares of the rows to predict:

        - a dict of class to share; classes that it leaves out share the rest, in the
          proportions of the labelled rows. ``{"fraud": 0.001}`` is enough;
        - an array of shares in the order of `classes_`, which sum to one;
        - "balanced": the same for all classes. `predict` then weighs the classes alike,
          as balanced accuracy does;
        - "labeled": shares of the labelled rows of `fit`, each counted once, whatever
          its weight: for a classifier that weighs or resamples the rows;
        - "estimated": shares of the unlabeled rows of `fit`, the most likely ones given
          the probabilities [1]_.

    training_prior : {"labeled", "balanced", "matched", "matched_pool"}, dict or \
            array-like of shape (n_classes,), default="labeled"
        Class shares that `estimator` in fact learnt from. "labeled" are those of the
        labelled rows of `fit`, by `sample_weight`. If it resamples the rows itself or
        has a `class_weight`, state what comes out: "balanced" for
        ``class_weight="balanced"`` and for samplers that make classes equally large.
        "matched" are the shares from which the corrected probabilities of the unlabeled
        rows of `fit` get `prior` as their mean: where these rows are like those to
        predict, this takes up whatever else moves the mean, such as a sharpened vote.
        "matched_pool" does the same where `prior` is of *all* rows of `fit`, labelled
        or not, and rows of a rare class were sought out to be labelled: these are
        missing among the unlabeled rows, whose mean is matched to the shares of what is
        left.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`. "auto" is what `estimator` says.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    prior_ : ndarray of shape (n_classes,)
        Class shares that the probabilities hold for.
    training_prior_ : ndarray of shape (n_classes,)
        Class shares that they were learnt from.
    n_features_in_ : int
        Number of columns seen in `fit`, if the wrapped classifier tells.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if the wrapped classifier tells.

    Warns
    -----
    UserWarning
        If the prior is to be estimated and no row is unlabeled: nothing is corrected;
        or if by "matched_pool" no row of a class is left among the unlabeled ones.
    ConvergenceWarning
        If the estimate does not settle.

    See Also
    --------
    CostSensitiveClassifier : Errors that cost more or less than others.
    sklearn.calibration.CalibratedClassifierCV : Probabilities that are wrong for other
        reasons than class shares.

    Notes
    -----
    Of two classes the ranking of the rows stays as it is, and with it ROC AUC and
    average precision; what changes are probabilities and `predict`. With more classes
    the ranking by one of them may change.

    The correction is exact for probabilities that are right under `training_prior`.
    It cannot mend others: calibrate first, ``PriorCorrectedClassifier(
    CalibratedClassifierCV(...))``. A wrapped classifier that is already fitted, in
    :class:`~sklearn.frozen.FrozenEstimator`, needs `training_prior` to be stated.

    References
    ----------
    .. [1] M. Saerens, P. Latinne and C. Decaestecker. Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure. Neural Computation
       14, 21-41, 2002.
    .. [2] G. King and L. Zeng. Logistic regression in rare events data. Political
       Analysis 9, 137-163, 2001.
    .. [3] C. Elkan. The foundations of cost-sensitive learning. International Joint
       Conference on Artificial Intelligence, 2001.

    Examples
    --------
    All of the rare events are in the sample, and one in fifty of the other rows:

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix.calibration import PriorCorrectedClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = (rng.uniform(size=50_000) < 0.01).astype(int)
    >>> X = rng.normal(size=(50_000, 2)) + y[:, None]
    >>> sample = (y == 1) | (rng.uniform(size=50_000) < 0.02)
    >>> plain = LogisticRegression().fit(X[sample], y[sample])
    >>> print(f"{plain.predict_proba(X)[:, 1].mean():.2f}")
    0.23
    >>> corrected = PriorCorrectedClassifier(LogisticRegression(), {1: 0.01})
    >>> corrected = corrected.fit(X[sample], y[sample])
    >>> print(f"{corrected.predict_proba(X)[:, 1].mean():.3f}")
    0.010
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "prior": [StrOptions({"balanced", "labeled", "estimated"}), dict, "array-like"],
        "training_prior": [
            StrOptions({"labeled", "balanced", "matched", "matched_pool"}),
            dict,
            "array-like",
        ],
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(self, estimator, prior, *, training_prior="labeled", unlabeled="auto"):
        self.estimator = estimator
        self.prior = prior
        self.training_prior = training_prior
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the classifier and learn which class shares it saw.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, none negative. Handed to the classifier only if given;
            a class counts by the weight of its rows.
        **params : dict
            Parameters of the classifier's `fit`.

        Returns
        -------
        self : PriorCorrectedClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the estimator is no classifier, or has no `predict_proba`.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, the
            classifier does not know unlabeled rows, or a stated prior names an unknown
            class, holds a share outside (0, 1) or does not sum to one; or the training
            prior is to be matched to a prior that is estimated, or without unlabeled
            rows.
        """
        labels, weights, _ = self._fit_estimator(X, y, sample_weight, params)
        unlabeled = ~labels.labeled & (weights > 0)
        n_classes = len(self.classes_)
        counted = np.bincount(
            labels.labeled_codes, weights[labels.labeled], minlength=n_classes
        )
        rows = np.bincount(labels.labeled_codes, minlength=n_classes)
        if self._is_matched():
            self._check_matchable(unlabeled)
            self.prior_ = self._shares("prior", rows, counted)
            self.training_prior_ = self._matched(X, unlabeled, weights, counted)
            return self
        self.training_prior_ = self._shares("training_prior", counted, counted)
        if isinstance(self.prior, str) and self.prior == "estimated":
            self.prior_ = self._estimated(X, unlabeled, weights)
            return self
        self.prior_ = self._shares("prior", rows, counted)
        return self

    def _is_matched(self):
        prior = self.training_prior
        return isinstance(prior, str) and prior in ("matched", "matched_pool")

    def _check_matchable(self, unlabeled):
        if isinstance(self.prior, str) and self.prior == "estimated":
            raise ValueError(
                f"training_prior={self.training_prior!r} needs a prior that is known, "
                "got 'estimated'. State the shares, or take training_prior='labeled'."
            )
        if not unlabeled.any():
            raise ValueError(
                f"training_prior={self.training_prior!r} needs unlabeled rows, whose "
                "mean probability is to be the prior, and y has none. Take 'labeled', "
                "or add rows."
            )

    def _matched(self, X, unlabeled, weights, counted):
        rows = np.flatnonzero(unlabeled)
        shares = self.prior_
        if self.training_prior == "matched_pool":
            shares = shares_of_rest(shares, counted, weights[rows], self.classes_)
        probabilities = np.asarray(self.estimator_.predict_proba(index_rows(X, rows)))
        return match_prior(probabilities, shares, weights[rows])

    def _shares(self, name, rows, counted):
        stated = getattr(self, name)
        if not isinstance(stated, str):
            return stated_shares(stated, name, self.classes_, counted)
        if stated == "balanced":
            return np.full(len(self.classes_), 1 / len(self.classes_))
        return rows / rows.sum()

    def _estimated(self, X, unlabeled, weights):
        rows = np.flatnonzero(unlabeled)
        if not len(rows):
            warn(
                "y contains no unlabeled samples to estimate the prior from, so the "
                "probabilities stay as they are. Add rows like those to predict, "
                "unlabeled, or state the prior."
            )
            return self.training_prior_
        probabilities = np.asarray(self.estimator_.predict_proba(index_rows(X, rows)))
        return estimate_prior(probabilities, self.training_prior_, weights[rows])

    @available_if(_wrapped_has_probabilities)
    def predict_proba(self, X, **params):
        """Predict class probabilities that hold for `prior_`.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, columns in the order of `classes_`.
        """
        probabilities = self._wrapped_proba(X, params)
        return change_prior(probabilities, self.training_prior_, self.prior_)

    def predict(self, X, **params):
        """Predict the class that is most probable under `prior_`.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels, never the mark of an unlabeled row.
        """
        codes = self.predict_proba(X, **params).argmax(axis=1)
        return self.classes_[codes]
