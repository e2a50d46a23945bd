"""A supervised classifier among unlabeled rows."""

from __future__ import annotations

from copy import deepcopy
from numbers import Number

import numpy as np
from sklearn import get_config
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    clone,
    is_classifier,
)
from sklearn.utils import check_consistent_length, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..utils._compat import fit_context, index_metadata, index_rows, num_samples
from ..utils._labels import PartialLabels, encode_labels, mark_beside

__all__ = ["LabeledOnly"]

_METHODS = (
    "fit",
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score",
)


def _wrapped_has(method):
    def check(self):
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return check


class LabeledOnly(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Classifier that learns from the labelled rows and never sees the others.

    Put last in a pipeline, it lets the steps before it learn from all rows and the
    classifier from the labelled ones, so that one `y` with unlabeled rows serves both.

    Parameters
    ----------
    estimator : classifier
        Any scikit-learn classifier, a pipeline that ends in one included.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.

    Attributes
    ----------
    estimator_ : classifier
        The classifier fitted on the labelled rows.
    classes_ : ndarray of shape (n_classes,)
        The class labels, in the caller's dtype; "unlabeled" is none of them.
    n_features_in_ : int
        Number of features seen during fit, if the wrapped classifier tells.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during fit, if the wrapped classifier tells.

    See Also
    --------
    sklearn_featrix.model_selection.LabeledSplit : Folds over labelled rows only.
    sklearn_featrix.metrics.make_labeled_scorer : Scores labelled rows only.

    Notes
    -----
    Unlabeled rows are dropped from `X`, from `y`, and from everything in the fit and
    score parameters that has one entry per row.

    Metadata routing hands on what the wrapped classifier requests. `sample_weight` may
    be requested on the wrapper instead: ``set_fit_request(sample_weight=True)``.

    A classifier of precomputed kernels or distances is refused when rows are unlabeled:
    its columns are rows too.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_featrix.compose import LabeledOnly
    >>> from sklearn_featrix.datasets import mask_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=30, random_state=0)
    >>> classifier = make_pipeline(PCA(2), LabeledOnly(LogisticRegression()))
    >>> classifier.fit(X, y_few)  # PCA on 150 rows, LogisticRegression on 30
    Pipeline(...)
    >>> classifier.classes_
    array([0, 1, 2])
    >>> classifier.score(X, y) > 0.9
    True
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    # As a rule the wrapped classifier says what metadata it wants.
    __metadata_request__fit = {"sample_weight": False}
    __metadata_request__score = {"sample_weight": False}

    def __init__(self, estimator, *, unlabeled="auto"):
        self.estimator = estimator
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the wrapped classifier on the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows; those of unlabeled rows are dropped. Handed to the
            wrapped classifier only if given.
        **params : dict
            Parameters of the wrapped classifier's `fit`; what has one entry per row
            loses those of unlabeled rows.

        Returns
        -------
        self : LabeledOnly
            The fitted classifier.

        Raises
        ------
        TypeError
            If the wrapped estimator is no classifier.
        ValueError
            If `y` has another length than `X`, or labels of fewer than two classes.
        """
        self._check_estimator()
        labels = encode_labels(
            y, unlabeled=self.unlabeled, n_samples=num_samples(X), min_classes=2
        )
        params = self._route("fit", sample_weight, params)
        X, params = self._drop_unlabeled(X, labels, params)
        self.estimator_ = clone(self.estimator).fit(X, labels.labeled_values, **params)
        self.classes_ = getattr(self.estimator_, "classes_", labels.classes)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def predict(self, X, **params):
        """Predict the class of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `predict`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels, never the mark of an unlabeled row.
        """
        return self._predict_with("predict", X, params)

    @available_if(_wrapped_has("predict_proba"))
    def predict_proba(self, X, **params):
        """Predict class probabilities.

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
        return self._predict_with("predict_proba", X, params)

    @available_if(_wrapped_has("predict_log_proba"))
    def predict_log_proba(self, X, **params):
        """Predict the logarithms of class probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `predict_log_proba`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms of probabilities, columns in the order of `classes_`.
        """
        return self._predict_with("predict_log_proba", X, params)

    @available_if(_wrapped_has("decision_function"))
    def decision_function(self, X, **params):
        """Compute the wrapped classifier's decision function.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `decision_function`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Confidence per row and class; one column for two classes.
        """
        return self._predict_with("decision_function", X, params)

    def score(self, X, y, sample_weight=None, **params):
        """Score the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to score on; unlabeled ones do not count.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows.
        **params : dict
            Parameters of the wrapped classifier's `score`.

        Returns
        -------
        float
            What the wrapped classifier's `score` says: as a rule, accuracy.
        """
        check_is_fitted(self)
        unlabeled = mark_beside(self.classes_, self.unlabeled)
        labels = encode_labels(y, unlabeled=unlabeled, n_samples=num_samples(X))
        params = self._route("score", sample_weight, params)
        X, params = self._drop_unlabeled(X, labels, params)
        return self.estimator_.score(X, labels.labeled_values, **params)

    def get_metadata_routing(self):
        """Get the metadata routing: everything goes to the wrapped classifier.

        Returns
        -------
        MetadataRouter
            Routing of each method to the method of the same name.
        """
        mapping = MethodMapping()
        for method in _METHODS:
            mapping.add(caller=method, callee=method)
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = deepcopy(inner.input_tags)
        tags.non_deterministic = inner.non_deterministic
        if inner.classifier_tags is not None:
            tags.classifier_tags = deepcopy(inner.classifier_tags)
            tags.classifier_tags.multi_label = False
        return tags

    def _check_estimator(self):
        is_instance = hasattr(self.estimator, "fit") and not isinstance(
            self.estimator, type
        )
        if not is_instance or not is_classifier(self.estimator):
            raise TypeError(
                f"LabeledOnly wraps a classifier, got {self.estimator!r}. Pass an "
                "instance of a scikit-learn classifier, such as LogisticRegression(); "
                "a transformer goes before LabeledOnly, as a step of a Pipeline."
            )

    def _route(self, method, sample_weight, params):
        """Parameters for the wrapped classifier's method of the same name."""
        if get_config()["enable_metadata_routing"]:
            own = getattr(self._get_metadata_request(), method).requests
            if sample_weight is not None and not own.get("sample_weight"):
                params = {**params, "sample_weight": sample_weight}
                sample_weight = None
            if params:
                params = process_routing(self, method, **params).estimator[method]
        if sample_weight is not None:
            params = {**params, "sample_weight": sample_weight}
        return params

    def _drop_unlabeled(self, X, labels: PartialLabels, params):
        weight = params.get("sample_weight")
        if weight is not None and not isinstance(weight, Number):
            check_consistent_length(X, weight)
        if labels.labeled.all():
            return X, params
        if get_tags(self.estimator).input_tags.pairwise:
            raise ValueError(
                f"{self.estimator!r} works on a precomputed square matrix, whose "
                "columns are rows too: LabeledOnly cannot drop the "
                f"{int((~labels.labeled).sum())} unlabeled ones. Drop rows and columns "
                "with is_labeled(y) before fit."
            )
        rows = np.flatnonzero(labels.labeled)
        return index_rows(X, rows), index_metadata(X, params, rows)

    def _predict_with(self, method, X, params):
        check_is_fitted(self)
        params = self._route(method, None, params)
        return getattr(self.estimator_, method)(X, **params)
