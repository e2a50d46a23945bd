"""A table with categories for the SMOTE that knows them."""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from ._columns import MAX_LEVELS, Columns
from ._drawn import Drawn

__all__ = ["NominalView"]


class NominalView:
    """Show SMOTENC numbers, codes of categories and, as categories, where gaps are.

    SMOTEN stands in where there are only categories. A gap in a category is a level of
    its own. A gap in a number is the median of the column while rows are made; a made
    row has a gap where most of the neighbours have one.

    Parameters
    ----------
    columns : Columns
        The table.
    """

    def __init__(self, columns):
        self.columns = columns
        codes = np.where(columns.missing, columns.n_levels, columns.values)
        self.number_at = np.flatnonzero(~columns.is_category)
        self.category_at = np.flatnonzero(columns.is_category)
        self.gap_at = np.flatnonzero(columns.missing.any(axis=0) & ~columns.is_category)
        self.measured = columns.measured()
        self.matrix = np.hstack(
            [
                self.measured,
                codes[:, self.category_at],
                columns.missing[:, self.gap_at].astype(np.float64),
            ]
        )

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
        encoder = getattr(sampler, "categorical_encoder", None)
        if not len(self.number_at):
            return SMOTEN(**settings)
        if type(sampler) is SMOTENC:
            settings["categorical_encoder"] = encoder
        first = len(self.number_at)
        return SMOTENC(list(range(first, self.matrix.shape[1])), **settings)

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
        n_made = len(matrix) - n_rows
        source = np.r_[np.arange(n_rows), np.full(n_made, -1)]
        new = np.asarray(matrix[n_rows:], dtype=np.float64)
        donors = np.zeros((n_made, n_features), dtype=np.intp)
        numbers = np.full((n_made, n_features), np.nan)
        n_numbers, n_categories = len(self.number_at), len(self.category_at)
        gaps = np.zeros((n_made, n_features), dtype=bool)
        gaps[:, self.gap_at] = new[:, n_numbers + n_categories :] == 1
        for place, position in enumerate(self.number_at):
            values, gone = new[:, place], gaps[:, position]
            if self.columns.holds_numbers[position]:
                numbers[~gone, position] = values[~gone]
                if gone.any():
                    donors[gone, position] = self._first_gap(position)
            else:
                donors[:, position] = self._nearest(place, position, values, gone)
        for place, position in enumerate(self.category_at):
            codes = self.matrix[:, n_numbers + place]
            known, first = np.unique(codes, return_index=True)
            donors[:, position] = first[
                np.searchsorted(known, new[:, n_numbers + place])
            ]
        near = np.zeros(n_made, dtype=np.intp)
        return Drawn(source, near, donors, numbers)

    def _first_gap(self, position):
        return self.columns.missing[:, position].argmax()

    def _nearest(self, place, position, values, gone):
        """Rows with the nearest date: there may be none in between."""
        missing = self.columns.missing[:, position]
        if missing.all():
            return np.zeros(len(values), dtype=np.intp)
        rows = np.flatnonzero(~missing)
        rows = rows[np.argsort(self.measured[rows, place], kind="stable")]
        known = self.measured[rows, place]
        right = np.searchsorted(known, values).clip(1, max(len(known) - 1, 1))
        right = np.minimum(right, len(known) - 1)
        left = np.maximum(right - 1, 0)
        closer = np.abs(known[left] - values) <= np.abs(known[right] - values)
        found = rows[np.where(closer, left, right)]
        return np.where(gone, self._first_gap(position), found)
