import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator

from sklearn_featrix import LabeledSampler
from sklearn_featrix.utils._sampler_checks import (
    check_same_resample,
    check_sample_indices,
    check_sampler_container,
    check_sampler_labels,
    check_sampler_mark,
    check_sampler_mixed_table,
    check_unlabeled_rows_stay,
)
from sklearn_featrix.utils.estimator_checks import check_partial_labels, yield_checks


class Shuffling(LabeledSampler):
    """Its rows stand anywhere, in another order each time."""

    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        order = np.random.default_rng().permutation(len(y))
        return X[order], y[order]


class Numbers(BaseEstimator):
    """Keeps every row, as an array of numbers."""

    def fit_resample(self, X, y):
        self.sample_indices_ = np.arange(len(X))
        self.feature_names_in_ = getattr(X, "columns", None)
        return np.asarray(X), np.asarray(y)


def test_a_sampler_that_does_it_right():
    check_partial_labels(LabeledSampler(SMOTE()))


def test_samplers_are_asked_for_other_things():
    names = {check.__name__ for check in yield_checks(LabeledSampler(SMOTE()))}
    assert "check_unlabeled_rows_stay" in names
    assert "check_sampler_mark[polars]" in names
    assert "check_row_order" not in names


@pytest.mark.parametrize(
    ("sampler", "check"),
    [
        (SMOTE(), check_unlabeled_rows_stay),
        (Shuffling(SMOTE()), check_unlabeled_rows_stay),
        (Shuffling(SMOTE()), check_sample_indices),
        (Shuffling(SMOTE()), check_same_resample),
        (Numbers(), check_sampler_labels),
        (Numbers(), lambda each: check_sampler_mark(each, "list")),
        (Numbers(), lambda each: check_sampler_container(each, "pandas")),
    ],
)
def test_what_is_wrong_is_found(sampler, check):
    with pytest.raises(AssertionError):
        check(sampler)


def test_other_dtypes_are_found():
    with pytest.raises(AttributeError):  # an array has no dtypes
        check_sampler_mixed_table(Numbers())
