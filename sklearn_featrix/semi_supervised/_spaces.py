"""The forms of one table that members of a vote can see."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from ..preprocessing import TableEncoder

BASE_SPACES = ("raw", "linear", "tree", "embedding")
UNLABELED = "unlabeled"


def split_space(space):
    """Return the base spaces that a space such as "tree+embedding" joins."""
    parts = (part.strip() for part in space.split("+"))
    return tuple(part for part in parts if part != UNLABELED)


def has_unlabeled(space):
    """Tell whether a space such as "raw+unlabeled" shows rows without a label."""
    return UNLABELED in (part.strip() for part in space.split("+"))


def seeded_clone(estimator, random_state):
    """Clone an estimator and give it a seed if it asks for one and has none."""
    estimator = clone(estimator)
    unset = {
        name: int(random_state.randint(np.iinfo(np.int32).max))
        for name, value in sorted(estimator.get_params(deep=True).items())
        if value is None and (name + "__").endswith("random_state__")
    }
    return estimator.set_params(**unset) if unset else estimator


class TableSpaces:
    """Everything label-free that turns a table into the spaces members see.

    Parameters
    ----------
    needed : iterable of str
        Base spaces that will be asked for.
    embedding : transformer or None
        Cloned and fitted on the table; one in a FrozenEstimator stays as it is.
    random_state : RandomState
        Draws the seeds.
    """

    def __init__(self, needed, embedding, random_state):
        self.needed = frozenset(needed)
        self.embedding = embedding
        self.random_state = random_state

    def fit(self, X):
        """Fit what `needed` asks for; each step leaves the attribute it names.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            The distinct rows of the table, labelled or not.

        Returns
        -------
        TableSpaces
            Itself, fitted.
        """
        self.embedding_ = self._fit_embedding(X)
        self.encoder_ = self._fit_encoder(X)
        return self

    def _fit_embedding(self, X):
        if "embedding" not in self.needed:
            return None
        # FrozenEstimator asks for a y
        return seeded_clone(self.embedding, self.random_state).fit(X, None)

    def _fit_encoder(self, X):
        if not self.needed & {"linear", "tree"}:
            return None
        encoder = getattr(self.embedding_, "encoder_", None)
        if isinstance(encoder, TableEncoder) and not self._is_frozen():
            return encoder  # same rows, same statistics: one fit serves both
        return seeded_clone(TableEncoder(), self.random_state).fit(X)

    def _is_frozen(self):
        # It may have met other rows, on which other columns were constant.
        return isinstance(self.embedding, FrozenEstimator)

    def transform(self, X, spaces):
        """Turn rows into the given spaces, each base space computed once.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Rows of the table.
        spaces : iterable of str
            Spaces, joined ones included.

        Returns
        -------
        dict of str to {array-like, dataframe}
            The rows in each space.
        """
        bases = {base for space in spaces for base in split_space(space)}
        matrices = {base: self._transform_base(X, base) for base in bases}
        return {
            space: self._join([matrices[base] for base in split_space(space)])
            for space in spaces
        }

    def _transform_base(self, X, base):
        if base == "raw":
            return X
        if base == "linear":
            # float64: a linear member's sums hardly depend on the batch of a row
            return self.encoder_._encode(X, base).astype(np.float64)
        if base == "tree":
            return self.encoder_._encode(X, base)  # float32 is what trees compare
        vectors = self.embedding_.transform(X)
        if issparse(vectors):
            vectors = vectors.toarray()
        return np.asarray(vectors, dtype=np.float64)

    @staticmethod
    def _join(matrices):
        return matrices[0] if len(matrices) == 1 else np.hstack(matrices)
