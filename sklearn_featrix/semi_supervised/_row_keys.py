"""Keys of rows, also of wide sparse matrices."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..preprocessing import _rows

# A column at a time takes long in wider ones.
MAX_HASHED_COLUMNS = 256


def row_keys(X):
    """Hash every row of a table.

    Parameters
    ----------
    X : {ndarray, sparse matrix, dataframe} of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray of shape (n_samples,)
        uint64 keys, equal for equal rows. Those of a sparse matrix with more than 256
        columns are not those of the same rows in another container.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sklearn_featrix.semi_supervised._row_keys import row_keys
    >>> keys = row_keys(csr_array([[0.0, 1.0], [2.0, 0.0], [0.0, 1.0]]))
    >>> bool(keys[0] == keys[2]), bool(keys[0] == keys[1])
    (True, False)
    """
    if sparse.issparse(X) and X.shape[1] > MAX_HASHED_COLUMNS:
        X = sparse.csr_array(X, copy=True, dtype=np.float64)
        X.sum_duplicates()  # and sorts: equal rows are summed in the same order
        X.data = _rows._mix((X.data + 0.0).view(np.uint64)) / 2.0**64  # 0 stays 0
        # rows that differ agree in two random projections by a miracle only
        X = X @ np.random.default_rng(0).uniform(1, 2, size=(X.shape[1], 2))
    return _rows.row_keys(X)
