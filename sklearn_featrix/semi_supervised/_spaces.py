"""The forms of one table that members of a vote can see."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.utils import gen_batches

from ..preprocessing import TableEncoder
from ..preprocessing._assemble import append_columns
from ..utils._compat import index_rows, num_samples

OF_EMBEDDING = ("embedding", "components")
BASE_SPACES = ("raw", "linear", "tree", *OF_EMBEDDING)
UNLABELED = "unlabeled"
N_COMPONENTS = 8
MIN_VARIANCE = 1e-6  # share of it that a component must explain, lest it be rounding
PCA_ROWS = 20_000
BATCH = 8192


def split_space(space):
    """Return the base spaces that a space such as "tree+embedding" joins."""
    parts = (part.strip() for part in space.split("+"))
    return tuple(part for part in parts if part != UNLABELED)


def has_unlabeled(space):
    """Tell whether a space such as "raw+unlabeled" shows rows without a label."""
    return UNLABELED in (part.strip() for part in space.split("+"))


def sees_embedding(space):
    """Tell whether a space such as "tree+embedding" shows what was learnt of rows."""
    return not set(OF_EMBEDDING).isdisjoint(split_space(space))


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
        self.pca_ = self._fit_components(X)
        return self

    def _fit_embedding(self, X):
        if self.needed.isdisjoint(OF_EMBEDDING):
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

    def _fit_components(self, X):
        if "components" not in self.needed:
            return None
        n_rows = num_samples(X)
        if n_rows > PCA_ROWS:
            drawn = self.random_state.choice(n_rows, PCA_ROWS, replace=False)
            X = index_rows(X, np.sort(drawn))
        return _principal_components(self._embed(X))

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
        vectors = self._embed(X) if "embedding" in bases else None
        matrices = {base: self._transform_base(X, base, vectors) for base in bases}
        return {
            space: _join({base: matrices[base] for base in split_space(space)})
            for space in spaces
        }

    def _embed(self, X):
        vectors = self.embedding_.transform(X)
        if issparse(vectors):
            vectors = vectors.toarray()
        return np.asarray(vectors, dtype=np.float64)

    def _transform_base(self, X, base, vectors):
        if base == "raw":
            return X
        if base == "linear":
            # float64: a linear member's sums hardly depend on the batch of a row
            return self.encoder_._encode(X, base).astype(np.float64)
        if base == "tree":
            return self.encoder_._encode(X, base)  # float32 is what trees compare
        return vectors if base == "embedding" else self._components(X, vectors)

    def _components(self, X, vectors):
        if vectors is not None:
            return self.pca_.transform(vectors)
        # of many rows, the vectors would take far more memory than what is kept
        return np.vstack(
            [
                self.pca_.transform(self._embed(index_rows(X, batch)))
                for batch in gen_batches(num_samples(X), BATCH)
            ]
        )


def _principal_components(vectors):
    """Fit those that tell more than rounding errors; without any, one that is 0."""
    n_components = min(N_COMPONENTS, *vectors.shape)
    solver = "covariance_eigh" if len(vectors) > 1 else "full"
    with np.errstate(invalid="ignore", divide="ignore"):  # vectors that are all equal
        pca = PCA(n_components, svd_solver=solver).fit(vectors)
    told = pca.explained_variance_ratio_ > MIN_VARIANCE
    kept = slice(max(told.sum(), 1))
    pca.components_ = pca.components_[kept] * told[kept, np.newaxis]
    return pca


def _join(matrices):
    """Put the base spaces of a sum side by side, the raw table first."""
    raw = matrices.pop("raw", None)
    if not matrices:
        return raw
    joined = np.hstack(list(matrices.values()))
    return joined if raw is None else append_columns(raw, joined)
