"""WaypointDistances: how far rows are from named places, as features."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..preprocessing import TableEncoder
from ..preprocessing._validation import validate_table
from ..utils._compat import HasMethods, StrOptions, fit_context
from ._query import distances_to, read_query
from ._row_space import RowSpace
from ._waypoint import Waypoint

__all__ = ["WaypointDistances"]


class WaypointDistances(TransformerMixin, BaseEstimator):
    """Distances of rows to waypoints, as features.

    Parameters
    ----------
    waypoints : Waypoint or list of Waypoint
        The places. Their columns must be in the table.
    embedding : "auto", "passthrough" or transformer, default="auto"
        What distances are measured between, as for :class:`SimilaritySearch`: "auto"
        are the encoded columns of the table, each with the same say. It is fitted on
        the table given to `fit`.
    metric : {"cosine", "euclidean"}, default="cosine"
        The distance, as for :class:`SimilaritySearch`.
    random_state : int, RandomState instance or None, default=0
        Seeds the encoding of texts. An embedding has a seed of its own.

    Attributes
    ----------
    waypoints_ : list of Waypoint
        The waypoints.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    SimilaritySearch.distance_to : The same distances for the rows of a search.

    Notes
    -----
    A waypoint whose records lack columns is compared in the encoded columns it has,
    whatever the embedding.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_featrix.neighbors import Waypoint, WaypointDistances
    >>> customers = pd.DataFrame(
    ...     {"age": [31, 58, 33, 61], "plan": ["pro", "basic", "pro", "basic"]}
    ... )
    >>> places = [
    ...     Waypoint("young", {"age": 30}),
    ...     Waypoint("best", {"age": 31, "plan": "pro"}, radius=0.1),
    ... ]
    >>> distances = WaypointDistances(places).set_output(transform="pandas")
    >>> distances.fit_transform(customers).round(2)
       distance_to_young  distance_to_best  within_best
    0                0.0              0.00          1.0
    1                1.9              1.92          0.0
    2                0.1              0.08          1.0
    3                2.0              2.00          0.0
    """

    _parameter_constraints = {
        "waypoints": [Waypoint, list, tuple],
        "embedding": [
            StrOptions({"auto", "passthrough"}),
            HasMethods(["fit", "transform"]),
        ],
        "metric": [StrOptions({"cosine", "euclidean"})],
        "random_state": ["random_state"],
    }

    def __init__(self, waypoints, *, embedding="auto", metric="cosine", random_state=0):
        self.waypoints = waypoints
        self.embedding = embedding
        self.metric = metric
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Fit the embedding and find the places in it.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.
        y : None
            Ignored.

        Returns
        -------
        self : WaypointDistances
            The fitted transformer.

        Raises
        ------
        TypeError
            If there is something that is no waypoint.
        ValueError
            If there is no waypoint, two have one name, or a waypoint does not fit the
            table.
        """
        X = self._validate(X, reset=True)
        self.waypoints_ = self._checked_waypoints(X)
        self._space = RowSpace(self.embedding, self.metric, self.random_state).fit(X)
        self._queries = [
            read_query(self._space, place.records, X, combine=place.combine)
            for place in self.waypoints_
        ]
        return self

    def _checked_waypoints(self, X):
        waypoints = self._listed_waypoints(X)
        wrong = [each for each in waypoints if not isinstance(each, Waypoint)]
        if wrong:
            raise TypeError(
                f"waypoints holds {wrong[0]!r}, which is no Waypoint. Make one with "
                "Waypoint(name, records)."
            )
        names = [place.name for place in waypoints]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"The waypoints have the names {names}. Give at least one waypoint, "
                "and each a name of its own."
            )
        return waypoints

    def _listed_waypoints(self, X):
        given = self.waypoints
        return [given] if isinstance(given, Waypoint) else list(given)

    def _validate(self, X, *, reset):
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            return validate_data(self, X, reset=reset, dtype=[np.float32, np.float64])
        return validate_table(self, X, reset=reset)

    def transform(self, X):
        """Measure the distances.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            For each waypoint the distance and, if it has a radius, 1 for rows within
            it and 0 for others.
        """
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        distances = distances_to(self._space, self._queries, X)
        columns = []
        for place, distance in zip(self.waypoints_, distances, strict=True):
            columns.append(distance)
            if place.radius is not None:
                columns.append((distance <= place.radius).astype(np.float64))
        return np.column_stack(columns)

    def get_feature_names_out(self, input_features=None):
        """Name the features: "distance_to_<name>" and "within_<name>".

        Parameters
        ----------
        input_features : None
            Ignored: the names are those of the waypoints.

        Returns
        -------
        ndarray of str objects of shape (n_features_out,)
            The names.
        """
        check_is_fitted(self)
        names = []
        for place in self.waypoints_:
            names.append(f"distance_to_{place.name}")
            if place.radius is not None:
                names.append(f"within_{place.name}")
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        if not (isinstance(self.embedding, str) and self.embedding == "passthrough"):
            tags.input_tags = TableEncoder().__sklearn_tags__().input_tags
        return tags
