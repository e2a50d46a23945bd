"""What classifiers of partly labelled tables have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from ._compat import check_sample_weight, index_rows, num_samples
from ._label_marks import mark_beside
from ._labels import encode_labels

__all__ = ["PartialLabelsClassifierMixin"]


class PartialLabelsClassifierMixin(ClassifierMixin):  # type: ignore[misc]
    """Predictions and scores of a classifier that reads raw tables.

    The classifier has `predict_proba`, the parameter `unlabeled` and, once fitted,
    `classes_`.
    """

    def predict(self, X: Any) -> Any:
        """Predict the class of highest probability; never "unlabeled".

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels, in the dtype of `classes_`.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Return the accuracy on the labelled rows of `X`.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows, labelled or not.
        y : array-like of shape (n_samples,)
            Labels, with marks in the unlabeled rows, which do not count.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        float
            Mean accuracy.

        Raises
        ------
        ValueError
            If no row has a label.
        """
        check_is_fitted(self)
        labels = encode_labels(
            y,
            unlabeled=mark_beside(self.classes_, self.unlabeled),
            n_samples=num_samples(X),
        )
        rows = np.flatnonzero(labels.labeled)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)[rows]
        predicted = self.predict(index_rows(X, rows))
        return accuracy_score(
            labels.labeled_values, predicted, sample_weight=sample_weight
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        return tags
