"""Records into what a search is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from ..preprocessing._records import read_records
from ..utils._compat import num_samples

NEGATIVE_WEIGHT = 0.5
ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True)
class Query:
    """What rows shall be near to.

    Parameters
    ----------
    vectors : ndarray of shape (n_queries, n_dimensions)
        The vectors asked for, float64; near to one of them is near enough.
    mask : ndarray of bool of shape (n_encoded,) or None
        Encoded columns that are compared; None compares whole rows.
    table : DataFrame, ndarray or sparse matrix of shape (n_records, n_features)
        The records as a table.
    given : list
        Labels of the columns that the records have.
    """

    vectors: np.ndarray
    mask: np.ndarray | None
    table: Any
    given: list[Any]


def read_query(space, records, like, *, negatives=None, combine="centroid"):
    """Turn records into a query.

    Parameters
    ----------
    space : RowSpace
        The fitted space.
    records : dict, Series, list of these, DataFrame or array-like
        The records.
    like : DataFrame, ndarray or sparse matrix
        The table that is searched.
    negatives : dict, Series, list of these, DataFrame or array-like, default=None
        Records that rows shall not be like.
    combine : {"centroid", "max"}, default="centroid"
        Whether to ask for the mean of the records or for each.

    Returns
    -------
    Query
        The query.

    Raises
    ------
    ValueError
        If `combine` is unknown, or the records do not fit the table.
    """
    check_combine(combine)
    table, given = read_records(records, space.labels_, like)
    mask, embed = None, space.transform
    if len(given) < len(space.labels_):
        mask = _mask_of(given, space.columns(like))

        def embed(table):
            return masked_rows(space, space.columns(like).encode(table), mask)

    vectors = embed(table).astype(np.float64)
    if combine == "centroid":
        vectors = vectors.mean(axis=0, keepdims=True)
    if negatives is not None:
        refused, known = read_records(negatives, space.labels_, like)
        _check_same_columns(given, known)
        mean = embed(refused).astype(np.float64).mean(axis=0)
        vectors = vectors - NEGATIVE_WEIGHT * mean
    return Query(space.scaled(vectors), mask, table, given)


def distances_to(space, queries, X):
    """Measure how far rows of a table are from what is asked for.

    Parameters
    ----------
    space : RowSpace
        The fitted space.
    queries : list of Query
        What is asked for.
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    list of ndarray of shape (n_samples,)
        For each query, the distance to the nearest of its vectors.
    """
    vectors = encoded = None
    distances = []
    for query in queries:
        if query.mask is None:
            vectors = space.transform(X) if vectors is None else vectors
            rows = vectors
        else:
            encoded = space.columns(X).encode(X) if encoded is None else encoded
            rows = masked_rows(space, encoded, query.mask)
        distances.append(space.told(nearest_distances(rows, query.vectors)))
    return distances


def nearest_distances(rows, queries):
    """Euclidean distance of each row to the nearest query, in double precision."""
    nearest = np.full(len(rows), np.inf)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        block = rows[start : start + ROWS_AT_A_TIME].astype(np.float64)
        for query in queries:
            apart = block - query
            squared = np.einsum("ij,ij->i", apart, apart)
            part = nearest[start : start + len(block)]
            np.minimum(part, squared, out=part)
    return np.sqrt(nearest)


def nearest_of_any(vectors, queries, k, allowed):
    """Find the k rows nearest to any of the queries.

    Parameters
    ----------
    vectors : Vectors
        The rows.
    queries : ndarray of shape (n_queries, n_dimensions)
        The vectors asked for.
    k : int
        How many to find; all where there are fewer.
    allowed : ndarray of bool of shape (n_rows,) or None
        Rows that may be found.

    Returns
    -------
    distances, positions : ndarray of shape (n_found,)
        Euclidean distances and rows, nearest first, ties by position.
    """
    found = vectors.nearest(queries, min(k, len(vectors)), allowed=allowed)
    distances, positions = (part.ravel() for part in found)
    order = np.lexsort((positions, distances))
    order = order[positions[order] >= 0]
    _, first = np.unique(positions[order], return_index=True)
    best = order[np.sort(first)][:k]
    return distances[best], positions[best]


def allowed_rows(where, table):
    """Turn the filter of a search into a mask of the rows, None if there is none."""
    if where is None:
        return None
    mask = np.asarray(where(table) if callable(where) else where)
    if mask.dtype != bool or mask.shape != (num_samples(table),):
        raise ValueError(
            f"where is of shape {mask.shape} and type {mask.dtype}; it must be one "
            f"bool for each of the {num_samples(table)} rows, or a function of the "
            "table that returns them."
        )
    return mask


def check_count(count, name, least=1):
    """Refuse what is no number of rows."""
    if not isinstance(count, Integral) or isinstance(count, bool) or count < least:
        raise ValueError(f"{name}={count!r} must be an int of at least {least}.")


def check_combine(combine):
    """Refuse what is no way to combine records."""
    if combine not in ("centroid", "max"):
        raise ValueError(f"combine={combine!r} must be 'centroid' or 'max'.")


def masked_rows(space, encoded, mask):
    """Vectors of rows by some of their encoded columns alone."""
    return space.scaled(encoded[:, mask])


def _mask_of(given, columns):
    mask = columns.mask_of(given)
    if not mask.any():
        raise ValueError(
            f"The columns {given} carry no information in the table. Give others."
        )
    return mask


def _check_same_columns(given, known):
    if known != given:
        raise ValueError(
            f"The records have the columns {given}, the negatives {known}. Give "
            "both the same ones."
        )
