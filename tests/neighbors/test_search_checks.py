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

    def test_finding_the_row_itself_is_no_merit(self, search, monkeypatch):
        nearest = search._vectors.nearest

        def finds_nothing_else(queries, n_neighbors, *, exact=False):
            distances, positions = nearest(queries, n_neighbors, exact=exact)
            if not exact:
                distances[:, 1:], positions[:, 1:] = np.inf, -1
            return distances, positions

        monkeypatch.setattr(search._vectors, "nearest", finds_nothing_else)
        assert search.recall_check() == 0

    def test_missing_the_row_itself_is_no_fault(self, search, monkeypatch):
        nearest = search._vectors.nearest

        def misses_itself(queries, n_neighbors, *, exact=False):
            if exact:
                return nearest(queries, n_neighbors, exact=exact)
            found = nearest(queries, n_neighbors + 1)
            return tuple(part[:, 1:] for part in found)

        monkeypatch.setattr(search._vectors, "nearest", misses_itself)
        assert search.recall_check() == 1

    def test_copies_of_a_row_are_its_neighbors(self):
        search = SimilaritySearch("passthrough").fit(np.repeat(X[:9], 30, axis=0))
        assert search.recall_check() == 1

    @pytest.mark.parametrize(("n_queries", "n_asked"), [(7, 7), (200, 200), (999, 300)])
    def test_n_queries(self, search, asked, n_queries, n_asked):
        search.recall_check(n_queries=n_queries)
        assert len(np.unique(asked[0], axis=0)) == n_asked

    def test_random_state_draws_the_rows(self, search, asked):
        for seed in (0, 0, 1):
            search.recall_check(n_queries=20, random_state=seed)
        np.testing.assert_array_equal(asked[0], asked[1])
        assert (asked[0] != asked[2]).any()

    def test_more_neighbors_than_rows_are_all_others(self, search):
        assert search.recall_check(n_neighbors=999) == 1

    def test_one_row_alone(self):
        alone = SimilaritySearch("passthrough", metric="euclidean").fit(X[:1])
        with pytest.raises(ValueError, match="has no neighbours"):
            alone.recall_check()

    @pytest.mark.parametrize("name", ["n_neighbors", "n_queries"])
    @pytest.mark.parametrize("value", [0, -3, 2.5, True])
    def test_wrong_numbers(self, search, name, value):
        with pytest.raises(ValueError, match=f"{name}={value} must be an int of at l"):
            search.recall_check(**{name: value})
