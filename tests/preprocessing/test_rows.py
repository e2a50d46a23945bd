import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._rows import row_keys


def test_container_does_not_matter(container, columns):
    keys = row_keys(container(columns))
    assert keys.dtype == np.uint64
    np.testing.assert_array_equal(keys, row_keys(pd.DataFrame(columns)))


def test_keys_go_with_their_rows(container, columns):
    order = np.random.default_rng(0).permutation(120)
    shuffled = {name: [values[i] for i in order] for name, values in columns.items()}
    keys = row_keys(container(columns))
    np.testing.assert_array_equal(row_keys(container(shuffled)), keys[order])
    assert len(np.unique(keys)) == len(keys)


def test_equal_rows_equal_keys():
    X = pd.DataFrame({"a": [0.0, -0.0, 1.0, np.nan], "b": ["u", "u", "u", None]})
    keys = row_keys(pd.concat([X, X]))
    np.testing.assert_array_equal(keys[:4], keys[4:])
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 3


def test_position_of_a_value_counts():
    keys = row_keys(np.array([[1, 2], [2, 1], [1, 1], [2, 2]]))
    assert len(np.unique(keys)) == 4


def test_missing_equals_missing_of_any_type():
    gaps = [pd.Series([None], dtype=t) for t in ("Int64", "str", "M8[us]", "object")]
    keys = [row_keys(gap.to_frame("x"))[0] for gap in gaps]
    assert len(set(keys)) == 1


@pytest.mark.parametrize("dtype", [np.int64, np.float32, object])
def test_number_type_does_not_matter(dtype):
    X = np.array([[1, 2], [3, 0]])
    np.testing.assert_array_equal(row_keys(X.astype(dtype)), row_keys(X))
    np.testing.assert_array_equal(row_keys(sparse.csr_array(X)), row_keys(X))


def test_lists():
    keys = row_keys([[1, "a"], [1.0, "a"], [2, "a"]])
    assert keys[0] == keys[1] != keys[2]
