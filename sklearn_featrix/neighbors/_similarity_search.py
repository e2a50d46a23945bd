"""SimilaritySearch: the rows of a table that are most like a given record."""

from __future__ import annotations

from numbers import Integral
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ..preprocessing import TableEncoder
from ..preprocessing._records import with_columns
from ..preprocessing._stack import stack_tables
from ..preprocessing._validation import validate_table
from ..utils._compat import HasMethods, StrOptions, fit_context, index_rows, num_samples
from ._query import allowed_rows, check_count, masked_rows, nearest_of_any, read_query
from ._reasons import explain as reasons_of
from ._row_space import RowSpace
from ._search_checks import SearchChecksMixin
from ._search_files import SearchFilesMixin
from ._store import VectorStore
from ._vectors import Vectors
from ._waypoint import Waypoint

__all__ = ["SimilaritySearch"]


class SimilaritySearch(SearchFilesMixin, SearchChecksMixin, BaseEstimator):
    """Find the rows of a raw table that are most like a record, and say why.

    Parameters
    ----------
    embedding : "auto", "passthrough" or transformer, default="auto"
        What distances are measured between.

        - "auto": the encoded columns, centred, each input column with the same say.
          Nothing is trained.
        - "passthrough": the table itself, which must hold numbers without gaps.
        - a transformer such as
          :class:`~sklearn_featrix.embedding.EmbeddingTransformer`: the vectors it
          gives. It is cloned and fitted; one in a ``FrozenEstimator`` is used as is.
    backend : {"auto", "exact", "faiss", "hnsw"}, default="auto"
        Who searches. All but "hnsw" are exact and give the same answers:

        - "auto", "exact": a matrix product for a few queries, scikit-learn for many;
        - "faiss": faiss's flat search;
        - "hnsw": faiss's graph search, approximate, for many single queries in
          millions of rows. Building the graph takes minutes there. It is made to find
          97 % of the ten rows nearest to each of a sample, itself among them;
          `recall_check` measures it without those.

        The last two need faiss (``pip install 'sklearn-featrix[ann]'``).
    metric : {"cosine", "euclidean"}, default="cosine"
        The distance. With "cosine", only the direction counts in which a row departs
        from the mean of the table, not how far.
    dtype : {"float32", "float16"}, default="float32"
        How the vectors are kept. "float16" takes half of the memory and several times
        the time.
    store : path, default=None
        File of numpy's format (``.npy``) to keep the vectors in, mapped into memory
        read-only, instead of in memory. It is overwritten.
    n_jobs : int, default=None
        Number of threads for searches by scikit-learn and faiss.
    device : str, default="auto"
        Where "auto" and "exact" compute. "auto" lays the vectors on a GPU with CUDA,
        if there is one, at the first search that pays (100,000 rows and 1,000
        queries), and stays there; "cpu", or a name for torch such as "cuda:1".
    random_state : int, RandomState instance or None, default=0
        Seeds the encoding of texts. An embedding has a seed of its own.

    Attributes
    ----------
    index_ : ndarray of shape (n_rows,)
        Number of each row kept: 0, 1, ... in `fit`, going on in `add`, never given
        twice.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    sklearn_featrix.neighbors.coverage_report : Which rows lie near nothing.
    sklearn.neighbors.NearestNeighbors : Neighbours in tables of numbers.

    Notes
    -----
    Distances are computed in double precision between the vectors as they are kept.
    Ties come in the order of `index_`. With "cosine", a row at the mean of the table in
    every column has no direction, and 0.5 is its distance from every other.

    The table is kept, not copied: it is what answers are made of.

    References
    ----------
    .. [1] Rocchio, "Relevance feedback in information retrieval", in The SMART
       Retrieval System, 1971. (Positives and negatives.)

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_featrix.neighbors import SimilaritySearch
    >>> customers = pd.DataFrame(
    ...     {
    ...         "age": [31, 58, 33, 61, 29],
    ...         "plan": ["pro", "basic", "pro", "basic", "basic"],
    ...         "visits": [40, 2, 38, 1, 5],
    ...     }
    ... )
    >>> search = SimilaritySearch().fit(customers)
    >>> hits = search.find_similar({"age": 30, "plan": "pro"}, k=2, explain=True)
    >>> hits[["index", "age", "plan", "reasons"]]
       index  age plan                 reasons
    0      0   31  pro  plan (60 %), age (40 %)
    2      2   33  pro  plan (66 %), age (34 %)
    """

    _parameter_constraints = {
        "embedding": [
            StrOptions({"auto", "passthrough"}),
            HasMethods(["fit", "transform"]),
        ],
        "backend": [StrOptions({"auto", "exact", "faiss", "hnsw"})],
        "metric": [StrOptions({"cosine", "euclidean"})],
        "dtype": [StrOptions({"float32", "float16"})],
        "store": [str, Path, None],
        "n_jobs": [Integral, None],
        "device": [str],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        embedding="auto",
        *,
        backend="auto",
        metric="cosine",
        dtype="float32",
        store=None,
        n_jobs=None,
        device="auto",
        random_state=0,
    ):
        self.embedding = embedding
        self.backend = backend
        self.metric = metric
        self.dtype = dtype
        self.store = store
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Keep a table to search in.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table: columns of any kind, missing values included.
        y : None
            Ignored.

        Returns
        -------
        self : SimilaritySearch
            The fitted search.
        """
        X = self._validate(X, reset=True)
        self._table = X
        self._space = RowSpace(self.embedding, self.metric, self.random_state).fit(X)
        self.index_ = np.arange(num_samples(X))
        self._next_index = num_samples(X)
        rows = VectorStore(self.store, self.dtype).fill(
            X, self._space.transform, in_blocks=self._space.embedding_ is not None
        )
        self._vectors = Vectors(
            rows, backend=self.backend, n_jobs=self.n_jobs, device=self.device
        )
        self._forget_derived()
        return self

    def _validate(self, X, *, reset=False):
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            return validate_data(self, X, reset=reset, dtype=[np.float32, np.float64])
        return validate_table(self, X, reset=reset)

    def _forget_derived(self):
        """Forget what is made from all rows on first use."""
        self._encoded = None
        self._gaps = None

    @fit_context(prefer_skip_nested_validation=True)
    def add(self, X):
        """Add rows to search among; encoding and embedding stay as they are.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_new, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_new,)
            Their numbers in `index_`.
        """
        check_is_fitted(self)
        X = self._validate(X)
        vectors = self._space.transform(X)
        self._table = stack_tables(self._table, X)
        added = np.arange(self._next_index, self._next_index + len(vectors))
        self._vectors.add(vectors)
        self.index_ = np.concatenate([self.index_, added])
        self._next_index += len(vectors)
        self._settle()
        return added

    def remove(self, index):
        """Forget rows.

        Parameters
        ----------
        index : int or array-like of int
            Their numbers in `index_`.

        Returns
        -------
        self : SimilaritySearch
            The search without them.

        Raises
        ------
        ValueError
            If there is no such row, or none would be left.
        """
        check_is_fitted(self)
        index = np.unique(np.atleast_1d(np.asarray(index)))
        unknown = np.setdiff1d(index, self.index_)
        if len(unknown):
            raise ValueError(
                f"There are no rows {unknown[:5].tolist()}. `index_` has the numbers "
                "of those there are."
            )
        kept = ~np.isin(self.index_, index)
        if not kept.any():
            raise ValueError("Removing all rows leaves nothing to search in.")
        self._table = index_rows(self._table, np.flatnonzero(kept))
        self._vectors.keep(kept)
        self.index_ = self.index_[kept]
        self._settle()
        return self

    def _settle(self):
        self._forget_derived()
        if self._vectors.graph is None:
            store = VectorStore(self.store, self.dtype)
            self._vectors.rows = store.rewrite(self._vectors.rows)

    def kneighbors(self, X=None, n_neighbors=10, return_distance=True):
        """Find the nearest rows of each row of a table.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_queries, n_features)
            A table with the columns of the one given to `fit`. None asks about the
            rows kept, each of which is not its own neighbour.
        n_neighbors : int, default=10
            How many to find.
        return_distance : bool, default=True
            Whether to return the distances.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors)
            Nearest first; only if `return_distance`.
        indices : ndarray of shape (n_queries, n_neighbors)
            Numbers of the rows in `index_`, which are positions in the table given to
            `fit` as long as no row was removed. -1 where "hnsw" found too few.
        """
        check_is_fitted(self)
        n_rows = len(self._vectors) - (X is None)
        if not isinstance(n_neighbors, Integral) or not 0 < n_neighbors <= n_rows:
            raise ValueError(
                f"n_neighbors={n_neighbors!r} must be an int from 1 to {n_rows}, the "
                "number of rows to find."
            )
        if X is None:
            distances, positions = self._neighbors_of_kept(n_neighbors)
        else:
            queries = self._space.transform(self._validate(X), is_checked=True)
            distances, positions = self._vectors.nearest(queries, n_neighbors)
        indices = np.where(positions < 0, -1, self.index_[positions])
        if not return_distance:
            return indices
        return self._space.told(distances), indices

    def _neighbors_of_kept(self, n_neighbors, asked=slice(None), *, exact=False):
        rows = self._vectors.rows[asked]
        found = self._vectors.nearest(rows, n_neighbors + 1, exact=exact)
        own = found[1] == np.arange(len(self._vectors))[asked, np.newaxis]
        own[~own.any(axis=1), -1] = True  # more copies of the row than were asked for
        return tuple(part[~own].reshape(len(own), n_neighbors) for part in found)

    def find_similar(
        self,
        records,
        k=10,
        *,
        negatives=None,
        combine="centroid",
        where=None,
        explain=False,
    ):
        """Find the rows most like one or several records.

        Parameters
        ----------
        records : dict, Series, list of these, DataFrame, array-like or Waypoint
            One record or several; of a waypoint, its own with its `combine`, and only
            rows within its radius are found. A record with labels may lack columns:
            these have no part in the search, which then compares encoded columns,
            whatever the embedding. A value of None or NaN in a column that is there is
            a gap, and is like other gaps.
        k : int, default=10
            How many rows to find; all where there are fewer.
        negatives : as records, default=None
            Records that the rows shall not be like, with the same columns: half of
            their mean is taken off the records.
        combine : {"centroid", "max"}, default="centroid"
            What a row shall be near to if there are several records: their mean, or
            the nearest of them.
        where : array-like of bool of shape (n_rows,) or callable, default=None
            Rows that may be found. A callable gets the table and returns the mask.
            The search among them is exact.
        explain : bool, default=False
            Whether to say why: adds a column "reasons" and for each column of the
            table a column "why__<name>", see the notes.

        Returns
        -------
        DataFrame
            The rows found, nearest first: "index" (number in `index_`), "distance",
            and the columns of the table. Of the library of the table; of pandas if it
            was an array. A name that the table has itself gets an underscore.

        Raises
        ------
        ValueError
            If columns are unknown, values are of another type than those of the table
            or all missing, `k` is no positive int, or the mask does not fit.

        Notes
        -----
        "why__<name>" is how far record and row would be apart in the column on average
        over the table, less how far apart they are: positive where the column brings
        them together, above all where they share what is rare. Over the columns of the
        record it sums to the mean distance less that of the row (with "euclidean",
        squared). It is always measured in the encoded columns. "reasons" lists the
        largest ones and their share of what is positive.
        """
        check_is_fitted(self)
        check_count(k, "k")
        radius = None
        if isinstance(records, Waypoint):
            radius, combine, records = records.radius, records.combine, records.records
        query = read_query(
            self._space, records, self._table, negatives=negatives, combine=combine
        )
        allowed = allowed_rows(where, self._table)
        distances, positions = nearest_of_any(
            self._vectors_for(query), query.vectors, k, allowed
        )
        distances = self._space.told(distances)
        if radius is not None:
            within = distances <= radius
            distances, positions = distances[within], positions[within]
        rows, after = index_rows(self._table, positions), {}
        if explain:
            columns = self._space.columns(self._table)
            after = reasons_of(self._space, query, columns, rows, combine)
        before = {"index": self.index_[positions], "distance": distances}
        return with_columns(rows, self._space.labels_, before, after)

    def _vectors_for(self, query):
        """Vectors of all rows, of the columns that the query has."""
        if query.mask is None:
            return self._vectors
        if self._encoded is None:
            self._encoded = self._space.columns(self._table).encode(self._table)
        rows = masked_rows(self._space, self._encoded, query.mask)
        return Vectors(rows, backend="exact", n_jobs=self.n_jobs, device="cpu")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            return tags
        tags.input_tags = TableEncoder().__sklearn_tags__().input_tags
        return tags
