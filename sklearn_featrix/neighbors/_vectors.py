"""Vectors to search among: whichever backend looks, the answer is the same."""

from __future__ import annotations

import numpy as np

from ._backends import HNSWIndex
from ._backends._exhaustive import (
    half_distances,
    matrix_candidates,
    sklearn_candidates,
)
from ._backends._faiss_flat import faiss_candidates
from ._backends._torch import TorchRows, find_gpu

FEW_QUERIES = 4  # up to here one matrix product is faster than a fused search
SPARE = 10  # candidates beyond those asked for, among which ties may hide
PRECISION = 4e-6  # of single-precision products, as a share of the squared norms
GPU_FROM = 100_000_000  # products from which it pays to look for a GPU
REFINED_AT_A_TIME = 4_000_000  # numbers


class Vectors:
    """Rows of numbers, and who is near whom among them.

    Candidates come from a backend in single precision; their distances are computed
    again in double precision and sorted by distance, ties by position. Where ties may
    reach beyond the candidates, all rows are compared. So exact backends agree to the
    last position.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        The rows, float32 or float16.
    backend : {"auto", "exact", "faiss", "hnsw"}, default="auto"
        Who finds the candidates.
    n_jobs : int, default=None
        Number of threads of a search for many queries.
    device : str, default="auto"
        Where "auto" and "exact" compute: "auto" takes a GPU with CUDA from 100,000,000
        pairs of query and row on, and for all queries once rows lie there.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors._vectors import Vectors
    >>> vectors = Vectors(np.array([[0.0], [2.0], [2.0]], dtype=np.float32))
    >>> vectors.nearest(np.array([[1.5]], dtype=np.float32), 2)
    (array([[0.5, 0.5]]), array([[1, 2]]))
    """

    def __init__(self, rows, *, backend="auto", n_jobs=None, device="auto"):
        self.backend = backend
        self.n_jobs = n_jobs
        self.device = device
        self._set_rows(rows)

    def _set_rows(self, rows):
        self.graph = None
        self._on_device = None
        if self.backend == "hnsw":
            self.graph = HNSWIndex(self.n_jobs).fit(np.asarray(rows, np.float32))
            rows = self.graph.vectors_  # they lie there anyway: one copy is enough
        self.rows = rows
        self._set_half_norms(_half_norms(rows))

    def _set_half_norms(self, half_norms):
        self.half_norms = half_norms
        self._largest_half_norm = half_norms.max(initial=0)  # there may be no row

    @classmethod
    def restored(cls, rows, graph_file, *, backend, n_jobs, device="auto"):
        """Make vectors of saved rows, or of a saved graph for "hnsw"."""
        if backend != "hnsw":
            return cls(rows, backend=backend, n_jobs=n_jobs, device=device)
        graph = HNSWIndex(n_jobs).load(graph_file)
        made = cls(graph.vectors_, backend="exact", n_jobs=n_jobs, device=device)
        made.backend, made.graph = backend, graph
        return made

    def __len__(self):
        return len(self.rows)

    def __getstate__(self):
        state = vars(self) | {"rows": np.array(self.rows), "_on_device": None}
        if self.graph is not None:
            state["rows"] = None  # the graph has them
        return state

    def __setstate__(self, state):
        vars(self).update(state)
        if self.graph is not None:
            self.rows = self.graph.vectors_

    def add(self, rows):
        """Append rows."""
        if self.graph is not None:
            self.graph.add(rows)
            self._on_device = None
            self.rows = self.graph.vectors_
            added = _half_norms(rows)
            self._set_half_norms(np.concatenate([self.half_norms, added]))
        else:
            self._set_rows(np.concatenate([self.rows, rows.astype(self.rows.dtype)]))

    def keep(self, kept):
        """Keep the rows of a mask; a graph is built anew."""
        self._set_rows(np.array(self.rows[kept]))

    def nearest(self, queries, n_neighbors, *, exact=False, allowed=None):
        """Find the nearest rows by Euclidean distance.

        Parameters
        ----------
        queries : ndarray of shape (n_queries, n_columns)
            The rows asked for.
        n_neighbors : int
            How many to find; at most all that are allowed.
        exact : bool, default=False
            Whether to compare with all rows even if there is a graph.
        allowed : ndarray of bool of shape (n_rows,), default=None
            Rows that may be found; compares with all of them.

        Returns
        -------
        tuple of ndarray of shape (n_queries, n_neighbors)
            Distances and positions, nearest first, ties by position; inf and -1 where
            a graph led to too few.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if allowed is not None:
            return self._nearest_allowed(queries, n_neighbors, allowed)
        wanted = min(n_neighbors + SPARE, len(self))
        approximate = self.graph is not None and not exact
        if approximate:
            squared, positions = self.graph.candidates(queries, wanted)
        else:
            squared, positions = self._candidates(queries, wanted)
        distances, found = self._refine(queries, positions)
        if not approximate and wanted < len(self):
            self._look_for_ties(
                queries, squared.max(axis=1), distances, found, n_neighbors
            )
        return distances[:, :n_neighbors], found[:, :n_neighbors]

    def _candidates(self, queries, wanted):
        if self._is_on_device(len(queries)):
            return self._on_device.candidates(queries, wanted)
        backend = self._backend_for(len(queries))
        if backend == "matrix":
            return matrix_candidates(self.rows, self.half_norms, queries, wanted)
        search = faiss_candidates if backend == "faiss" else sklearn_candidates
        return search(self.rows, queries, wanted, self.n_jobs)

    def _is_on_device(self, n_queries):
        """Tell whether the rows lie on a GPU, and lay them there if that pays."""
        if self._on_device is None and self.backend in ("auto", "exact"):
            if self.device == "auto" and n_queries * len(self) < GPU_FROM:
                return False
            device = find_gpu(self.device)
            if device is not None:
                self._on_device = TorchRows(self.rows, self.half_norms, device)
        return self._on_device is not None

    def _backend_for(self, n_queries):
        """Who is fastest for so many queries."""
        if self.rows.dtype == np.float16:
            return "matrix"
        if self.backend == "faiss":
            return "faiss"
        return "matrix" if n_queries <= FEW_QUERIES else "sklearn"

    def _refine(self, queries, positions):
        """Distances in double precision, sorted; ties by position."""
        distances = np.empty(positions.shape, dtype=np.float64)
        step = max(
            1, REFINED_AT_A_TIME // max(1, positions.shape[1] * queries.shape[1])
        )
        for start in range(0, len(queries), step):
            block = slice(start, start + step)
            near = self.rows[positions[block]].astype(np.float64)
            near -= queries[block, np.newaxis]
            distances[block] = np.sqrt(np.einsum("ijk,ijk->ij", near, near))
        distances[positions < 0] = np.inf
        order = np.lexsort((positions, distances), axis=1)
        return (
            np.take_along_axis(distances, order, axis=1),
            np.take_along_axis(positions, order, axis=1),
        )

    def _look_for_ties(self, queries, farthest, distances, found, n_neighbors):
        """Compare with all rows where some beyond the candidates may be as near."""
        last = distances[:, n_neighbors - 1] ** 2
        slack = PRECISION * (
            np.einsum("ij,ij->i", queries, queries) + 2 * self._largest_half_norm
        )
        for i in np.flatnonzero(farthest <= last + 2 * slack):
            one = queries[i : i + 1]
            half_norm = np.float32(one[0] @ one[0] / 2)
            halves = half_distances(self.rows, self.half_norms, one)[0] + half_norm
            near = np.flatnonzero(2 * halves <= last[i] + 2 * slack[i])
            refined = self._refine(one, near[np.newaxis])
            distances[i, :n_neighbors] = refined[0][0, :n_neighbors]
            found[i, :n_neighbors] = refined[1][0, :n_neighbors]

    def _nearest_allowed(self, queries, n_neighbors, allowed):
        positions = np.flatnonzero(allowed)
        some = Vectors(
            self.rows[positions],
            backend="exact",
            n_jobs=self.n_jobs,
            device="cpu",  # to lay rows there for one search does not pay
        )
        distances, found = some.nearest(queries, n_neighbors)
        return distances, positions[found]


def _half_norms(rows):
    norms = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), 65_536):
        block = rows[start : start + 65_536].astype(np.float32, copy=False)
        norms[start : start + len(block)] = np.einsum("ij,ij->i", block, block) / 2
    return norms
