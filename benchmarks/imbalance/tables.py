"""Tables with a class under 6 %, and cells of few labels drawn from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import train_test_split

from sklearn_featrix import EmbeddingTransformer, TableEncoder

# All as they are: none was thinned. Of more than two classes the rarest is positive.
TABLES = (
    "mammography",
    "abalone19",
    "aid362",
    "cover_ad",
    "nsl_kdd_u2r",
    "page_blocks",
    "nursery",
    "diamonds_cut",
)
MAX_POOL = 2000
MAX_TEST = 3000
MIN_POSITIVE = 5
UNLABELED = -1


@dataclass(frozen=True)
class Draw:
    """Rows to learn from and rows to score, of one table and seed.

    Parameters
    ----------
    X, X_test : DataFrame of shape (n_pool, n_columns), (n_test, n_columns)
        Raw rows.
    y, y_test : ndarray of shape (n_pool,), (n_test,)
        1 for the rare class.
    seed : int
        Seeds whatever is random.
    """

    X: pd.DataFrame
    X_test: pd.DataFrame
    y: np.ndarray
    y_test: np.ndarray
    seed: int

    @cached_property
    def encoder(self) -> TableEncoder:
        """Encodings of the columns, learnt from the pool without labels."""
        return TableEncoder(random_state=self.seed).fit(self.X)

    @cached_property
    def embedding(self) -> FrozenEstimator:
        """The embedding, learnt from the pool without labels."""
        transformer = EmbeddingTransformer(random_state=self.seed)
        return FrozenEstimator(transformer.fit(self.X))

    @cached_property
    def _views(self) -> dict[str, tuple]:
        return {"raw": (self.X, self.X_test)}

    def view(self, space: str) -> tuple:
        """Return both tables, raw or in the "linear" or "tree" encoding."""
        if space not in self._views:
            self._views[space] = tuple(
                np.asarray(self.encoder._encode(rows, space))
                for rows in (self.X, self.X_test)
            )
        return self._views[space]

    def partial_labels(self, n_labels: int) -> np.ndarray:
        """Label rows at random, at least `MIN_POSITIVE` positive ones among them.

        More labels contain fewer ones.
        """
        rng = np.random.default_rng([self.seed, 1])
        order = rng.permutation(len(self.y))
        first = order[self.y[order] == 1][:MIN_POSITIVE]
        drawn = order[:n_labels]
        missing = first[~np.isin(first, drawn)]
        if len(missing):
            negative = drawn[self.y[drawn] == 0]
            drawn = np.setdiff1d(drawn, negative[-len(missing) :])
            drawn = np.concatenate([drawn, missing])
        partial = np.full(len(self.y), UNLABELED)
        partial[drawn] = self.y[drawn]
        return partial


def read(path: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns, and 1 for the rows of the rarest class."""
    frame = pd.read_parquet(path)
    target = frame.pop("target")
    y = (target == target.value_counts().index[-1]).to_numpy().astype(int)
    return frame, y


def draw(frame: pd.DataFrame, y: np.ndarray, seed: int) -> Draw:
    """Deal the rows out, the rare class in proportion."""
    n_pool = min(MAX_POOL, len(y) // 2)
    n_test = min(MAX_TEST, len(y) - n_pool)
    pool, test = train_test_split(
        np.arange(len(y)),
        train_size=n_pool,
        test_size=n_test,
        stratify=y,
        random_state=seed,
    )
    X, X_test = (frame.iloc[rows].reset_index(drop=True) for rows in (pool, test))
    return Draw(X, X_test, y[pool], y[test], seed)


def draws(folder: Path, names: list[str], seeds: list[int]) -> Iterator[tuple]:
    """Yield name, seed and draw, all tables of a seed before the next."""
    tables = {name: read(folder / f"{name}.parquet") for name in names}
    for seed in seeds:
        for name, (frame, y) in tables.items():
            yield name, seed, draw(frame, y, seed)
