"""What samplers of partly labelled tables have in common: all but what they draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from imblearn import FunctionSampler
from imblearn.utils import check_target_type
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import get_tags

from ..preprocessing._assemble import assemble_rows, fresh_index
from ..preprocessing._table import array_of_list
from ..preprocessing._validation import validate_table
from ..utils._compat import check_sample_weight, fit_context, index_rows, num_samples
from ..utils._labels import encode_labels
from ._order import Order

__all__ = ["PartialLabelsSampler"]


class PartialLabelsSampler(OneToOneFeatureMixin, BaseEstimator):
    """Sampler that draws among the labelled rows and leaves the others alone.

    Subclasses have the parameter `unlabeled`; their `_draw` tells the rows.
    """

    _estimator_type = "sampler"

    @fit_context(prefer_skip_nested_validation=False)
    def fit_resample(self, X, y, sample_weight=None):
        """Resample the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows. They do not change what is drawn; those of the result
            are left in `sample_weight_`.

        Returns
        -------
        X_resampled : {array-like, sparse matrix, DataFrame} of shape \
                (n_samples_new, n_features)
            The unlabeled rows and the labelled ones that stay, in the order that they
            had; the new ones below.
        y_resampled : array-like of shape (n_samples_new,)
            Their labels, with the marks that the unlabeled rows had.

        Raises
        ------
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, or
            the labelled rows do not do for what is asked.
        """
        table, labels, weights = self._check(X, y, sample_weight)
        vars(self).pop("sample_weight_", None)
        drawn, values = self._draw(table, labels)
        if weights is None and _is_all(drawn, values, labels, X, y):
            self.sample_indices_ = drawn.source
            return drawn.whole, values
        order = Order.of(drawn, values, labels)
        self.sample_indices_ = order.sample_indices
        if weights is not None:
            self.sample_weight_ = order.weights(weights, labels)
        out = assemble_rows(table, order.rows, order.made, order.donors, order.numbers)
        y = index_rows(y, order.rows_of_labels)
        return out.tolist() if isinstance(X, list) else out, fresh_index(y)

    def _check(self, X, y, sample_weight=None):
        """Validate the input; leaves `classes_`."""
        if y is None:
            encode_labels(y)  # says what is wrong
        table = array_of_list(X) if isinstance(X, list) else X
        table = validate_table(self, table, reset=True)
        labels = encode_labels(
            _one_column(y),
            unlabeled=self.unlabeled,
            n_samples=num_samples(table),
            min_classes=2,
        )
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, table)
        self.classes_ = labels.classes
        return table, labels, sample_weight

    def __sklearn_tags__(self):
        tags = get_tags(FunctionSampler())  # those that imbalanced-learn asks for
        tags.no_validation = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        tags.sampler_tags.sample_indices = True
        return tags


def _is_all(drawn, values, labels, X, y):
    """Whether what the sampler gave is the result: no unlabeled rows, plain arrays."""
    if drawn.whole is None or not labels.labeled.all():
        return False
    are_arrays = isinstance(X, np.ndarray) and isinstance(y, np.ndarray)
    return are_arrays and y.ndim == 1 and values.dtype == y.dtype


def _one_column(y: Any) -> Any:
    """Labels in one column; those of a class per column are read as imblearn does."""
    if getattr(y, "ndim", 1) == 2 and y.shape[1] > 1:
        return check_target_type(np.asarray(y))
    return y
