import numpy as np
import torch

from sklearn_featrix.embedding._objectives import Scarf
from sklearn_featrix.losses import InfoNCELoss


def test_corrupted_views_follow_the_intact_rows():
    table = np.arange(4000, dtype=np.float32).reshape(400, 10)
    objective = Scarf(table, np.arange(10), n_groups=1, rng=None)
    inputs, _ = objective.make_batch(
        torch.arange(400), torch.Generator().manual_seed(0)
    )
    intact, corrupted = inputs["x"].chunk(2)
    assert (intact == objective.table).all()
    assert 0.56 < (corrupted != intact).float().mean() < 0.64


def test_the_criterion_compares_both_halves():
    objective = Scarf(np.zeros((4, 2), np.float32), np.arange(2), n_groups=1, rng=None)
    first, second = torch.randn(2, 4, 3)
    loss = objective.criterion(torch.cat([first, second]), torch.arange(4))
    torch.testing.assert_close(loss, InfoNCELoss()(first, second))
