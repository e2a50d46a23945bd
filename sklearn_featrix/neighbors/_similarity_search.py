"""SimilaritySearch: the rows of a table that are most like a given record."""

from __future__ import annotations

from numbers import Integral
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ..preprocessing import TableEncoder
from ..preprocessing._records import read_records, with_columns
from ..preprocessing._stack import stack_tables
from ..preprocessing._table import Table
from ..preprocessing._table_files import load_table, save_table
from ..preprocessing._validation import validate_table
from ..utils._compat import HasMethods, StrOptions, fit_context, index_rows, num_samples
from ._column_space import ColumnSpace, unit
from ._saving import load_state, save_state
from ._vectors import Vectors

__all__ = ["SimilaritySearch"]

ROWS_AT_A_TIME = 50_000
N_PROBES = 2_000
N_REASONS = 3
NEGATIVE_WEIGHT = 0.5


class SimilaritySearch(BaseEstimator):
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
          97 % of a sample's neighbours; `recall_check` measures it.

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
        random_state=0,
    ):
        self.embedding = embedding
        self.backend = backend
        self.metric = metric
        self.dtype = dtype
        self.store = store
        self.n_jobs = n_jobs
        self.random_state = random_state

    # ------------------------------------------------------------------- fit and table

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
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            X = validate_data(self, X, dtype=[np.float32, np.float64])
        else:
            X = validate_table(self, X, reset=True)
        self._table = X
        self._names = Table(X).names
        self._columns = None
        self._embedding = self._fit_embedding(X)
        self.index_ = np.arange(num_samples(X))
        self._next_index = num_samples(X)
        self._vectors = Vectors(self._kept(X), backend=self.backend, n_jobs=self.n_jobs)
        self._forget_derived()
        return self

    def _forget_derived(self):
        """Forget what is made from all rows on first use."""
        self._encoded = None
        self._gaps = None

    def _fit_embedding(self, X):
        """Fit what makes vectors of rows; None for rows that are vectors."""
        if isinstance(self.embedding, str):
            return self._fit_columns(X) if self.embedding == "auto" else None
        if isinstance(self.embedding, FrozenEstimator):
            return self.embedding
        return clone(self.embedding).fit(X)

    def _fit_columns(self, X):
        return ColumnSpace(self.metric, self.random_state).fit(X)

    def _column_space(self):
        """Make the space in which columns can be told apart, fitted on first use."""
        if isinstance(self._embedding, ColumnSpace):
            return self._embedding
        if self._columns is None:
            self._columns = self._fit_columns(self._table)
        return self._columns

    def _embed(self, X):
        if isinstance(self._embedding, ColumnSpace):
            return self._embedding.transform(X)
        vectors = X if self._embedding is None else self._embedding.transform(X)
        vectors = vectors.toarray() if sparse.issparse(vectors) else vectors
        vectors = check_array(vectors, dtype=[np.float64, np.float32], copy=False)
        if self.metric == "cosine":
            vectors = unit(vectors)
        return vectors.astype(np.float32, copy=False)

    def _kept(self, X):
        """Vectors of a table, in memory or in the file, made block by block."""
        n_rows = num_samples(X)
        if self.store is None and (n_rows <= ROWS_AT_A_TIME or not self._embedding):
            return self._embed(X).astype(self.dtype, copy=False)
        kept = None
        for start in range(0, n_rows, ROWS_AT_A_TIME):
            stop = min(start + ROWS_AT_A_TIME, n_rows)
            block = self._embed(index_rows(X, np.arange(start, stop)))
            if kept is None:
                kept = self._empty((n_rows, block.shape[1]))
            kept[start:stop] = block
        return kept if self.store is None else self._mapped(kept)

    def _empty(self, shape):
        if self.store is None:
            return np.empty(shape, dtype=self.dtype)
        return np.lib.format.open_memmap(
            self.store, mode="w+", dtype=self.dtype, shape=shape
        )

    def _mapped(self, written):
        written.flush()
        return np.load(self.store, mmap_mode="r", allow_pickle=False)

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
        vectors = self._embed(X)
        self._table = stack_tables(self._table, X)
        added = np.arange(self._next_index, self._next_index + len(vectors))
        self._vectors.add(vectors)
        self.index_ = np.concatenate([self.index_, added])
        self._next_index += len(vectors)
        self._rewrite_store()
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
        self._rewrite_store()
        return self

    def _rewrite_store(self):
        self._forget_derived()
        if self.store is None or self._vectors.graph is not None:
            return
        written = self._empty(self._vectors.rows.shape)
        written[:] = self._vectors.rows
        self._vectors.rows = self._mapped(written)

    # ------------------------------------------------------------------------- queries

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
            queries = self._embed(self._validate(X))
            distances, positions = self._vectors.nearest(queries, n_neighbors)
        indices = np.where(positions < 0, -1, self.index_[positions])
        return (self._told(distances), indices) if return_distance else indices

    def _neighbors_of_kept(self, n_neighbors):
        found = self._vectors.nearest(self._vectors.rows, n_neighbors + 1)
        own = found[1] == np.arange(len(self._vectors))[:, np.newaxis]
        own[~own.any(axis=1), -1] = True  # more copies of the row than were asked for
        return tuple(part[~own].reshape(len(own), n_neighbors) for part in found)

    def _told(self, distances):
        """Turn distances between vectors into those of the metric."""
        return distances**2 / 2 if self.metric == "cosine" else distances

    def _validate(self, X):
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            return validate_data(self, X, reset=False, dtype=[np.float32, np.float64])
        return validate_table(self, X, reset=False)

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
        records : dict, Series, list of these, DataFrame or array-like
            One record or several. A record with labels may lack columns: these have
            no part in the search, which then compares encoded columns, whatever the
            embedding. A value of None or NaN in a column that is there is a gap, and
            is like other gaps.
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
        _check_k(k)
        if combine not in ("centroid", "max"):
            raise ValueError(f"combine={combine!r} must be 'centroid' or 'max'.")
        table, given = self._read(records)
        queries, vectors = self._queries(table, given, negatives, combine)
        distances, positions = self._nearest_of_any(
            vectors, queries, min(k, len(vectors)), self._allowed(where)
        )
        after = {}
        if explain:
            after = self._explain(table, given, positions, combine)
        return with_columns(
            index_rows(self._table, positions),
            self._names,
            {"index": self.index_[positions], "distance": self._told(distances)},
            after,
        )

    def _read(self, records):
        """Make a table of records; the labels of its columns that count."""
        return read_records(records, self._names, self._table)

    def _queries(self, table, given, negatives, combine):
        """Vectors asked for, and those to search among."""
        embed, vectors = self._embed_known, self._vectors
        if len(given) < len(self._names):
            embed, vectors = self._partial_space(given)
        queries = embed(table).astype(np.float64)
        if combine == "centroid":
            queries = queries.mean(axis=0, keepdims=True)
        if negatives is not None:
            mean = self._mean_vector(negatives, given, embed)
            queries = queries - NEGATIVE_WEIGHT * mean
        return (unit(queries) if self.metric == "cosine" else queries), vectors

    def _embed_known(self, table):
        if isinstance(self._embedding, ColumnSpace):
            return self._embedding.transform(table)
        return self._embed(self._validate(table))

    def _mean_vector(self, negatives, given, embed):
        table, known = self._read(negatives)
        if known != given:
            raise ValueError(
                f"The records have the columns {given}, the negatives {known}. Give "
                "both the same ones."
            )
        return embed(table).astype(np.float64).mean(axis=0)

    def _partial_space(self, given):
        """Make the space of some input columns alone, and all rows in it."""
        space = self._column_space()
        mask = space.mask_of(given)
        if not mask.any():
            raise ValueError(
                f"The columns {given} carry no information in the table. Give others."
            )

        def embed(table):
            rows = space.encode(table)[:, mask]
            return unit(rows) if self.metric == "cosine" else rows

        rows = self._encoded_rows()[:, mask]
        rows = unit(rows) if self.metric == "cosine" else rows
        return embed, Vectors(rows, backend="exact", n_jobs=self.n_jobs)

    def _encoded_rows(self):
        """Make the encoded columns of all rows, on first use."""
        if self._encoded is None:
            self._encoded = self._column_space().encode(self._table)
        return self._encoded

    def _allowed(self, where):
        if where is None:
            return None
        mask = np.asarray(where(self._table) if callable(where) else where)
        if mask.dtype != bool or mask.shape != (len(self._vectors),):
            raise ValueError(
                f"where is of shape {mask.shape} and type {mask.dtype}; it must be one "
                f"bool for each of the {len(self._vectors)} rows, or a function of the "
                "table that returns them."
            )
        return mask

    @staticmethod
    def _nearest_of_any(vectors, queries, k, allowed):
        """Find the k rows nearest to any of the queries."""
        distances, positions = vectors.nearest(queries, k, allowed=allowed)
        distances, positions = distances.ravel(), positions.ravel()
        order = np.lexsort((positions, distances))
        order = order[positions[order] >= 0]
        _, first = np.unique(positions[order], return_index=True)
        best = order[np.sort(first)][:k]
        return distances[best], positions[best]

    def _explain(self, table, given, positions, combine):
        space = self._column_space()
        mask = space.mask_of(given)
        rows = space.transform(index_rows(self._table, positions)) * mask
        queries = space.transform(table).astype(np.float64) * mask
        if combine == "centroid":
            queries = queries.mean(axis=0, keepdims=True)
        if self.metric == "cosine":
            queries, rows = unit(queries), unit(rows)
        apart = ((rows[:, np.newaxis] - queries) ** 2).sum(axis=2).argmin(axis=1)
        gains = np.zeros((len(rows), len(space.labels_)))
        for i, query in enumerate(queries):
            gains[apart == i] = space.contributions(query, rows[apart == i], mask)
        columns = {f"why__{name}": gains[:, j] for j, name in enumerate(space.labels_)}
        return {"reasons": [_reasons(space.labels_, row) for row in gains]} | columns

    # ------------------------------------------------------------------------- quality

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
            queries = self._embed(self._validate(X))
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
            Number of neighbours to look for.
        n_queries : int, default=200
            Number of rows, drawn from those kept, to look for the neighbours of.
        random_state : int, RandomState instance or None, default=0
            Draws them.

        Returns
        -------
        float
            The share; 1.0 for exact backends.
        """
        check_is_fitted(self)
        k = min(n_neighbors, len(self._vectors))
        drawn = check_random_state(random_state).permutation(len(self._vectors))
        queries = np.asarray(self._vectors.rows[np.sort(drawn[:n_queries])])
        farthest = self._vectors.nearest(queries, k, exact=True)[0][:, [-1]]
        found = self._vectors.nearest(queries, k)[0]
        return float((found <= farthest * (1 + 1e-6) + 1e-9).mean())

    # --------------------------------------------------------------------------- files

    def save(self, folder):
        """Write the fitted search to a folder, without pickle.

        Parameters
        ----------
        folder : path
            Where to; made if it does not exist. It gets the table (parquet for
            DataFrames, which pandas needs pyarrow for), the vectors (``.npy``) and
            the rest (``.json``, ``.npz``).

        Raises
        ------
        TypeError
            If the embedding is none of this package, or the table is an array of
            Python objects.
        """
        check_is_fitted(self)
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        state = dict(vars(self)) | {"_encoded": None}
        table, vectors = state.pop("_table"), state.pop("_vectors")
        state["store"] = None if self.store is None else str(self.store)
        state["_container"] = save_table(table, folder)
        save_state(state, folder, "search")
        if vectors.graph is not None:
            vectors.graph.save(folder / "graph.faiss")
        elif self.store is None or Path(self.store) != folder / "vectors.npy":
            np.save(folder / "vectors.npy", vectors.rows, allow_pickle=False)

    @classmethod
    def load(cls, folder, *, mmap=False):
        """Read a fitted search from a folder; nothing in it is executed.

        Parameters
        ----------
        folder : path
            What `save` wrote.
        mmap : bool, default=False
            Whether to leave the vectors on disk and map them into memory. `store` then
            is None and the file stays as it is: `add` and `remove` read it into
            memory first.

        Returns
        -------
        SimilaritySearch
            The search, which answers as the saved one did.
        """
        folder = Path(folder)
        state = load_state(folder, "search")
        search = cls()
        table = load_table(folder, state.pop("_container"))
        vars(search).update(state, _table=table)
        rows = None
        if search.backend != "hnsw":
            mode = "r" if mmap else None
            rows = np.load(folder / "vectors.npy", mmap_mode=mode, allow_pickle=False)
            search.store = None
        search._vectors = Vectors.restored(
            rows, folder / "graph.faiss", backend=search.backend, n_jobs=search.n_jobs
        )
        return search

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if isinstance(self.embedding, str) and self.embedding == "passthrough":
            return tags
        tags.input_tags = TableEncoder().__sklearn_tags__().input_tags
        return tags


def _check_k(k):
    if not isinstance(k, Integral) or isinstance(k, bool) or k < 1:
        raise ValueError(f"k={k!r} must be an int of at least 1.")


def _reasons(labels, gains):
    total = gains[gains > 0].sum()
    best = np.argsort(-gains, kind="stable")[:N_REASONS]
    return ", ".join(
        f"{labels[j]} ({gains[j] / total:.0%})".replace("%", " %")
        for j in best
        if gains[j] > 0
    )
