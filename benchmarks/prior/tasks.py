"""One batch of tasks: tables, the rows that are labelled, and those that ask."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from benchmarks.prior.columns import roughen
from benchmarks.prior.draws import integer, log_integer, sorting_order
from benchmarks.prior.families import FAMILIES, Families
from benchmarks.prior.labels import (
    draw_classes,
    draw_labeled_first,
    draw_n_classes,
    draw_two_sides,
    shift_by_class,
)

ROWS = (200, 360)
COLUMNS = (3, 40)
LABELED = (4, 30, 300)  # half of the batches begin at the first, half at the second
QUERIES = (32, 96)
MAX_TABLES = 64
MAX_DEVIATION = 5.0
N_PRINCIPAL = 8
N_CODES = 12
FEWEST_COLUMNS = 16  # of the table, for principal components to be among them


class Batch(NamedTuple):
    """Tasks of one size.

    Attributes
    ----------
    z, q : Tensor of shape (n_tables, n_labeled + n_queries, n_columns)
        Standardised values and ranks among all rows of the table; NaN where missing.
    nominal : Tensor of shape (n_tables, n_columns), dtype bool
        Columns told to be codes without order.
    y : Tensor of shape (n_tables, 1, n_labeled)
        Answers 0. and 1. of the first rows to the one question.
    target : Tensor of shape (n_tables, n_queries)
        Answers of the others.
    """

    z: Tensor
    q: Tensor
    nominal: Tensor
    y: Tensor
    target: Tensor

    def to(self, device: torch.device) -> Batch:
        """Move all tensors to a device."""
        return Batch(*(tensor.to(device) for tensor in self))


def generator_of(*numbers: int) -> Generator:
    """Make a generator that depends on all the numbers, such as seed and step."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return Generator().manual_seed(int(state[0] >> 1))


def draw_batch(
    g: Generator,
    n_cells: int,
    n_labeled: int | None = None,
    families: Families = FAMILIES,
) -> Batch:
    """Draw tasks with about `n_cells` cells together.

    Parameters
    ----------
    g : Generator
        Source of randomness.
    n_cells : int
        Cells of the rows that are used, over all tables.
    n_labeled : int, default=None
        Labelled rows of each table, at least 2; drawn from the range of `LABELED`
        where None.
    families : dict
        Kinds of tables to draw from, and their shares.

    Returns
    -------
    Batch
        Tasks of equal size.
    """
    n_columns = log_integer(g, *COLUMNS)
    if n_labeled is None:
        fewest = LABELED[integer(g, 0, 2)]
        n_labeled = log_integer(g, fewest, LABELED[2])
    n_used = n_labeled + integer(g, QUERIES[0], QUERIES[1] + 1)
    n_rows = max(integer(g, ROWS[0], ROWS[1] + 1), n_used)
    n_tables = round(n_cells / (n_used * (n_columns + 1)))
    n_tables = min(max(n_tables, 2), MAX_TABLES)
    n_components = N_PRINCIPAL * (n_columns >= FEWEST_COLUMNS + N_PRINCIPAL)
    n_own = n_columns - n_components
    x, y, nominal = draw_tables(g, n_tables, n_rows, n_own, families)
    z, q = describe(x)
    if n_components:
        z, q, nominal = with_components(z, q, nominal, n_components)
    used = draw_labeled_first(g, y, n_labeled)[:, :n_used]
    rows = used[..., None].expand(-1, -1, n_columns)
    labels, target = y.gather(1, used).tensor_split([n_labeled], dim=1)
    return Batch(z.gather(1, rows), q.gather(1, rows), nominal, labels[:, None], target)


