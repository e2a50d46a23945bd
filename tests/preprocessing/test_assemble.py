import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._assemble import (
    append_columns,
    assemble_rows,
    fresh_index,
    holds_numbers,
)
from sklearn_featrix.preprocessing._table import Table

COLUMNS = {
    "float": [0.5, 1.5, None, 3.5],
    "whole": [0, 10, 20, 30],
    "text": ["a", "b", None, "d"],
    "flag": [True, False, True, False],
    "date": [dt.datetime(2020, 1, day) for day in (1, 2, 3, 4)],
}
ROWS = np.array([3, 0, 1, 2])
MADE = np.array([1, 3])
NUMBERS = np.array([[7.25, 4.6, *[np.nan] * 3], [np.nan, 5.4, *[np.nan] * 3]])
DONORS = np.array([[0, 0, 3, 1, 3], [2, 2, 2, 0, 1]])
EXPECTED = {
    "float": [3.5, 7.25, 1.5, None],
    "whole": [30, 5, 10, 5],
    "text": ["d", "d", "b", None],
    "flag": [False, False, False, True],
    "date": [dt.datetime(2020, 1, day) for day in (4, 4, 2, 2)],
}


def as_pandas():
    return pd.DataFrame(COLUMNS, index=[5, 5, 6, 7])


def as_nullable():
    return as_pandas().convert_dtypes()


def as_arrow_backed():
    return pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow")


def as_polars():
    return pl.DataFrame(COLUMNS)


def as_pyarrow():
    return pa.table(COLUMNS)


@pytest.mark.parametrize(
    "make", [as_pandas, as_nullable, as_arrow_backed, as_polars, as_pyarrow]
)
class TestFrames:
    def test_cells(self, make):
        table = make()
        result = assemble_rows(table, ROWS, MADE, DONORS, NUMBERS)
        assert type(result) is type(table)
        if isinstance(result, pd.DataFrame):
            assert result.dtypes.to_dict() == table.dtypes.to_dict()
            assert result.index.tolist() == [0, 1, 2, 3]
            result = result.astype(object)
            cells = {name: result[name].tolist() for name in COLUMNS}
        else:
            assert result.schema == table.schema
            cells = result.to_pydict() if make is as_pyarrow else result.to_dict()
        for name, expected in EXPECTED.items():
            got = [None if pd.isna(cell) else cell for cell in cells[name]]
            assert got == expected, name

    def test_which_columns_hold_numbers(self, make):
        assert holds_numbers(make()).tolist() == [True, True, False, False, False]


class TestArrays:
    def test_whole_rows_of_numbers_below(self):
        X = np.arange(6).reshape(3, 2)
        numbers = np.array([[0.6, 1e9], [-7.0, 2.4]])
        result = assemble_rows(
            X.astype(np.int8), np.array([0, 2, 0, 0]), np.array([2, 3]), None, numbers
        )
        assert result.dtype == np.int8
        np.testing.assert_array_equal(result, [[0, 1], [4, 5], [1, 127], [-7, 2]])

    def test_all_rows_that_stay_are_not_copied_twice(self):
        X = np.ones((3, 2))
        assert assemble_rows(X, np.arange(3)) is X

    def test_single_cells(self):
        X = np.array([[0.0, np.nan], [2.0, 4.0]], dtype=np.float32)
        result = assemble_rows(
            X, np.array([1, 0]), np.array([1]), None, np.array([[9.0, np.nan]])
        )
        assert result.dtype == np.float32
        np.testing.assert_array_equal(result, [[2, 4], [9, np.nan]])

    def test_objects(self):
        X = np.array([[1, 0.5, "a"], [3, 1.5, "b"]], dtype=object)
        assert holds_numbers(X).tolist() == [True, True, False]
        result = assemble_rows(
            X, np.array([0, 0]), np.array([1]), np.array([[0, 0, 1]]),
            np.array([[1.6, 1.0, np.nan]]),
        )  # fmt: skip
        assert result[1].tolist() == [2, 1.0, "b"]
        assert type(result[1, 0]) is int

    def test_sparse(self):
        X = sparse.csc_matrix(np.eye(3))
        result = assemble_rows(
            X, np.array([2, 0]), np.array([1]), None, sparse.csr_matrix([[0.5, 0, 1]])
        )
        assert result.format == "csc"
        np.testing.assert_array_equal(result.toarray(), [[0, 0, 1], [0.5, 0, 1]])
        assert holds_numbers(X).all()


