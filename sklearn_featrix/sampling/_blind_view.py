"""A table for samplers that draw rows without a look at them."""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from ._drawn import Drawn

__all__ = ["BlindView"]


class BlindView:
    """Show a sampler the numbers of the rows alone: any table will do.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    """

    def __init__(self, n_rows):
        self.matrix = np.arange(n_rows, dtype=np.float64)[:, None]

    @staticmethod
    def is_for(sampler):
        """Tell whether a sampler draws rows whatever they are."""
        if type(sampler) is RandomOverSampler:
            return sampler.shrinkage is None
        return type(sampler) is RandomUnderSampler

    @staticmethod
    def narrow(y, sampler):
        """Write whole numbers in few bytes: looking for classes is most of the work.

        Parameters
        ----------
        y : ndarray of shape (n_rows,)
            Labels.
        sampler : sampler
            What they are for.

        Returns
        -------
        ndarray of shape (n_rows,)
            Equal labels.
        """
        limits = np.iinfo(np.int8)
        if (
            y.dtype.kind not in "iu"
            or callable(sampler.sampling_strategy)  # it shall see what was given
            or not limits.min <= y.min() <= y.max() <= limits.max
        ):
            return y
        return y.astype(np.int8)

    @staticmethod
    def adapt(sampler):
        """Nothing has to be changed about the sampler."""
        return sampler

    @staticmethod
    def read(matrix, y, sampler):
        """Find the rows by their numbers.

        Parameters
        ----------
        matrix : ndarray of shape (n_out, 1)
            What the sampler gave.
        y : ndarray of shape (n_out,)
            Its labels.
        sampler : sampler
            The fitted sampler.

        Returns
        -------
        Drawn
            The rows.
        """
        return Drawn(matrix[:, 0].astype(np.intp), np.empty(0, dtype=np.intp))
