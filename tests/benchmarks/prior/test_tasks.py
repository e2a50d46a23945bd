import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from benchmarks.prior.tasks import (
    COLUMNS,
    LABELED,
    MAX_TABLES,
    QUERIES,
    describe,
    draw_batch,
    generator_of,
)


def test_batches_depend_on_seed_and_step_alone():
    one = draw_batch(generator_of(3, 7), 3000)
    again = draw_batch(generator_of(3, 7), 3000)
    for left, right in zip(one, again, strict=True):
        torch.testing.assert_close(left, right, equal_nan=True, rtol=0, atol=0)
    others = [draw_batch(generator_of(*n), 3000) for n in ((3, 8), (4, 7))]
    assert all(
        other.q.shape != one.q.shape or not torch.equal(other.y, one.y)
        for other in others
    )


@pytest.mark.parametrize("step", range(12))
def test_batches_keep_to_their_ranges(step):
    batch = draw_batch(generator_of(0, step), 4000)
    n_tables, n_rows, n_columns = batch.q.shape
    n_labeled, n_queries = batch.y.shape[2], batch.target.shape[1]
    assert 2 <= n_tables <= MAX_TABLES
    assert COLUMNS[0] <= n_columns <= COLUMNS[1]
    assert LABELED[0] <= n_labeled <= LABELED[-1]
    assert QUERIES[0] <= n_queries <= QUERIES[1]
    assert n_rows == n_labeled + n_queries
    assert batch.nominal.shape == (n_tables, n_columns)
    assert batch.nominal.dtype == torch.bool
    present = ~batch.q.isnan()
    assert (batch.z.isnan() == ~present).all()
    assert batch.q[present].abs().max() <= 1
    assert batch.z[present].abs().max() <= 5
    assert set(batch.target.unique().tolist()) == {0.0, 1.0}


def test_number_of_labelled_rows_can_be_asked_for():
    assert draw_batch(generator_of(0), 3000, 17).y.shape[2] == 17


@pytest.mark.parametrize("step", range(4))
def test_one_question_about_two_sides(step):
    batch = draw_batch(generator_of(0, step), 3000)
    assert batch.y.shape[1] == 1
    assert (batch.y.sum(2) >= 1).all()
    assert ((1 - batch.y).sum(2) >= 1).all()


def test_description_is_that_of_scipy():
    g = torch.Generator().manual_seed(0)
    x = torch.randint(0, 6, (2, 40, 3), generator=g).float()
    x[torch.rand(x.shape, generator=g) < 0.2] = torch.nan
    z, q = describe(x)
    for table in range(2):
        for column in range(3):
            values = x[table, :, column].numpy()
            seen = ~np.isnan(values)
            ranks = 2 * (rankdata(values[seen]) - 0.5) / seen.sum() - 1
            np.testing.assert_allclose(q[table, seen, column], ranks, atol=1e-6)
            score = (values[seen] - values[seen].mean()) / values[seen].std()
            np.testing.assert_allclose(z[table, seen, column], score, atol=1e-4)
    assert (z.isnan() == x.isnan()).all()
    assert (q.isnan() == x.isnan()).all()


def test_constant_and_missing_columns_are_described():
    x = torch.full((1, 5, 2), 3.0)
    x[..., 1] = torch.nan
    z, q = describe(x)
    assert (z[..., 0] == 0).all()
    assert (q[..., 0] == 0).all()
    assert q[..., 1].isnan().all()
