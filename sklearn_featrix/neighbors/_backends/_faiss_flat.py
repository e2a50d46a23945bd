"""Candidates for the nearest rows, by faiss's comparison with every row."""

from __future__ import annotations

from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from ...utils._optional import import_optional


def faiss_candidates(vectors, queries, n_candidates, n_jobs=None):
    """Find candidates with faiss's flat search, on the rows where they lie.

    Parameters
    ----------
    vectors : ndarray of shape (n_rows, n_columns)
        The rows, float32; no copy is made.
    queries : ndarray of shape (n_queries, n_columns)
        The rows asked for, float32.
    n_candidates : int
        How many to find, at most all.
    n_jobs : int, default=None
        Number of threads.

    Returns
    -------
    squared, positions : ndarray of shape (n_queries, n_candidates)
        Squared distances in single precision, and which rows they are.
    """
    faiss = import_optional("faiss", extra="ann", purpose="backend='faiss'")
    with threadpool_limits(effective_n_jobs(n_jobs)):
        return faiss.knn(queries, vectors, n_candidates)
