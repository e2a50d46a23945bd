"""What classifiers have in common that decide by another one's probabilities."""

from __future__ import annotations

import numpy as np
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..compose._wrapped_classifier import WrappedClassifier
from ..utils._compat import check_sample_weight, index_rows, num_samples
from ..utils._label_marks import mark_beside
from ..utils._labeled_scorer import stated_mark
from ..utils._labels import encode_labels

__all__ = ["ProbabilityClassifier"]


def _wrapped_has_probabilities(self):
    return hasattr(getattr(self, "estimator_", self.estimator), "predict_proba")


class ProbabilityClassifier(WrappedClassifier):
    """Classifier that reads the probabilities of another one in its own way.

    Subclasses call `_fit_estimator` first and say what they make of the probabilities
    in `predict_proba` and `predict`.
    """

    # `score` is our own: it counts what `predict` says, not the wrapped classifier.
    __metadata_request__score = {"sample_weight": None}

    def _fit_estimator(self, X, y, sample_weight, params):
        """Labels and weights of the rows, and what `fit` of the classifier got.

        Leaves `estimator_` and `classes_`.
        """
        self._check_estimator(" that has predict_proba.")
        params = self._route("fit", sample_weight, params)
        weights = check_sample_weight(
            params.get("sample_weight"), X, dtype=np.float64, ensure_non_negative=True
        )
        mark = stated_mark(self.estimator, self.unlabeled)
        labels = encode_labels(
            y, unlabeled=mark, n_samples=num_samples(X), min_classes=2, keep=weights > 0
        )
        self.estimator_ = clone(self.estimator).fit(X, y, **params)
        self.classes_ = self._checked_classes(labels)
        self._mark = mark_beside(self.classes_, mark)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return labels, weights, params

    def _checked_classes(self, labels):
        if not _wrapped_has_probabilities(self):
            raise TypeError(
                f"{self.estimator!r} has no predict_proba, which "
                f"{type(self).__name__} works on. Wrap the classifier in "
                "CalibratedClassifierCV."
            )
        classes = np.asarray(self.estimator_.classes_)
        if np.array_equal(classes, labels.classes):
            return classes
        message = (
            f"{self.estimator!r} learnt the classes {classes.tolist()}, but those of "
            f"the labelled rows of y are {labels.classes.tolist()}."
        )
        if len(classes) > len(labels.classes):
            message += (
                " If it took 'unlabeled' for a class, wrap it in LabeledOnly, or give "
                "it the same parameter unlabeled."
            )
        raise ValueError(message)

    def _wrapped_proba(self, X, params):
        return np.asarray(self._predict_with("predict_proba", X, params))

    @available_if(_wrapped_has_probabilities)
    def predict_log_proba(self, X, **params):
        """Predict the logarithms of class probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to classify.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms of `predict_proba`, columns in the order of `classes_`.
        """
        with np.errstate(divide="ignore"):  # the logarithm of 0 is what it is
            return np.log(self.predict_proba(X, **params))

    @property
    def decision_function(self):
        """Not there: the wrapped classifier's would contradict `predict`."""
        raise AttributeError(
            f"{type(self).__name__} decides by probabilities and has no "
            "decision_function. Use predict_proba."
        )

    def score(self, X, y, sample_weight=None):
        """Return the accuracy of `predict` on the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to score on; unlabeled ones do not count.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        float
            Share of the labelled rows whose class is predicted.
        """
        check_is_fitted(self)
        labels = encode_labels(y, unlabeled=self._mark, n_samples=num_samples(X))
        rows = np.flatnonzero(labels.labeled)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)[rows]
        right = self.predict(index_rows(X, rows)) == labels.labeled_values
        return accuracy_score(np.ones(len(rows)), right, sample_weight=sample_weight)

    def get_metadata_routing(self):
        """Get the metadata routing: who wants which parameter.

        Returns
        -------
        MetadataRouter
            `fit` goes to the wrapped classifier's `fit`, all predictions to its
            `predict_proba`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        for method in ("predict", "predict_proba", "predict_log_proba"):
            mapping.add(caller=method, callee="predict_proba")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)
