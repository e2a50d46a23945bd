"""Approximate search along a graph of near rows, by faiss."""

from __future__ import annotations

import numpy as np
from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from ...utils._optional import import_optional

RECALL = 0.97
N_PROBED_ROWS = 200
N_LINKS = 32
BUILD_WIDTH = 80


class HNSWIndex:
    """Find nearly all nearest rows by walking from near row to nearer row.

    How many rows a walk keeps in sight is decided in `fit`: as many as find 97 % of
    the ten rows nearest to each of a sample, itself among them.

    Parameters
    ----------
    n_jobs : int, default=None
        Number of threads.

    Attributes
    ----------
    vectors_ : ndarray of shape (n_rows, n_columns)
        The rows, as they lie in the index.
    recall_ : float
        Share of the true neighbours of the sample that are found.

    References
    ----------
    Y. Malkov, D. Yashunin (2020). Efficient and robust approximate nearest neighbor
    search using hierarchical navigable small world graphs. IEEE TPAMI 42.
    """

    def __init__(self, n_jobs=None):
        self.n_jobs = n_jobs

    def fit(self, vectors):
        """Link every row to near ones.

        Parameters
        ----------
        vectors : ndarray of shape (n_rows, n_columns)
            The rows, float32.

        Returns
        -------
        HNSWIndex
            Itself.
        """
        faiss = import_optional("faiss", extra="ann", purpose="backend='hnsw'")
        self._index = faiss.IndexHNSWFlat(vectors.shape[1], N_LINKS)
        self._index.hnsw.efConstruction = BUILD_WIDTH
        self.add(vectors)
        self._choose_width(faiss)
        return self

    def add(self, vectors):
        """Link further rows."""
        with threadpool_limits(effective_n_jobs(self.n_jobs)):
            self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    @property
    def vectors_(self):
        """The rows, as they lie in the index."""
        import faiss

        storage = faiss.downcast_index(self._index.storage)
        shape = (self._index.ntotal, self._index.d)
        return faiss.rev_swig_ptr(storage.get_xb(), shape[0] * shape[1]).reshape(shape)

    def _choose_width(self, faiss):
        rows = self.vectors_
        probes = rows[:: -(-len(rows) // N_PROBED_ROWS)]
        k = min(10, len(rows))
        farthest = faiss.knn(probes, rows, k)[0][:, [-1]]
        for width in 2 ** np.arange(5, 14):
            self._index.hnsw.efSearch = int(width)
            found = self._index.search(probes, k)[0] <= farthest * (1 + 1e-5) + 1e-9
            self.recall_ = float(found.mean())
            if self.recall_ >= RECALL:
                return

    def candidates(self, queries, n_candidates):
        """Find candidates for the nearest rows.

        Parameters
        ----------
        queries : ndarray of shape (n_queries, n_columns)
            The rows asked for, float32.
        n_candidates : int
            How many to find, at most all.

        Returns
        -------
        squared, positions : ndarray of shape (n_queries, n_candidates)
            Squared distances and rows; inf and -1 where too few were found.
        """
        width = self._index.hnsw.efSearch
        try:
            self._index.hnsw.efSearch = max(width, n_candidates)
            with threadpool_limits(effective_n_jobs(self.n_jobs)):
                squared, positions = self._index.search(queries, n_candidates)
        finally:
            self._index.hnsw.efSearch = width
        squared[positions < 0] = np.inf
        return squared, positions

    def save(self, path):
        """Write the graph to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def load(self, path):
        """Read the graph from a file."""
        faiss = import_optional("faiss", extra="ann", purpose="backend='hnsw'")
        self._index = faiss.read_index(str(path))
        return self
