"""The only gate to scikit-learn's private or version-dependent API."""

# Named sub-estimators with `name__parameter` access: no public equivalent.
from sklearn.utils.metaestimators import _BaseComposition as NamedEstimatorsMixin

# Validation of sample_weight as every scikit-learn estimator does it.
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

__all__ = ["NamedEstimatorsMixin", "check_sample_weight", "num_samples"]
