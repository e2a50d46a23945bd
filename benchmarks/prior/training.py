"""The training loop: resumes by itself, keeps a log, ends when its budget ends."""

from __future__ import annotations

import copy
import json
import logging
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional

from benchmarks.prior.checkpoints import (
    export,
    latest_checkpoint,
    write_checkpoint,
)
from benchmarks.prior.compute import forward_flop
from benchmarks.prior.growth import take_up
from benchmarks.prior.muon import Muon
from benchmarks.prior.processes import agreed, average_gradients
from benchmarks.prior.tasks import Batch, draw_batch, generator_of

CONFIGS: dict[str, dict] = {
    "small": {
        "width": 48,
        "n_layers": 2,
        "n_heads": 2,
        "n_readout": 2,
        "n_row_layers": 6,
    },
    "medium": {"width": 96, "n_layers": 3, "n_readout": 2, "n_row_layers": 6},
    "large": {
        "width": 192,
        "n_layers": 3,
        "n_heads": 6,
        "n_readout": 2,
        "n_row_layers": 8,
    },
    # what the small one was chosen against
    "deep": {"width": 64, "n_layers": 2, "n_readout": 2, "n_row_layers": 10},
    "cells": {},
    "cells_without_evidence": {"evidence": False},
    "rows": {
        "width": 64,
        "n_layers": 2,
        "n_readout": 2,
        "n_row_layers": 6,
        "row_attention": False,
    },
}
VALIDATION_SEED = 2**31
VALIDATION = (6, 16, 48, 128)  # labelled rows
VALIDATION_CELLS = 12_000
VALIDATION_BATCHES = 3  # of each number of labelled rows
WARM_UP_STEPS = 50
MUON_RATE, ADAM_RATE = 0.004, 1e-3

_logger = logging.getLogger(__name__)


@dataclass
class Progress:
    """How far a training run is.

    Attributes
    ----------
    step, tables : int
        Steps taken and tables seen, by all processes.
    seconds, cpu_seconds : float
        Time spent, generating and validating included; processor time by all processes.
    flop : float
        Operations of the matrix products of all training steps.
    """

    step: int = 0
    tables: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    flop: float = 0.0


@dataclass(frozen=True)
class Plan:
    """What to train, on what, for how long.

    Parameters
    ----------
    output : Path
        Folder of checkpoints and log.
    config : dict
        Parameters of `InContextNetwork`.
    seed : int
        Chooses first weights and tables.
    device : str
        Name of a torch device.
    seconds, steps : float
        Budget; training ends with whichever ends first.
    decay_share : float
        Share of the budget at the end over which the learning rate falls to 0.
    n_cells : int
        Cells per batch.
    n_batches : int
        Batches per step and process.
    curriculum : float, default=None
        Share of the budget at the beginning over which ever more batches are told what
        regressions answer; all are afterwards. None is 0.5 for a run that begins with
        random weights, and 0 with `initial`.
    log_every, checkpoint_every : float
        Seconds between validations and between checkpoints.
    weights : Path or None
        Where to export the averaged weights at every checkpoint.
    compile : bool
        Whether to compile the network.
    initial : Path or None
        Exported weights that a new run begins with, in place of random ones. What they
        cost counts among the tables, seconds and operations, not among the budget.
    """

    output: Path
    config: dict
    seed: int = 0
    device: str = "cpu"
    seconds: float = float("inf")
    steps: float = float("inf")
    decay_share: float = 0.3
    n_cells: int = 12_000
    log_every: float = 60.0
    checkpoint_every: float = 180.0
    weights: Path | None = None
    compile: bool = False
    initial: Path | None = None
    n_batches: int = 1
    curriculum: float | None = None

    def done(self, progress: Progress) -> float:
        """Share of the budget that is spent."""
        return max(progress.seconds / self.seconds, progress.step / self.steps)

    def told(self, progress: Progress, u: float) -> bool:
        """Tell whether a batch with a `u` drawn from [0, 1) is told of regressions."""
        share = self.curriculum
        if share is None:
            share = 0.5 if self.initial is None else 0.0
        return u * share <= self.done(progress)

    def rate(self, progress: Progress) -> float:
        """Share of the full learning rate: warm-up, constant, linear decay."""
        decay = min(1.0, max(0.0, 1 - self.done(progress)) / self.decay_share)
        return min(1.0, (progress.step + 1) / WARM_UP_STEPS) * decay


