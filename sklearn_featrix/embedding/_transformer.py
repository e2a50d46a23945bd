"""EmbeddingTransformer: a vector for every row, learnt from all rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..preprocessing import TableEncoder
from ..utils._compat import Interval, StrOptions, fit_context
from ..utils._device import resolve_device
from ._network import EmbeddingNetwork
from ._rows import canonical_order

__all__ = ["EmbeddingTransformer"]

MAX_SCALED_ROWS = 10_000


@dataclass(frozen=True)
class _Effort:
    width: int
    n_layers: int
    n_steps: int
    n_groups: int


_EFFORTS = {
    "low": _Effort(width=64, n_layers=3, n_steps=300, n_groups=16),
    "auto": _Effort(width=128, n_layers=3, n_steps=800, n_groups=32),
    "high": _Effort(width=256, n_layers=3, n_steps=1600, n_groups=64),
}


class EmbeddingTransformer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Vectors for the rows of a table, learnt without labels.

    TODO
    """

    _parameter_constraints = {
        "objective": [StrOptions({"hidden_clusters", "denoising", "scarf"})],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "effort": [StrOptions(set(_EFFORTS))],
        "max_steps": [Interval(Integral, 1, None, closed="left"), None],
        "warm_start": ["boolean"],
        "time_limit": [Interval(Real, 0, None, closed="neither"), None],
        "device": [str],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        objective="hidden_clusters",
        *,
        n_components=None,
        effort="auto",
        max_steps=None,
        warm_start=False,
        time_limit=None,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.objective = objective
        self.n_components = n_components
        self.effort = effort
        self.max_steps = max_steps
        self.warm_start = warm_start
        self.time_limit = time_limit
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn the embedding from all rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table: columns of any kind, missing values included.
        y : None
            Ignored: labels do not enter.

        Returns
        -------
        self : EmbeddingTransformer
            The fitted transformer.
        """
        began = time.monotonic()
        continues = self.warm_start and hasattr(self, "_network")
        rng = check_random_state(self.random_state)
        if not continues:
            self._fit_encoder(X, rng)
        encoded = self.encoder_._encode(X, "linear")
        self._check_sizes(encoded)
        # Work in the order of a content hash: the order of the rows says nothing.
        encoded = encoded[canonical_order(encoded)]
        network = self._train_network(encoded, rng, continues, began)
        self._network = network
        return self

    def transform(self, X):
        """Embed rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The vectors, float32. The vector of a row does not depend on the other
            rows in `X`.
        """
        check_is_fitted(self)
        encoded = self.encoder_._encode(X, "linear")
        return self._network.embed(encoded, resolve_device(self.device))

    def _fit_encoder(self, X, rng):
        seed = rng.randint(2**31 - 1)
        self.encoder_ = TableEncoder("linear", random_state=seed).fit(X)
        self.n_features_in_ = self.encoder_.n_features_in_
        if hasattr(self.encoder_, "feature_names_in_"):
            self.feature_names_in_ = self.encoder_.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _check_sizes(self, encoded):
        settings = _EFFORTS[self.effort]
        if len(encoded) < 2:
            raise ValueError(
                f"Found array with {len(encoded)} sample(s) while a minimum of 2 is "
                "required: an embedding is learnt from how rows differ."
            )
        n_hidden = settings.width * settings.n_layers
        if self.n_components is not None and self.n_components > n_hidden:
            raise ValueError(
                f"n_components={self.n_components} is more than the {n_hidden} units "
                f"of effort={self.effort!r}. Use at most {n_hidden}, or None for all."
            )

    def _train_network(self, encoded, rng, continues, began):
        # Imported on use: an embedding can be loaded and applied without skorch.
        from .._training import local_seed, train
        from ..nn import ResidualEncoder
        from ._objectives import OBJECTIVES, Pretext

        settings = _EFFORTS[self.effort]
        device = resolve_device(self.device)
        objective = OBJECTIVES[self.objective](
            encoded, self._column_groups(), n_groups=settings.n_groups, rng=rng
        )
        with local_seed(rng.randint(2**31 - 1)):
            encoder = ResidualEncoder(
                encoded.shape[1], width=settings.width, n_layers=settings.n_layers
            )
            head = objective.build_head(settings.width)
        if continues:
            self._network.load_into(encoder)
        record = train(
            Pretext(encoder, head),
            objective.criterion,
            objective,
            n_steps=self.max_steps or settings.n_steps,
            device=device,
            seed=rng.randint(2**31 - 1),
            deadline=self.time_limit and began + self.time_limit,
            verbose=self.verbose,
        )
        self.history_ = record.history
        self.n_iter_ = record.n_steps
        return EmbeddingNetwork.from_encoder(
            encoder, encoded[:MAX_SCALED_ROWS], self.n_components, device
        )

    def _column_groups(self):
        """Give each encoded column its input column's number; split a lone one."""
        _, groups = np.unique(self.encoder_.column_index_, return_inverse=True)
        return groups if groups.max() > 0 else np.arange(len(groups))

    @property
    def _n_features_out(self):
        return self._network.n_outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = TableEncoder().__sklearn_tags__().input_tags
        tags.transformer_tags.preserves_dtype = []
        return tags