def test_sparse_columns_of_pandas_stay_sparse():
    X = pd.DataFrame({"a": pd.arrays.SparseArray([0.0, 1.0, 0.0])})
    result = assemble_rows(
        X, np.array([0, 1, 0]), np.array([2]), None, np.array([[0.5]])
    )
    assert isinstance(result["a"].dtype, pd.SparseDtype)
    assert result["a"].tolist() == [0, 1, 0.5]


def test_fresh_index():
    series = pd.Series([1, 2], index=[7, 7])
    assert fresh_index(series).index.tolist() == [0, 1]
    assert fresh_index([1, 2]) == [1, 2]


MORE = np.array([[0.5, 1.0], [2.0, -3.0], [4.0, 5.5], [0.0, 7.0]])


@pytest.mark.parametrize(
    "make", [as_pandas, as_nullable, as_arrow_backed, as_polars, as_pyarrow]
)
def test_columns_of_numbers_go_beside_a_frame(make):
    table = make()
    joined = append_columns(table, MORE)
    assert type(joined) is type(table)
    names = list(getattr(joined, "column_names", joined.columns))
    assert names[:5] == list(COLUMNS)
    assert len(set(names)) == 7
    more = np.column_stack([np.asarray(joined[name]) for name in names[5:]])
    np.testing.assert_array_equal(more.astype(float), MORE)
    assert list(map(str, joined["text"])) == list(map(str, table["text"]))
    assert table.shape[1] == 5
    if hasattr(table, "index"):
        assert list(joined.index) == list(table.index)


def test_new_names_are_free_and_other_labels_become_positions():
    named = append_columns(pd.DataFrame({"component1": [1, 2, 3, 4]}), MORE)
    assert len(set(named.columns)) == 3
    by_date = pd.DataFrame({pd.Timestamp(2020, 1, 1): [1, 2, 3, 4], 7: [5, 6, 7, 8]})
    assert list(append_columns(by_date, MORE).columns) == [0, 1, 2, 3]
    assert list(by_date.columns) == [pd.Timestamp(2020, 1, 1), 7]


def test_many_columns_beside_rows_of_equal_labels():
    columns = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    table = pd.DataFrame(np.ones((4, 2)), columns=columns, index=[7, 7, 1, 7])
    joined = append_columns(table, np.tile(MORE, 60))
    assert joined.columns.tolist() == list(range(122))
    assert joined.index.tolist() == [7, 7, 1, 7]
    np.testing.assert_array_equal(joined.iloc[:, 2:], np.tile(MORE, 60))
    assert table.columns.equals(columns)


@pytest.mark.parametrize("unit", ["D", "us", "ns"])
def test_dates_of_an_array_stay_dates(unit):
    dates = np.array([["2020-01-01"], ["NaT"]], dtype=f"datetime64[{unit}]")
    for table, form in ((dates, "date"), (dates - dates[0], "number")):
        column = Table(append_columns(table, MORE[:2])).column(0)
        alone = Table(table).column(0)
        assert column.form == alone.form == form
        np.testing.assert_array_equal(column.values, alone.values)


@pytest.mark.parametrize("dtype", [int, bool, "U1", object])
def test_columns_of_numbers_go_beside_an_array(dtype):
    table = np.array([[1, 0], [0, 1], [1, 1], [0, 0]]).astype(dtype)
    joined = append_columns(table, MORE)
    assert joined.dtype == (float if dtype is int else object)
    assert joined[:, :2].tolist() == table.tolist()
    np.testing.assert_array_equal(joined[:, 2:].astype(float), MORE)


def test_columns_of_numbers_go_beside_a_sparse_matrix():
    table = sparse.csc_array(np.eye(4))
    joined = append_columns(table, MORE)
    assert joined.format == "csc"
    np.testing.assert_array_equal(joined.toarray(), np.hstack([np.eye(4), MORE]))
