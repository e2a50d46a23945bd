"""Candidates for the nearest rows, by torch on a GPU."""

from __future__ import annotations

import numpy as np

from ...utils._device import resolve_device

BLOCK = 200_000_000  # products held at a time


def find_gpu(device):
    """Find the device to search on, None for the processor without torch.

    Parameters
    ----------
    device : str
        "auto" for CUDA if there is any; otherwise a name for torch.

    Returns
    -------
    torch.device or None
        The device.
    """
    if device == "cpu":
        return None
    found = resolve_device(device)
    return None if device == "auto" and found.type != "cuda" else found


class TorchRows:
    """Rows that lie on a device of torch.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        The rows, float32 or float16; they lie there as float32.
    half_norms : ndarray of shape (n_rows,)
        Half of their squared norms.
    device : torch.device
        The device.
    """

    def __init__(self, rows, half_norms, device):
        import torch

        self._device = device
        self._rows = torch.as_tensor(np.array(rows, dtype=np.float32)).to(device)
        self._half_norms = torch.as_tensor(half_norms).to(device)

    def candidates(self, queries, n_candidates):
        """Find candidates with matrix products of full single precision.

        Parameters
        ----------
        queries : ndarray of shape (n_queries, n_columns)
            The rows asked for, float32.
        n_candidates : int
            How many to find, at most all.

        Returns
        -------
        squared, positions : ndarray of shape (n_queries, n_candidates)
            Squared distances in single precision, in no order, and which rows.
        """
        import torch

        step = max(1, BLOCK // len(self._rows))
        halves, positions = [], []
        # shorter numbers would lose candidates; somebody may have allowed them
        allowed = torch.backends.cuda.matmul.allow_tf32
        torch.backends.cuda.matmul.allow_tf32 = False
        try:
            for start in range(0, len(queries), step):
                block = torch.tensor(queries[start : start + step], device=self._device)
                values = self._half_norms - block @ self._rows.T
                best = values.topk(n_candidates, largest=False, sorted=False)
                halves.append(best.values.cpu().numpy())
                positions.append(best.indices.cpu().numpy())
        finally:
            torch.backends.cuda.matmul.allow_tf32 = allowed
        squared_norms = np.einsum("ij,ij->i", queries, queries)
        squared = 2 * np.concatenate(halves) + squared_norms[:, np.newaxis]
        return squared, np.concatenate(positions)
