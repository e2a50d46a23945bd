"""The fitted embedding: plain arrays that map encoded rows to vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..nn import ResidualEncoder

__all__ = ["EmbeddingNetwork"]

BATCH = 256
CLIP = 5.0
MIN_DEVIATION = 1e-6


@dataclass(frozen=True)
class EmbeddingNetwork:
    """A trained encoder and the scaling of its hidden layers, as float32 arrays.

    Parameters
    ----------
    layers : tuple of (ndarray, ndarray)
        Weight and bias of each layer.
    center : ndarray of shape (n_hidden,)
        Means of the hidden units over the training rows.
    scale : ndarray of shape (n_hidden,)
        One over their standard deviations; zero for units that do not vary.
    shift : ndarray of shape (n_hidden,), default=None
        Means of the standardised units, subtracted before the rotation.
    rotation : ndarray of shape (n_hidden, n_components), default=None
        Principal axes of the standardised units; None keeps the units.
    gain : float, default=1.0
        Makes the mean squared norm over the training rows one.
    """

    layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    center: np.ndarray
    scale: np.ndarray
    shift: np.ndarray | None = None
    rotation: np.ndarray | None = None
    gain: float = 1.0

    @classmethod
    def from_encoder(
        cls,
        encoder: ResidualEncoder,
        sample: np.ndarray,
        n_components: int | None,
        device: torch.device,
    ) -> EmbeddingNetwork:
        """Take an encoder's weights, and scale its output over a sample of rows."""
        layers = tuple(
            (
                _float32(layer.weight.detach().numpy()),
                _float32(layer.bias.detach().numpy()),
            )
            for layer in encoder.layers
        )
        n_hidden = sum(len(bias) for _, bias in layers)
        network = cls(layers, np.zeros(n_hidden), np.ones(n_hidden))
        hidden = _map_rows(network._hidden_layers(device), sample)
        deviation = hidden.std(0)
        varies = deviation > MIN_DEVIATION
        scale = np.where(varies, 1 / np.where(varies, deviation, 1), 0)
        network = cls(layers, _float32(hidden.mean(0)), _float32(scale))
        vectors = network._standardize(hidden)
        if n_components is not None:
            network, vectors = network._rotate(vectors, n_components)
        return replace(network, gain=_unit_gain(vectors))

    @property
    def n_outputs(self) -> int:
        """Number of columns of the embedding."""
        return len(self.scale) if self.rotation is None else self.rotation.shape[1]

    def load_into(self, encoder: ResidualEncoder) -> None:
        """Give an encoder of the same shape these weights."""
        with torch.no_grad():
            for layer, (weight, bias) in zip(encoder.layers, self.layers, strict=True):
                layer.weight.copy_(torch.from_numpy(weight))
                layer.bias.copy_(torch.from_numpy(bias))

    def embed(self, encoded: np.ndarray, device: torch.device) -> np.ndarray:
        """Map encoded rows to their vectors.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, n_encoded)
            Encoded rows, float32.
        device : torch.device
            Where to compute the hidden layers.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
            The vectors, float32.
        """
        hidden_layers = self._hidden_layers(device)

        def vectors_of(rows: np.ndarray) -> np.ndarray:
            vectors = self._standardize(hidden_layers(rows))
            if self.rotation is not None:
                vectors = (vectors - self.shift) @ self.rotation.astype(np.float64)
            return (self.gain * vectors).astype(np.float32)

        return _map_rows(vectors_of, encoded)

    def _hidden_layers(
        self, device: torch.device
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Build the function from encoded rows to the units of all layers.

        In double precision, so that a row's vector, rounded to float32, depends
        neither on its company nor on the number of threads; mps has no such thing.
        """
        dtype = torch.float32 if device.type == "mps" else torch.float64
        with torch.device("meta"):  # no weights drawn: they are copied in
            encoder = ResidualEncoder(
                self.layers[0][0].shape[1],
                width=len(self.layers[0][1]),
                n_layers=len(self.layers),
            )
        encoder = encoder.to(dtype).to_empty(device=device)
        self.load_into(encoder)

        @torch.inference_mode()
        def hidden_layers(rows: np.ndarray) -> np.ndarray:
            x = torch.from_numpy(rows).to(device, dtype)
            return encoder.hidden_layers(x).cpu().numpy().astype(np.float64, copy=False)

        return hidden_layers

    def _standardize(self, hidden: np.ndarray) -> np.ndarray:
        return np.clip((hidden - self.center) * self.scale, -CLIP, CLIP)

    def _rotate(
        self, standardized: np.ndarray, n_components: int
    ) -> tuple[EmbeddingNetwork, np.ndarray]:
        """Add the leading principal axes; variances stay as they are."""
        shift = _float32(standardized.mean(0))
        centered = standardized - shift
        _, axes = np.linalg.eigh(centered.T @ centered)
        axes = axes[:, ::-1][:, :n_components]
        largest = np.abs(axes).argmax(0)
        axes = axes * np.sign(axes[largest, np.arange(n_components)])
        rotated = replace(self, shift=shift, rotation=_float32(axes))
        return rotated, centered @ axes


def _map_rows(
    function: Callable[[np.ndarray], np.ndarray], rows: np.ndarray
) -> np.ndarray:
    """Apply a function of rows to chunks that all have the same shape.

    Matrix products may round differently for other shapes: with chunks of one size,
    the last one filled up, a row's result does not depend on its company.
    """
    results = None
    for start in range(0, len(rows), BATCH):
        chunk = rows[start : start + BATCH]
        n_filler = BATCH - len(chunk)
        result = function(np.pad(chunk, ((0, n_filler), (0, 0))))[: len(chunk)]
        if results is None:
            results = np.empty((len(rows), result.shape[1]), dtype=result.dtype)
        results[start : start + len(chunk)] = result
    return results


def _unit_gain(vectors: np.ndarray) -> float:
    mean_squared_norm = float((vectors**2).sum(1).mean())
    return mean_squared_norm**-0.5 if mean_squared_norm > 0 else 1.0


def _float32(values: np.ndarray | Tensor) -> np.ndarray:
    return np.array(values, dtype=np.float32)
