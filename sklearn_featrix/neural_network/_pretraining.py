"""The embedding that the network begins with."""

from __future__ import annotations

import time

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from ..embedding import EmbeddingTransformer

__all__ = ["fit_embedding"]

LEAST_SECONDS = 1e-3


def fit_embedding(embedding, X, *, seed, deadline, device, verbose):
    """Learn an embedding from all rows, or take one that is already fitted.

    Parameters
    ----------
    embedding : {"auto"}, EmbeddingTransformer or FrozenEstimator
        What to fit; it is cloned.
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The distinct rows of the table.
    seed : int
        For an embedding that has none.
    deadline : float or None
        Moment on the clock of :func:`time.monotonic`; half of the time until then is
        for an embedding that has no limit.
    device : str
        Of the embedding "auto".
    verbose : int
        Of the embedding "auto".

    Returns
    -------
    EmbeddingTransformer
        The fitted embedding.

    Raises
    ------
    TypeError
        If it is no EmbeddingTransformer.
    ValueError
        If it gives principal components.
    """
    if isinstance(embedding, str):
        embedding = EmbeddingTransformer(device=device, verbose=verbose)
    frozen = isinstance(embedding, FrozenEstimator)
    inner = embedding.estimator if frozen else clone(embedding)
    if not isinstance(inner, EmbeddingTransformer):
        raise TypeError(
            "embedding must be 'auto', None, an EmbeddingTransformer or one in a "
            f"FrozenEstimator, got {embedding!r}. Put a transformer of another kind "
            "before the classifier, in a Pipeline."
        )
    if inner.n_components is not None:
        raise ValueError(
            f"The embedding has n_components={inner.n_components}, but the network "
            "needs all hidden units. Set n_components=None."
        )
    if frozen:
        check_is_fitted(inner)
        return inner
    if inner.random_state is None:
        inner.set_params(random_state=seed)
    if inner.time_limit is None and deadline is not None:
        half = (deadline - time.monotonic()) / 2
        inner.set_params(time_limit=max(half, LEAST_SECONDS))
    return inner.fit(X)
