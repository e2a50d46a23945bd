"""The skorch loop against one written by hand: same network, batches and optimizer."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from benchmarks.speed.measure import alternate, row, seconds_of
from sklearn_featrix._training import local_seed, train
from sklearn_featrix.embedding._objectives import OBJECTIVES, Objective, Pretext
from sklearn_featrix.nn import ResidualEncoder
from sklearn_featrix.utils._threads import one_thread

N_ROWS, N_COLUMNS, N_STEPS, BATCH = 20_000, 60, 200, 256


def build(name: str) -> tuple[Objective, nn.Module]:
    """Make an objective on random rows and the module that it trains."""
    rng = np.random.RandomState(0)
    table = rng.normal(size=(N_ROWS, N_COLUMNS)).astype(np.float32)
    columns = np.arange(N_COLUMNS) // 2
    objective = OBJECTIVES[name](table, columns, n_groups=32, rng=rng)
    with local_seed(0):
        encoder = ResidualEncoder(N_COLUMNS)
        return objective, Pretext(encoder, objective.build_head(128))


def train_by_hand(module: nn.Module, objective: Objective) -> list[float]:
    """Train as one would without a library, keeping the losses."""
    generator = torch.Generator().manual_seed(0)
    criterion = objective.criterion
    optimizer = torch.optim.AdamW(module.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = OneCycleLR(optimizer, max_lr=2e-3, total_steps=N_STEPS, pct_start=0.1)
    order = torch.randperm(N_ROWS, generator=generator)
    losses, start = [], 0
    module.train()
    for _ in range(N_STEPS):
        if start + BATCH > N_ROWS:
            order, start = torch.randperm(N_ROWS, generator=generator), 0
        rows = order[start : start + BATCH]
        start += BATCH
        inputs, targets = objective.make_batch(rows, generator)
        optimizer.zero_grad()
        loss = criterion(module(**inputs), targets)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def train_ours(module: nn.Module, objective: Objective) -> None:
    """Train by the loop of the library."""
    train(module, objective.criterion, objective, n_steps=N_STEPS, batch_size=BATCH)


@one_thread()
def run(repeats: int = 9) -> list[dict[str, object]]:
    """Measure both loops in turn, on one thread like `EmbeddingTransformer`."""
    rows = []
    for name in OBJECTIVES:
        objective, module = build(name)
        ours, by_hand = alternate(
            lambda m=module, o=objective: seconds_of(lambda: train_ours(m, o)),
            lambda m=module, o=objective: seconds_of(lambda: train_by_hand(m, o)),
            repeats=repeats,
        )
        speeds = N_STEPS / ours, N_STEPS / by_hand
        rows.append(
            row("training_loop", name, *speeds, target=">= 0.85", unit="steps/s")
        )
    return rows
