import torch

from sklearn_featrix.nn import swap_cells

GROUPS = torch.tensor([0, 1, 1, 2])


def test_only_chosen_cells_change_and_come_from_the_same_column():
    table = torch.arange(40.0).reshape(10, 4)
    mask = torch.rand(10, 3) < 0.5
    swapped = swap_cells(table, table, mask, GROUPS)
    intact = ~mask[:, GROUPS]
    assert (swapped[intact] == table[intact]).all()
    assert (swapped % 4 == table % 4).all()


def test_features_of_one_cell_have_one_donor():
    table = torch.arange(40.0).reshape(10, 4)
    swapped = swap_cells(table, table, torch.ones(10, 3, dtype=bool), GROUPS)
    donors = (swapped // 4).long()
    assert (donors[:, 1] == donors[:, 2]).all()
    assert (donors[:, 0] != donors[:, 1]).any()


def test_the_generator_decides():
    table = torch.randn(10, 4)
    mask = torch.ones(10, 3, dtype=bool)
    first, second = (
        swap_cells(table, table, mask, GROUPS, torch.Generator().manual_seed(3))
        for _ in range(2)
    )
    assert (first == second).all()
