"""The fitted network: plain arrays that map encoded rows to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..nn import PiecewiseLinear, TabularNet

__all__ = ["FittedNetwork", "load_pretrained"]

BATCH = 256


@dataclass(frozen=True)
class FittedNetwork:
    """The weights of a :class:`~sklearn_featrix.nn.TabularNet`, as float32 arrays.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Weights and buffers by their names in the module.
    """

    arrays: dict[str, np.ndarray]

    @classmethod
    def from_module(cls, module: nn.Module) -> FittedNetwork:
        """Copy the weights of a module on the CPU."""
        state = module.state_dict()
        return cls({name: array.numpy().copy() for name, array in state.items()})

    @property
    def is_finite(self) -> bool:
        """Whether no weight is NaN or infinite."""
        return all(np.isfinite(array).all() for array in self.arrays.values())

    def predict_proba(self, encoded: np.ndarray, device: torch.device) -> np.ndarray:
        """Map encoded rows to class probabilities.

        In double precision and in chunks of one size, so that the probabilities of a
        row do not depend on the others; mps has no double precision.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, n_encoded)
            Encoded rows, float32.
        device : torch.device
            Where to compute.

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            Probabilities, float64.
        """
        dtype = torch.float32 if device.type == "mps" else torch.float64
        module = self._module().to(device, dtype)
        proba = np.empty((len(encoded), len(self.arrays["head.bias"])))
        for start in range(0, len(encoded), BATCH):
            chunk = encoded[start : start + BATCH]
            padded = np.pad(chunk, ((0, BATCH - len(chunk)), (0, 0)))
            with torch.inference_mode():
                logits = module(torch.from_numpy(padded).to(device, dtype))
                chunk_proba = logits.softmax(dim=1).cpu().numpy()
            proba[start : start + len(chunk)] = chunk_proba[: len(chunk)]
        return proba

    def _module(self) -> TabularNet:
        width, n_inputs = self.arrays["encoder.layers.0.weight"].shape
        names = [f"bins.{name}" for name in ("columns", "low", "high")]
        bins = PiecewiseLinear(*(torch.from_numpy(self.arrays[name]) for name in names))
        with torch.device("meta"):  # no weights drawn: they are copied in
            module = TabularNet(
                n_inputs - bins.n_bins,
                len(self.arrays["head.bias"]),
                width=width,
                n_layers=len(self.arrays["center"]) // width,
                bins=bins,
            )
        module.load_state_dict(
            {name: torch.from_numpy(array) for name, array in self.arrays.items()},
            assign=True,
        )
        return module


def load_pretrained(module: TabularNet, embedding) -> None:
    """Give a network the weights and the scaling of a fitted EmbeddingTransformer."""
    network = embedding._network
    layers = [
        (torch.from_numpy(weight), torch.from_numpy(bias))
        for weight, bias in network.layers
    ]
    center, scale = torch.from_numpy(network.center), torch.from_numpy(network.scale)
    module.load_encoder(layers, center, scale)
