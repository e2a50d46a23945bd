import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._kinds import (
    as_kind,
    dates_of,
    decide_kind,
    n_distinct,
    numbers_of,
    spoilt_numbers,
    varies,
    why_dropped,
)
from sklearn_featrix.preprocessing._table import Table

MANY_NUMBERS = [str(i / 2) for i in range(30)]
MANY_NAMES = [f"name {i}" for i in range(30)]


def column(values):
    values = (
        values if isinstance(values, pd.Series) else pd.Series(values, dtype=object)
    )
    return Table(values.to_frame("x")).column(0)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, None], "numeric"),
        ([np.int8(1), np.float32(2)], "numeric"),
        ([dt.timedelta(1), None], "numeric"),
        ([dt.time(8, 30), dt.time(9)], "numeric"),
        ([True, False, None], "boolean"),
        ([True, 2], "numeric"),
        ([dt.date(2020, 1, 1), None], "datetime"),
        ([dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "datetime"),
        (["2020-01-01", "2020-02-01 08:30", None], "datetime"),
        (["2020-01-01T08:30:00Z", "2020-01-01T08:30:00.123+02:00"], "datetime"),
        (["2020-01-01", "2020-02-31"], "category"),
        (["2020-01-01", "unknown"], "category"),
        (["a", "b", None], "category"),
        (["1", "2", "3"], "category"),
        (MANY_NUMBERS, "numeric"),
        ([*MANY_NUMBERS, "", None], "numeric"),
        ([f"{i:05d}" for i in range(30)], "text"),
        (MANY_NAMES, "text"),
        ([f"{i}x" for i in range(30)], "category"),
        ([1, "a", 2.0], "category"),
        ([None, None], "numeric"),
        (pd.Series(MANY_NUMBERS, dtype="category"), "category"),
        (pd.Series(MANY_NAMES, dtype="category"), "text"),
        (pd.Series(["2020-01-01"], dtype="category"), "category"),
        (pd.Series([3, 5], dtype="category"), "category"),
    ],
)
def test_kind(values, kind):
    assert decide_kind(column(values), max_categories=24) == kind


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1, 1], "constant"),
        ([np.inf, np.inf], "constant"),
        (["a", "a"], "constant"),
        ([dt.date(2020, 1, 1)] * 2, "constant"),
        ([None, np.nan], "all values are missing"),
        (["", "  ", None], "all values are missing"),
        ([1, None], None),
        ([1, np.inf], None),
        ([-np.inf, np.inf], None),
        (["a", None], None),
        ([1, 2], None),
    ],
)
def test_why_dropped(values, reason):
    assert why_dropped(column(values)) == reason


def test_n_distinct():
    assert n_distinct(column([None, None])) == 0
    assert n_distinct(column([np.inf, None])) == 1
    assert n_distinct(column([1, 1, np.inf])) == 2
    assert n_distinct(column([-np.inf, np.inf])) == 2
    assert n_distinct(column([dt.date(2020, 1, 1), None])) == 1
    assert n_distinct(column(["a", "b", "c"])) == 2


def test_numbers_among_which_a_few_texts_are_none():
    assert spoilt_numbers(column([*MANY_NUMBERS, "unknown", "?"])) == ["?", "unknown"]
    assert spoilt_numbers(column([1.5, *range(30), "unknown"])) == ["unknown"]
    assert spoilt_numbers(column(MANY_NUMBERS)) == []


@pytest.mark.parametrize(
    "values",
    [
        MANY_NAMES,
        [*MANY_NUMBERS, *MANY_NAMES[:6]],
        [*map(str, range(10001, 10031)), "00501", "unknown"],
        pd.Series([*MANY_NUMBERS, "unknown"], dtype="category"),
        [1.5, 2.5],
    ],
)
def test_texts_that_are_no_spoilt_numbers(values):
    assert spoilt_numbers(column(values)) is None


@pytest.mark.parametrize("text", ["007", "1,5", "nan", "inf", "1e", "", "0x1", "-"])
def test_not_a_number(text):
    assert numbers_of(["1", text]) is None


def test_numbers():
    texts = ["0", "-1.5", "+2", ".5", "3.", "1e3", "0.25"]
    np.testing.assert_array_equal(numbers_of(texts), [0, -1.5, 2, 0.5, 3, 1000, 0.25])


def test_dates_keep_the_clock_that_is_written():
    texts = ["2020-01-02", "2020-01-02T08:30:00+05:00"]
    expected = np.array(["2020-01-02T00:00", "2020-01-02T08:30"], dtype="M8[us]")
    np.testing.assert_array_equal(dates_of(texts), expected)


def test_later_values_are_read_as_the_kind_of_fit():
    assert as_kind(column([None, None]), "datetime").missing.all()
    assert as_kind(column(["1.5", None]), "numeric").values[0] == 1.5
    assert as_kind(column([True]), "numeric").values[0] == 1
    date = as_kind(column(["2020-01-01", None]), "datetime")
    assert date.values[0] == np.datetime64("2020-01-01")
    text = as_kind(column([10, 9.0, 2.5, None]), "category")
    assert text.levels == ["10", "2.5", "9"]
    np.testing.assert_array_equal(text.values, [0, 2, 1, -1])
    assert as_kind(column([True, None]), "category").levels == ["True"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["a"], "numeric"), (["a"], "boolean"), (["soon"], "datetime"), ([3], "datetime")],
)
def test_values_of_another_kind(values, kind):
    with pytest.raises(ValueError, match=f"'x' was {kind} when the encoder was fitted"):
        as_kind(column(values), kind)


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (np.full((5, 2), 3.0), False),
        (sparse.csr_array((5, 2)), False),
        (sparse.csr_array(np.eye(5)), True),
        (pd.DataFrame({"a": ["x"] * 3, "b": [None] * 3}), False),
        (pd.DataFrame({"a": ["x"] * 3, "b": [None, 1.0, None]}), True),
    ],
)
def test_a_table_varies_if_a_column_does(X, expected):
    assert varies(X) == expected
