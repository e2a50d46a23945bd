import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._table import Table, check_unique_names


def test_container_does_not_matter(container, columns):
    table, reference = Table(container(columns)), Table(pd.DataFrame(columns))
    assert table.shape == reference.shape
    for position in range(len(columns)):
        got, wanted = table.column(position), reference.column(position)
        assert got.form == wanted.form
        assert list(got.levels) == list(wanted.levels)
        np.testing.assert_array_equal(got.values, wanted.values)
        np.testing.assert_array_equal(got.missing, wanted.missing)


@pytest.mark.parametrize(
    ("series", "form", "values"),
    [
        (pd.Series([1, None], dtype="Int64"), "number", [1, np.nan]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [1, np.nan]),
        (pd.Series(["b", None], dtype="string"), "text", [0, -1]),
        (pd.to_timedelta(pd.Series(["90s", None])), "number", [90, np.nan]),
        (pd.Series([dt.timedelta(seconds=5)], dtype=object), "number", [5]),
        (pd.Series([np.timedelta64(5, "s")], dtype=object), "number", [5]),
        (pd.Series([dt.time(1, 0, 2)], dtype=object), "number", [3602]),
        (pd.Series([Decimal("1.5"), None], dtype=object), "number", [1.5, np.nan]),
        (pd.Series([Decimal("1.5"), 2, None, 3.5]), "number", [1.5, 2, np.nan, 3.5]),
        (pl.Series([Decimal("1.5")]), "number", [1.5]),
        (pl.Series([dt.date(2020, 1, 1)]), "date", [np.datetime64("2020-01-01")]),
        (pl.Series([dt.timedelta(seconds=5)]), "number", [5]),
        (pl.Series(["b", "a", None], dtype=pl.Enum(["b", "a"])), "text", [1, 0, -1]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), "text", [1, 0]),
        (pl.Series([1.0, float("nan"), None]), "number", [1, np.nan, np.nan]),
    ],
)
def test_dtypes(series, form, values):
    column = Table(series.rename("x").to_frame()).column(0)
    assert column.form == form
    np.testing.assert_array_equal(column.values, values)


def test_time_zone_keeps_local_clock():
    moments = pd.to_datetime(pd.Series(["2020-06-01 12:00"])).dt.tz_localize(
        "Asia/Tokyo"
    )
    noon = np.datetime64("2020-06-01T12:00")
    for values in (moments, moments.astype(object)):
        assert Table(values.to_frame("x")).column(0).values[0] == noon
    assert Table(pl.from_pandas(moments.to_frame("x"))).column(0).values[0] == noon


def test_mixed_types_are_texts():
    column = Table(np.array([["a"], [1], [1.0], [None], [True]], dtype=object)).column(
        0
    )
    assert column.levels == ["1", "True", "a"]
    np.testing.assert_array_equal(column.values, [2, 0, 0, -1, 1])


def test_unusual_missing_values():
    values = [None, np.nan, pd.NaT, pd.NA, float("nan"), np.float32("nan"), "a"]
    column = Table(pd.DataFrame({"x": pd.Series(values, dtype=object)})).column(0)
    np.testing.assert_array_equal(column.missing, [True] * 6 + [False])


@pytest.mark.parametrize("dtype", ["int8", "float32", "bool", "M8[D]", "m8[s]", "<U2"])
def test_numpy_dtypes(dtype):
    column = Table(np.array([[0, 1], [1, 0]]).astype(dtype)).column(1)
    assert len(column.values) == 2
    assert not column.missing.any()


@pytest.mark.parametrize("layout", ["csr", "csc"])
def test_sparse(layout):
    X = np.array([[0.0, 2.0], [3.0, 0.0]])
    table = Table(sparse.csr_array(X).asformat(layout))
    np.testing.assert_array_equal(table.column(1).values, X[:, 1])


def test_names():
    assert Table(np.eye(2)).names == ["x0", "x1"]
    assert Table(pd.DataFrame(np.eye(2), columns=[7, "a"])).names == [7, "a"]
    assert Table(pd.DataFrame({"a": [1], "b": [2]})).names == ["a", "b"]


def test_pyarrow():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1, None], "b": ["x", "y"]})
    check_unique_names(table)
    assert Table(table).names == ["a", "b"]
    np.testing.assert_array_equal(Table(table).column(0).values, [1, np.nan])


def test_lazy_table():
    with pytest.raises(TypeError, match=r"X\.collect\(\)"):
        Table(pl.LazyFrame({"a": [1]}))


@pytest.mark.parametrize(
    "cell", [[1, 2], (1, 2), {"k": 1}, {1, 2}, np.arange(2), pd.Series([1, 2])]
)
@pytest.mark.parametrize("gap", [None, "text", 1.5])
def test_nested_objects(cell, gap):
    values = np.empty((3, 1), dtype=object)
    values[:, 0] = [gap, cell, gap]
    for X in (values, pd.DataFrame(values, columns=["x0"])):
        with pytest.raises(TypeError, match=r"Column 'x0' holds nested values \(\w+\)"):
            Table(X).column(0)


def test_nested_columns():
    with pytest.raises(TypeError, match=r"Column 'a' holds nested values \(List"):
        Table(pl.DataFrame({"a": [[1, 2], [3]]})).column(0)


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"x0": [b"x", None]}),
        pl.DataFrame({"x0": [b"x", None]}),
        np.array([["x"]], dtype="S1"),
    ],
)
def test_bytes(X):
    with pytest.raises(TypeError, match=r"Column 'x0' holds bytes\. Decode them"):
        Table(X).column(0)


@pytest.mark.parametrize("dtype", [complex, object])
def test_complex_values(dtype):
    X = np.array([[1 + 2j], [1j]]).astype(dtype)
    with pytest.raises(ValueError, match="Complex data not supported"):
        Table(X).column(0)
