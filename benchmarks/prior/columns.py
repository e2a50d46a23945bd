"""What happens to clean columns before anyone sees them."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from benchmarks.prior.draws import (
    MAX_OWN_LEVELS,
    chance,
    dense_ranks,
    gamma,
    log_uniform,
    normal,
    places,
    renamed,
    row_ranks,
    sorting_order,
    standardized,
    uniform,
)

MAX_LEVELS = 200


def roughen(g: Generator, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Make clean columns look like those of a table.

    Parameters
    ----------
    g : Generator
        Source of randomness.
    x : Tensor of shape (n_tables, n_rows, n_columns)
        Clean columns.
    y : Tensor of shape (n_tables, n_rows)
        Labels 0. and 1.

    Returns
    -------
    x : Tensor of shape (n_tables, n_rows, n_columns)
        Columns in a random order, some of them useless, doubled, warped, rounded or
        made codes, NaN where missing.
    nominal : Tensor of shape (n_tables, n_columns), dtype bool
        Columns told to be codes without order.
    """
    x = standardized(x).clamp(-8, 8)
    x = _with_useless(g, x, y)
    x = _with_doubles(g, x)
    ranks = row_ranks(x)
    x, nominal = _with_marginals(g, x, ranks)
    x = x.masked_fill(_draw_missing(g, ranks, y), torch.nan)
    order = sorting_order(uniform(g, x.shape[0], x.shape[2]))
    x = x.gather(2, order[:, None].expand_as(x))
    return x, nominal.gather(1, order)


def _with_useless(g: Generator, x: Tensor, y: Tensor) -> Tensor:
    """Replace columns by those of another table, which know nothing of the label.

    Some tables lose a random share; others, the wider the likelier, keep no more than
    one to three: those that tell the label best, or random ones.
    """
    n_tables, _, n_columns = x.shape
    share = uniform(g, n_tables, 1, high=0.4) * chance(g, 0.25, n_tables, 1)
    lost = chance(g, share, n_tables, n_columns)
    telling = uniform(g, n_tables, n_columns)
    choose_best = chance(g, 0.9, n_tables, 1)
    telling = torch.where(choose_best, _separation(x, y) + 1e-3 * telling, telling)
    place = places(-telling)
    n_kept = torch.randint(1, 4, (n_tables, 1), generator=g)
    few = chance(g, 0.03 + 0.07 * (n_columns > 8), n_tables, 1)
    spared = (place == 0) & chance(g, 0.85, n_tables, 1)
    lost = torch.where(few, place >= n_kept, lost & ~spared)
    stranger = standardized(normal(g, *x.shape))
    if n_tables > 1:
        stranger = x.roll(1, 0)
    return torch.where(lost[:, None], stranger, x)


def _separation(x: Tensor, y: Tensor) -> Tensor:
    """How far the classes lie apart in each column, in place or in spread."""
    both = torch.stack([x, x.abs()], dim=-1)
    side = y[..., None, None]
    n_second = side.sum(1)
    first = (both * (1 - side)).sum(1) / (y.shape[1] - n_second)
    second = (both * side).sum(1) / n_second
    return (first - second).abs().amax(-1)


def _with_doubles(g: Generator, x: Tensor) -> Tensor:
    """Make columns (nearly) equal to others in a fifth of the tables."""
    n_tables, n_rows, n_columns = x.shape
    source = torch.randint(0, n_columns, (n_tables, n_columns), generator=g)
    copied = chance(g, uniform(g, n_tables, 1, high=0.5), n_tables, n_columns)
    copied = copied & chance(g, 0.35, n_tables, 1)
    noise = uniform(g, n_tables, 1, n_columns).square() * 0.5
    noise = noise * chance(g, 0.7, n_tables, 1, n_columns)
    twin = x.gather(2, source[:, None].expand_as(x))
    twin = twin + normal(g, n_tables, n_rows, n_columns) * noise
    return torch.where(copied[:, None], twin, x)


def _with_marginals(g: Generator, x: Tensor, ranks: Tensor) -> tuple[Tensor, Tensor]:
    """Warp, round or code the columns."""
    n_tables, _, n_columns = x.shape
    size = (n_tables, 1, n_columns)
    warp = torch.randint(0, 6, size, generator=g)
    warped = torch.where(warp == 0, (x * 0.9).clamp(max=5).exp(), x)
    warped = torch.where(warp == 1, x * x.abs(), warped)
    coarse = uniform(g, n_tables, 1, 1).sqrt() * chance(g, 0.8, n_tables, 1, 1)
    # mostly one value, then counts or amounts
    floor = torch.relu(warped - normal(g, *size) * 0.8 - 0.2)
    warped = torch.where(chance(g, 0.5 * coarse, *size), floor, warped)
    step = log_uniform(g, *size, low=0.02, high=1.5)
    rounded = (warped / step).ceil()
    warped = torch.where(chance(g, 0.8 * coarse, *size), rounded, warped)
    few = (2 + gamma(g, torch.full(size, 0.7)) * 3).clamp(max=16)
    many = log_uniform(g, *size, low=8, high=MAX_LEVELS)
    n_levels = torch.where(chance(g, 0.12, *size), many, few).long()
    skew = log_uniform(g, *size, low=0.2, high=6)  # levels may be rare
    code = (ranks**skew * n_levels).long().clamp(max=MAX_LEVELS - 1)
    level, n_own = dense_ranks(x)
    of_levels = n_own <= MAX_OWN_LEVELS  # kept as they are
    code = torch.where(of_levels, level, code)
    n_levels = torch.where(of_levels, n_own, n_levels)
    without_order = chance(g, 0.6, *size)
    code = torch.where(without_order, renamed(g, code), code).float()
    share = uniform(g, n_tables, 1, 1) * chance(g, 0.6, n_tables, 1, 1)
    share = torch.where(chance(g, 0.12, n_tables, 1, 1), 1.0, share)  # codes alone
    coded = chance(g, share, *size) | (of_levels & chance(g, 0.6, *size))
    told = chance(g, torch.where(without_order, 0.9, 0.15), *size)
    # two levels have no order to lose
    told = told & (n_levels > 2)
    return torch.where(coded, code, warped), (coded & told)[:, 0]


def _draw_missing(g: Generator, ranks: Tensor, y: Tensor) -> Tensor:
    """Values go missing at random, by their size or by the label."""
    n_tables, _, n_columns = ranks.shape
    size = (n_tables, 1, n_columns)
    share = uniform(g, *size, high=0.6) * chance(g, 0.5, *size)
    share = share * chance(g, 0.2, n_tables, 1, 1)
    kind = torch.randint(0, 6, size, generator=g)
    u = uniform(g, *ranks.shape)
    extreme = (ranks - 0.5).abs() * 2
    telling = u * torch.where(y[..., None] > 0, 1.0, 4.0)
    u = torch.where(kind == 0, 1 - extreme, torch.where(kind == 1, 1 - ranks, u))
    return torch.where(kind == 2, telling, u) < share
