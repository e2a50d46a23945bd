"""From scores to classes, and from classes to the two that a task asks about."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional

from benchmarks.prior.draws import (
    MAX_OWN_LEVELS,
    chance,
    dense_ranks,
    gamma,
    log_uniform,
    normal,
    places,
    sorting_order,
    standardized,
    uniform,
)

MAX_CLASSES = 10
RAREST = 1 / 200


def draw_n_classes(g: Generator, n_tables: int) -> Tensor:
    """Half of the tables have two classes, the others up to ten."""
    few = torch.randint(3, 6, (n_tables,), generator=g)
    many = torch.randint(6, MAX_CLASSES + 1, (n_tables,), generator=g)
    u = uniform(g, n_tables)
    return torch.where(u < 0.5, 2, torch.where(u < 0.85, few, many))


def draw_classes(g: Generator, scores: Tensor, n_classes: Tensor) -> Tensor:
    """Turn scores (tables, rows, 10) into classes (tables, rows).

    Some tables cut the first score into bands, some take the largest score, and
    some make the few rows with the highest first score the second of two classes.
    """
    n_tables = len(scores)
    by_argmax = _classes_by_argmax(g, scores, n_classes)
    by_bands = _classes_by_bands(g, scores[..., 0], n_classes)
    rare = _rare_class(g, scores[..., 0])
    u = uniform(g, n_tables, 1)
    # a band or an argmax of two classes is never as rare as this
    choose_rare = (u < 0.3) & (n_classes == 2)[:, None]
    return torch.where(choose_rare, rare, torch.where(u < 0.6, by_argmax, by_bands))


def _classes_by_bands(g: Generator, score: Tensor, n_classes: Tensor) -> Tensor:
    """Cut the ranks of a noisy score at random places."""
    n_tables, n_rows = score.shape
    ranks = places(_noisy(g, score))
    level = torch.tensor([0.6, 2.0, 20.0])
    level = level[torch.randint(0, 3, (n_tables, 1), generator=g)]
    shares = gamma(g, level.expand(n_tables, MAX_CLASSES)) + 0.03
    repeated = chance(g, 0.08, n_tables)  # a class may take several bands
    n_bands = torch.where(repeated, (2 * n_classes).clamp(max=MAX_CLASSES), n_classes)
    shares = shares * (torch.arange(MAX_CLASSES) < n_bands[:, None])
    cuts = (shares / shares.sum(1, keepdim=True)).cumsum(1)[:, :-1]
    bands = ((ranks[..., None] + 0.5) / n_rows > cuts[:, None]).sum(-1)
    return bands.clamp(max=MAX_CLASSES - 1) % n_classes[:, None]


def _noisy(g: Generator, score: Tensor) -> Tensor:
    """Add noise to the score in half of the tables."""
    n_tables, n_rows = score.shape
    scale = uniform(g, n_tables, 1).square() * 1.2 * chance(g, 0.5, n_tables, 1)
    return standardized(score) + normal(g, n_tables, n_rows) * scale


def _classes_by_argmax(g: Generator, scores: Tensor, n_classes: Tensor) -> Tensor:
    """Take the largest of the scores after noise and random offsets."""
    n_tables, n_rows, n_scores = scores.shape
    scores = scores - scores.mean((1, 2), keepdim=True)
    scores = scores / (scores.std((1, 2), keepdim=True) + 1e-5)
    scores = scores + normal(g, n_tables, 1, n_scores) * uniform(
        g, n_tables, 1, 1, high=0.7
    )
    scale = uniform(g, n_tables, 1, 1).square() * 0.7
    scores = scores + normal(g, n_tables, n_rows, n_scores) * scale
    unused = torch.arange(n_scores) >= n_classes[:, None, None]
    return scores.masked_fill(unused, -torch.inf).argmax(-1)


def _rare_class(g: Generator, score: Tensor) -> Tensor:
    n_tables, n_rows = score.shape
    share = log_uniform(g, n_tables, 1, low=RAREST, high=0.2)
    score = standardized(score)
    scale = uniform(g, n_tables, 1).square() * 0.5
    score = score + normal(g, n_tables, n_rows) * scale
    ranks = places(-score)
    return (ranks < (share * n_rows).round().clamp(min=2)).long()


def shift_by_class(g: Generator, x: Tensor, classes: Tensor) -> Tensor:
    """Make a quarter of the tables easy: move some columns apart by class."""
    n_tables, _, n_columns = x.shape
    chosen = chance(g, uniform(g, n_tables, 1), n_tables, n_columns)
    chosen = chosen & chance(g, 0.25, n_tables, 1)
    # levels moved apart by class would tell it outright
    chosen = chosen & (dense_ranks(x)[1][:, 0] > MAX_OWN_LEVELS)
    apart = normal(g, n_tables, MAX_CLASSES, n_columns)
    apart = apart * log_uniform(g, n_tables, 1, 1, low=0.3, high=4)
    shift = apart.gather(1, classes[..., None].expand_as(x))
    return standardized(x) + shift * chosen[:, None]


def draw_two_sides(g: Generator, classes: Tensor, n_classes: Tensor) -> Tensor:
    """Ask one class against the rest or a random set of classes against the rest.

    Returns
    -------
    Tensor of shape (n_tables, n_rows)
        Labels 0. and 1.; each occurs in at least two rows of every table.
    """
    n_tables = len(classes)
    used = torch.arange(MAX_CLASSES) < n_classes[:, None]
    place = places(uniform(g, n_tables, MAX_CLASSES).masked_fill(~used, 2.0))
    size = 1 + (uniform(g, n_tables) * (n_classes - 1)).long()
    size = torch.where(chance(g, 0.5, n_tables), 1, size)
    side = place < size[:, None]
    swap = chance(g, 0.5, n_tables, 1)
    y = (side.gather(1, classes) ^ swap).float()
    return _with_both_sides(g, y)


def _with_both_sides(g: Generator, y: Tensor, n_least: int = 2) -> Tensor:
    """Give random rows to a side that is (almost) empty."""
    for side in (0.0, 1.0):
        short = (y == side).sum(1, keepdim=True) < n_least
        place = places(uniform(g, *y.shape) + (y == side).float())
        given = short & (place < n_least)
        y = torch.where(given, side, y)
    return y


def draw_labeled_first(g: Generator, y: Tensor, n_labeled: int) -> Tensor:
    """Order of the rows with those to label first: (n_tables, n_rows) positions.

    All tables of a batch draw them either at random or stratified; both ways, each
    side has at least one. The order within the labelled rows is random.
    """
    n_tables, n_rows = y.shape
    sides = functional.one_hot(y.long(), 2).transpose(1, 2)
    keys = uniform(g, n_tables, 2, n_rows).masked_fill(sides == 0, 2.0)
    place = (places(keys, 2) * sides).sum(1)  # among those of its class
    priority = uniform(g, n_tables, n_rows)
    if chance(g, 0.5, 1):
        counts = sides.sum(2).gather(1, y.long())
        priority = (place + priority) / counts
    order = sorting_order(priority.masked_fill(place == 0, -1.0))
    shuffled = sorting_order(uniform(g, n_tables, n_labeled))
    return torch.cat(
        [order[:, :n_labeled].gather(1, shuffled), order[:, n_labeled:]], 1
    )
