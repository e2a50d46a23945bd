"""A table with categories for the SMOTE that knows them."""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from ._columns import MAX_LEVELS, Columns
from ._drawn import Drawn
from ._nominal_neighbors import NominalNeighbors
from ._row_digits import RowDigits

__all__ = ["NominalView"]


class NominalView:
    """Show SMOTENC numbers, the numbers of the rows, and codes of categories.

    SMOTEN stands in where there are only categories. A gap in a category is a level of
    its own; numbers and their gaps are made from the two rows that a row lies between.

    Parameters
    ----------
    columns : Columns
        The table.
    """

    def __init__(self, columns):
        self.columns = columns
        codes = np.where(columns.missing, columns.n_levels, columns.values)
        self.codes = codes[:, columns.is_category]
        self.measured = columns.measured()
        self.has_numbers = self.measured.shape[1] > 0
        if not self.has_numbers:
            self.matrix = self.codes
            return
        # on a scale with the numbers: their deviations have a median that SMOTENC needs
        self.digits = RowDigits(columns.shape[0], columns.typical_deviation)
        self.matrix = np.hstack([self.measured, self.digits.columns, self.codes])

    @classmethod
    def of(cls, sampler, X):
        """Make the view, None if the sampler or the table is none for it.

        Parameters
        ----------
        sampler : sampler
            The sampler.
        X : DataFrame or ndarray of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        NominalView or None
            The view.
        """
        if type(sampler) not in (SMOTE, SMOTEN, SMOTENC):
            return None
        named = getattr(sampler, "categorical_features", "auto")
        if type(sampler) is SMOTEN:
            named = np.arange(X.shape[1])
        columns = Columns(X, named)
        if not columns.is_category.any():
            return None
        if type(sampler) is SMOTE and (columns.n_levels > MAX_LEVELS).any():
            return None
        return cls(columns)

    def adapt(self, sampler):
        """Give SMOTENC or SMOTEN the settings of the sampler.

        Parameters
        ----------
        sampler : SMOTE, SMOTEN or SMOTENC
            The sampler.

        Returns
        -------
        SMOTEN or SMOTENC
            The one for this table.
        """
        names = ("sampling_strategy", "random_state", "k_neighbors")
        settings = {name: getattr(sampler, name) for name in names}
        if not self.has_numbers:
            return SMOTEN(**settings)
        n_numbers, n_digits = self.measured.shape[1], len(self.digits.places)
        settings["k_neighbors"] = NominalNeighbors(
            sampler.k_neighbors, n_numbers, n_digits
        )
        if type(sampler) is SMOTENC:
            settings["categorical_encoder"] = sampler.categorical_encoder
        categories = range(n_numbers + n_digits, self.matrix.shape[1])
        return SMOTENC(list(categories), **settings)

    def read(self, matrix, y, sampler):
        """Turn codes back into the cells that they stand for.

        Parameters
        ----------
        matrix : ndarray of shape (n_out, n_columns)
            What the sampler gave: the rows as they were, below them the made ones.
        y : ndarray of shape (n_out,)
            Its labels.
        sampler : sampler
            The fitted sampler.

        Returns
        -------
        Drawn
            The rows.
        """
        n_rows, n_features = self.columns.shape
        new = np.asarray(matrix[n_rows:], dtype=np.float64)
        source = np.r_[np.arange(n_rows), np.full(len(new), -1)]
        near, numbers = np.zeros(len(new), dtype=np.intp), None
        n_before = self.matrix.shape[1] - self.codes.shape[1]
        if self.has_numbers:
            digits = new[:, self.measured.shape[1] : n_before]
            near, far, share = self.digits.parents(digits)
            numbers = self.columns.between(near, far, share)
        donors = np.repeat(near[:, None], n_features, axis=1)
        for place, position in enumerate(np.flatnonzero(self.columns.is_category)):
            known, first = np.unique(self.codes[:, place], return_index=True)
            donors[:, position] = first[
                np.searchsorted(known, new[:, n_before + place])
            ]
        return Drawn(source, near, donors, numbers)
