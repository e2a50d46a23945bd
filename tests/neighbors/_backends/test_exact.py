import numpy as np
import pytest
from scipy import sparse

from sklearn_featrix.neighbors._backends import ExactIndex


@pytest.mark.parametrize("algorithm", ["auto", "brute"])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_finds_the_nearest_rows(algorithm, container):
    X = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 5.0]])
    index = ExactIndex(algorithm=algorithm).fit(container(X))
    distances, positions = index.kneighbors(container(np.array([[0.0, 4.5]])), 2)
    np.testing.assert_array_equal(positions, [[2, 1]])
    np.testing.assert_allclose(distances, [[0.5, 2.5]])


def test_finds_all_rows_where_more_are_asked_for():
    X = np.arange(3.0)[:, np.newaxis]
    assert ExactIndex().fit(X).kneighbors(X, 7)[1].shape == (3, 3)
