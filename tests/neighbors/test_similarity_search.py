import pickle
from importlib.util import find_spec

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.metrics.pairwise import cosine_distances
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import EmbeddingTransformer, SimilaritySearch, TableEncoder
from sklearn_featrix.neighbors import _store
from sklearn_featrix.neighbors._scaled_table import ScaledTable

needs_faiss = pytest.mark.skipif(not find_spec("faiss"), reason="faiss")
BACKENDS = ["exact", *(pytest.param(b, marks=needs_faiss) for b in ("faiss", "hnsw"))]


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(0)
    n = 600
    return pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.normal(45, 12, n).round()),
            "plan": rng.choice(["basic", "pro", "family"], p=[0.8, 0.05, 0.15], size=n),
            "visits": rng.poisson(5, n),
            "city": rng.choice(["Bern", "Basel", "Genf", None], size=n),
            "since": pd.Timestamp("2015-01-01")
            + pd.to_timedelta(rng.integers(0, 3000, n), unit="D"),
        }
    )


@pytest.fixture(scope="module")
def search(customers):
    return SimilaritySearch().fit(customers)


# ------------------------------------------------------------------------- kneighbors


@pytest.mark.parametrize("backend", BACKENDS)
def test_neighbors_are_those_of_the_scaled_table(backend, customers):
    rows = ScaledTable(random_state=0).fit(customers).transform(customers)
    expected = cosine_distances(rows[:20] - rows.mean(axis=0), rows - rows.mean(axis=0))
    search = SimilaritySearch(backend=backend).fit(customers)
    distances, indices = search.kneighbors(customers[:20], 5)
    np.testing.assert_allclose(distances, np.sort(expected)[:, :5], atol=1e-5)
    told = np.take_along_axis(expected, indices, axis=1)
    np.testing.assert_allclose(told, distances, atol=1e-5)
    assert search.recall_check() > 0.97


def test_without_rows_none_is_its_own_neighbor(search, customers):
    indices = search.kneighbors(n_neighbors=3, return_distance=False)
    assert indices.shape == (600, 3)
    assert (indices != np.arange(600)[:, np.newaxis]).all()
    twins = SimilaritySearch().fit(pd.concat([customers[:9]] * 5, ignore_index=True))
    distances, indices = twins.kneighbors(n_neighbors=2)
    assert (indices % 9 == np.arange(45)[:, np.newaxis] % 9).all()
    assert (indices != np.arange(45)[:, np.newaxis]).all()
    np.testing.assert_array_equal(distances, 0)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_vectors_are_searched_as_they_are(metric):
    from sklearn.neighbors import NearestNeighbors

    X = np.random.default_rng(0).normal(size=(300, 5)).astype(np.float32)
    ours = SimilaritySearch("passthrough", metric=metric).fit(X)
    theirs = NearestNeighbors(metric=metric, algorithm="brute").fit(X)
    found, expected = ours.kneighbors(X[:9], 4), theirs.kneighbors(X[:9], 4)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)


def test_an_embedding_is_cloned_or_if_frozen_used(customers):
    embedding = EmbeddingTransformer(effort="low", max_steps=3, random_state=0)
    search = SimilaritySearch(embedding).fit(customers)
    assert not hasattr(embedding, "encoder_")
    frozen = SimilaritySearch(FrozenEstimator(embedding.fit(customers))).fit(customers)
    one, other = (s.kneighbors(customers[:5], 3)[1] for s in (search, frozen))
    np.testing.assert_array_equal(one, other)
    hits = search.find_similar(customers[3:4], k=2, explain=True)
    assert hits["index"].iloc[0] == 3
    assert hits["why__plan"].notna().all()
    assert len(search.find_similar({"plan": "pro"}, k=4)) == 4


def test_k_beyond_the_rows(search, customers):
    with pytest.raises(ValueError, match="must be an int from 1 to 600"):
        search.kneighbors(customers[:2], 601)
    with pytest.raises(ValueError, match="must be an int from 1 to 599"):
        search.kneighbors(n_neighbors=600)
    assert len(search.find_similar({"plan": "pro"}, k=9999)) == 600
    with pytest.raises(ValueError, match="must be an int of at least 1"):
        search.find_similar({"plan": "pro"}, k=0)


