import numpy as np
import pytest

from sklearn_featrix import SimilaritySearch

X = np.random.default_rng(0).normal(size=(300, 3))


class TestRecallCheck:
    @pytest.fixture
    def search(self):
        return SimilaritySearch("passthrough", metric="euclidean").fit(X)

    @pytest.fixture
    def asked(self, search, monkeypatch):
        """Rows that were asked for, by a search that misses the last neighbour."""
        asked, nearest = [], search._vectors.nearest

        def misses_one(queries, n_neighbors, *, exact=False):
            distances, positions = nearest(queries, n_neighbors, exact=exact)
            if not exact:
                asked.append(queries)
                distances[:, -1] *= 1.5
            return distances, positions

        monkeypatch.setattr(search._vectors, "nearest", misses_one)
        return asked

    def test_nothing_escapes_an_exact_search(self, search):
        assert search.recall_check() == 1

    @pytest.mark.parametrize("n_neighbors", [2, 5, 10])
    def test_n_neighbors(self, search, asked, n_neighbors):
        share = search.recall_check(n_neighbors)
        assert share == pytest.approx(1 - 1 / n_neighbors)

    @pytest.mark.parametrize(("n_queries", "n_asked"), [(7, 7), (200, 200), (999, 300)])
    def test_n_queries(self, search, asked, n_queries, n_asked):
        search.recall_check(n_queries=n_queries)
        assert len(np.unique(asked[0], axis=0)) == n_asked

    def test_random_state_draws_the_rows(self, search, asked):
        for seed in (0, 0, 1):
            search.recall_check(n_queries=20, random_state=seed)
        np.testing.assert_array_equal(asked[0], asked[1])
        assert (asked[0] != asked[2]).any()

    def test_more_neighbors_than_rows_are_all_rows(self, search):
        assert search.recall_check(n_neighbors=999) == 1

    @pytest.mark.parametrize("name", ["n_neighbors", "n_queries"])
    @pytest.mark.parametrize("value", [0, -3, 2.5, True])
    def test_wrong_numbers(self, search, name, value):
        with pytest.raises(ValueError, match=f"{name}={value} must be an int of at l"):
            search.recall_check(**{name: value})
