"""One training run, from a module and a source of batches to a record."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from skorch import NeuralNet
from skorch.callbacks import LRScheduler
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from ..exceptions import TrainingInterruptedWarning
from ..utils._warnings import warn
from ._batches import BatchSource, RowBatches
from ._callbacks import AfterBlock, BlockHistory, Deadline, ProgressLines

__all__ = ["TrainingRecord", "train"]

N_BLOCKS = 20


@dataclass(frozen=True)
class TrainingRecord:
    """What a training run leaves behind, besides the weights.

    Parameters
    ----------
    history : list of dict
        One record per block of steps: `step`, `loss`, `seconds`.
    n_steps : int
        Steps that were done.
    stopped : bool, default=False
        Whether `after_block` ended the run.
    """

    history: list[dict[str, Any]]
    n_steps: int
    stopped: bool = False


class StepNet(NeuralNet):
    """A skorch net whose batches may hold tensors of different lengths."""

    def get_default_callbacks(self) -> list[tuple[str, Any]]:
        """Name no callbacks beside our own."""
        return []

    def run_single_epoch(
        self, iterator: Any, training: bool, prefix: str, step_fn: Any, **params: Any
    ) -> None:
        """Run one block of steps."""
        for batch in iterator or ():
            self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **params)
            self.history.record_batch(f"{prefix}_loss", step["loss"].item())
            self.notify("on_batch_end", batch=batch, training=training, **step)


def train(
    module: nn.Module,
    criterion: nn.Module,
    source: BatchSource,
    *,
    n_steps: int,
    batch_size: int = 256,
    learning_rate: float = 2e-3,
    weight_decay: float = 1e-4,
    device: torch.device | str = "cpu",
    seed: int = 0,
    deadline: float | None = None,
    verbose: int = 0,
    block: int | None = None,
    cycle: bool = True,
    after_block: Callable[[dict[str, Any]], bool] | None = None,
    advice: str = "fit again with warm_start=True to go on from here",
) -> TrainingRecord:
    """Train a module in place: AdamW, one learning rate cycle over all steps.

    Parameters
    ----------
    module : nn.Module
        Learns; afterwards it is on the CPU again.
    criterion : nn.Module
        ``criterion(module(inputs), targets)`` is the loss of a batch.
    source : BatchSource
        A torch ``Dataset`` that makes the batches.
    n_steps : int
        Number of optimizer steps.
    batch_size : int, default=256
        Rows in a batch.
    learning_rate : float, default=2e-3
        Highest learning rate of the cycle.
    weight_decay : float, default=1e-4
        Of AdamW.
    device : torch.device or str, default="cpu"
        Where the steps are computed. Batches are drawn on the CPU, so that they do
        not depend on it.
    seed : int, default=0
        Seeds the order of the rows and the randomness of the batches.
    deadline : float, default=None
        Moment on the clock of :func:`time.monotonic` after which no further step
        begins; one step is always done.
    verbose : int, default=0
        Above zero, writes a line to standard output per block of steps.
    block : int, default=None
        Steps of a block; None divides the run into at most twenty.
    cycle : bool, default=True
        False keeps the learning rate as it is.
    after_block : callable, default=None
        Called after each whole block with its record, to which it may add; the run
        ends, without a warning, once it returns True.
    advice : str
        What to do about a run that was cut short; ends the warning.

    Returns
    -------
    TrainingRecord
        Losses and the number of steps done.

    Warns
    -----
    TrainingInterruptedWarning
        If the deadline or an interrupt came before the last step.

    Raises
    ------
    KeyboardInterrupt
        If the interrupt came before the first step: nothing has been learnt.
    """
    history = BlockHistory()
    hook = AfterBlock(history, after_block or _go_on)
    callbacks: list[tuple[str, Any]] = [("history", history)]
    if cycle:
        callbacks.append(("schedule", _one_cycle(learning_rate, n_steps)))
    callbacks.append(("after_block", hook))
    if verbose:
        callbacks.append(("progress", ProgressLines(history, n_steps)))
    if deadline is not None:
        callbacks.append(("deadline", Deadline(deadline)))
    net = _build_net(
        module,
        criterion,
        callbacks,
        n_steps=n_steps,
        block=block or -(-n_steps // N_BLOCKS),
        seed=seed,
        lr=learning_rate,
        optimizer__weight_decay=weight_decay,
        batch_size=batch_size,
        device=str(device),
    )
    net.fit(source)
    module.to("cpu").eval()
    if history.n_steps_ == 0:
        raise KeyboardInterrupt
    if history.n_steps_ < n_steps and not hook.stopped_:
        _warn_stopped(history.n_steps_, n_steps, deadline, advice)
    return TrainingRecord(history.records_, history.n_steps_, hook.stopped_)


def _build_net(
    module: nn.Module,
    criterion: nn.Module,
    callbacks: list[tuple[str, Any]],
    *,
    n_steps: int,
    block: int,
    seed: int,
    **parameters: Any,
) -> StepNet:
    """Describe the run to skorch: one of its epochs is one block of steps."""
    return StepNet(
        module,
        criterion,
        optimizer=torch.optim.AdamW,
        max_epochs=-(-n_steps // block),
        iterator_train=RowBatches,
        iterator_train__n_steps=n_steps,
        iterator_train__block=block,
        iterator_train__generator=torch.Generator(device="cpu").manual_seed(seed),
        train_split=None,
        callbacks=callbacks,
        verbose=0,
        **parameters,
    )


def _go_on(record: dict[str, Any]) -> bool:
    return False


def _one_cycle(learning_rate: float, n_steps: int) -> LRScheduler:
    # Up during the first tenth, then down; neither phase may be empty.
    total_steps = max(n_steps, 2)
    return LRScheduler(
        policy=OneCycleLR,
        max_lr=learning_rate,
        total_steps=total_steps,
        pct_start=max(0.1, 1.5 / total_steps),
        step_every="batch",
        event_name=None,
    )


def _warn_stopped(
    n_done: int, n_steps: int, deadline: float | None, advice: str
) -> None:
    out_of_time = deadline is not None and time.monotonic() >= deadline
    reason = "the time limit was reached" if out_of_time else "it was interrupted"
    warn(
        f"Training ended after {n_done} of {n_steps} steps: {reason}. The result can "
        f"be used, but more steps usually make it better; {advice}.",
        TrainingInterruptedWarning,
    )
