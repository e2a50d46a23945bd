import numpy as np
import torch

from sklearn_featrix.embedding._objectives import Denoising


def test_the_target_is_the_intact_row_and_three_in_ten_cells_are_swapped():
    table = np.arange(4000, dtype=np.float32).reshape(400, 10)
    objective = Denoising(table, np.arange(10), n_groups=1, rng=None)
    inputs, targets = objective.make_batch(
        torch.arange(400), torch.Generator().manual_seed(0)
    )
    assert (targets == objective.table).all()
    assert 0.27 < (inputs["x"] != targets).float().mean() < 0.33
