"""Families of tables: columns and the scores that classes are made of.

A family is a function of a generator, the number of tables, rows and columns that
returns columns (tables, rows, columns) and scores (tables, rows, 10).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor

from benchmarks.prior.draws import (
    chance,
    gamma,
    integer,
    log_uniform,
    normal,
    row_ranks,
    sorting_order,
    standardized,
    uniform,
)
from benchmarks.prior.labels import MAX_CLASSES

ACTIVATIONS = (
    torch.tanh,
    torch.relu,
    torch.sin,
    lambda x: x,
    torch.abs,
    lambda x: x * x * 0.7,
    lambda x: (x > 0).float() * 2 - 1,
    lambda x: torch.exp(-x * x),
    lambda x: torch.nn.functional.leaky_relu(x, 0.2),
    lambda x: torch.sigmoid(3 * x),
)


def draw_causes(g: Generator, n_tables: int, n_rows: int, n_columns: int) -> Tensor:
    """Draw normal, uniform, heavy-tailed or clustered columns, one kind per table."""
    z = normal(g, n_tables, n_rows, n_columns)
    flat = torch.erf(z / math.sqrt(2)) * 1.7
    tailed = z / (normal(g, n_tables, n_rows, 1).abs() + 0.3)
    n_clusters = torch.randint(2, 9, (n_tables, 1), generator=g)
    skew = uniform(g, n_tables, 1, low=1, high=2.5)
    cluster = (uniform(g, n_tables, n_rows) ** skew * n_clusters).long()
    centres = normal(g, n_tables, 8, n_columns) * uniform(
        g, n_tables, 1, 1, low=0.5, high=3
    )
    clustered = centres.gather(1, cluster[..., None].expand_as(z))
    clustered = clustered + z * uniform(g, n_tables, 1, 1, low=0.2, high=1)
    kind = torch.randint(0, 5, (n_tables, 1, 1), generator=g)
    x = torch.where(kind == 0, flat, torch.where(kind == 1, tailed, z))
    return standardized(torch.where(kind > 2, clustered, x))


def draw_correlated(g: Generator, n_tables: int, n_rows: int, n_columns: int) -> Tensor:
    """Causes that are mixed with one another, or share factors, or neither."""
    x = draw_causes(g, n_tables, n_rows, n_columns)
    strength = uniform(g, n_tables, 1, 1, high=1.5) * chance(g, 0.4, n_tables, 1, 1)
    mixing = normal(g, n_tables, n_columns, n_columns) / math.sqrt(n_columns)
    x = standardized(x + x @ (mixing * strength))
    n_factors = integer(g, 1, 6)
    factors = draw_causes(g, n_tables, n_rows, n_factors)
    loadings = draw_weights(g, n_tables, n_factors, n_columns)
    own = log_uniform(g, n_tables, 1, n_columns, low=0.3, high=3)
    shared = chance(g, 0.5, n_tables, 1, 1) * log_uniform(
        g, n_tables, 1, 1, low=0.2, high=3
    )
    return standardized(x * own + factors @ loadings * shared)


def draw_weights(g: Generator, n_tables: int, n_in: int, n_out: int) -> Tensor:
    """Sparse normal weights."""
    kept = chance(g, uniform(g, n_tables, 1, 1, low=0.15), n_tables, n_in, n_out)
    scale = (kept.sum(1, keepdim=True) + 0.5).sqrt()
    return normal(g, n_tables, n_in, n_out) * kept / scale


def activate(g: Generator, x: Tensor) -> Tensor:
    """Apply four random activations to a quarter of the units each."""
    chosen = torch.randperm(len(ACTIVATIONS), generator=g)[:4].tolist()
    parts = x.chunk(4, dim=2)
    return torch.cat([ACTIVATIONS[i](p) for i, p in zip(chosen, parts, strict=True)], 2)


def causal_graph(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Nodes of a random layered causal model; the classes hang on nodes, too.

    These are the columns, other nodes, or what follows from the last layer.
    """
    width, depth = 32, integer(g, 2, 4)
    x = draw_causes(g, n_tables, n_rows, integer(g, 2, 10))
    hidden = standardized(x @ draw_weights(g, n_tables, x.shape[2], width))
    noise = uniform(g, n_tables, 1, 1).square() * 0.5
    layers = []
    straight = uniform(g, n_tables, 1, 1)
    for _ in range(depth):
        hidden = (activate(g, hidden) + straight * hidden) @ draw_weights(
            g, n_tables, width, width
        )
        own = noise * uniform(g, n_tables, 1, width)
        hidden = standardized(hidden) + normal(g, n_tables, n_rows, width) * own
        layers.append(hidden)
    nodes = torch.cat(layers, dim=2)
    order = sorting_order(uniform(g, n_tables, nodes.shape[2]))[:, None]
    order = order[..., : n_columns + MAX_CLASSES].expand(-1, n_rows, -1)
    columns, causes = nodes.gather(2, order).split([n_columns, MAX_CLASSES], dim=2)
    effects = standardized(hidden @ draw_weights(g, n_tables, width, MAX_CLASSES))
    seen = columns @ normal(g, n_tables, n_columns, MAX_CLASSES)
    u = uniform(g, n_tables, 1, 1)
    return columns, torch.where(u < 0.4, seen, torch.where(u < 0.7, effects, causes))


