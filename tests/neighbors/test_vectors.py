import pickle
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from sklearn_featrix.neighbors import _vectors
from sklearn_featrix.neighbors._backends import _exhaustive, _torch
from sklearn_featrix.neighbors._vectors import Vectors

needs_faiss = pytest.mark.skipif(not find_spec("faiss"), reason="faiss")
BY_FAISS = ["faiss", "hnsw"] if find_spec("faiss") else []
EXACT = ["auto", "exact", pytest.param("faiss", marks=needs_faiss)]


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(2000, 8)).astype(np.float32)


@pytest.mark.parametrize("backend", EXACT)
@pytest.mark.parametrize("n_queries", [1, 3, 40])
def test_exact_backends_find_what_scikit_learn_finds(backend, n_queries, rows):
    queries = np.random.default_rng(1).normal(size=(n_queries, 8)).astype(np.float32)
    expected = NearestNeighbors(algorithm="brute").fit(rows).kneighbors(queries, 7)
    found = Vectors(rows, backend=backend).nearest(queries, 7)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)


@pytest.mark.parametrize("backend", EXACT)
@pytest.mark.parametrize("n_queries", [1, 40])
def test_ties_come_in_the_order_of_the_rows(backend, n_queries, rows):
    copies = np.tile(rows[:50], (40, 1))  # row i is i + 50, i + 100, ...
    vectors = Vectors(copies, backend=backend)
    distances, positions = vectors.nearest(rows[:n_queries], 5)
    first = np.arange(n_queries)[:, np.newaxis]
    np.testing.assert_array_equal(positions, first + 50 * np.arange(5))
    np.testing.assert_array_equal(distances, 0)


def test_far_from_the_origin_the_order_is_that_of_double_precision():
    rng = np.random.default_rng(0)
    rows = (1000 + rng.normal(size=(3000, 4))).astype(np.float32)
    queries = rows[:30] + np.float32(0.01)
    expected = NearestNeighbors(algorithm="kd_tree").fit(rows.astype(float))
    expected = expected.kneighbors(queries.astype(float), 5)[1]
    for n_queries in (1, 30):
        found = Vectors(rows).nearest(queries[:n_queries], 5)[1]
        np.testing.assert_array_equal(found, expected[:n_queries])


def test_blocks_of_queries_and_of_rows_change_nothing(rows, monkeypatch):
    expected = Vectors(rows).nearest(rows[:4], 5)
    monkeypatch.setattr(_exhaustive, "BLOCK", 3000)
    monkeypatch.setattr(_vectors, "REFINED_AT_A_TIME", 50)
    for one, other in zip(Vectors(rows).nearest(rows[:4], 5), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_half_precision_is_searched_as_it_is_kept(rows, monkeypatch):
    monkeypatch.setattr(_exhaustive, "ROWS_AT_A_TIME", 300)
    half = rows.astype(np.float16)
    expected = Vectors(half.astype(np.float32)).nearest(rows[:40], 5)
    found = Vectors(half).nearest(rows[:40], 5)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(found[0], expected[0])


def test_a_mask_comes_before_the_ranking(rows):
    allowed = np.arange(2000) % 7 == 3
    distances, positions = Vectors(rows).nearest(rows[:2], 5, allowed=allowed)
    expected = (
        NearestNeighbors(algorithm="brute").fit(rows[3::7]).kneighbors(rows[:2], 5)
    )
    np.testing.assert_array_equal(positions, expected[1] * 7 + 3)
    np.testing.assert_allclose(distances, expected[0], rtol=1e-5, atol=1e-6)


def test_more_than_all_rows_are_all_rows(rows):
    assert Vectors(rows[:3]).nearest(rows[:2], 9)[1].shape == (2, 3)


@needs_faiss
def test_a_graph_finds_nearly_all_and_all_when_asked(rows):
    graph, exact = Vectors(rows, backend="hnsw"), Vectors(rows)
    truth = exact.nearest(rows[:300], 10)[1]
    found = graph.nearest(rows[:300], 10)[1]
    share = np.mean([len(set(a) & set(b)) for a, b in zip(found, truth, strict=True)])
    assert share / 10 > 0.95
    np.testing.assert_array_equal(graph.nearest(rows[:9], 10, exact=True)[1], truth[:9])


@needs_faiss
def test_a_graph_keeps_one_copy_of_the_rows_and_grows(rows):
    graph = Vectors(rows[:1500], backend="hnsw")
    assert np.shares_memory(graph.rows, graph.graph.vectors_)
    graph.add(rows[1500:])
    assert graph.nearest(rows[[1700]], 1)[1].item() == 1700
    graph.keep(np.arange(2000) >= 1000)
    assert graph.nearest(rows[[1700]], 1)[1].item() == 700


@pytest.mark.parametrize("backend", ["exact", pytest.param("hnsw", marks=needs_faiss)])
def test_pickles_answer_alike(backend, rows):
    vectors = Vectors(rows, backend=backend)
    again = pickle.loads(pickle.dumps(vectors))
    for one, other in zip(
        vectors.nearest(rows[:5], 4), again.nearest(rows[:5], 4), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_on_a_device_of_torch_the_answers_are_the_same(dtype, rows, monkeypatch):
    monkeypatch.setattr(_torch, "BLOCK", 5000)
    kept = np.tile(rows[:500], (3, 1)).astype(dtype)  # with ties
    expected = Vectors(kept, device="cpu").nearest(rows[:40], 5)
    vectors = Vectors(kept, device="cpu")
    vectors._on_device = _torch.TorchRows(kept, vectors.half_norms, "cpu")
    for one, other in zip(vectors.nearest(rows[:40], 5), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    vectors.keep(np.arange(1500) < 900)
    assert vectors._on_device is None
    vectors._on_device = _torch.TorchRows(vectors.rows, vectors.half_norms, "cpu")
    assert pickle.loads(pickle.dumps(vectors))._on_device is None


def test_a_gpu_is_taken_by_itself_where_it_pays(rows, monkeypatch):
    asked = []
    expected = Vectors(rows, device="cpu").nearest(rows[:1], 3)
    monkeypatch.setattr(_vectors, "find_gpu", lambda name: asked.append(name) or "cpu")
    monkeypatch.setattr(_vectors, "GPU_FROM", 2000 * 10)
    vectors = Vectors(rows)
    vectors.nearest(rows[:9], 3)
    assert not asked
    vectors.nearest(rows[:10], 3)
    assert asked == ["auto"]
    assert vectors._on_device is not None
    for one, other in zip(vectors.nearest(rows[:1], 3), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert asked == ["auto"]
    for backend in BY_FAISS:
        Vectors(rows[:50], backend=backend, device="cuda").nearest(rows[:1], 3)
    assert asked == ["auto"]


def test_without_a_gpu_the_processor_computes(rows, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(_vectors, "GPU_FROM", 1)
    vectors = Vectors(rows)
    vectors.nearest(rows[:5], 3)
    assert vectors._on_device is None
    with pytest.raises(ValueError, match="'cuda' is not available here"):
        Vectors(rows, device="cuda").nearest(rows[:5], 3)


@pytest.mark.skipif(not find_spec("torch"), reason="torch")
def test_on_a_gpu(rows):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    found = Vectors(rows, device="cuda").nearest(rows[:40], 5)
    expected = Vectors(rows, device="cpu").nearest(rows[:40], 5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
