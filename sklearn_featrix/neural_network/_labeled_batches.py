"""Batches of labelled rows, mixed if asked for."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ._batch_sampling import RandomSampling

__all__ = ["LabeledBatches", "LabeledTable"]


class LabeledTable:
    """Rows with class shares and weights, as float32 tensors.

    Parameters
    ----------
    x : ndarray or Tensor of shape (n_rows, n_features)
        What the network reads.
    codes : ndarray of shape (n_rows,)
        Classes.
    weights : ndarray of shape (n_rows,)
        Weights of the rows.
    n_classes : int
        Number of classes.
    label_smoothing : float, default=0.0
        Share of each target that is spread evenly over all classes.
    """

    def __init__(self, x, codes, weights, n_classes, label_smoothing=0.0):
        self.x = torch.as_tensor(x)
        self.codes = torch.from_numpy(np.asarray(codes, dtype=np.int64))
        self.weights = torch.from_numpy(np.asarray(weights, dtype=np.float32))
        shares = np.eye(n_classes, dtype=np.float32)[codes]
        shares = (1 - label_smoothing) * shares + label_smoothing / n_classes
        self.shares = torch.from_numpy(shares.astype(np.float32))

    def __len__(self):
        return len(self.x)


class LabeledBatches(Dataset):
    """Make the batches of a :class:`LabeledTable`.

    Parameters
    ----------
    table : LabeledTable
        The rows.
    sampling : RandomSampling
        Chooses them.
    mixup : float, default=0.0
        Parameter alpha of the Beta distribution that two rows are mixed by [1]_;
        0 mixes nothing.
    seed : int, default=0
        Seeds the mixing.

    References
    ----------
    .. [1] H. Zhang, M. Cisse, Y. N. Dauphin and D. Lopez-Paz. mixup: Beyond empirical
       risk minimization. ICLR 2018.
    """

    def __init__(
        self,
        table: LabeledTable,
        sampling: RandomSampling,
        *,
        mixup: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.table = table
        self.sampling = sampling
        self.mixup = mixup
        self._random = np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self.table)

    def make_batch(
        self, rows: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Choose the rows of a batch, and mix them.

        Parameters
        ----------
        rows : Tensor of shape (batch,)
            Row numbers.
        generator : torch.Generator
            Draws the rows.

        Returns
        -------
        x : Tensor of shape (batch, n_features)
            Input.
        targets : dict of Tensor
            `shares` of shape (batch, n_classes) and `weights` of shape (batch,).
        """
        rows = self.sampling.draw(rows, generator)
        x, shares = self.table.x[rows], self.table.shares[rows]
        weights = self.table.weights[rows]
        if self.mixup:
            x, shares, weights = self._mix(x, shares, weights)
        return x, {"shares": shares, "weights": weights}

    def _mix(self, x, shares, weights):
        """Mix each row with another: a loss linear in the targets is mixed alike."""
        part = self._random.beta(self.mixup, self.mixup, size=len(x))
        part = torch.from_numpy(part.astype(np.float32))
        other = torch.from_numpy(self._random.permutation(len(x)))
        own, others = part * weights, (1 - part) * weights[other]
        mixed = own + others
        ratio = torch.where(mixed > 0, own / mixed.clamp(min=1e-30), part)[:, None]
        x = part[:, None] * x + (1 - part)[:, None] * x[other]
        return x, ratio * shares + (1 - ratio) * shares[other], mixed
