"""Whether labels follow the neighbourhoods, tested against chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_random_state

__all__ = ["NeighborAgreement", "neighbor_agreement"]

N_PERMUTATIONS = 999


@dataclass(frozen=True, repr=False)
class NeighborAgreement:
    """How often a labelled row has the label of the labelled row nearest to it.

    Parameters
    ----------
    share : float
        Share of rows for which it is so.
    expected : float
        The same with labels dealt out at random: the mean over permutations.
    p_value : float
        Share of permutations, this one included, that agree at least as much.

    Attributes
    ----------
    is_above_chance : bool
        Whether the p-value is below 0.05.

    Examples
    --------
    >>> from sklearn_featrix.semi_supervised import NeighborAgreement
    >>> NeighborAgreement(0.8, 0.5, 0.01)
    80% like the nearest, 50% by chance (p = 0.010)
    """

    share: float
    expected: float
    p_value: float

    def __repr__(self):
        return (
            f"{self.share:.0%} like the nearest, {self.expected:.0%} by chance "
            f"(p = {self.p_value:.3f})"
        )

    @property
    def is_above_chance(self):
        """Whether labels follow the neighbourhoods more than chance."""
        return self.p_value < 0.05


def neighbor_agreement(rows, codes, seed):
    """Compare the labels of nearest neighbours with labels dealt out at random.

    Parameters
    ----------
    rows : ndarray of shape (n_labeled, n_encoded)
        Labelled rows in an encoding in which distances make sense.
    codes : ndarray of shape (n_labeled,)
        Their classes.
    seed : int
        Of the permutations.

    Returns
    -------
    NeighborAgreement
        The test of coincidences of nearest neighbours [1]_.

    References
    ----------
    .. [1] N. Henze. A multivariate two-sample test based on the number of nearest
       neighbor type coincidences. Annals of Statistics 16, 772-783, 1988.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._neighbor_agreement import (
    ...     neighbor_agreement,
    ... )
    >>> rows = np.arange(40.0)[:, None]
    >>> neighbor_agreement(rows, (np.arange(40) >= 20).astype(int), 0).p_value
    0.001
    """
    nearest = np.concatenate(
        list(pairwise_distances_chunked(rows, reduce_func=_nearest_other))
    )
    random_state = check_random_state(seed)
    share = float((codes[nearest] == codes).mean())
    by_chance = np.empty(N_PERMUTATIONS)
    for at in range(N_PERMUTATIONS):
        dealt = random_state.permutation(codes)
        by_chance[at] = (dealt[nearest] == dealt).mean()
    n_as_good = int((by_chance >= share - 1e-12).sum())
    return NeighborAgreement(
        share, float(by_chance.mean()), (1 + n_as_good) / (1 + N_PERMUTATIONS)
    )


def _nearest_other(distances, start):
    rows = np.arange(len(distances))
    distances[rows, start + rows] = np.inf
    return distances.argmin(axis=1)
