"""The interval of a share of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

__all__ = ["wilson_interval"]


def wilson_interval(
    share: ArrayLike, n_rows: ArrayLike, confidence: float
) -> NDArray[np.float64]:
    """Share of so many rows, with the ends of Wilson's interval [1]_.

    Parameters
    ----------
    share : array-like of shape (n_shares,) or float
        Shares, from 0 to 1.
    n_rows : array-like of shape (n_shares,) or float
        Number of rows that each is a share of; of weighted rows the effective one.
    confidence : float
        Share of such intervals that hold the true share.

    Returns
    -------
    ndarray of shape (n_shares, 3) or (3,)
        Each share, and the ends of its interval.

    References
    ----------
    .. [1] E. B. Wilson. Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> from sklearn_featrix.utils._wilson import wilson_interval
    >>> wilson_interval(0.25, 40, 0.95).round(3)
    array([0.25 , 0.142, 0.402])
    """
    share = np.asarray(share, dtype=np.float64)
    z2: Any = norm.ppf((1 + confidence) / 2) ** 2 / np.asarray(n_rows)
    centre = (share + z2 / 2) / (1 + z2)
    half = np.sqrt(z2 * share * (1 - share) + z2**2 / 4) / (1 + z2)
    # the ends are exact where the share is 0 or 1
    low = np.where(share == 0, 0.0, centre - half)
    high = np.where(share == 1, 1.0, centre + half)
    return np.stack([share, low, high], axis=-1)
