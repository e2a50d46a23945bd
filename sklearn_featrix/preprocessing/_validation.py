"""The first act of every `fit` and `predict` that takes a raw table."""

from __future__ import annotations

from typing import Any

from scipy import sparse
from sklearn.utils.validation import validate_data

from ._table import array_of_list, as_frame, check_unique_names, column_names


def validate_table(estimator: Any, X: Any, *, reset: bool) -> Any:
    """Check a raw table and bring its columns into the order of `fit`.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` and, for named columns, `feature_names_in_`.
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
    if isinstance(X, (list, tuple)):
        X = array_of_list(X)
    return validate_data(
        estimator, X, reset=reset, dtype=None, accept_sparse=["csr", "csc"],
        ensure_all_finite=False,
    )  # fmt: skip


def _validate_frame(estimator, X, *, reset):
    check_unique_names(X)
    if not reset and hasattr(estimator, "feature_names_in_"):
        X = _in_order_of_fit(list(estimator.feature_names_in_), X)
    for what, length in zip(("sample", "feature"), X.shape, strict=True):
        if length == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of "
                "1 is required."
            )
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    return X


def _in_order_of_fit(expected, X):
    names = column_names(X)
    if names is None or names == expected:
        return X
    missing = [name for name in expected if name not in set(names)]
    extra = [name for name in names if name not in set(expected)]
    if missing or extra:
        raise ValueError(_wrong_columns_message(missing, extra))
    return as_frame(X).select(expected).to_native()


def _wrong_columns_message(missing, extra):
    parts = ["The feature names should match those that were passed during fit."]
    if extra:
        parts.append(f"Feature names unseen at fit time: {extra}; drop them.")
    if missing:
        parts.append(f"Feature names seen at fit time, yet now missing: {missing}.")
    return "\n".join(parts)
