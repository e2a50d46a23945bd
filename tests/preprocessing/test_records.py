import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._records import read_records, with_columns

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, 1.5]})
LABELS = ["a", "b", "c"]


@pytest.mark.parametrize(
    "record",
    [
        {"b": "y", "a": 3},
        pd.Series({"a": 3, "b": "y"}),
        [{"a": 3, "b": "y"}],
        pd.DataFrame({"b": ["y"], "a": [3]}),
        pl.DataFrame({"a": [3], "b": ["y"]}),
    ],
)
@pytest.mark.parametrize("library", [pd, pl])
def test_records_with_labels_may_lack_columns(record, library):
    like = library.DataFrame(TABLE.to_dict(orient="list"))
    table, given = read_records(record, LABELS, like)
    assert given == ["a", "b"]
    assert type(table) is type(like)
    assert list(table.columns) == LABELS
    assert np.asarray(table)[0, :2].tolist() == [3, "y"]
    assert pd.isna(np.asarray(table)[0, 2])


def test_arrays_have_all_columns():
    like = np.zeros((2, 3))
    for record in ([1, 2, 3], [[1, 2, 3]], np.array([1, 2, 3])):
        table, given = read_records(record, LABELS, like)
        assert table.tolist() == [[1, 2, 3]]
        assert given == LABELS
    assert read_records(sparse.coo_array([[0, 1, 0]]), LABELS, like)[0].shape == (1, 3)


def test_labels_that_are_no_strings():
    table, given = read_records({7: "x"}, [5, 7], pd.DataFrame({5: [1], 7: ["x"]}))
    assert table.tolist() == [[None, "x"]]
    assert given == [7]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({"a": 1, "d": 2}, r"unknown of these are \['d'\]"),
        ({}, "has at least one"),
        ([{"a": 1}, {"b": 1}], "Records have different columns"),
        ([1, 2], "must have all 3 columns"),
        (np.zeros((0, 3)), "at least one row"),
        (TABLE[:0], "There is no record"),
        ({"a": None, "b": float("nan")}, "All values of the record are missing"),
        ([None, None, float("nan")], "All values of the record are missing"),
    ],
)
def test_wrong_records_are_refused(records, message):
    with pytest.raises(ValueError, match=message):
        read_records(records, LABELS, TABLE)


@pytest.mark.parametrize("library", [pd, pl])
def test_columns_are_put_around_a_table(library):
    rows = library.DataFrame({"index": [5, 6], "b": ["x", "y"]})
    joined = with_columns(
        rows, ["index", "b"], {"index": np.arange(2)}, {"why": [1, 2]}
    )
    assert type(joined) is type(rows)
    assert list(joined.columns) == ["index_", "index", "b", "why"]
    assert joined["index_"].to_list() == [0, 1]


def test_arrays_become_data_frames_and_labels_of_rows_stay():
    joined = with_columns(np.eye(2), ["x0", "x1"], {"index": [3, 4]}, {})
    assert list(joined.columns) == ["index", "x0", "x1"]
    rows = pd.DataFrame({"a": [1, 2]}, index=["p", "q"])
    assert list(with_columns(rows, ["a"], {"index": [0, 1]}, {}).index) == ["p", "q"]
