import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._table_files import load_table, save_table

COLUMNS = {"a": [1, 2], "b": ["x", None], "c": [True, False]}


@pytest.mark.parametrize("library", [pd, pl])
def test_data_frames_come_back(library, tmp_path):
    X = library.DataFrame(COLUMNS)
    read = load_table(tmp_path, save_table(X, tmp_path))
    assert type(read) is type(X)
    assert read.equals(X)


def test_labels_of_rows_come_back(tmp_path):
    X = pd.DataFrame(COLUMNS, index=["p", "q"])
    pd.testing.assert_frame_equal(load_table(tmp_path, save_table(X, tmp_path)), X)


def test_arrays_come_back(tmp_path):
    for X in (np.eye(2, dtype=np.float32), sparse.csr_array(np.eye(2))):
        read = load_table(tmp_path, save_table(X, tmp_path))
        assert type(read) is type(X)
        assert read.dtype == X.dtype
        assert abs(read - X).max() == 0


def test_arrays_of_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="Fit on a DataFrame to save it"):
        save_table(np.array([["a", 1]], dtype=object), tmp_path)
