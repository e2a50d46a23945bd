"""A table of numbers without gaps: the sampler sees the rows as they are."""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from scipy import sparse

from ..preprocessing._assemble import holds_numbers
from ..preprocessing._rows import row_keys
from ..preprocessing._table import Table, as_frame
from ..utils._compat import index_rows
from ._drawn import Drawn

__all__ = ["PlainView"]


class PlainView:
    """Show a sampler the rows themselves.

    Parameters
    ----------
    X : ndarray, sparse matrix or DataFrame of shape (n_samples, n_features)
        Rows that :meth:`of` found to be nothing but numbers.
    y : ndarray of shape (n_samples,)
        Their labels.
    matrix : ndarray or sparse matrix of shape (n_samples, n_features)
        The same as numbers.
    """

    def __init__(self, X, y, matrix):
        self.y = y
        self.matrix = matrix
        self.is_table = matrix is X and not sparse.issparse(X)

    @classmethod
    def of(cls, X, y):
        """Make the view, None for a table that has gaps or other things than numbers.

        Parameters
        ----------
        X : ndarray, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows.
        y : ndarray of shape (n_samples,)
            Their labels.

        Returns
        -------
        PlainView or None
            The view.
        """
        if sparse.issparse(X):
            return cls(X, y, X)
        if not holds_numbers(X).all():
            return None
        if as_frame(X) is not None or X.dtype == object:
            table = Table(X)
            columns = [table.column(i).values for i in range(X.shape[1])]
            matrix = np.column_stack(columns)
        else:
            matrix = X
        if _has_gaps(matrix):
            return None
        return cls(X, y, matrix)

    @staticmethod
    def adapt(sampler):
        """Nothing has to be changed about the sampler."""
        return sampler

    def read(self, matrix, y, sampler):
        """Find the rows that were there before; the others are new.

        Parameters
        ----------
        matrix : ndarray or sparse matrix of shape (n_out, n_features)
            What the sampler gave.
        y : ndarray of shape (n_out,)
            Its labels.
        sampler : sampler
            The fitted sampler.

        Returns
        -------
        Drawn
            The rows.
        """
        source = self._source(matrix, y, sampler)
        made = np.flatnonzero(source < 0)
        near = np.zeros(len(made), dtype=np.intp)
        n_kept = len(source) - len(made)
        if n_kept == self.matrix.shape[0] and (source[n_kept:] < 0).all():
            whole = matrix if self.is_table else None
            return Drawn(source, near, numbers=matrix[n_kept:], whole=whole)
        return Drawn(source, near, numbers=index_rows(matrix, made))

    def _source(self, matrix, y, sampler):
        n_rows, n_out = self.matrix.shape[0], matrix.shape[0]
        indices = getattr(sampler, "sample_indices_", None)
        if indices is not None and len(indices) == n_out:
            indices = np.asarray(indices, dtype=np.intp)
            is_row = _equal_rows(index_rows(self.matrix, indices), matrix)
            return np.where(is_row, indices, -1)
        # those of imbalanced-learn do; a comparison would cost more than all else here
        is_known = isinstance(sampler, BaseOverSampler) and type(
            sampler
        ).__module__.startswith("imblearn.")
        if is_known or (n_out >= n_rows and _are_equal(self.matrix, matrix[:n_rows])):
            return np.r_[np.arange(n_rows), np.full(n_out - n_rows, -1)]
        return _matched(self.matrix, self.y, matrix, y)


def _has_gaps(matrix):
    if matrix.dtype.kind != "f":
        return False
    with np.errstate(all="ignore"):
        total = (
            matrix.sum()
        )  # NaN if there is one; without a mask as large as the table
    return bool(np.isnan(total) and np.isnan(matrix).any())


def _are_equal(left, right):
    if sparse.issparse(left):
        return _equal_rows(left, right).all()
    return np.array_equal(left, right)


def _equal_rows(left, right):
    if sparse.issparse(left):
        differences = abs(left - right).sum(axis=1)
        return np.asarray(differences).ravel() == 0
    return (left == right).all(axis=1)


def _matched(matrix, y, matrix_out, y_out):
    """Positions of equal rows with equal labels, the first for the first; else -1."""
    classes = np.unique(y)
    before, after = (
        np.column_stack([row_keys(X), np.searchsorted(classes, labels)])
        for X, labels in ((matrix, y), (matrix_out, y_out))
    )
    waiting = {}
    for position, key in enumerate(map(tuple, before.tolist())):
        waiting.setdefault(key, []).append(position)
    source = np.full(len(after), -1, dtype=np.intp)
    for position, key in enumerate(map(tuple, after.tolist())):
        if known := waiting.get(key):
            # the last one again, should there be more copies than before
            source[position] = known.pop(0) if len(known) > 1 else known[0]
    return source
