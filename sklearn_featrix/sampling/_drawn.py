"""What a sampler gave, said of the rows that it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Drawn"]


@dataclass(frozen=True)
class Drawn:
    """Rows that a sampler gave, as positions among the rows that it was given.

    Parameters
    ----------
    source : ndarray of shape (n_out,)
        The row that each one is; -1 for rows that the sampler made.
    near : ndarray of shape (n_made,)
        A row that each made row is like; cells come from it that nothing else is said
        about.
    donors : ndarray of shape (n_made, n_features) or None, default=None
        The row that each cell of a made row comes from, if not from `near`.
    numbers : ndarray or sparse matrix of shape (n_made, n_features), default=None
        Numbers in place of these, NaN where the donor's cell stands.
    whole : ndarray of shape (n_out, n_features) or None, default=None
        The rows themselves, where all that were given stay and the made ones follow.
    """

    source: np.ndarray
    near: np.ndarray
    donors: np.ndarray | None = None
    numbers: Any = None
    whole: np.ndarray | None = None
