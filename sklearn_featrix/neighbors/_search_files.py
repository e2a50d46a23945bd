"""A fitted search to a folder and back, without pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..preprocessing._table_files import load_table, save_table
from ._saving import load_state, save_state
from ._vectors import Vectors


class SearchFilesMixin:
    """The files of a search; reading them runs no code of theirs."""

    def save(self, folder):
        """Write the fitted search to a folder, without pickle.

        Parameters
        ----------
        folder : path
            Where to; made if it does not exist. It gets the table (parquet for
            DataFrames, which pandas needs pyarrow for), the vectors (``.npy``) and
            the rest (``.json``, ``.npz``).

        Raises
        ------
        TypeError
            If the embedding is none of this package, or the table is an array of
            Python objects.
        """
        check_is_fitted(self)
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        state = dict(vars(self)) | {"_encoded": None}
        table, vectors = state.pop("_table"), state.pop("_vectors")
        state["store"] = None if self.store is None else str(self.store)
        state["_container"] = save_table(table, folder)
        save_state(state, folder, "search")
        if vectors.graph is not None:
            vectors.graph.save(folder / "graph.faiss")
        elif self.store is None or Path(self.store) != folder / "vectors.npy":
            np.save(folder / "vectors.npy", vectors.rows, allow_pickle=False)

    @classmethod
    def load(cls, folder, *, mmap=False):
        """Read a fitted search from a folder; nothing in it is executed.

        Parameters
        ----------
        folder : path
            What `save` wrote.
        mmap : bool, default=False
            Whether to leave the vectors on disk and map them into memory. `store` then
            is None and the file stays as it is: `add` and `remove` read it into
            memory first.

        Returns
        -------
        SimilaritySearch
            The search, which answers as the saved one did.
        """
        folder = Path(folder)
        state = load_state(folder, "search")
        search = cls()
        table = load_table(folder, state.pop("_container"))
        vars(search).update(state, _table=table)
        rows = None
        if search.backend != "hnsw":
            mode = "r" if mmap else None
            rows = np.load(folder / "vectors.npy", mmap_mode=mode, allow_pickle=False)
            search.store = None
        search._vectors = Vectors.restored(
            rows,
            folder / "graph.faiss",
            backend=search.backend,
            n_jobs=search.n_jobs,
            device=search.device,
        )
        return search
