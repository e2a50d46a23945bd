import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._numbers import plain_numbers


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_stay_as_they_are(dtype):
    X = np.ones((3, 2), dtype=dtype)
    assert plain_numbers(X) is X


def test_sparse_stays_sparse():
    X = sparse.csr_array(np.eye(3))
    assert plain_numbers(X) is X


@pytest.mark.parametrize(
    "X",
    [
        np.array([[1, 0], [3, 1]]),
        np.array([[1, False], [3.0, True]], dtype=object),
        pd.DataFrame({"a": [1, 3], "b": [False, True]}),
        pl.DataFrame({"a": [1, 3], "b": [False, True]}),
    ],
)
def test_numbers_and_booleans_become_floats(X):
    numbers = plain_numbers(X)
    assert numbers.dtype == np.float64
    np.testing.assert_array_equal(numbers, [[1, 0], [3, 1]])


@pytest.mark.parametrize(
    "X",
    [
        np.array([[1.0, np.nan]]),
        np.array([[1.0, "a"]], dtype=object),
        np.array([[1.0, None]], dtype=object),
        pd.DataFrame({"a": [1.0, None]}),
        pd.DataFrame({"a": pd.Categorical([1, 2])}),
        pd.DataFrame({"a": pd.to_datetime(["2020-01-01", "2020-01-02"])}),
        pl.DataFrame({"a": ["x", "y"]}),
    ],
)
def test_anything_else_is_none(X):
    assert plain_numbers(X) is None
