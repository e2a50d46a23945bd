"""The columns of a mixed table as numbers and as codes."""

from __future__ import annotations

import numpy as np

from ..preprocessing._assemble import holds_numbers
from ..preprocessing._table import Table

__all__ = ["Columns"]

MAX_LEVELS = 50  # a column with more is text: its values are no kinds of rows


class Columns:
    """Numbers and categories of a table, column by column.

    Booleans and texts are categories; numbers and dates are numbers.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    categorical : "auto" or array-like, default="auto"
        Columns to take for categories, whatever they hold: positions, labels or a mask.

    Attributes
    ----------
    shape : tuple of int
        Of the table.
    holds_numbers : ndarray of shape (n_features,)
        Whether a number between two others can stand in the column.
    is_category : ndarray of shape (n_features,)
        Which columns are categories.
    values : ndarray of shape (n_samples, n_features)
        Numbers, dates in microseconds and codes of categories; NaN where missing.
    """

    def __init__(self, X, categorical="auto"):
        table = Table(X)
        self.shape = table.shape
        self.holds_numbers = holds_numbers(X)
        named = _positions(categorical, table.names)
        self.is_category = np.zeros(self.shape[1], dtype=bool)
        self.values = np.empty(self.shape)
        for position in range(self.shape[1]):
            column = table.column(position)
            is_named = position in named
            self.is_category[position] = is_named or column.form in ("text", "boolean")
            self.values[:, position] = _numbers(column, is_named)

    @property
    def missing(self):
        """Mask of the missing cells."""
        return np.isnan(self.values)

    @property
    def n_levels(self):
        """Number of levels of each category, 0 for numbers; a gap is none."""
        tops = np.where(self.missing, -1, self.values).max(axis=0).astype(np.intp)
        return np.where(self.is_category, tops + 1, 0)

    @property
    def typical_deviation(self):
        """Median standard deviation of the columns of numbers; 1 if there is none.

        What two different categories count in a distance.
        """
        columns = self.values[:, self.holds_numbers & ~self.is_category]
        if not columns.size:
            return 1.0
        return float(np.median(_filled(columns).std(axis=0))) or 1.0

    def measured(self):
        """Columns of numbers for a distance: no gaps, dates on a scale with the others.

        Returns
        -------
        ndarray of shape (n_samples, n_number_columns)
            A gap is the median of its column.
        """
        columns = _filled(self.values[:, ~self.is_category])
        is_date = ~self.holds_numbers[~self.is_category]
        if is_date.any():
            dates = columns[:, is_date] - columns[:, is_date].mean(axis=0)
            deviation = dates.std(axis=0)
            deviation[deviation == 0] = 1
            columns[:, is_date] = dates / deviation * self.typical_deviation
        return columns

    def between(self, near, far, share):
        """Make numbers between those of two rows.

        Parameters
        ----------
        near, far : ndarray of shape (n_made,)
            Positions of the rows.
        share : ndarray of shape (n_made,)
            Share of the nearer one.

        Returns
        -------
        ndarray of shape (n_made, n_features)
            NaN where one of the rows has none, and in columns that hold no numbers.
        """
        numbers = self.values[far]
        numbers += share[:, None] * (self.values[near] - numbers)
        numbers[:, self.is_category | ~self.holds_numbers] = np.nan
        return numbers


def _numbers(column, as_category):
    """Values of a column as floats; those of a category are codes, counted from 0."""
    values = np.where(column.missing, np.nan, column.values.astype(np.float64))
    if as_category and column.form not in ("text", "boolean"):
        present = ~np.isnan(values)
        values[present] = np.unique(values[present], return_inverse=True)[1]
    return values


def _filled(columns):
    gaps = np.isnan(columns)
    if not gaps.any():
        return columns.copy()
    medians = np.zeros(columns.shape[1])
    known = ~gaps.all(axis=0)
    medians[known] = np.nanmedian(columns[:, known], axis=0)
    return np.where(gaps, medians, columns)


def _positions(categorical, names):
    if isinstance(categorical, str):
        return set()
    named = np.asarray(categorical)
    if named.dtype == bool:
        return set(np.flatnonzero(named).tolist())
    if named.dtype.kind in "iu":
        return {int(position) % len(names) for position in named}
    unknown = [name for name in named.tolist() if name not in names]
    if unknown:
        raise ValueError(
            f"categorical_features names {unknown}, but the columns are {names}."
        )
    return {names.index(name) for name in named.tolist()}