class Trainer:
    """A network in training, in one process or in each of several.

    Processes that were started by ``torchrun`` draw tables of their own and take each
    step together, on the mean of their gradients. The first one writes.

    Parameters
    ----------
    plan : Plan
        What to do.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        together = distributed.is_available() and distributed.is_initialized()
        self.rank = distributed.get_rank() if together else 0
        self.n_processes = distributed.get_world_size() if together else 1
        self.device = torch.device(plan.device)
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(plan.seed)
            self.network = self._make_network().to(self.device)
        self.before = {}
        if plan.initial is not None:
            self.before = self._begin_with(plan.initial)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizers = make_optimizers(self.network)
        self.progress = Progress()
        self.running_loss = float("nan")
        self._forward = self.network
        if plan.compile:
            self._forward = torch.compile(self.network, dynamic=True)

    def _make_network(self) -> nn.Module:
        from sklearn_featrix.nn import InContextNetwork

        return InContextNetwork(**self.plan.config)

    def _begin_with(self, path: Path) -> dict:
        """Load exported weights; return what they cost."""
        metadata = take_up(self.network, path)
        spent = asdict(Progress())
        return {name: type(spent[name])(metadata[name]) for name in spent}

    def run(self) -> Progress:
        """Train until the budget ends; continue from the newest checkpoint."""
        self.plan.output.mkdir(parents=True, exist_ok=True)
        self._resume()
        validation = validation_batches()
        logged = saved = time.perf_counter()
        while self._budget_left():
            self._timed_step()
            if self.rank > 0:
                continue
            now = time.perf_counter()
            if now - logged > self.plan.log_every:
                self._log(validation)
                logged = time.perf_counter()
            if now - saved > self.plan.checkpoint_every:
                self._save()
                saved = time.perf_counter()
        if self.rank == 0:
            self._log(validation)
            self._save()
        return self.progress

    def step(self) -> float:
        """Draw the tables of the next step and learn from them."""
        # no table twice
        position = self.before.get("step", 0) + self.progress.step
        position = position * self.n_processes + self.rank
        batches = range(self.plan.n_batches)
        loss = sum(
            self._learn(position * len(batches) + batch) / len(batches)
            for batch in batches
        )
        if self.n_processes > 1:
            average_gradients(self.network)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        rate = self.plan.rate(self.progress)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["full_lr"] * rate
            if torch.isfinite(norm):
                optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self._update_average()
        self.progress.step += 1
        return loss

    def _learn(self, position: int) -> float:
        batch = self._draw_batch(position).to(self.device)
        # on another stream than the tables
        u = float(torch.rand((), generator=generator_of(7, self.plan.seed, position)))
        told = self.plan.told(self.progress, u)
        loss = self._loss(self._forward, batch, regressions=told)
        (loss / self.plan.n_batches).backward()
        self._count(batch)
        return float(loss.detach())

    def state(self) -> dict:
        """Everything that a later run continues from."""
        return {
            "config": self.plan.config,
            "seed": self.plan.seed,
            "before": self.before,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "progress": asdict(self.progress),
            "running_loss": self.running_loss,
        }

    def load(self, state: dict) -> None:
        """Take up a state; it must be of the same network and seed."""
        if (state["config"], state["seed"]) != (self.plan.config, self.plan.seed):
            raise ValueError(
                f"{self.plan.output} holds a run of config={state['config']} and "
                f"seed={state['seed']}, asked for were {self.plan.config} and "
                f"{self.plan.seed}. Use another output folder."
            )
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.progress = Progress(**state["progress"])
        self.before = state["before"]
        self.running_loss = state["running_loss"]

    @torch.no_grad()
    def validate(self, batches: dict[str, list[Batch]]) -> dict[str, float]:
        """Mean log loss of the averaged weights by group of tasks."""
        return {
            name: sum(
                float(self._loss(self.average, batch.to(self.device))) / len(group)
                for batch in group
            )
            for name, group in batches.items()
        }

    def _draw_batch(self, position: int) -> Batch:
        return draw_batch(generator_of(self.plan.seed, position), self.plan.n_cells)

    def _save(self) -> None:
        path = write_checkpoint(self.plan.output, self.state())
        if self.plan.weights is not None:
            export(path, self.plan.weights)

    def _resume(self) -> None:
        newest = latest_checkpoint(self.plan.output)
        if newest is None:
            return
        # to the CPU: loading moves tensors to the device, but for the counts of steps
        self.load(torch.load(newest, map_location="cpu", weights_only=True))
        _logger.info("continue from %s, step %d", newest.name, self.progress.step)

    def _budget_left(self) -> bool:
        progress = self.progress
        return progress.step < self.plan.steps and progress.seconds < self.plan.seconds

    def _timed_step(self) -> None:
        before = asdict(self.progress)
        wall, cpu = time.perf_counter(), time.process_time()
        loss = self.step()
        first = self.running_loss != self.running_loss
        self.running_loss = loss if first else 0.98 * self.running_loss + 0.02 * loss
        self.progress.seconds += time.perf_counter() - wall
        self.progress.cpu_seconds += time.process_time() - cpu
        if self.n_processes > 1:
            self.progress = Progress(**agreed(asdict(self.progress), before))

    def _loss(
        self, network: nn.Module, batch: Batch, regressions: bool = True
    ) -> Tensor:
        on_gpu = self.device.type == "cuda"
        low = torch.autocast("cuda", torch.bfloat16) if on_gpu else nullcontext()
        with low:
            logit = network(*batch[:4], regressions).float()
        return functional.binary_cross_entropy_with_logits(logit[:, 0], batch.target)

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(0.999, 1 - 4 / (self.progress.step + 10))
        torch._foreach_lerp_(
            list(self.average.parameters()), list(self.network.parameters()), 1 - decay
        )

    def _count(self, batch: Batch) -> None:
        n_tables, n_rows, n_columns = batch.z.shape
        size = (n_tables, n_rows, n_columns, batch.y.shape[2])
        self.progress.tables += n_tables
        self.progress.flop += 3 * forward_flop(self.network.config, *size)

    def _log(self, validation: dict[str, list[Batch]]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        losses = self.validate(validation)
        record = {
            **asdict(self.progress),
            "rate": self.plan.rate(self.progress),
            "train_loss": self.running_loss,
            "validation_loss": sum(losses.values()) / len(losses),
            **{f"validation_loss_{name}": loss for name, loss in losses.items()},
        }
        with (self.plan.output / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        _logger.info(
            "step %(step)d, %(tables)d tables, %(seconds).0f s: "
            "loss %(train_loss).4f, validation %(validation_loss).4f",
            record,
        )
        self.progress.seconds += time.perf_counter() - wall
        self.progress.cpu_seconds += time.process_time() - cpu


def make_optimizers(network: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, Adam for everything else."""
    matrices, others = [], []
    for name, parameter in network.named_parameters():
        inner = "_layers." in name and parameter.ndim == 2
        (matrices if inner else others).append(parameter)
    muon = Muon(matrices, lr=MUON_RATE)
    adam = torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer, rate in ((muon, MUON_RATE), (adam, ADAM_RATE)):
        for group in optimizer.param_groups:
            group["full_lr"] = rate
    return [muon, adam]


def validation_batches(n_cells: int | None = None) -> dict[str, list[Batch]]:
    """Draw fixed tasks, never seen in training, by numbers of labelled rows."""
    return {
        f"{n_labeled}_rows": [
            draw_batch(
                generator_of(VALIDATION_SEED, n_labeled, i),
                n_cells or VALIDATION_CELLS,
                n_labeled,
            )
            for i in range(VALIDATION_BATCHES)
        ]
        for n_labeled in VALIDATION
    }
