"""What the criteria of classes have in common: targets, weights and the mean."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["ClassLoss", "as_float64", "like"]

REDUCTIONS = ("mean", "sum", "none")


class ClassLoss(nn.Module):
    """A criterion that is linear in the targets.

    Its parameters can be read, set and cloned as those of an estimator, so that
    ``loss__gamma`` can be searched. A subclass says in `losses_by_class` what each
    class would cost as the label of a row. Soft targets then average these costs, and
    mixing targets mixes losses.
    """

    def __init__(
        self, *, label_smoothing: float, ignore_index: int, reduction: str
    ) -> None:
        super().__init__()
        if not 0 <= label_smoothing < 1:
            raise ValueError(
                f"label_smoothing must be at least 0 and less than 1, got "
                f"{label_smoothing}."
            )
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"reduction must be one of {REDUCTIONS}, got {reduction!r}."
            )
        self.label_smoothing = label_smoothing
        self.ignore_index = ignore_index
        self.reduction = reduction

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Without effect: no parameter has parameters of its own.

        Returns
        -------
        dict
            Names and values, as they were given.
        """
        names = list(signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: Any) -> Self:
        """Set parameters.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        ClassLoss
            Itself.

        Raises
        ------
        ValueError
            If there is no such parameter, or a value is out of range.
        """
        known = self.get_params()
        for name in params:
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} of {type(self).__name__}. Valid are "
                    f"{', '.join(known)}."
                )
        type(self).__init__(self, **{**known, **params})
        return self

    def extra_repr(self) -> str:
        """Parameters that are not at their defaults, for the repr."""
        defaults = signature(type(self).__init__).parameters
        return ", ".join(
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        )

    def __sklearn_clone__(self) -> Self:
        return type(self)(**self.get_params())

    def losses_by_class(self, logits: Tensor) -> Tensor:
        """Compute the loss of each row for each class as its label."""
        raise NotImplementedError

    def class_weight(self, counts: Tensor) -> Tensor | None:
        """Compute weights of the classes, from the rows of each in the batch."""
        return None

    def implied_class_weight(
        self, counts: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Weights of classes for learners that cannot train with the loss.

        Parameters
        ----------
        counts : ndarray of shape (n_classes,)
            Labelled rows of each class.

        Returns
        -------
        ndarray of shape (n_classes,) or None
            The loss's own class weights; None if it has none.
        """
        found = self.class_weight(torch.as_tensor(counts, dtype=torch.float64))
        return None if found is None else found.numpy()

    def forward(
        self, logits: Tensor, target: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Compute the loss of the batch.

        Parameters
        ----------
        logits : Tensor of shape (batch, n_classes)
            Scores whose softmax are the probabilities.
        target : Tensor of shape (batch,) or (batch, n_classes)
            Codes of the classes, or a probability of each class per row. An unlabeled
            row holds `ignore_index`, in all places if it is soft.
        sample_weight : Tensor of shape (batch,), default=None
            Weights of the rows; a weight of 2 is a second copy of the row.

        Returns
        -------
        Tensor of shape () or, if `reduction` is "none", (batch,)
            The loss. The mean is over labelled rows, by weight; 0 if there is none.

        Raises
        ------
        ValueError
            If shapes disagree, a code is no class, a soft row holds no probabilities,
            or a weight is negative or not finite.
        """
        _check_logits(logits)
        labeled, shares = self._read_targets(target, logits)
        weights = _read_weights(sample_weight, logits)[labeled]
        by_class = self.losses_by_class(logits[labeled])
        counts = (weights[:, None] * shares).sum(dim=0)
        class_weight = self.class_weight(counts)
        if class_weight is not None:
            by_class = by_class * class_weight
        losses = weights * (self._smooth(shares) * by_class).sum(dim=1)
        if self.reduction == "none":
            return losses.new_zeros(len(logits)).masked_scatter(labeled, losses)
        if self.reduction == "sum":
            return losses.sum()
        total = weights.sum()
        return losses.sum() / torch.where(total > 0, total, 1)

    def _read_targets(self, target: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Which rows are labelled, and the class shares of these."""
        if target.shape == logits.shape:
            labeled = (target != self.ignore_index).any(dim=1)
            shares = target[labeled].to(logits.dtype)
            _check_shares(shares, self.ignore_index)
            return labeled, shares
        if target.shape != logits.shape[:1] or target.is_floating_point():
            raise ValueError(
                f"For logits of shape {tuple(logits.shape)} the target must hold "
                f"{len(logits)} integer codes, or probabilities of the logits' shape; "
                f"got shape {tuple(target.shape)} of {target.dtype}."
            )
        labeled = target != self.ignore_index
        codes = target[labeled].long()
        n_classes = logits.shape[1]
        strange = codes[(codes < 0) | (codes >= n_classes)]
        if len(strange):
            raise ValueError(
                f"target holds {int(strange[0])}; codes go from 0 to {n_classes - 1} "
                f"for {n_classes} columns of logits, and {self.ignore_index} marks "
                "unlabeled rows."
            )
        return labeled, functional.one_hot(codes, n_classes).to(logits.dtype)

    def _smooth(self, shares: Tensor) -> Tensor:
        if self.label_smoothing == 0:
            return shares
        even = self.label_smoothing / shares.shape[1]
        return (1 - self.label_smoothing) * shares + even


def as_float64(values: Tensor | Sequence[float], name: str) -> Tensor:
    """One finite number per class."""
    numbers = torch.as_tensor(values, dtype=torch.float64).detach().clone()
    if numbers.ndim != 1 or len(numbers) < 2:
        raise ValueError(
            f"{name} must hold one number per class, two or more; got shape "
            f"{tuple(numbers.shape)}."
        )
    if not numbers.isfinite().all() or (numbers < 0).any():
        raise ValueError(f"{name} must be finite and not negative, got {values}.")
    return numbers


def like(values: Tensor, other: Tensor, name: str) -> Tensor:
    """Numbers per class in the type and on the device of a tensor, if they fit."""
    if len(values) != other.shape[-1]:
        raise ValueError(
            f"{name} is for {len(values)} classes, the logits have "
            f"{other.shape[-1]} columns."
        )
    return values.to(other.dtype).to(other.device)


def _check_logits(logits: Tensor) -> None:
    if logits.ndim != 2 or logits.shape[1] < 2 or not logits.is_floating_point():
        raise ValueError(
            "logits must be floats of shape (batch, n_classes) with two classes or "
            f"more, got shape {tuple(logits.shape)} of {logits.dtype}. For one score "
            "per row pass torch.stack([-score, score], dim=1) / 2."
        )


def _check_shares(shares: Tensor, ignore_index: int) -> None:
    sums = shares.detach().sum(dim=1)
    # Half precision rounds the sum of many shares by almost this much.
    if not ((shares >= 0).all() and ((sums - 1).abs() < 0.01).all()):
        raise ValueError(
            "Soft targets must be probabilities: finite, not negative, and 1 in the "
            f"sum of each row. A row filled with {ignore_index} has no label."
        )


def _read_weights(sample_weight: Tensor | None, logits: Tensor) -> Tensor:
    if sample_weight is None:
        return logits.new_ones(len(logits))
    if sample_weight.shape != logits.shape[:1]:
        raise ValueError(
            f"sample_weight must have shape ({len(logits)},), one weight per row of "
            f"logits, got {tuple(sample_weight.shape)}."
        )
    if not sample_weight.isfinite().all() or (sample_weight < 0).any():
        raise ValueError("sample_weight must be finite and not negative.")
    return sample_weight.to(logits.dtype)
