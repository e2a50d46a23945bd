import pytest
import torch

from sklearn_featrix._training._batches import RowBatches


class RowNumbers(torch.utils.data.Dataset):
    def __init__(self, n_rows):
        self.n_rows = n_rows

    def __len__(self):
        return self.n_rows

    def make_batch(self, rows, generator):
        return rows, rows


def batches_of(n_rows, *, n_steps, block, batch_size=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return RowBatches(
        RowNumbers(n_rows),
        batch_size,
        n_steps=n_steps,
        block=block,
        generator=generator,
    )


def test_blocks_add_up_to_all_steps():
    batches = batches_of(20, n_steps=7, block=3)
    assert [len(list(batches)) for _ in range(4)] == [3, 3, 1, 0]


def test_an_order_is_continued_from_block_to_block():
    batches = batches_of(20, n_steps=5, block=2)
    rows = torch.cat([rows for _ in range(3) for rows, _ in batches])
    assert sorted(rows.tolist()) == list(range(20))


def test_the_incomplete_last_batch_is_left_out():
    batches = batches_of(10, n_steps=9, block=9)
    assert all(len(rows.unique()) == 4 for rows, _ in batches)


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_small_tables_are_batches_themselves(n_rows):
    for rows, _ in batches_of(n_rows, n_steps=5, block=5):
        assert sorted(rows.tolist()) == list(range(n_rows))


def test_the_seed_decides():
    first, second, other = (
        torch.stack([rows for rows, _ in batches_of(20, n_steps=5, block=5, seed=seed)])
        for seed in (0, 0, 1)
    )
    assert (first == second).all()
    assert (first != other).any()