def neural_network(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Scores of a random network with one hidden layer."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    used = chance(g, uniform(g, n_tables, 1, 1, low=0.3), n_tables, 1, n_columns)
    importance = used * (normal(g, n_tables, 1, n_columns).abs() + 0.1)
    hidden = standardized((x * importance) @ draw_weights(g, n_tables, n_columns, 24))
    hidden = hidden * uniform(g, n_tables, 1, 1, low=0.3, high=1.2)
    hidden = activate(g, hidden + 0.6 * normal(g, n_tables, 1, 24))
    return x, hidden @ draw_weights(g, n_tables, 24, MAX_CLASSES)


def draw_importance(g: Generator, n_tables: int, n_columns: int) -> Tensor:
    """Draw weights of columns; a few matter much more than the others."""
    spread = uniform(g, n_tables, 1, high=1.3)
    return (normal(g, n_tables, n_columns) * spread).exp()


def trees(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Add up oblivious decision trees and a linear part."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    n_trees, depth = integer(g, 1, 17), integer(g, 1, 6)
    importance = draw_importance(g, n_tables, n_columns)
    feature = torch.multinomial(importance, n_trees * depth, True, generator=g)
    values = x.gather(2, feature[:, None].expand(-1, n_rows, -1))
    row = torch.randint(0, n_rows, (n_tables, 1, n_trees * depth), generator=g)
    bits = (values > values.gather(1, row)).unflatten(2, (n_trees, depth)).long()
    leaf = (bits << torch.arange(depth)).sum(-1)
    height = normal(g, n_tables, n_trees, 2**depth, MAX_CLASSES)
    scores = sum(
        height[:, t].gather(1, leaf[:, :, t, None].expand(-1, -1, MAX_CLASSES))
        for t in range(n_trees)
    )
    slopes = normal(g, n_tables, n_columns, MAX_CLASSES) * importance[..., None]
    share = uniform(g, n_tables, 1, 1) * chance(g, 0.6, n_tables, 1, 1)
    return x, scores + standardized(x @ slopes) * share * math.sqrt(n_trees)


def linear(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Weighted sums of columns, as most tables of this world come close to."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    importance = draw_importance(g, n_tables, n_columns)
    slopes = normal(g, n_tables, n_columns, MAX_CLASSES) * importance[..., None]
    return x, standardized(x @ slopes)


def additive(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Add up one function per column, linear with kinks."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    size = (n_tables, 1, n_columns, 4)
    bend = normal(g, *size) * uniform(g, n_tables, 1, 1, 1, high=1.5)
    bend = bend * chance(g, 0.6, n_tables, 1, 1, 1)
    bent = (torch.relu(x[..., None] - normal(g, *size)) * bend).sum(-1)
    shape = standardized(x * normal(g, n_tables, 1, n_columns).sign() + bent)
    shape = shape * draw_importance(g, n_tables, n_columns)[:, None]
    mixing = normal(g, n_tables, n_columns, MAX_CLASSES - 1)
    return x, torch.cat([shape.sum(2, keepdim=True), shape @ mixing], dim=2)


def one_column(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """One column decides: a step, a bump or a random function of its values."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    decisive = x[..., :1]  # columns are shuffled later
    place = normal(g, n_tables, 1, MAX_CLASSES)
    step = torch.tanh(
        (decisive - place) * log_uniform(g, n_tables, 1, 1, low=1, high=30)
    )
    bump = -(decisive - place).abs()
    wave = torch.sin(decisive * 3 * normal(g, n_tables, 1, MAX_CLASSES) + place)
    kind = torch.randint(0, 3, (n_tables, 1, 1), generator=g)
    return x, torch.where(kind == 0, step, torch.where(kind == 1, bump, wave))


def shared_factors(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """One to three hidden factors make the classes and, with noise, all columns."""
    n_factors = integer(g, 1, 4)
    factors = draw_causes(g, n_tables, n_rows, n_factors)
    loadings = draw_weights(g, n_tables, n_factors, n_columns)
    bent = torch.tanh(factors * log_uniform(g, n_tables, 1, 1, low=0.5, high=4))
    bent = torch.where(chance(g, 0.5, n_tables, 1, 1), bent, factors)
    noise = log_uniform(g, n_tables, 1, n_columns, low=0.1, high=2)
    noise = noise * log_uniform(g, n_tables, 1, 1, low=0.1, high=2)
    x = bent @ loadings + normal(g, n_tables, n_rows, n_columns) * noise
    return x, factors @ normal(g, n_tables, n_factors, MAX_CLASSES)


def levels(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Columns of few levels; each level of some columns, or pair of them, has a say."""
    x = draw_correlated(g, n_tables, n_rows, n_columns)
    size = (n_tables, 1, n_columns)
    n_levels = torch.where(
        chance(g, 0.3, *size), 2, torch.randint(2, 13, size, generator=g)
    )
    skew = uniform(g, *size, low=0.4, high=2.5)
    code = (row_ranks(x) ** skew * n_levels).long()
    importance = draw_importance(g, n_tables, n_columns)
    n_pairs = integer(g, 1, 7)
    pairs = torch.multinomial(importance, 2 * n_pairs, True, generator=g)
    said = code.gather(2, pairs[:, None].expand(-1, n_rows, -1))
    said = said.unflatten(2, (n_pairs, 2))
    both = said[..., 0] * 12 + said[..., 1]
    height = normal(g, n_tables, n_pairs, 144, MAX_CLASSES)
    together = sum(
        height[:, pair].gather(1, both[:, :, pair, None].expand(-1, -1, MAX_CLASSES))
        for pair in range(n_pairs)
    )
    effect = normal(g, n_tables, n_columns, 13) * importance[..., None]
    mixing = normal(g, n_tables, n_columns, MAX_CLASSES)
    own = effect.gather(2, code.transpose(1, 2)).transpose(1, 2) @ mixing
    share = uniform(g, n_tables, 1, 1)
    return code.float(), standardized(own) + share * standardized(together)


def manifold(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Few hidden factors bend into all columns; the classes are regions of them."""
    n_factors, n_regions = integer(g, 2, 8), integer(g, 2, 25)
    factors = draw_causes(g, n_tables, n_rows, n_factors)
    scale = log_uniform(g, n_tables, 1, 1, low=0.3, high=2)
    bent = standardized(factors @ normal(g, n_tables, n_factors, 24)) * scale
    bent = activate(g, bent + 0.6 * normal(g, n_tables, 1, 24))
    x = standardized(bent @ draw_weights(g, n_tables, 24, n_columns))
    noise = log_uniform(g, n_tables, 1, n_columns, low=0.3, high=3)
    noise = noise * log_uniform(g, n_tables, 1, 1, low=0.02, high=0.7)
    x = x + normal(g, n_tables, n_rows, n_columns) * noise
    rows = torch.randint(0, n_rows, (n_tables, n_regions, 1), generator=g)
    centres = factors.gather(1, rows.expand(-1, -1, n_factors))
    near = (-3 * torch.cdist(factors, centres)).softmax(-1)
    scores = near @ normal(g, n_tables, n_regions, MAX_CLASSES)
    straight = standardized(factors @ normal(g, n_tables, n_factors, MAX_CLASSES))
    share = uniform(g, n_tables, 1, 1) * chance(g, 0.5, n_tables, 1, 1)
    return x, standardized(scores) + share * straight


def mixture(g: Generator, n_tables: int, n_rows: int, n_columns: int):
    """Clusters of rows; each class owns one to three of them."""
    n_parts = 3
    level = torch.tensor([1.0, 5.0, 30.0])
    level = level[torch.randint(0, 3, (n_tables, 1), generator=g)]
    shares = gamma(g, level.expand(n_tables, MAX_CLASSES)) + 0.05
    n_used = torch.where(
        chance(g, 0.5, n_tables, 1), 2, torch.randint(2, 11, (n_tables, 1), generator=g)
    )
    shares = shares * (torch.arange(MAX_CLASSES) < n_used)
    owner = torch.multinomial(shares, n_rows, True, generator=g)
    parts = torch.randint(1, n_parts + 1, (n_tables, 1), generator=g)
    part = owner * n_parts + (uniform(g, n_tables, n_rows) * parts).long()
    effects = normal(g, n_tables, MAX_CLASSES * n_parts, MAX_CLASSES) * 0.7
    scores = torch.nn.functional.one_hot(owner, MAX_CLASSES) * 2.5
    scores = scores + effects.gather(1, part[..., None].expand(-1, -1, MAX_CLASSES))
    part = part[..., None].expand(-1, -1, n_columns)
    used = chance(g, uniform(g, n_tables, 1, 1, low=0.3), n_tables, 1, n_columns)
    apart = log_uniform(g, n_tables, 1, 1, low=0.9, high=9)
    apart = apart / (used.sum(2, keepdim=True) + 1).sqrt()
    size = (n_tables, MAX_CLASSES * n_parts, n_columns)
    centres = normal(g, *size) * used * apart * 1.5
    scales = (normal(g, *size) * 0.35).exp()
    noise = normal(g, n_tables, n_rows, n_columns)
    x = centres.gather(1, part) + noise * scales.gather(1, part)
    strength = uniform(g, n_tables, 1, 1, high=1.2) * chance(g, 0.5, n_tables, 1, 1)
    mixing = normal(g, n_tables, n_columns, n_columns) / math.sqrt(n_columns)
    return standardized(x + x @ (mixing * strength)), scores


Families = Mapping[Callable[..., tuple[Tensor, Tensor]], float]

# and their shares
FAMILIES: Families = {
    causal_graph: 0.17,
    neural_network: 0.08,
    trees: 0.15,
    linear: 0.09,
    additive: 0.10,
    shared_factors: 0.09,
    manifold: 0.11,
    mixture: 0.09,
    one_column: 0.05,
    levels: 0.07,
}
