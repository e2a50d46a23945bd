import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._stack import stack_tables


def test_arrays_keep_numbers_beside_texts():
    stacked = stack_tables(np.array([[1, 2]]), [["a", 2.5]])
    assert stacked.tolist() == [[1, 2], ["a", 2.5]]


def test_sparse_with_sparse_and_with_dense():
    X = sparse.csr_array([[0, 1]])
    for lower in (sparse.coo_array([[2, 0]]), np.array([[2, 0]])):
        np.testing.assert_array_equal(
            stack_tables(X, lower).toarray(), [[0, 1], [2, 0]]
        )


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_columns_are_matched_by_label_and_types_widened(library):
    upper = library({"a": [1, 2], "b": ["x", "y"], "c": [None, None]})
    lower = library({"b": [3], "c": ["z"], "a": [0.5]})
    stacked = stack_tables(upper, lower)
    assert type(stacked) is type(upper)
    columns = {name: list(np.asarray(stacked[name])) for name in "abc"}
    assert columns["a"] == [1, 2, 0.5]
    assert list(map(str, columns["b"])) == ["x", "y", "3"]
    assert columns["c"][2] == "z"


def test_different_columns_and_containers_are_refused():
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(ValueError, match=r"unseen at fit time: \['b'\]"):
        stack_tables(frame, pd.DataFrame({"b": [1]}))
    with pytest.raises(ValueError, match="same number of columns"):
        stack_tables([[1]], [[1, 2]])
    with pytest.raises(TypeError, match="pandas DataFrame and a polars DataFrame"):
        stack_tables(frame, pl.DataFrame({"a": [1]}))
