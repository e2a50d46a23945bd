"""Records into what a search is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..preprocessing._records import read_records

NEGATIVE_WEIGHT = 0.5


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
