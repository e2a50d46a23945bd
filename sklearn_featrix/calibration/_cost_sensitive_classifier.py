"""Decisions where some errors cost more than others."""

from __future__ import annotations

import numpy as np
from sklearn.utils.metaestimators import available_if

from ..utils._compat import StrOptions, fit_context
from ._costs import balanced_costs, checked_costs
from ._probability_classifier import ProbabilityClassifier, _wrapped_has_probabilities

__all__ = ["CostSensitiveClassifier"]


class CostSensitiveClassifier(ProbabilityClassifier):
    """Classifier that predicts the class of least expected cost.

    The expected cost of predicting a class is the sum over all classes of their
    probability times what the prediction costs if they are the true one. Its least
    value is the best decision for given probabilities and costs [1]_; the classifier
    itself learns as it would without costs.

    Parameters
    ----------
    estimator : classifier
        Has `predict_proba`. It is given all rows; if some are unlabeled and it does not
        know them, wrap it in :class:`~sklearn_featrix.compose.LabeledOnly`.
    cost_matrix : "balanced" or array-like of shape (n_classes, n_classes)
        Row i, column j: what it costs to predict class j where class i is true, in the
        order of `classes_` and in any unit; rows and columns are those of
        :func:`~sklearn.metrics.confusion_matrix`. Negative costs are gains. "balanced"
        makes an error cost as much as its true class is rare among the labelled rows,
        by `sample_weight`, and a right answer nothing.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`. "auto" is what `estimator` says.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    cost_matrix_ : ndarray of shape (n_classes, n_classes)
        The costs that `predict` goes by unless it is given others.
    n_features_in_ : int
        Number of columns seen in `fit`, if the wrapped classifier tells.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if the wrapped classifier tells.

    Warns
    -----
    UserWarning
        If a right answer costs more than a wrong one: as a rule the matrix stands on
        its side.

    See Also
    --------
    PriorCorrectedClassifier : Probabilities after resampling, which costs need.
    sklearn.model_selection.FixedThresholdClassifier : A stated threshold, two classes.
    sklearn.model_selection.TunedThresholdClassifierCV : A threshold chosen on held-out
        rows for any metric, two classes.

    Notes
    -----
    With two classes the decision is a threshold on the probability of the second one:
    ``FixedThresholdClassifier(estimator, threshold=t)`` with ``t = (c[0, 1] - c[0, 0])
    / (c[0, 1] - c[0, 0] + c[1, 0] - c[1, 1])`` predicts the same.
    `TunedThresholdClassifierCV` finds a threshold from data instead, so it forgives
    probabilities that are wrong, and needs held-out labels for it; costs of more than
    two classes, or that differ from row to row, it does not know.

    `predict_proba` is that of `estimator`. `score` is the accuracy, as everywhere in
    scikit-learn, which costs are meant to sacrifice: compare classifiers by the cost
    itself, ``cost_matrix[y_true, y_predicted].mean()`` for classes 0, 1, ...

    With metadata routing, costs of single rows reach `predict` through a pipeline if
    they are requested: ``set_predict_request(cost_matrix=True)``.

    References
    ----------
    .. [1] C. Elkan. The foundations of cost-sensitive learning. International Joint
       Conference on Artificial Intelligence, 2001.

    Examples
    --------
    To overlook a malignant tumour (class 0) costs twenty times a false alarm:

    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn_featrix import CostSensitiveClassifier, LabeledOnly, mask_labels
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=60, random_state=0)
    >>> model = LabeledOnly(GaussianNB())
    >>> careful = CostSensitiveClassifier(model, [[0, 20], [1, 0]]).fit(X, y_few)
    >>> plain = model.fit(X, y_few)
    >>> bool((careful.predict(X) == 0).sum() > (plain.predict(X) == 0).sum())
    True

    Costs of each row, here of a table in which the last alarm is dear:

    >>> import numpy as np
    >>> costs = np.tile([[0.0, 20.0], [1.0, 0.0]], (3, 1, 1))
    >>> costs[2, 1, 0] = 1e9
    >>> careful.predict(X[:3], cost_matrix=costs).shape
    (3,)
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "cost_matrix": [StrOptions({"balanced"}), "array-like"],
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(self, estimator, cost_matrix, *, unlabeled="auto"):
        self.estimator = estimator
        self.cost_matrix = cost_matrix
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the classifier and settle the costs.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, none negative. Handed to the classifier only if given.
        **params : dict
            Parameters of the classifier's `fit`.

        Returns
        -------
        self : CostSensitiveClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the estimator is no classifier, or has no `predict_proba`.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, the
            classifier does not know unlabeled rows, or the costs are not finite numbers
            of shape (n_classes, n_classes).
        """
        labels, weights, _ = self._fit_estimator(X, y, sample_weight, params)
        if isinstance(self.cost_matrix, str):
            counted = np.bincount(labels.labeled_codes, weights[labels.labeled])
            self.cost_matrix_ = balanced_costs(counted)
        else:
            shape = (len(self.classes_),) * 2
            self.cost_matrix_ = checked_costs(self.cost_matrix, [shape], self.classes_)
        return self

    @available_if(_wrapped_has_probabilities)
    def predict_proba(self, X, **params):
        """Predict class probabilities, those of the wrapped classifier.

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
        return self._wrapped_proba(X, params)

    def predict(self, X, cost_matrix=None, **params):
        """Predict the class of least expected cost.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        cost_matrix : array-like of shape (n_classes, n_classes) or (n_samples, \
                n_classes, n_classes), default=None
            Costs, of all rows or of each one, in place of those of `fit`.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels, never the mark of an unlabeled row; of equal costs the first.

        Raises
        ------
        ValueError
            If the costs are not finite numbers of one of the shapes.
        """
        expected = self.predict_cost(X, cost_matrix, **params)
        return self.classes_[expected.argmin(axis=1)]

    def predict_cost(self, X, cost_matrix=None, **params):
        """Compute the expected cost of predicting each class.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        cost_matrix : array-like of shape (n_classes, n_classes) or (n_samples, \
                n_classes, n_classes), default=None
            Costs, of all rows or of each one, in place of those of `fit`.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Expected costs, columns in the order of `classes_`. Their least value in
            each row is what the decision of `predict` costs in the mean.

        Raises
        ------
        ValueError
            If the costs are not finite numbers of one of the shapes.
        """
        probabilities = self.predict_proba(X, **params)
        costs = self.cost_matrix_
        if cost_matrix is not None:
            n_rows, n_classes = probabilities.shape
            shape = (n_classes, n_classes)
            shapes = [shape, (n_rows, *shape)]
            costs = checked_costs(cost_matrix, shapes, self.classes_)
        if costs.ndim == 2:
            return probabilities @ costs
        return (probabilities[:, None, :] @ costs)[:, 0]
