"""The numbers of rows in columns that survive the making of rows between them."""

from __future__ import annotations

import numpy as np

__all__ = ["RowDigits"]

_TOLERANCE = 1e-12


class RowDigits:
    """Number the rows in binary digits, one column for each.

    What lies between two rows has digits between theirs, which tells both rows and how
    far it is from one to the other.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    one : float, default=1.0
        What a digit 1 is written as; with a power of two nothing is rounded.
    """

    def __init__(self, n_rows, one=1.0):
        self.n_rows = n_rows
        self.one = one
        self.places = 1 << np.arange(max(int(n_rows - 1).bit_length(), 1))

    @property
    def columns(self):
        """Digits of all rows, of shape (n_rows, n_digits)."""
        return ((np.arange(self.n_rows)[:, None] & self.places) > 0) * self.one

    def parents(self, columns):
        """Find the two rows that each row lies between.

        Parameters
        ----------
        columns : ndarray of shape (n_out, n_digits)
            What became of the digits.

        Returns
        -------
        near, far : ndarray of shape (n_out,)
            Positions of the nearer and the farther row.
        share : ndarray of shape (n_out,)
            Share of the nearer one; 1 for a row itself.

        Raises
        ------
        ValueError
            If a row lies between no two.

        Examples
        --------
        >>> from sklearn_featrix.sampling._row_digits import RowDigits
        >>> digits = RowDigits(6)
        >>> between = 0.25 * digits.columns[[2]] + 0.75 * digits.columns[[5]]
        >>> digits.parents(between)
        (array([5]), array([2]), array([0.75]))
        """
        digits = np.asarray(columns) / self.one
        ones = np.abs(digits - 1) < _TOLERANCE
        between = ~ones & (np.abs(digits) >= _TOLERANCE)
        rows = np.arange(len(digits))
        share = np.where(between.any(1), digits[rows, between.argmax(1)], 1.0)
        # where a digit is as far up as the first one, the same row of the two has it
        first = np.abs(digits - share[:, None]) < _TOLERANCE
        second = np.abs(digits - (1 - share[:, None])) < _TOLERANCE
        left = (ones | (between & first)) @ self.places
        right = (ones | (between & ~first)) @ self.places
        known = (~between | first | second).all(1)
        if not (known & (left < self.n_rows) & (right < self.n_rows)).all():
            raise ValueError("Some rows do not lie between two others.")
        is_left = share >= 0.5
        near, far = np.where(is_left, left, right), np.where(is_left, right, left)
        return near, far, np.where(is_left, share, 1 - share)
