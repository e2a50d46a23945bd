"""Approximate search, by faiss."""

from __future__ import annotations

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import check_random_state, gen_batches
from threadpoolctl import threadpool_limits

from ...utils._optional import import_optional

RECALL = 0.97  # of a sample's true neighbours; the mean over all rows is then near it
N_PROBED_ROWS = 300
MIN_ROWS_PER_CELL = 40  # faiss wants as many to place the centre of a cell
ROWS_PER_BATCH = 2**16
MOST = 1e12  # squares and their sums over columns are finite in float32


def _power_of_two(number):
    """Return the next power of two, which scales without rounding; 1 for 0."""
    return float(np.exp2(np.ceil(np.log2(number)))) if number > 0 else 1.0


class FaissIndex:
    """Find nearly all nearest rows in the cells of the table that lie around a row.

    The rows are parted into cells by k-means. How many cells a search visits is
    decided in `fit`: as many as find 97 % of the true neighbours of a sample of rows.

    Parameters
    ----------
    n_neighbors : int, default=10
        Number of neighbours that the cells visited are chosen for.
    n_jobs : int, default=None
        Number of threads.
    random_state : int, RandomState instance or None, default=None
        Draws the sample and the first centres.

    Attributes
    ----------
    recall_ : float
        Share of the true neighbours of the sample that are found.

    References
    ----------
    J. Johnson, M. Douze, H. Jégou (2019). Billion-scale similarity search with GPUs.
    IEEE Transactions on Big Data 7.
    """

    def __init__(self, n_neighbors=10, *, n_jobs=None, random_state=None):
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X):
        """Part the rows into cells.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            The rows, without missing values.

        Returns
        -------
        FaissIndex
            Itself.
        """
        faiss = import_optional("faiss", extra="ann", purpose="An approximate search")
        random_state = check_random_state(self.random_state)
        # distances are differences of large numbers in float32 unless centred, and
        # squares are too large or too small for it unless scaled
        self._center = X.mean(axis=0, dtype=np.float64)
        largest = np.maximum(X.max(axis=0) - self._center, self._center - X.min(axis=0))
        self._scale = _power_of_two(largest.max())
        X = self._shrink(X)
        n_rows, n_columns = X.shape
        n_cells = max(1, min(int(4 * np.sqrt(n_rows)), n_rows // MIN_ROWS_PER_CELL))
        quantizer = faiss.IndexFlatL2(n_columns)
        self._index = faiss.IndexIVFFlat(quantizer, n_columns, n_cells)
        self._index.cp.seed = int(random_state.randint(2**31 - 1))
        self._index.cp.niter = 10
        self._index.cp.max_points_per_centroid = 2 * MIN_ROWS_PER_CELL
        with self._threads():
            self._index.train(X)
            self._index.add(X)
            self._choose_n_probes(faiss, X, random_state)
        return self

    def _choose_n_probes(self, faiss, X, random_state):
        n_probed = min(N_PROBED_ROWS, len(X))
        rows = X[random_state.permutation(len(X))[:n_probed]]
        k = min(self.n_neighbors, len(X))
        exact = faiss.IndexFlatL2(X.shape[1])
        exact.add(X)
        farthest = exact.search(rows, k)[0][:, [-1]]
        for n_probes in 2 ** np.arange(3, 32):
            self._index.nprobe = int(min(n_probes, self._index.nlist))
            found = self._index.search(rows, k)[0] <= farthest * (1 + 1e-5)
            self.recall_ = float(found.mean())
            if self.recall_ >= RECALL or n_probes >= self._index.nlist:
                return

    def kneighbors(self, X, n_neighbors):
        """Find nearly all of the nearest rows, by Euclidean distance.

        Parameters
        ----------
        X : ndarray of shape (n_queries, n_features)
            The rows asked for.
        n_neighbors : int
            How many to find; at most all.

        Returns
        -------
        tuple of ndarray of shape (n_queries, n_neighbors)
            Distances and positions, nearest first; inf and -1 where the cells visited
            hold too few rows.
        """
        X = self._shrink(X)
        with self._threads():
            squared, positions = self._index.search(
                X, min(n_neighbors, self._index.ntotal)
            )
        squared[positions < 0] = np.inf
        distances = np.sqrt(np.maximum(squared, 0, out=squared), dtype=np.float64)
        distances *= self._scale
        return distances, positions

    def _shrink(self, X):
        """Rows around zero, within one of it if `fit` saw them, in float32."""
        shrunk = np.empty(X.shape, dtype=np.float32)
        for rows in gen_batches(len(X), ROWS_PER_BATCH):
            scaled = (X[rows] - self._center) / self._scale
            # so far beyond the rows of fit, all of them are at one distance
            shrunk[rows] = np.clip(scaled, -MOST, MOST, out=scaled)
        return shrunk

    def _threads(self):
        return threadpool_limits(effective_n_jobs(self.n_jobs))
