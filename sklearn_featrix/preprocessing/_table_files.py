"""Raw tables to files and back, without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ._table import as_frame


def save_table(X: Any, folder: Path) -> str:
    """Write a table to a folder, as parquet or in numpy's format.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix
        The table.
    folder : Path
        Where; it must exist.

    Returns
    -------
    str
        What `load_table` must be told.

    Raises
    ------
    TypeError
        If X is an array of Python objects.
    """
    frame = as_frame(X)
    if frame is not None:
        frame.write_parquet(folder / "table.parquet")
        return str(frame.implementation.value)
    if sparse.issparse(X):
        sparse.save_npz(folder / "table.npz", X.tocsr())
        return "sparse"
    if np.asarray(X).dtype == object:
        raise TypeError(
            "The table is an array of Python objects, which numpy writes with pickle "
            "only. Fit on a DataFrame to save it."
        )
    np.save(folder / "table.npy", X, allow_pickle=False)
    return "array"


def load_table(folder: Path, container: str) -> Any:
    """Read what `save_table` wrote.

    Parameters
    ----------
    folder : Path
        Where it is.
    container : str
        What `save_table` returned.

    Returns
    -------
    DataFrame, ndarray or sparse matrix
        The table.
    """
    if container == "sparse":
        return sparse.load_npz(folder / "table.npz")
    if container == "array":
        return np.load(folder / "table.npy", allow_pickle=False)
    return nw.read_parquet(folder / "table.parquet", backend=container).to_native()
