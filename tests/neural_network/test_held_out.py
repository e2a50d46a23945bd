import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score
from torch import nn

from sklearn_featrix.neural_network._batch_sampling import (
    DynamicSampling,
    RandomSampling,
)
from sklearn_featrix.neural_network._criterion import make_criterion
from sklearn_featrix.neural_network._held_out import HeldOutRows, f1_scores, hold_out
from sklearn_featrix.neural_network._labeled_batches import LabeledTable


def test_each_class_gives_its_share_and_keeps_a_row():
    codes = np.repeat([0, 1, 2, 3], [100, 10, 2, 1])
    held_out = hold_out(codes, 0.2, np.random.RandomState(0))
    assert np.bincount(codes[held_out], minlength=4).tolist() == [20, 2, 0, 0]
    most = hold_out(codes, 0.99, np.random.RandomState(0))
    assert np.bincount(codes[~most]).tolist() == [1, 1, 1, 1]


def test_copies_of_a_row_stay_together():
    """Else the training would have seen the label of a held-out row."""
    origin = np.repeat(np.arange(60), [30, *[1] * 39, 5, 5, *[2] * 18])
    codes = np.repeat([0, 1], [69, 46])
    for seed in range(10):
        held_out = hold_out(codes, 0.25, np.random.RandomState(seed), origin)
        assert not set(origin[held_out]) & set(origin[~held_out])
        assert 0 not in origin[held_out]  # it has more copies than 17
        n_held = np.bincount(codes[held_out])
        assert n_held[0] == 17
        assert 8 <= n_held[1] <= 12
    alone = hold_out(codes[:1].repeat(9), 0.3, np.random.RandomState(0), np.zeros(9))
    assert not alone.any()


def test_scores_are_scikit_learns():
    rng = np.random.RandomState(0)
    codes, predicted = rng.randint(3, size=(2, 200))
    weights = rng.uniform(size=200)
    scores = f1_scores(*map(torch.from_numpy, (predicted, codes, weights)), 3)
    expected = f1_score(codes, predicted, average=None, sample_weight=weights)
    np.testing.assert_allclose(scores, expected)


def test_a_class_without_rows_has_no_score():
    ones = torch.ones(3)
    scores = f1_scores(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 0]), ones, 2)
    assert scores[0] == pytest.approx(0.5)
    assert scores[1].isnan()


class Scripted:
    """Held-out rows of a network whose logits follow a script of sharpness."""

    def __init__(self, patience, sampling=RandomSampling):
        codes = np.array([0, 1, 1])
        table = LabeledTable(np.eye(2, dtype=np.float32)[codes], codes, np.ones(3), 2)
        self.module = nn.Linear(2, 2, bias=False)
        self.sampling = sampling(table.codes, 2)
        criterion = make_criterion("cross_entropy", None)
        self.watch = HeldOutRows(
            self.module, criterion, table, np.ones(3), self.sampling, patience
        )

    def epoch(self, sharpness):
        with torch.no_grad():
            self.module.weight.copy_(sharpness * torch.eye(2))
        record = {}
        return self.watch(record), record


def test_ends_after_so_many_epochs_without_a_lower_loss():
    scripted = Scripted(patience=2)
    ends = [scripted.epoch(sharpness)[0] for sharpness in (0.0, 1.0, 2.0, 0.5, 1.5)]
    assert ends == [False, False, False, False, True]
    assert scripted.watch.best_epoch_ == 3
    scripted.watch.restore()
    assert (scripted.module.weight == 2 * torch.eye(2)).all()


def test_without_patience_nothing_ends_and_the_last_weights_stay():
    scripted = Scripted(patience=None)
    assert not any(scripted.epoch(sharpness)[0] for sharpness in (2.0, 1.0, 0.5, 0.1))
    scripted.watch.restore()
    torch.testing.assert_close(scripted.module.weight, 0.1 * torch.eye(2))


def test_an_epoch_leaves_its_loss_and_scores_in_the_record():
    scripted = Scripted(patience=1, sampling=DynamicSampling)
    _, record = scripted.epoch(0.0)
    assert record["validation_loss"] == pytest.approx(np.log(2))
    assert record["validation_f1"] == pytest.approx([0.5, 0])  # all are called 0
    assert record["class_shares"] == pytest.approx([0.5, 0.5])
    assert scripted.sampling.shares.tolist() == pytest.approx([1 / 3, 2 / 3])


def test_a_loss_that_is_no_number_is_never_the_best():
    scripted = Scripted(patience=2)
    scripted.epoch(1.0)
    scripted.epoch(np.nan)
    assert scripted.watch.best_epoch_ == 1
