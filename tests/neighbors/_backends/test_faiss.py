import pickle

import numpy as np
import pytest

from sklearn_featrix.neighbors._backends import ExactIndex, FaissIndex, _faiss

pytest.importorskip("faiss")


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(3000, 8))


def share_found(X, index, k):
    _, expected = ExactIndex().fit(X).kneighbors(X, k)
    _, found = index.kneighbors(X, k)
    both = [len(set(a) & set(b)) for a, b in zip(expected, found, strict=True)]
    return np.mean(both) / k


def test_finds_nearly_all_neighbors(X):
    index = FaissIndex(10, random_state=0).fit(X)
    assert index.recall_ >= _faiss.RECALL
    assert share_found(X, index, 10) > 0.95


def test_visits_more_cells_where_the_neighbors_ask_for_it(X, monkeypatch):
    few = FaissIndex(10, random_state=0).fit(X)
    monkeypatch.setattr(_faiss, "RECALL", 1.0)
    many = FaissIndex(10, random_state=0).fit(X)
    assert many.recall_ > few.recall_
    assert share_found(X, many, 10) > share_found(X, few, 10)


def test_large_common_offset_does_not_blur_distances(X):
    index = FaissIndex(5, random_state=0).fit(X + 1e4)
    expected = ExactIndex().fit(X).kneighbors(X[:50], 1)[0]
    found, positions = index.kneighbors(X[:50] + 1e4, 1)
    np.testing.assert_allclose(found, expected, atol=2e-2)
    np.testing.assert_array_equal(positions[:, 0], np.arange(50))


@pytest.mark.parametrize("scale", [1e-100, 1e-30, 1e30, 1e100])
def test_scale_does_not_count(X, scale):
    """Squares of such numbers are 0 or infinite in float32; faiss would abort."""
    index = FaissIndex(5, random_state=0).fit(X * scale)
    assert share_found(X * scale, index, 5) > 0.95
    distances = index.kneighbors(X[:9] * scale, 5)[0]
    expected = ExactIndex().fit(X).kneighbors(X[:9], 5)[0]
    np.testing.assert_allclose(distances[:, 1:] / scale, expected[:, 1:], rtol=1e-3)


def test_small_differences_far_from_zero_count(X):
    index = FaissIndex(5, random_state=0).fit(X * 1e-3 + 1e6)
    assert share_found(X * 1e-3 + 1e6, index, 5) > 0.9


def test_new_rows_may_lie_far_beyond(X):
    index = FaissIndex(5, random_state=0).fit(X)
    distances, positions = index.kneighbors(X[:3] * 1e30, 2)
    assert np.isfinite(distances).all()
    assert (positions >= 0).all()


def test_same_seed_finds_the_same(X):
    one, two = (FaissIndex(5, random_state=3).fit(X) for _ in range(2))
    np.testing.assert_array_equal(one.kneighbors(X, 5), two.kneighbors(X, 5))


def test_pickle_finds_the_same(X):
    index = FaissIndex(5, random_state=0).fit(X)
    revived = pickle.loads(pickle.dumps(index))
    np.testing.assert_array_equal(revived.kneighbors(X, 5), index.kneighbors(X, 5))


def test_says_where_too_few_rows_were_found():
    X = np.repeat(np.eye(60) * 100, 2, axis=0)  # 60 pairs far apart
    X += np.random.default_rng(0).normal(scale=1e-3, size=X.shape)
    index = FaissIndex(2, random_state=0).fit(X)
    index._index.nprobe = 1
    distances, positions = index.kneighbors(X, 120)
    assert (positions < 0).any()
    assert np.isinf(distances[positions < 0]).all()
    assert np.isfinite(distances[positions >= 0]).all()


def test_bears_fewer_rows_than_neighbors():
    X = np.arange(6.0).reshape(3, 2)
    distances, positions = FaissIndex(10).fit(X).kneighbors(X, 10)
    assert distances.shape == positions.shape == (3, 3)
    np.testing.assert_array_equal(positions[:, 0], [0, 1, 2])


def test_says_how_to_install_faiss(monkeypatch, X):
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-featrix\[ann\]'"):
        FaissIndex().fit(X)
