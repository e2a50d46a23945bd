"""Candidates for the nearest rows, found by comparing with every row."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors

BLOCK = 4_000_000  # products held at a time
GROUP = 64  # values of which the smallest is taken first
ROWS_AT_A_TIME = 65_536  # of a float16 table, which is widened block by block


def matrix_candidates(vectors, half_norms, queries, n_candidates):
    """Find candidates with one matrix product: best for a few queries.

    Parameters
    ----------
    vectors : ndarray of shape (n_rows, n_columns)
        The rows, float32 or float16, perhaps memory-mapped.
    half_norms : ndarray of shape (n_rows,)
        Half of their squared norms.
    queries : ndarray of shape (n_queries, n_columns)
        The rows asked for, float32.
    n_candidates : int
        How many to find, at most all.

    Returns
    -------
    squared : ndarray of shape (n_queries, n_candidates)
        Squared distances in single precision, in no order.
    positions : ndarray of shape (n_queries, n_candidates)
        Which rows they are.
    """
    step = max(1, BLOCK // max(1, len(vectors)))
    halves, positions = [], []
    for start in range(0, len(queries), step):
        block = half_distances(vectors, half_norms, queries[start : start + step])
        for one in block:
            best = _smallest(one, n_candidates)
            positions.append(best)
            halves.append(one[best])
    squared_norms = np.einsum("ij,ij->i", queries, queries)
    return 2 * np.stack(halves) + squared_norms[:, np.newaxis], np.stack(positions)


def half_distances(vectors, half_norms, queries):
    """Half of the squared distances, but for the half squared norm of each query.

    Parameters
    ----------
    vectors, half_norms, queries : ndarray
        As for `matrix_candidates`.

    Returns
    -------
    ndarray of shape (n_queries, n_rows)
        What sorts the rows as the distances do, in single precision.
    """
    products = _products(vectors, queries)
    return np.subtract(half_norms, products, out=products)


def _smallest(values, n_candidates):
    """Find positions of the smallest values.

    The smallest of each of many groups bound the value that is looked for from above,
    so that a few values alone are left to be sorted.
    """
    if n_candidates >= len(values):
        return np.arange(len(values))
    n_groups = len(values) // GROUP
    few = np.arange(len(values))
    if n_groups > n_candidates:
        least = values[: n_groups * GROUP].reshape(GROUP, n_groups).min(axis=0)
        bound = np.partition(least, n_candidates - 1)[n_candidates - 1]
        few = np.flatnonzero(values <= bound)
    chosen = np.argpartition(values[few], n_candidates - 1)[:n_candidates]
    return few[chosen]


def _products(vectors, queries):
    if vectors.dtype == np.float32:
        # a lone query is a product of a matrix and a vector, which reads once
        if len(queries) == 1:
            return (vectors @ queries[0])[np.newaxis]
        return queries @ vectors.T
    products = np.empty((len(queries), len(vectors)), dtype=np.float32)
    for start in range(0, len(vectors), ROWS_AT_A_TIME):
        block = slice(start, start + ROWS_AT_A_TIME)
        products[:, block] = queries @ vectors[block].astype(np.float32).T
    return products


def sklearn_candidates(vectors, queries, n_candidates, n_jobs=None):
    """Find candidates with scikit-learn's fused search: for many queries.

    Parameters
    ----------
    vectors, queries, n_candidates
        As for `matrix_candidates`; the vectors float32.
    n_jobs : int, default=None
        Number of threads.

    Returns
    -------
    squared, positions : ndarray of shape (n_queries, n_candidates)
        As for `matrix_candidates`.
    """
    search = NearestNeighbors(algorithm="brute", n_jobs=n_jobs).fit(vectors)
    distances, positions = search.kneighbors(queries, n_candidates)
    return distances.astype(np.float64) ** 2, positions
