"""The only gate to scikit-learn's private or version-dependent API."""

# Parameter validation as every scikit-learn estimator does it.
from sklearn.base import _fit_context as fit_context

# Rows of any container (numpy, sparse, pandas, polars, list) by position.
from sklearn.utils import _safe_indexing as index_rows
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
    "index_metadata",
    "index_rows",
    "num_samples",
]
