import numpy as np
import pytest
import torch
from torch.nn import functional

from sklearn_featrix.losses import ClassBalancedLoss, FocalLoss

COUNTS = [60, 30, 10]


@pytest.fixture
def logits():
    return torch.from_numpy(np.random.default_rng(0).normal(size=(100, 3)))


@pytest.fixture
def target():
    return torch.repeat_interleave(torch.arange(3), torch.tensor(COUNTS))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("counts", [None, [7, 5000, 1]])
def test_beta_zero_is_no_weight(logits, target, smoothing, counts):
    loss = ClassBalancedLoss(0, class_counts=counts, label_smoothing=smoothing)
    expected = functional.cross_entropy(logits, target, label_smoothing=smoothing)
    torch.testing.assert_close(loss(logits, target), expected)
    focal = ClassBalancedLoss(0, gamma=2, label_smoothing=smoothing)
    expected = FocalLoss(2, label_smoothing=smoothing)(logits, target)
    torch.testing.assert_close(focal(logits, target), expected)


def test_beta_one_is_inverse_frequency(logits, target):
    expected = functional.cross_entropy(
        logits, target, weight=1 / torch.tensor(COUNTS, dtype=torch.float64)
    )
    torch.testing.assert_close(ClassBalancedLoss(1)(logits, target), expected)
    for beta in (1 - 1e-9, 1 - 1e-15):
        loss = ClassBalancedLoss(beta)(logits, target)
        torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("gamma", [0, 2])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.999])
def test_agrees_with_the_formula(logits, target, beta, gamma):
    weight = (1 - beta) / (1 - beta ** np.array(COUNTS, dtype=float))
    rows = FocalLoss(gamma, reduction="none")(logits, target).numpy()
    expected = np.average(rows, weights=weight[target])
    loss = ClassBalancedLoss(beta, gamma=gamma)(logits, target)
    assert loss.item() == pytest.approx(expected)


def test_given_counts_weigh_every_batch_alike(logits, target):
    """The mean over all rows is that over its batches, which batch counts are not."""
    order = torch.from_numpy(np.random.default_rng(1).permutation(100))
    given = ClassBalancedLoss(0.9, class_counts=COUNTS)
    parts = [given(logits[part], target[part]) for part in order.split(10)]
    whole = ClassBalancedLoss(0.9)(logits, target)
    torch.testing.assert_close(given(logits, target), whole)
    torch.testing.assert_close(torch.stack(parts).mean(), whole)


def test_batch_counts_are_no_way_for_a_gradient(logits, target):
    shares = functional.one_hot(target, 3).double().requires_grad_()
    loss = ClassBalancedLoss(0.9)(logits, shares)
    (gradient,) = torch.autograd.grad(loss, shares)
    fixed = ClassBalancedLoss(0.9, class_counts=COUNTS)(logits, shares)
    torch.testing.assert_close(gradient, torch.autograd.grad(fixed, shares)[0])


def test_class_without_rows_weighs_as_one_with_one_row(logits, target):
    none = ClassBalancedLoss(0.9, class_counts=[60, 30, 0], reduction="none")
    one = ClassBalancedLoss(0.9, class_counts=[60, 30, 1], reduction="none")
    few, some = none(logits, target), one(logits, target)
    ratio = few / some
    torch.testing.assert_close(ratio, ratio[0].expand(100))  # up to the mean weight
    dust = torch.full((100, 3), 0.0, dtype=torch.float64)
    dust[:, 0], dust[:, 2] = 1 - 1e-9, 1e-9
    smoothed = ClassBalancedLoss(1, label_smoothing=0.1)(logits, dust)
    assert smoothed < 1e3


def test_counts_may_come_in_any_container(logits, target):
    expected = ClassBalancedLoss(0.9, class_counts=COUNTS)(logits, target)
    for counts in (tuple(COUNTS), np.array(COUNTS), torch.tensor(COUNTS)):
        assert ClassBalancedLoss(0.9, class_counts=counts)(logits, target) == expected


def test_refusals(logits, target):
    for beta in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="beta must be between 0"):
            ClassBalancedLoss(beta)
    with pytest.raises(ValueError, match="gamma must be finite and not negative"):
        ClassBalancedLoss(gamma=-1)
    for counts in ([0.9, 0.1], [0, 0]):
        with pytest.raises(ValueError, match="numbers of rows, got shares"):
            ClassBalancedLoss(class_counts=counts)
    with pytest.raises(ValueError, match="class_counts must be finite and not neg"):
        ClassBalancedLoss(class_counts=[10, -1])
    with pytest.raises(ValueError, match="class_counts is for 2 classes, the logits"):
        ClassBalancedLoss(class_counts=[10, 1])(logits, target)
