"""Remember a resampled table well enough to know it again."""

from __future__ import annotations

import hashlib

import numpy as np

from ..preprocessing._rows import row_keys

__all__ = ["ResampledRows"]


class ResampledRows:
    """What samplers did to a table: eight bytes for each row that they made.

    Parameters
    ----------
    before, after : {array-like, sparse matrix, DataFrame}
        The table, and what became of it.
    """

    def __init__(self, before, after):
        before, after = row_keys(before), row_keys(after)
        self.made = np.setdiff1d(after, before)
        self.table = None if _digest(before) == _digest(after) else _digest(after)

    def why_not_score(self, X):
        """Tell why a table gives no score, None if it gives one.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to score on.

        Returns
        -------
        str or None
            Made rows are in it, or it is the resampled table itself.
        """
        keys = row_keys(X)
        n_made = int(np.isin(keys, self.made).sum())
        if n_made:
            return f"{n_made} of the {len(keys)} rows to score were made by a sampler"
        if self.table is not None and _digest(keys) == self.table:
            return f"the {len(keys)} rows to score are the resampled ones of fit"
        return None


def _digest(keys):
    return hashlib.blake2b(np.sort(keys).tobytes(), digest_size=16).hexdigest()
