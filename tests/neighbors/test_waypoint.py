import datetime as dt
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.neighbors import SimilaritySearch, Waypoint

BERLIN = dt.timezone(dt.timedelta(hours=2))


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(200) < 0.1, np.nan, rng.normal(45, 12, 200)),
            "plan": rng.choice(["basic", "pro", "family"], size=200),
            "since": pd.Timestamp("2015-01-01")
            + pd.to_timedelta(rng.integers(0, 3000, 200), unit="D"),
        }
    )


def test_values_of_every_kind_come_back(tmp_path):
    record = {
        "whole": np.int64(3),
        "share": np.float32(0.5),
        "flag": np.True_,
        "text": "Zürich",
        "gap": np.nan,
        "time": pd.Timestamp("2020-02-03 04:05:06"),
        "zoned": dt.datetime(2020, 1, 1, tzinfo=BERLIN),
        "day": dt.date(2021, 1, 2),
        "numpy_day": np.datetime64("2021-01-03"),
        "wait": pd.Timedelta("90s"),
        "numpy_wait": np.timedelta64(1500, "ms"),
        "gap_of_time": pd.NaT,
    }
    place = Waypoint("münchen", [record, record], radius=1, combine="max")
    assert place.records[0] == {
        "whole": 3,
        "share": 0.5,
        "flag": True,
        "text": "Zürich",
        "gap": None,
        "time": dt.datetime(2020, 2, 3, 4, 5, 6),
        "zoned": dt.datetime(2020, 1, 1, tzinfo=BERLIN),
        "day": dt.datetime(2021, 1, 2),
        "numpy_day": dt.datetime(2021, 1, 3),
        "wait": dt.timedelta(seconds=90),
        "numpy_wait": dt.timedelta(seconds=1.5),
        "gap_of_time": None,
    }
    place.save(tmp_path / "place.json")
    read = Waypoint.load(tmp_path / "place.json")
    assert read == place
    assert (read.name, read.radius, read.combine) == ("münchen", 1.0, "max")
    assert hash(read) == hash(place)


@pytest.mark.parametrize(
    "records",
    [
        [[1.0, 2.0], [3.0, np.nan]],
        np.array([[1.0, 2.0], [3.0, np.nan]]),
        sparse.csr_array([[1.0, 2.0], [3.0, np.nan]]),
    ],
)
def test_arrays_have_no_labels(records, tmp_path):
    place = Waypoint("there", records)
    assert place.labels is None
    assert place.records == [[1.0, 2.0], [3.0, None]]
    place.save(tmp_path / "place.json")
    assert Waypoint.load(tmp_path / "place.json") == place


def test_labels_that_are_no_texts_come_back(tmp_path):
    place = Waypoint("there", pd.DataFrame({0: [1.0], 1: ["a"]}))
    place.save(tmp_path / "place.json")
    read = Waypoint.load(tmp_path / "place.json")
    assert read.labels == [0, 1]
    assert read == place


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_records_may_be_a_dataframe(frame):
    place = Waypoint("young", frame({"age": [20, 30], "plan": ["pro", None]}))
    assert place.records == [{"age": 20, "plan": "pro"}, {"age": 30, "plan": None}]


def test_wrong_waypoints_are_refused():
    with pytest.raises(TypeError, match="must be a text"):
        Waypoint("", {"a": 1})
    with pytest.raises(TypeError, match=r"holds \[1\] of type list"):
        Waypoint("there", {"a": [1]})
    with pytest.raises(ValueError, match="There is no record"):
        Waypoint("there", [])
    with pytest.raises(ValueError, match="There is no record"):
        Waypoint("there", pd.DataFrame({"a": []}))
    with pytest.raises(ValueError, match="3 dimensions"):
        Waypoint("there", np.zeros((1, 2, 3)))
    with pytest.raises(ValueError, match="different columns"):
        Waypoint("there", [{"a": 1}, {"b": 1}])
    with pytest.raises(ValueError, match="at least 0, or None"):
        Waypoint("there", {"a": 1}, radius=-1)
    with pytest.raises(ValueError, match="'centroid' or 'max'"):
        Waypoint("there", {"a": 1}, combine="mean")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "place.json"
    for text in ("no json", "[1, 2]", "{}", json.dumps({"format": 1})):
        path.write_text(text)
        with pytest.raises(ValueError, match="holds no waypoint"):
            Waypoint.load(path)
    path.write_text(json.dumps({"format": 9, "waypoint": "there"}))
    with pytest.raises(ValueError, match="format 9"):
        Waypoint.load(path)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_search_takes_a_waypoint_for_its_records(metric, customers, tmp_path):
    search = SimilaritySearch(metric=metric).fit(customers)
    records = customers.iloc[[3, 90]]
    for combine in ("centroid", "max"):
        Waypoint("two", records, combine=combine).save(tmp_path / "two.json")
        place = Waypoint.load(tmp_path / "two.json")
        expected = search.find_similar(records, k=200, combine=combine)
        pd.testing.assert_frame_equal(search.find_similar(place, k=200), expected)
        distances = search.distance_to(place)
        found = pd.Series(distances)[expected["index"]]
        np.testing.assert_allclose(found, expected["distance"], atol=1e-6)
        np.testing.assert_allclose(search.distance_to(place, customers), distances)
    radius = float(expected["distance"].iloc[20:22].mean())
    near = Waypoint("near", records, radius, combine="max")
    hits = search.find_similar(near, k=200)
    assert len(hits) == 21
    assert (search.distance_to(near) <= radius).sum() == 21


def test_a_partial_waypoint_is_compared_in_its_columns(customers):
    search = SimilaritySearch().fit(customers)
    place = Waypoint("pro", {"plan": "pro"})
    expected = search.find_similar({"plan": "pro"}, k=200)
    found = search.distance_to(place)[expected["index"]]
    np.testing.assert_allclose(found, expected["distance"], atol=1e-7)
    np.testing.assert_allclose(
        found[: (customers["plan"] == "pro").sum()], 0, atol=1e-9
    )
