import numpy as np
import pandas as pd
import pytest

from sklearn_featrix.preprocessing._datetime import DatetimeEncoder, calendar_parts
from sklearn_featrix.preprocessing._table import Column


def date_column(values):
    return Column("when", "date", np.array(values, dtype="datetime64[us]"))


def encode(values, train, encoding):
    encoder = DatetimeEncoder().fit(date_column(train))
    names = getattr(encoder, f"{encoding}_names")()
    out = np.empty((len(values), len(names)), dtype=np.float32)
    getattr(encoder, encoding)(date_column(values), out)
    return out, names


def test_calendar_parts_agree_with_pandas():
    moments = pd.Series(pd.date_range("1969-11-28 05:30", periods=400, freq="31h"))
    parts = calendar_parts(moments.to_numpy().astype("datetime64[us]"))
    for name in ("year", "month", "day"):
        np.testing.assert_array_equal(parts[name], getattr(moments.dt, name))
    np.testing.assert_array_equal(parts["weekday"], moments.dt.day_of_week)
    hour = moments.dt.hour + moments.dt.minute / 60
    np.testing.assert_allclose(parts["hour"], hour)


def test_parts_that_do_not_vary_are_left_out():
    dates = ["2020-01-06", "2020-02-06", "2020-03-06"]
    out, names = encode(dates, dates, "tree")
    assert names == ["__month", "__weekday", "__days"]
    np.testing.assert_array_equal(out, [[1, 0, 0], [2, 3, 31], [3, 4, 60]])


def test_linear_has_one_flag_for_all_parts():
    dates = ["2020-01-06", "2021-02-07", "2022-03-08", "NaT"]
    out, names = encode(dates, dates, "linear")
    assert [name for name in names if "missing" in name] == ["__missing"]
    np.testing.assert_array_equal(out[3], [0] * (len(names) - 1) + [1])
    assert np.isfinite(out).all()


@pytest.mark.parametrize("encoding", ["linear", "tree"])
def test_later_dates_are_encoded(encoding):
    train = pd.date_range("2020-01-01", periods=90).to_numpy()
    out, _ = encode(["2031-05-05", "NaT"], train, encoding)
    assert np.isfinite(out[0]).all()
    assert np.isnan(out[1]).all() == (encoding == "tree")


def test_two_years_are_one_column():
    dates = ["2020-01-06", "2021-01-06", "2021-01-07", "2020-01-08"]
    out, names = encode(dates, dates, "linear")
    np.testing.assert_array_equal(out[:, names.index("__year")], [-1, 1, 1, -1])


def test_dates_that_differ_by_a_microsecond():
    dates = ["2020-01-06T00:00:00.000001", "2020-01-06T00:00:00.000002"]
    out, names = encode(dates, dates, "linear")
    np.testing.assert_array_equal(out[:, names.index("__days")], [-1, 1])
