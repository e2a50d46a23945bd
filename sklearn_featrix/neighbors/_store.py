"""Where the vectors of a table are kept: in memory, or in a file mapped into it."""

from __future__ import annotations

import numpy as np

from ..utils._compat import index_rows, num_samples

ROWS_AT_A_TIME = 50_000


class VectorStore:
    """Makes vectors of a table block by block, and keeps them.

    Parameters
    ----------
    path : path or None
        File of numpy's format to keep them in; None keeps them in memory.
    dtype : {"float32", "float16"}
        How to keep them.
    """

    def __init__(self, path, dtype):
        self.path = path
        self.dtype = dtype

    def fill(self, X, transform, *, in_blocks=True):
        """Make and keep the vectors of a table.

        Parameters
        ----------
        X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
            The table.
        transform : callable
            Makes float32 vectors of some rows of it.
        in_blocks : bool, default=True
            False where `transform` hands large arrays through: no copy is made then,
            unless there is a file.

        Returns
        -------
        ndarray of shape (n_samples, n_dimensions)
            The vectors; a read-only memory map of the file if there is one.
        """
        n_rows = num_samples(X)
        if self.path is None and (n_rows <= ROWS_AT_A_TIME or not in_blocks):
            return transform(X).astype(self.dtype, copy=False)
        kept = None
        for start in range(0, n_rows, ROWS_AT_A_TIME):
            stop = min(start + ROWS_AT_A_TIME, n_rows)
            block = transform(index_rows(X, np.arange(start, stop)))
            if kept is None:
                kept = self._empty((n_rows, block.shape[1]))
            kept[start:stop] = block
        return self._kept(kept)

    def rewrite(self, rows):
        """Keep other vectors instead; those in memory are as they should be."""
        if self.path is None:
            return rows
        written = self._empty(rows.shape)
        written[:] = rows
        return self._kept(written)

    def _empty(self, shape):
        if self.path is None:
            return np.empty(shape, dtype=self.dtype)
        return np.lib.format.open_memmap(
            self.path, mode="w+", dtype=self.dtype, shape=shape
        )

    def _kept(self, written):
        if self.path is None:
            return written
        written.flush()
        return np.load(self.path, mmap_mode="r", allow_pickle=False)