# ----------------------------------------------------------------------- find_similar


def test_a_record_finds_itself_with_its_columns(search, customers):
    for record in (customers.iloc[17], customers.iloc[17].to_dict(), customers[17:18]):
        hits = search.find_similar(record, k=5)
        assert list(hits.columns) == ["index", "distance", *customers.columns]
        assert hits["index"].iloc[0] == 17
        assert hits["distance"].iloc[0] == pytest.approx(0, abs=1e-9)
        assert hits["distance"].is_monotonic_increasing
        columns = hits[customers.columns]
        pd.testing.assert_frame_equal(columns, customers.loc[hits["index"]])


def test_columns_that_a_record_lacks_have_no_part(search, customers):
    hits = search.find_similar({"plan": "pro", "city": "Bern"}, k=300)
    right = (customers["plan"] == "pro") & (customers["city"] == "Bern")
    assert set(hits["index"][: right.sum()]) == set(np.flatnonzero(right))
    np.testing.assert_allclose(hits["distance"][: right.sum()], 0, atol=1e-9)
    ages = customers["age"].sample(frac=1, random_state=0)
    changed = customers.assign(age=ages.to_numpy())
    other = SimilaritySearch().fit(changed).find_similar({"plan": "pro"}, k=50)
    assert other["index"].tolist() == (
        search.find_similar({"plan": "pro"}, k=50)["index"].tolist()
    )


def test_a_gap_in_a_record_is_like_other_gaps(search, customers):
    hits = search.find_similar({"age": None, "plan": "basic"}, k=20)
    assert hits["age"].isna().all()


def test_several_records_by_their_mean_or_the_nearest():
    X = np.array([[0.0], [1.0], [4.9], [5.2], [9.0], [10.0]])
    search = SimilaritySearch("passthrough", metric="euclidean").fit(X)
    mean = search.find_similar([[0.0], [10.0]], k=2)
    assert mean["index"].tolist() == [2, 3]
    nearest = search.find_similar([[0.1], [9.8]], k=4, combine="max")
    assert nearest["index"].tolist() == [0, 5, 4, 1]
    np.testing.assert_allclose(nearest["distance"], [0.1, 0.2, 0.8, 0.9], atol=1e-6)


def test_negatives_push_away(search, customers):
    record = {"plan": "pro", "city": "Bern"}
    negatives = [{"plan": "basic", "city": "Bern"}]
    plain = search.find_similar(record, k=60)
    pushed = search.find_similar(record, k=60, negatives=negatives)
    assert (pushed["plan"] == "pro").mean() >= (plain["plan"] == "pro").mean()
    assert (pushed["city"] == "Bern").mean() < (plain["city"] == "Bern").mean()
    with pytest.raises(ValueError, match="both the same ones"):
        search.find_similar(record, negatives={"plan": "basic"})


def test_a_filter_comes_before_the_ranking(search, customers):
    record = customers.iloc[0]
    everything = search.find_similar(record, k=600)
    wanted = everything[everything["plan"] == "family"][:10]
    for where in (
        customers["plan"] == "family",
        lambda X: X["plan"] == "family",
        (customers["plan"] == "family").to_list(),
    ):
        hits = search.find_similar(record, k=10, where=where)
        assert hits["index"].tolist() == wanted["index"].tolist()
    assert len(search.find_similar(record, where=np.zeros(600, bool))) == 0
    with pytest.raises(ValueError, match="one bool for each of the 600 rows"):
        search.find_similar(record, where=[True])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_reasons_sum_to_how_much_nearer_a_row_is(metric, customers):
    search = SimilaritySearch(metric=metric).fit(customers)
    hits = search.find_similar(customers.iloc[5], k=30, explain=True)
    gains = hits[[f"why__{name}" for name in customers.columns]]
    everything = search.find_similar(customers.iloc[5], k=600)["distance"]
    if metric == "euclidean":
        everything = everything**2
    expected = everything.mean() - everything.to_numpy()[:30]
    np.testing.assert_allclose(gains.sum(axis=1), expected, atol=1e-4)


