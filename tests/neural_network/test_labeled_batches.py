import numpy as np
import pytest
import torch

from sklearn_featrix.neural_network._batch_sampling import RandomSampling
from sklearn_featrix.neural_network._criterion import make_criterion
from sklearn_featrix.neural_network._labeled_batches import LabeledBatches, LabeledTable

CODES = np.arange(12) % 3
X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
WEIGHTS = np.linspace(0.2, 2, 12)


def batches(label_smoothing=0.0, weights=WEIGHTS, **parameters):
    table = LabeledTable(X, CODES, weights, 3, label_smoothing)
    return LabeledBatches(table, RandomSampling(table.codes, 3), **parameters)


def make(source, rows):
    return source.make_batch(torch.tensor(rows), torch.Generator().manual_seed(0))


def test_a_batch_holds_the_rows_that_were_asked_for():
    x, targets = make(batches(), [4, 0, 11])
    np.testing.assert_array_equal(x, X[[4, 0, 11]])
    np.testing.assert_array_equal(targets["shares"], np.eye(3)[[1, 0, 2]])
    np.testing.assert_allclose(targets["weights"], WEIGHTS[[4, 0, 11]], rtol=1e-6)
    assert len(batches()) == 12


def test_smoothing_spreads_a_part_of_each_target():
    _, targets = make(batches(label_smoothing=0.3), [0])
    np.testing.assert_allclose(targets["shares"], [[0.8, 0.1, 0.1]], rtol=1e-6)


def test_mixing_keeps_the_sum_of_shares_and_stays_between_the_rows():
    x, targets = make(batches(mixup=0.4), list(range(12)))
    np.testing.assert_allclose(targets["shares"].sum(1), 1, rtol=1e-6)
    assert (targets["shares"].max(1).values < 0.99).any()
    assert x.min() >= X.min()
    assert x.max() <= X.max()


def test_mixed_losses_are_mixtures_of_the_losses():
    """The weighted loss of a mixed row is that mix of the two rows' weighted losses."""
    rows = list(range(12))
    source = batches(mixup=0.4, seed=3)
    _, targets = make(source, rows)
    twin = np.random.default_rng(3)
    part, other = twin.beta(0.4, 0.4, size=12), twin.permutation(12)
    logits = torch.randn(12, 3, generator=torch.Generator().manual_seed(0))
    losses = torch.nn.functional.cross_entropy
    own = losses(logits, torch.from_numpy(CODES), reduction="none").numpy()
    others = losses(logits, torch.from_numpy(CODES[other]), reduction="none").numpy()
    expected = part * WEIGHTS * own + (1 - part) * WEIGHTS[other] * others
    criterion = make_criterion("cross_entropy", None)
    assert float(criterion(logits, targets)) == pytest.approx(expected.mean(), rel=1e-5)


def test_the_same_seed_mixes_alike():
    first, second, third = (
        make(batches(mixup=0.4, seed=seed), [0, 1, 2, 3])[0] for seed in (0, 0, 1)
    )
    assert (first == second).all()
    assert (first != third).any()


def test_rows_of_weight_zero_mix_without_a_loss():
    _, targets = make(batches(weights=np.zeros(12), mixup=0.4), [0, 1, 2])
    assert (targets["weights"] == 0).all()
    assert targets["shares"].isfinite().all()
