"""The only gate to scikit-learn's private or version-dependent API."""

from __future__ import annotations

from typing import Any

from scipy import sparse

# Parameter validation as every scikit-learn estimator does it.
from sklearn.base import _fit_context as fit_context

# Rows of any container by position, but for some sparse formats: see `index_rows`.
from sklearn.utils import _safe_indexing

# The error about metadata that is handed over while routing is disabled.
from sklearn.utils._metadata_requests import _raise_for_params as raise_for_params
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

# Named sub-estimators with `name__parameter` access: no public equivalent.
from sklearn.utils.metaestimators import _BaseComposition as NamedEstimatorsMixin

# Of fit and score parameters, the rows of those that have one entry per row.
from sklearn.utils.validation import _check_method_params as index_metadata

# Validation of sample_weight as every scikit-learn estimator does it.
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

__all__ = [
    "HasMethods",
    "Interval",
    "NamedEstimatorsMixin",
    "StrOptions",
    "check_sample_weight",
    "fit_context",
    "forget_optimizer",
    "index_metadata",
    "index_rows",
    "num_samples",
    "raise_for_params",
]


def forget_optimizer(model: Any) -> None:
    """Let an MLP read its parameters again, such as the learning rate.

    Its `partial_fit` makes an optimizer at the first call, and keeps it whatever
    `set_params` says.
    """
    vars(model).pop("_optimizer", None)


def index_rows(X: Any, rows: Any) -> Any:
    """Rows of any container (numpy, sparse, pandas, polars, list) by position."""
    if sparse.issparse(X) and X.format in ("bsr", "coo", "dia"):
        X = X.tocsr()  # these have no rows to take
    return _safe_indexing(X, rows)
