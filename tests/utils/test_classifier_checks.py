"""The common checks find what they look for."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_featrix.compose import LabeledOnly
from sklearn_featrix.utils import is_labeled
from sklearn_featrix.utils._check_marks import MARKS
from sklearn_featrix.utils._classifier_checks import check_mark

Y = np.array([0, 1, 2, -1, 0, -1])


class PredictsObjects(LabeledOnly):
    def predict(self, X, **params):
        return super().predict(X, **params).astype(object)


class LearnsStrings(LabeledOnly):
    def fit(self, X, y, sample_weight=None, **params):
        super().fit(X, y, sample_weight, **params)
        self.classes_ = self.classes_.astype(str)
        return self


class ReadsTextOfMissingValues(LabeledOnly):
    def fit(self, X, y, sample_weight=None, **params):
        return super().fit(X, np.asarray(y).astype(object), sample_weight, **params)


@pytest.mark.parametrize("name", list(MARKS))
def test_every_mark_hides_the_same_rows(name):
    write, _ = MARKS[name]
    np.testing.assert_array_equal(is_labeled(write(Y)), Y >= 0)


@pytest.mark.parametrize(
    ("estimator", "mark", "message"),
    [
        (PredictsObjects, "pandas Int64", "predict has dtype object, the labels have"),
        (LearnsStrings, "polars bool", "equal"),
        (ReadsTextOfMissingValues, "string None", "equal"),
    ],
)
def test_check_mark_fails(estimator, mark, message):
    with pytest.raises(AssertionError, match=message):
        check_mark(estimator(LogisticRegression()), mark)


@pytest.mark.parametrize("mark", list(MARKS))
def test_check_mark_passes(mark):
    check_mark(LabeledOnly(LogisticRegression()), mark)
