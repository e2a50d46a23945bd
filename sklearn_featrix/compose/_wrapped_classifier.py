"""What wrappers of a classifier have in common: all but how they fit it."""

from __future__ import annotations

from copy import deepcopy
from numbers import Number

import numpy as np
from sklearn import get_config
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
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

from ..utils._compat import index_metadata, index_rows, num_samples
from ..utils._label_marks import mark_beside
from ..utils._labels import PartialLabels, encode_labels

__all__ = ["WrappedClassifier"]

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
        if method in self._hidden_methods:
            return False
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return check


class WrappedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Classifier that learns through another one, from partly labelled rows.

    Subclasses have the parameters `estimator` and `unlabeled`; their `fit` leaves
    `estimator_`, the fitted classifier, and `classes_`.
    """

    # Methods of the wrapped classifier that do not speak for this one.
    _hidden_methods: tuple[str, ...] = ()

    # As a rule the wrapped classifier says what metadata it wants.
    __metadata_request__fit = {"sample_weight": False}
    __metadata_request__score = {"sample_weight": False}

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

    def _check_estimator(self, advice):
        is_instance = hasattr(self.estimator, "fit") and not isinstance(
            self.estimator, type
        )
        if not is_instance or not is_classifier(self.estimator):
            raise TypeError(
                f"{type(self).__name__} wraps a classifier, got {self.estimator!r}. "
                f"Pass an instance of a scikit-learn classifier{advice}"
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
        self._refuse_pairwise(int((~labels.labeled).sum()))
        rows = np.flatnonzero(labels.labeled)
        return index_rows(X, rows), index_metadata(X, params, rows)

    def _refuse_pairwise(self, n_unlabeled):
        if n_unlabeled and get_tags(self.estimator).input_tags.pairwise:
            raise ValueError(
                f"{self.estimator!r} works on a precomputed square matrix, whose "
                f"columns are rows too: {type(self).__name__} cannot drop the "
                f"{n_unlabeled} unlabeled ones. Drop rows and columns with "
                "is_labeled(y) before fit."
            )

    def _predict_with(self, method, X, params):
        check_is_fitted(self)
        params = self._route(method, None, params)
        return getattr(self.estimator_, method)(X, **params)
