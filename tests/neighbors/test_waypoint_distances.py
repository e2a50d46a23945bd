import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_distances, euclidean_distances
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline, make_union

from sklearn_featrix import SimilaritySearch, TableEncoder
from sklearn_featrix.neighbors import Waypoint, WaypointDistances, _query

SHOPS = [
    Waypoint("old", {"age": 60}),
    Waypoint("best", {"age": 31, "plan": "pro", "visits": 40}, radius=0.3),
    Waypoint("rare", {"visits": 1, "plan": None}),
]


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(300) < 0.1, np.nan, rng.normal(45, 12, 300)),
            "plan": rng.choice(["basic", "pro", None], size=300),
            "visits": rng.poisson(9, 300),
        }
    )


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_vectors_are_compared_as_they_are(metric, monkeypatch):
    monkeypatch.setattr(_query, "ROWS_AT_A_TIME", 7)
    X = np.random.default_rng(0).normal(size=(50, 4))
    places = [Waypoint("a", X[3]), Waypoint("b", X[:2], 0.5, combine="max")]
    found = WaypointDistances(places, embedding="passthrough", metric=metric)
    distances = cosine_distances if metric == "cosine" else euclidean_distances
    to_b = distances(X, X[:2]).min(axis=1)
    expected = np.column_stack([distances(X, X[3:4]), to_b, to_b <= 0.5])
    np.testing.assert_allclose(found.fit_transform(X), expected, atol=1e-5)


def test_distances_are_those_of_a_search(customers):
    search = SimilaritySearch().fit(customers)
    found = WaypointDistances(SHOPS).set_output(transform="pandas").fit(customers)
    X = found.transform(customers)
    assert list(X) == [
        "distance_to_old", "distance_to_best", "within_best", "distance_to_rare"
    ]  # fmt: skip
    for place in SHOPS:
        expected = search.distance_to(place)
        np.testing.assert_allclose(X[f"distance_to_{place.name}"], expected, atol=1e-6)
    within = search.distance_to(SHOPS[1]) <= 0.3
    np.testing.assert_array_equal(X["within_best"], within)
    assert 0 < within.sum() < 300


def test_new_rows_are_measured_in_the_space_of_fit(customers):
    found = WaypointDistances(SHOPS).fit(customers)
    everything = found.transform(customers)
    np.testing.assert_allclose(found.transform(customers[5:8]), everything[5:8])
    np.testing.assert_array_equal(
        clone(found).fit(customers).transform(customers), everything
    )


def test_an_embedding_measures_whole_records_alone(customers):
    encoder = FrozenEstimator(TableEncoder().fit(customers))
    found = WaypointDistances(SHOPS, embedding=encoder).fit(customers)
    X = found.transform(customers)
    vectors = TableEncoder().fit_transform(customers)
    record = TableEncoder().fit(customers).transform(
        pd.DataFrame(SHOPS[1].records)[customers.columns]
    )  # fmt: skip
    np.testing.assert_allclose(X[:, [1]], cosine_distances(vectors, record), atol=1e-6)
    plain = WaypointDistances(SHOPS).fit(customers).transform(customers)
    np.testing.assert_allclose(X[:, 0], plain[:, 0])


def test_a_step_of_a_pipeline(customers):
    target = (customers["age"].fillna(0) - 30).abs() < 10
    features = make_union(TableEncoder(), WaypointDistances(Waypoint("x", {"age": 30})))
    model = make_pipeline(features, LogisticRegression(max_iter=1000))
    alone = make_pipeline(TableEncoder(), LogisticRegression(max_iter=1000))
    scores = [cross_val_score(m, customers, target, cv=3) for m in (model, alone)]
    assert scores[0].mean() > scores[1].mean()
    names = model.fit(customers, target)[:-1].get_feature_names_out()
    assert names[-1] == "waypointdistances__distance_to_x"
    columns = make_column_transformer((WaypointDistances(SHOPS[:1]), ["age"]))
    assert columns.fit_transform(customers).shape == (300, 1)


def test_waypoints_that_do_not_fit_are_refused(customers):
    for waypoints, error, message in (
        ([], ValueError, "at least one waypoint"),
        ([SHOPS[0], Waypoint("old", {"age": 1})], ValueError, "a name of its own"),
        ([SHOPS[0], {"age": 1}], TypeError, "which is no Waypoint"),
        ("old", ValueError, "'waypoints' parameter"),
        (Waypoint("x", {"colour": "red"}), ValueError, r"unknown of these are \['col"),
        (Waypoint("x", {"visits": "many"}), ValueError, "Column 'visits' was numeric"),
        (Waypoint("x", {"age": None}), ValueError, "values of the record are missing"),
        (Waypoint("x", [1.0]), ValueError, "must have all 3 columns"),
    ):
        with pytest.raises(error, match=message):
            WaypointDistances(waypoints).fit(customers)
