"""What a search says about rows, and about itself."""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ._query import check_count, distances_to, nearest_distances, read_query

N_PROBES = 2_000


class SearchChecksMixin:
    """How far rows are from a place, how typical; and what the backend misses."""

    def distance_to(self, waypoint, X=None):
        """Measure how far rows are from a waypoint.

        Parameters
        ----------
        waypoint : Waypoint
            The place.
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`. None: the rows kept.

        Returns
        -------
        ndarray of shape (n_samples,)
            The distances; with X None in the order of `index_`.

        See Also
        --------
        WaypointDistances : These distances as features, in a pipeline.
        """
        check_is_fitted(self)
        query = read_query(
            self._space, waypoint.records, self._table, combine=waypoint.combine
        )
        if X is None:
            rows = self._vectors_for(query).rows
            return self._space.told(nearest_distances(rows, query.vectors))
        return distances_to(self._space, [query], self._validate(X))[0]

    def score_samples(self, X=None):
        """Tell how typical rows are of the table.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`; a row that is kept too
            is its own neighbour. None: the rows kept, each compared with the others.

        Returns
        -------
        ndarray of shape (n_samples,)
            Share of the rows of the table that are as far from their nearest other row
            as this one from its nearest, or farther; of at most 2,000 of them, spread
            evenly by that distance where there are more. Rows drawn like the table
            have a score of 0.05 or less in 5 % of the cases.
        """
        check_is_fitted(self)
        gaps = self._sorted_gaps()
        if X is None:
            nearest = self._neighbors_of_kept(1)[0][:, 0]
        else:
            queries = self._space.transform(self._validate(X))
            nearest = self._vectors.nearest(queries, 1)[0][:, 0]
        farther = len(gaps) - np.searchsorted(gaps, nearest * (1 - 1e-6))
        return (farther + 1) / (len(gaps) + 1)

    def _sorted_gaps(self):
        """Distances of rows of the table to the nearest other ones, sorted."""
        if self._gaps is None:
            if len(self._vectors) < 2:
                raise ValueError("One row alone says nothing of what is typical.")
            step = -(-len(self._vectors) // N_PROBES)
            probes = self._vectors.rows[::step]
            self._gaps = np.sort(self._vectors.nearest(probes, 2)[0][:, 1])
        return self._gaps

    def recall_check(self, n_neighbors=10, n_queries=200, random_state=0):
        """Measure which share of the true nearest rows the backend finds.

        Parameters
        ----------
        n_neighbors : int, default=10
            Number of neighbours to look for, none of which is the row itself; at most
            all other rows that are kept.
        n_queries : int, default=200
            Number of rows, drawn from those kept, to look for the neighbours of; at
            most all of them.
        random_state : int, RandomState instance or None, default=0
            Draws them.

        Returns
        -------
        float
            The share; 1.0 for exact backends.

        Raises
        ------
        ValueError
            If `n_neighbors` or `n_queries` is no positive int, or only one row is kept.
        """
        check_is_fitted(self)
        check_count(n_neighbors, "n_neighbors")
        check_count(n_queries, "n_queries")
        if len(self._vectors) < 2:
            raise ValueError("One row alone has no neighbours to look for.")
        k = min(n_neighbors, len(self._vectors) - 1)
        drawn = check_random_state(random_state).permutation(len(self._vectors))
        asked = np.sort(drawn[:n_queries])
        farthest = self._neighbors_of_kept(k, asked, exact=True)[0][:, [-1]]
        found = self._neighbors_of_kept(k, asked)[0]
        return float((found <= farthest * (1 + 1e-6) + 1e-9).mean())
