"""Answers of the network for any number of rows, in bounded memory."""

from __future__ import annotations

import numpy as np
import torch

from ..nn import InContextNetwork
from ._cells import Cells

__all__ = ["predict_logits"]

MAX_PAIRS = 22_000_000  # of a row and a labelled row in a column: 88 MB per array
CHUNK_SIZES = (1024, 512, 256, 128, 64)


@torch.inference_mode()
def predict_logits(
    network: InContextNetwork,
    context: Cells,
    targets: np.ndarray,
    nominal: np.ndarray,
    queries: Cells,
    *,
    in_both_orders: bool = True,
    size: int | None = None,
) -> np.ndarray:
    """Ask the network about rows, for several targets over the same labelled rows.

    Parameters
    ----------
    network : InContextNetwork
        The network, on the device that is to compute.
    context : Cells
        The labelled rows.
    targets : ndarray of shape (n_targets, n_labeled)
        Their labels, 0 or 1.
    nominal : ndarray of shape (n_columns,)
        True where a column is a code without order.
    queries : Cells
        Rows to answer for.
    in_both_orders : bool, default=True
        Show each target also with its two classes exchanged: half the difference of
        the two answers does not depend on which class came first.
    size : int, default=None
        Rows to answer for at a time; None takes :func:`chunk_size`.

    Returns
    -------
    ndarray of shape (n_queries, n_targets)
        Log-odds of 1 against 0, float64. A row's answer does not depend on the others:
        all chunks have the same shape, the last one filled up.
    """
    device = next(network.parameters()).device
    targets = torch.as_tensor(targets, dtype=torch.float32, device=device)
    nominal = torch.as_tensor(nominal, device=device)[None]
    n_labeled, n_columns = context.z.shape
    size = size or chunk_size(n_labeled, n_columns)
    answers = np.empty((len(queries), len(targets)))
    for start in range(0, len(queries), size):
        rows = slice(start, start + size)
        z = _stack(context.z, queries.z[rows], size, device)
        q = _stack(context.q, queries.q[rows], size, device)
        n_rows = min(size, len(queries) - start)
        for position, target in enumerate(targets):
            logits = network(z, q, nominal, target[None])
            if in_both_orders:
                logits = (logits - network(z, q, nominal, 1 - target[None])) / 2
            answers[rows, position] = logits[0, :n_rows].cpu().double().numpy()
    return answers


def chunk_size(n_labeled: int, n_columns: int) -> int:
    """Rows to answer for at a time.

    Some four times as many as are labelled, since these are read again with every
    chunk, but as few as memory wants: the network compares each row with each labelled
    row in each column.
    """
    affordable = MAX_PAIRS // (n_labeled * (n_columns + 1)) - n_labeled
    size = min(6 * n_labeled, affordable)
    return next((each for each in CHUNK_SIZES if each <= size), CHUNK_SIZES[-1])


def _stack(
    context: np.ndarray, queries: np.ndarray, size: int, device: torch.device
) -> torch.Tensor:
    filler = np.zeros((size - len(queries), context.shape[1]), dtype=np.float32)
    stacked = np.concatenate([context, queries, filler])
    return torch.from_numpy(stacked)[None].to(device)
