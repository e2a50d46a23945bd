"""A table becomes cells: for each value its z-score and its rank among all rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from ..preprocessing import TableEncoder
from ..utils._compat import index_rows, num_samples

__all__ = ["CellEncoder", "Cells"]

N_TEXT_COMPONENTS = 16
FEWEST_COLUMNS = 16  # among fewer, the network finds what they share by itself
MIN_VARIANCE = 1e-6  # share of it that a component must explain
PCA_ROWS = 20_000
N_KNOTS = 1000
Z_CLIP = 5.0
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Cells:
    """Rows as the network sees them.

    Parameters
    ----------
    z : ndarray of shape (n_rows, n_columns)
        z-scores clipped at 5 deviations, float32, NaN where missing.
    q : ndarray of shape (n_rows, n_columns)
        Mid-ranks among the rows of `fit`, from -1 to 1, float32, NaN where missing.
    """

    z: np.ndarray
    q: np.ndarray

    def __len__(self) -> int:
        return len(self.z)

    def keys(self) -> np.ndarray:
        """Hash each row in a way that the order of the columns has no part in."""
        known = np.where(np.isnan(self.q), np.float32(2), self.q + np.float32(0))
        keys = known.view(np.uint32).astype(np.uint64) * _SPREAD
        return (keys ^ (keys >> np.uint64(29))).sum(axis=1, dtype=np.uint64)

    def take(self, rows: Any, columns: Any) -> Cells:
        """Keep some rows and columns."""
        return Cells(self.z[rows][:, columns], self.q[rows][:, columns])


class CellEncoder:
    """Encode a table, all statistics from all rows, none from labels.

    Numbers stay as they are; a category becomes a code without order, and so does a
    text, beside the leading components of its n-grams. Behind 16 columns or more come
    the leading principal components of the whole row: what columns share, or where
    they differ, the network sees in one column.

    Parameters
    ----------
    seed : int
        Seed of the text components.
    n_principal : int, default=8
        Most principal components.

    Attributes
    ----------
    nominal : ndarray of shape (n_columns,)
        True where a column of cells is a code without order.
    n_components : int
        How many of the last columns are principal components.
    """

    def __init__(self, seed: int, n_principal: int = 8):
        self.seed = seed
        self.n_principal = n_principal

    def fit(self, X: Any) -> CellEncoder:
        """Store the encoding, and mean, scale and ranks of each column."""
        self.encoder = TableEncoder(
            "tree", n_text_components=N_TEXT_COMPONENTS, random_state=self.seed
        ).fit(X)
        self._fit_components(X)
        encoded = self._encode(X)
        self._columns = [_NumberColumn(values) for values in encoded.T]
        # two levels have no order to lose
        has_order_to_lose = [len(column.knots) > 2 for column in self._columns]
        self.nominal = self._is_code() & has_order_to_lose
        return self

    def transform(self, X: Any) -> Cells:
        """Turn rows into cells."""
        encoded = self._encode(X)
        z, q = np.empty_like(encoded), np.empty_like(encoded)
        for position, column in enumerate(self._columns):
            z[:, position] = column.z(encoded[:, position])
            q[:, position] = column.q(encoded[:, position])
        return Cells(z, q)

    def _fit_components(self, X: Any) -> None:
        self.n_components = 0
        if not self.n_principal or len(self.encoder.column_index_) < FEWEST_COLUMNS:
            return
        n_rows = num_samples(X)
        if n_rows > PCA_ROWS:
            drawn = np.random.RandomState(self.seed).choice(n_rows, PCA_ROWS, False)
            X = index_rows(X, np.sort(drawn))
        linear = self.encoder._encode(X, "linear").astype(np.float64)
        n_components = min(self.n_principal, linear.shape[1] // 2, len(linear))
        pca = PCA(n_components, random_state=self.seed).fit(linear)
        told = pca.explained_variance_ratio_ > MIN_VARIANCE
        self.n_components = int(told.sum())
        self._mean, self._loadings = pca.mean_, pca.components_[told].T

    def _encode(self, X: Any) -> np.ndarray:
        if not self.n_components:
            alone: np.ndarray = self.encoder.transform(X)
            return alone
        encoded, linear = self.encoder._encode_as(X, "tree", "linear")
        centred = linear - self._mean
        components = (centred @ self._loadings).astype(encoded.dtype)
        return np.hstack([encoded, components])

    def _is_code(self) -> np.ndarray:
        """Tell the codes of levels, the last of the columns of a text among them."""
        kinds = list(self.encoder.column_kinds_.values())
        origins = self.encoder.column_index_
        is_last = np.append(origins[1:] != origins[:-1], True)
        of_levels = [kinds[origin] in ("category", "text") for origin in origins]
        return np.append(is_last & of_levels, np.zeros(self.n_components, dtype=bool))


class _NumberColumn:
    """Mean, scale and distribution function of one encoded column.

    The distribution function is kept as at most 1000 knots (value, mid-rank), exact for
    columns of fewer distinct values, and interpolated between them.
    """

    def __init__(self, values: np.ndarray):
        # sorted first: no statistic depends on the order of the rows
        ordered = np.sort(values[~np.isnan(values)].astype(np.float64))
        self.mean = float(ordered.mean())
        self.scale = float(ordered.std()) or 1.0
        distinct = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        if len(distinct) > N_KNOTS:
            chosen = np.linspace(0, len(ordered) - 1, N_KNOTS).round().astype(np.intp)
            self.knots = np.unique(ordered[chosen])
        else:
            self.knots = ordered[distinct]
        below = np.searchsorted(ordered, self.knots, side="left")
        upto = np.searchsorted(ordered, self.knots, side="right")
        self.ranks = (below + upto) / len(ordered) - 1

    def z(self, values: np.ndarray) -> np.ndarray:
        """Standardise; NaN stays NaN."""
        return np.clip((values - self.mean) / self.scale, -Z_CLIP, Z_CLIP)

    def q(self, values: np.ndarray) -> np.ndarray:
        """Rank; beyond what `fit` saw, -1 or 1: no level of `fit` has such a rank."""
        return np.interp(values, self.knots, self.ranks, left=-1, right=1)
