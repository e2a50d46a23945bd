import numpy as np
import pytest
from scipy import sparse

from sklearn_featrix.preprocessing._rows import (
    MAX_HASHED_COLUMNS,
    row_keys,
    row_keys_within,
)

WIDE = MAX_HASHED_COLUMNS + 1


@pytest.fixture
def X():
    return sparse.random_array((300, WIDE), density=0.02, rng=0, format="csr")


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_keys_are_equal_for_equal_rows_alone(X, form):
    X = sparse.vstack([X, X[:50]], format=form)
    keys = row_keys_within(X)
    assert keys.dtype == np.uint64
    np.testing.assert_array_equal(keys[300:], keys[:50])
    n_distinct = len(np.unique(X.toarray(), axis=0))
    assert len(np.unique(keys)) == n_distinct


def test_the_way_a_row_is_stored_does_not_count(X):
    row = X[[5]]
    order = np.argsort(-row.indices)
    turned = sparse.csr_array(
        (
            np.append(row.data[order], 0.0),
            np.append(row.indices[order], 0),
            [0, row.nnz + 1],
        ),
        shape=row.shape,
    )
    np.testing.assert_array_equal(row_keys_within(turned), row_keys_within(row))


def test_small_numbers_beside_large_ones_count():
    X = np.zeros((2, WIDE))
    X[:, 0] = 1e20
    X[1, 7] = 1e-20
    assert len(np.unique(row_keys_within(sparse.csr_array(X)))) == 2


def test_its_input_is_left_alone(X):
    before = X.copy()
    row_keys_within(X)
    assert (before != X).nnz == 0


def test_all_else_has_the_keys_that_any_container_has(X):
    narrow = X[:, :9]
    for table in (narrow, narrow.toarray(), X.toarray()):
        np.testing.assert_array_equal(row_keys_within(table), row_keys(table))