def test_reasons_recover_planted_columns():
    """Two columns of eight make the pair alike; they are the reasons."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(500, 8)), columns=list("abcdefgh"))
        planted = rng.choice(8, 2, replace=False)
        X.iloc[0] *= 0.3
        X.iloc[:40, planted] = 2.5 + 0.1 * rng.normal(size=(40, 2))
        hits = SimilaritySearch().fit(X).find_similar(X.iloc[0], k=20, explain=True)
        gains = hits.filter(like="why__").mean().to_numpy()
        assert set(np.argsort(-gains)[:2]) == set(planted)
        name = X.columns[planted[0]]
        assert hits["reasons"].str.contains(f"{name} (", regex=False).mean() > 0.9


def test_reasons_of_a_partial_record_name_its_columns_alone(search):
    record = {"plan": "pro", "city": "Bern"}
    hits = search.find_similar(record, k=3, explain=True)
    assert (hits[["why__age", "why__visits", "why__since"]] == 0).all(axis=None)
    assert hits["reasons"].str.startswith("plan").all()  # the rarer of the two


def test_reasons_with_several_records_are_of_the_nearest(search, customers):
    records = customers.iloc[[3, 90]]
    both = search.find_similar(records, k=20, combine="max", explain=True)
    alone = search.find_similar(records[:1], k=20, explain=True)
    first = both[both["index"] == 3].iloc[0]
    assert first["why__plan"] == pytest.approx(alone["why__plan"].iloc[0])


@pytest.mark.parametrize("container", [pl.from_pandas, lambda X: X.to_numpy()])
def test_any_container(container, search, customers):
    X = container(customers)
    found = SimilaritySearch().fit(X).find_similar(X[8:9], k=6)
    expected = search.find_similar(customers[8:9], k=6)
    assert found["index"].to_list() == expected["index"].to_list()
    assert isinstance(
        found, pl.DataFrame if isinstance(X, pl.DataFrame) else pd.DataFrame
    )


def test_wrong_records_are_refused(search):
    with pytest.raises(ValueError, match=r"unknown of these are \['colour'\]"):
        search.find_similar({"colour": "red"})
    with pytest.raises(ValueError, match="Column 'visits' was numeric"):
        search.find_similar({"visits": "many", "plan": "pro"})
    with pytest.raises(ValueError, match="All values of the record are missing"):
        search.find_similar({"age": None, "city": float("nan")})
    with pytest.raises(ValueError, match="must be 'centroid' or 'max'"):
        search.find_similar({"plan": "pro"}, combine="mean")


@pytest.mark.filterwarnings("ignore:Dropped 1 of 2 columns")
def test_a_column_that_says_nothing_cannot_be_searched_by():
    search = SimilaritySearch().fit(pd.DataFrame({"a": [1, 2, 3], "b": ["x"] * 3}))
    with pytest.raises(ValueError, match=r"\['b'\] carry no information"):
        search.find_similar({"b": "x"})


def test_wrong_tables_are_refused():
    with pytest.raises(ValueError, match="0 sample"):
        SimilaritySearch().fit(np.empty((0, 3)))
    with pytest.raises(ValueError, match="No column of the table"):
        SimilaritySearch().fit(np.full((5, 2), np.nan))
    with pytest.raises(ValueError, match="NaN"):
        SimilaritySearch("passthrough").fit([[1.0, np.nan]])


# --------------------------------------------------------------- rows that come and go


@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_come_and_go(backend, customers):
    search = SimilaritySearch(backend=backend).fit(customers[:500])
    added = search.add(customers[500:])
    assert added.tolist() == list(range(500, 600))
    hits = search.find_similar(customers.iloc[550], k=1)
    assert hits["index"].tolist() == [550]
    search.remove([550, 3])
    assert 550 not in search.find_similar(customers.iloc[550], k=20)["index"].tolist()
    assert search.kneighbors(customers[551:552], 1)[1].item() == 551
    assert search.add(customers[550:551]).tolist() == [600]
    hits = search.find_similar(customers.iloc[550], k=1)
    assert hits["index"].tolist() == [600]
    with pytest.raises(ValueError, match="There are no rows"):
        search.remove(550)
    with pytest.raises(ValueError, match="leaves nothing"):
        search.remove(search.index_)


# ------------------------------------------------------------------------------- files


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("embedding", ["auto", "transformer"])
def test_a_saved_search_answers_alike(backend, embedding, customers, tmp_path):
    if embedding == "transformer":
        embedding = EmbeddingTransformer(effort="low", max_steps=2, random_state=0)
    search = SimilaritySearch(embedding, backend=backend).fit(customers[:300])
    search.add(customers[300:])
    search.remove(4)
    search.save(tmp_path / "saved")
    assert not list(tmp_path.rglob("*.pkl"))
    read = SimilaritySearch.load(tmp_path / "saved")
    for record in (customers.iloc[10], {"plan": "pro", "age": 30}):
        pd.testing.assert_frame_equal(
            read.find_similar(record, explain=True),
            search.find_similar(record, explain=True),
        )
    np.testing.assert_array_equal(read.score_samples(), search.score_samples())
    assert read.add(customers[:1]).tolist() == [600]
    assert read.get_params().keys() == search.get_params().keys()


def test_vectors_on_disk(customers, tmp_path):
    store = tmp_path / "vectors.npy"
    expected = SimilaritySearch().fit(customers)
    search = SimilaritySearch(store=store, dtype="float16").fit(customers[:550])
    assert isinstance(search._vectors.rows, np.memmap)
    assert np.load(store, mmap_mode="r").dtype == np.float16
    search.add(customers[550:])
    assert len(np.load(store, mmap_mode="r")) == 600
    found, truth = (s.kneighbors(customers, 1)[1] for s in (search, expected))
    assert np.mean(found == truth) > 0.97
    search.save(tmp_path / "saved")
    read = SimilaritySearch.load(tmp_path / "saved", mmap=True)
    assert isinstance(read._vectors.rows, np.memmap)
    np.testing.assert_array_equal(read.kneighbors(customers, 1)[1], found)
    search.save(tmp_path)  # beside its store
    assert len(SimilaritySearch.load(tmp_path).index_) == 600


def test_large_tables_are_embedded_in_blocks(customers, search, monkeypatch):
    monkeypatch.setattr(_store, "ROWS_AT_A_TIME", 70)
    blocks = SimilaritySearch().fit(customers)
    np.testing.assert_array_equal(blocks._vectors.rows, search._vectors.rows)


def test_an_embedding_of_others_cannot_be_saved(tmp_path):
    search = SimilaritySearch(StandardScaler()).fit(np.eye(5))
    with pytest.raises(TypeError, match="cannot be saved without pickle"):
        search.save(tmp_path)
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(
        again.kneighbors(n_neighbors=2)[1], search.kneighbors(n_neighbors=2)[1]
    )


# ------------------------------------------------------------------------------ typical


def test_rows_like_the_table_have_uniform_scores():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 5))
    search = SimilaritySearch(metric="euclidean").fit(X[:1500])
    scores = search.score_samples(X[1500:])
    for level in (0.05, 0.2, 0.5):
        assert np.mean(scores <= level) == pytest.approx(level, abs=0.05)
    assert (search.score_samples(np.full((1, 5), 4.0)) < 0.01).all()


def test_an_odd_row_of_the_table_is_told_apart(customers):
    odd = pd.DataFrame(
        {
            "age": [99.0],
            "plan": ["pro"],
            "visits": [60],
            "city": [None],
            "since": [pd.Timestamp("2023-03-01")],
        }
    )
    X = pd.concat([customers, odd], ignore_index=True)
    scores = SimilaritySearch(metric="euclidean").fit(X).score_samples()
    assert scores[-1] < 0.05
    assert np.median(scores) > 0.4
    with pytest.raises(ValueError, match="One row alone"):
        SimilaritySearch("passthrough").fit([[1.0, 2.0]]).score_samples()


def test_an_encoder_may_stand_for_the_embedding(customers):
    search = SimilaritySearch(TableEncoder()).fit(customers)
    assert search.find_similar(customers.iloc[7], k=1)["index"].item() == 7
