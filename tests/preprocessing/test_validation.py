import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator

from sklearn_featrix.preprocessing._validation import validate_table


@pytest.fixture
def fitted():
    estimator = BaseEstimator()
    validate_table(estimator, pd.DataFrame({"a": [1], "b": ["x"]}), reset=True)
    return estimator


def test_fit_stores_names_and_number(fitted):
    assert fitted.feature_names_in_.tolist() == ["a", "b"]
    assert fitted.n_features_in_ == 2


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_columns_come_back_in_the_order_of_fit(fitted, frame):
    X = validate_table(fitted, frame({"b": ["x"], "a": [1]}), reset=False)
    assert isinstance(X, frame)
    assert list(X.columns) == ["a", "b"]


def test_table_in_order_is_not_copied(fitted):
    X = pd.DataFrame({"a": [1], "b": ["x"]})
    assert validate_table(fitted, X, reset=False) is X


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones(3), "Expected 2D array, got 1D array"),
        (pd.Series([1, 2]), "Expected a 2-dimensional container"),
        (np.ones((0, 3)), r"0 sample\(s\)"),
        (pd.DataFrame({"a": []}), r"0 sample\(s\)"),
        (pd.DataFrame(index=[0]), r"0 feature\(s\)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"more than once: \['a'\]"),
    ],
)
def test_tables_that_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        validate_table(BaseEstimator(), X, reset=True)


def test_labels_of_a_former_fit_are_forgotten(fitted):
    validate_table(fitted, np.ones((2, 2)), reset=True)
    with pytest.warns(UserWarning, match="X has feature names"):
        X = validate_table(fitted, pd.DataFrame({"b": [1], "a": [1]}), reset=False)
    assert list(X.columns) == ["b", "a"]


def test_missing_and_unknown_columns_are_named(fitted):
    X = pd.DataFrame({"a": [1], "c": [2]})
    with pytest.raises(ValueError, match=r"unseen .* \['c'\][^$]*missing: \['b'\]"):
        validate_table(fitted, X, reset=False)
