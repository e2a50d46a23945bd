"""The first act of every `fit` and `predict` that takes a raw table."""

from __future__ import annotations

from typing import Any

from scipy import sparse
from sklearn.utils.validation import validate_data

from ._table import array_of_list, as_frame, check_unique_names, raw_column_labels


def validate_table(estimator: Any, X: Any, *, reset: bool) -> Any:
    """Check a raw table and bring its columns into the order of `fit`.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` and, for named columns, `feature_names_in_`. Labels that
        are no strings are remembered too, in a private attribute.
    X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
        The table.
    reset : bool
        True in `fit`; False where the table must have the columns of `fit`.

    Returns
    -------
    DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table; a DataFrame stays one, anything else becomes an array.

    Raises
    ------
    ValueError
        If the table is empty or not two-dimensional, a name occurs twice, or columns
        are missing or unknown.
    """
    if not sparse.issparse(X) and as_frame(X) is not None:
        return _validate_frame(estimator, X, reset=reset)
    if reset:
        _remember_labels(estimator, [])
    if isinstance(X, (list, tuple)):
        X = array_of_list(X)
    return validate_data(
        estimator, X, reset=reset, dtype=None, accept_sparse=["csr", "csc"],
        ensure_all_finite=False,
    )  # fmt: skip


def _validate_frame(estimator, X, *, reset):
    check_unique_names(X)
    labels = raw_column_labels(X)
    if not reset:
        expected = getattr(estimator, "_column_labels", None)
        X = _in_order_of_fit(expected or labels, labels, X)
    for what, length in zip(("sample", "feature"), X.shape, strict=True):
        if length == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of "
                "1 is required."
            )
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    if reset:
        _remember_labels(estimator, labels)
    return X


def _remember_labels(estimator, labels):
    """Keep the labels, which `feature_names_in_` does for strings only."""
    if labels and all(label == label for label in labels):  # no NaN among them
        estimator._column_labels = labels
    elif hasattr(estimator, "_column_labels"):
        del estimator._column_labels


def _in_order_of_fit(expected, labels, X):
    if labels == expected or _are_names(labels) != _are_names(expected):
        return X  # names against no names: scikit-learn warns
    known, given = set(expected), set(labels)
    missing = [label for label in expected if label not in given]
    extra = [label for label in labels if label not in known]
    if missing or extra:
        raise ValueError(_wrong_columns_message(missing, extra))
    return as_frame(X)[:, [labels.index(label) for label in expected]].to_native()


def _are_names(labels):
    return all(isinstance(label, str) for label in labels)


def _wrong_columns_message(missing, extra):
    parts = ["The feature names should match those that were passed during fit."]
    if extra:
        parts.append(f"Feature names unseen at fit time: {extra}; drop them.")
    if missing:
        parts.append(f"Feature names seen at fit time, yet now missing: {missing}.")
    return "\n".join(parts)