def draw_tables(
    g: Generator,
    n_tables: int,
    n_rows: int,
    n_columns: int,
    families: Families = FAMILIES,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw tables of one size from several families.

    Their labels are two sides of any number of classes.

    Returns
    -------
    x : Tensor of shape (n_tables, n_rows, n_columns)
        Columns, NaN where missing.
    y : Tensor of shape (n_tables, n_rows)
        Labels 0. and 1.; each occurs at least twice in every table.
    nominal : Tensor of shape (n_tables, n_columns), dtype bool
        Columns told to be codes without order.
    """
    shares = torch.tensor(list(families.values()))
    family = torch.multinomial(shares, n_tables, True, generator=g)
    counts = torch.bincount(family, minlength=len(families)).tolist()
    parts = [
        draw(g, count, n_rows, n_columns)
        for draw, count in zip(families, counts, strict=True)
        if count
    ]
    x, scores = (torch.cat(part) for part in zip(*parts, strict=True))
    counts = draw_n_classes(g, n_tables)
    classes = draw_classes(g, scores, counts)
    x = shift_by_class(g, x, classes)
    y = draw_two_sides(g, classes, counts)
    order = torch.rand(n_tables, generator=g).argsort()  # neighbours lend columns
    x, y = x[order], y[order]
    x, nominal = roughen(g, x, y)
    return x, y, nominal


def with_components(
    z: Tensor, q: Tensor, nominal: Tensor, n_components: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Add principal components of all rows, as `InContextClassifier` does.

    Of ranks, values, and codes told apart; of these only the ones of some rows, which
    are the common ones.
    """
    number = ~nominal[:, None, :]
    parts = [(3**0.5 * q).nan_to_num(0) * number, z.nan_to_num(0) * number]
    code = q.nan_to_num(2)
    n_rows = q.shape[1]
    for row in range(0, n_rows, n_rows // N_CODES):
        parts.append((code == code[:, row : row + 1]) * ~number * 0.5)
    wide = torch.cat(parts, dim=2)
    wide = wide - wide.mean(1, keepdim=True)
    left, scale, _ = torch.linalg.svd(wide, full_matrices=False)
    components = left[..., :n_components] * scale[:, None, :n_components]
    described = describe(components)
    of_numbers = nominal.new_zeros(len(nominal), n_components)
    return (
        torch.cat([z, described[0]], dim=2),
        torch.cat([q, described[1]], dim=2),
        torch.cat([nominal, of_numbers], dim=1),
    )


def describe(x: Tensor) -> tuple[Tensor, Tensor]:
    """Standardise and rank each column among all rows of its table.

    Parameters
    ----------
    x : Tensor of shape (n_tables, n_rows, n_columns)
        Values, NaN where missing.

    Returns
    -------
    z : Tensor of shape (n_tables, n_rows, n_columns)
        Standardised values, clipped at `MAX_DEVIATION`.
    q : Tensor of shape (n_tables, n_rows, n_columns)
        Mid-ranks in [-1, 1]; equal values have equal ranks.
    """
    missing = torch.isnan(x)
    count = (~missing).sum(1, keepdim=True).clamp(min=1)
    filled = torch.nan_to_num(x)
    mean = filled.sum(1, keepdim=True) / count
    centred = (filled - mean).masked_fill(missing, 0)
    deviation = (centred.square().sum(1, keepdim=True) / count).sqrt()
    z = (centred / (deviation + 1e-6)).clamp(-MAX_DEVIATION, MAX_DEVIATION)
    q = _mid_ranks(x.transpose(1, 2).contiguous()).transpose(1, 2)
    q = (q / count - 1).clamp(-1, 1)
    return z.masked_fill(missing, torch.nan), q.masked_fill(missing, torch.nan)


def _mid_ranks(x: Tensor) -> Tensor:
    """Twice the mean number of values below or level, along the last dimension."""
    order = sorting_order(x, -1)  # NaN last
    ordered = x.gather(-1, order)
    new = torch.ones_like(x, dtype=torch.bool)
    new[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    n_values = x.shape[-1]
    positions = torch.arange(n_values)
    first = torch.where(new, positions, 0).cummax(-1)[0]
    ends = torch.where(new, positions, n_values)[..., 1:]
    ends = torch.nn.functional.pad(ends, (0, 1), value=n_values)
    ends = ends.flip(-1).cummin(-1)[0].flip(-1)
    return torch.empty_like(x).scatter_(-1, order, (first + ends).to(x.dtype))
