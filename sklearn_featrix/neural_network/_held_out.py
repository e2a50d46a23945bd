"""Labelled rows held out of the training: when to stop, and what to sample more."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import torch

__all__ = ["HeldOutRows", "f1_scores", "hold_out"]

CHUNK = 4096


def hold_out(codes, fraction, random_state, origin=None):
    """Choose rows to hold out, class by class, copies of a row together.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,)
        Class of each row.
    fraction : float
        Share of each class that is held out, rounded; one row of each stays.
    random_state : RandomState
        Chooses the rows.
    origin : ndarray of shape (n_rows,), default=None
        Equal for copies of a row, which have one class; None: there are none. A row
        with more copies than are to be held out of its class is trained on.

    Returns
    -------
    ndarray of shape (n_rows,)
        True where a row is held out.
    """
    origin = np.arange(len(codes)) if origin is None else origin
    held_out = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        n_held = min(round(fraction * len(rows)), len(rows) - 1)
        distinct, n_copies = np.unique(origin[rows], return_counts=True)
        chosen = random_state.permutation(len(distinct))
        chosen = chosen[n_copies[chosen] <= n_held]
        chosen = chosen[n_copies[chosen].cumsum() <= n_held]
        held_out[rows[np.isin(origin[rows], distinct[chosen])]] = True
    return held_out


def f1_scores(predicted, codes, weights, n_classes):
    """Compute the F1 score of each class, by weight; NaN for classes not in `codes`.

    Parameters
    ----------
    predicted, codes : Tensor of shape (n_rows,)
        Predicted and true classes.
    weights : Tensor of shape (n_rows,)
        Weights of the rows.
    n_classes : int
        Number of classes.

    Returns
    -------
    Tensor of shape (n_classes,)
        The scores.
    """
    hits = torch.bincount(codes, weights * (predicted == codes), n_classes)
    true = torch.bincount(codes, weights, n_classes)
    answered = torch.bincount(predicted, weights, n_classes)
    return torch.where(true > 0, 2 * hits / (true + answered), torch.nan)


class HeldOutRows:
    """Look at held-out rows after each epoch; keep the best weights.

    Parameters
    ----------
    module : nn.Module
        What is trained.
    criterion : WeightedCriterion
        The loss.
    table : LabeledTable
        The held-out rows, with their weights in the loss.
    row_weights : ndarray of shape (n_rows,)
        Their weights in the F1 scores.
    sampling : RandomSampling
        Told the F1 score of each class.
    patience : int or None
        Epochs without a lower loss after which training ends; None: it goes on, and
        the last weights are kept.
    """

    def __init__(self, module, criterion, table, row_weights, sampling, patience):
        self.module = module
        self.criterion = criterion
        self.table = table
        self.row_weights = torch.from_numpy(np.asarray(row_weights, dtype=np.float32))
        self.sampling = sampling
        self.patience = patience
        self.n_epochs_ = 0
        self.best_epoch_ = 0
        self.best_loss_ = np.inf
        self.best_weights_ = None

    def __call__(self, record):
        """Add to the record of an epoch; tell whether training is to end."""
        logits = self._logits()
        loss = self._loss(logits)
        predicted = logits.argmax(dim=1)
        f1 = f1_scores(predicted, self.table.codes, self.row_weights, logits.shape[1])
        record["validation_loss"] = loss
        record["validation_f1"] = f1.tolist()
        if self.sampling.shares is not None:
            record["class_shares"] = self.sampling.shares.tolist()
        self.sampling.update(f1)
        self.n_epochs_ += 1
        if loss < self.best_loss_:
            self.best_epoch_, self.best_loss_ = self.n_epochs_, loss
            self.best_weights_ = deepcopy(self.module.state_dict())
        return self.patience is not None and (
            self.n_epochs_ - self.best_epoch_ >= self.patience
        )

    def restore(self):
        """Give the module the best weights, if it is about them."""
        if self.patience is not None and self.best_weights_ is not None:
            self.module.load_state_dict(self.best_weights_)

    @torch.no_grad()
    def _logits(self):
        device = next(self.module.parameters()).device
        self.module.eval()
        parts = [self.module(x.to(device)).cpu() for x in self.table.x.split(CHUNK)]
        self.module.train()
        return torch.cat(parts)

    @torch.no_grad()
    def _loss(self, logits):
        device = next(self.module.parameters()).device  # the criterion's, too
        weights = self.table.weights / self.table.weights.mean()
        targets = {
            "shares": self.table.shares.to(device),
            "weights": weights.to(device),
        }
        return float(self.criterion(logits.to(device), targets))
