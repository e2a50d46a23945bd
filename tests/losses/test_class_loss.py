"""What holds for every criterion of classes: targets, weights, the mean, refusals."""

import copy
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch.nn import functional

from sklearn_featrix.losses import ClassBalancedLoss, CostSensitiveLoss, FocalLoss

COSTS = [[0.0, 1.0, 3.0], [10.0, -0.5, 2.0], [4.0, 1.0, 0.0]]
LOSSES = {
    "cross-entropy": lambda **kw: FocalLoss(0, **kw),
    "focal": lambda **kw: FocalLoss(2, alpha=[0.2, 0.5, 1.0], **kw),
    "half focal": lambda **kw: FocalLoss(0.5, **kw),
    "smoothed focal": lambda **kw: FocalLoss(1.5, label_smoothing=0.1, **kw),
    "balanced": lambda **kw: ClassBalancedLoss(0.9, **kw),
    "balanced focal": lambda **kw: ClassBalancedLoss(
        0.99, gamma=2, class_counts=[50, 5, 1], label_smoothing=0.05, **kw
    ),
    "costs": lambda **kw: CostSensitiveLoss(COSTS, **kw),
}
every_loss = pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)


@pytest.fixture
def logits():
    draws = np.random.default_rng(0).normal(scale=2, size=(8, 3))
    return torch.from_numpy(draws).requires_grad_()


@pytest.fixture
def target():
    return torch.tensor([0, 1, 2, 0, -1, 0, -1, 1])


def soft(target):
    rows = functional.one_hot(target.clamp(min=0), 3).double()
    rows[target == -1] = -1
    return rows


@every_loss
def test_soft_targets_that_are_one_hot_equal_codes(make, logits, target):
    for reduction in ("mean", "sum", "none"):
        loss = make(reduction=reduction)
        torch.testing.assert_close(loss(logits, soft(target)), loss(logits, target))
    one_hot = functional.one_hot(target[:4], 3)
    torch.testing.assert_close(
        make()(logits[:4], one_hot), make()(logits[:4], target[:4])
    )


@every_loss
def test_mixed_targets_mix_the_losses(make, logits):
    """Linear in the target, where the class counts stay as they are."""
    first, second = torch.tensor([0, 0, 1, 1, 2, 2, 0, 1]), torch.arange(8) % 3
    loss = make(reduction="none")
    if isinstance(loss, ClassBalancedLoss):
        loss = ClassBalancedLoss(0.9, class_counts=[9, 3, 1], reduction="none")
    mixed = loss(logits, 0.3 * soft(first) + 0.7 * soft(second))
    apart = 0.3 * loss(logits, first) + 0.7 * loss(logits, second)
    torch.testing.assert_close(mixed, apart)


@every_loss
@pytest.mark.parametrize("form", [lambda target: target, soft], ids=["codes", "soft"])
def test_unlabeled_rows_have_no_gradient_and_do_not_count(make, form, logits, target):
    labeled = target != -1
    rows = make(reduction="none")(logits, form(target))
    assert (rows[~labeled] == 0).all()
    mean = make()(logits, form(target))
    torch.testing.assert_close(mean, make()(logits[labeled], form(target)[labeled]))
    (gradient,) = torch.autograd.grad(mean, logits)
    assert (gradient[~labeled] == 0).all()
    assert (gradient[labeled] != 0).any(dim=1).all()


@every_loss
def test_logits_of_unlabeled_rows_may_be_anything(make, logits, target):
    broken = logits.detach().clone()
    broken[target == -1] = torch.nan
    broken.requires_grad_()
    loss = make()(broken, target)
    torch.testing.assert_close(loss, make()(logits, target))
    loss.backward()
    assert broken.grad.isfinite().all()


@every_loss
def test_weights_are_copies(make, logits, target):
    copies = torch.tensor([1, 3, 0, 2, 5, 1, 1, 2])
    for reduction in ("mean", "sum"):
        loss = make(reduction=reduction)
        torch.testing.assert_close(
            loss(logits, target, copies),
            loss(logits.repeat_interleave(copies, 0), target.repeat_interleave(copies)),
        )
    rows = make(reduction="none")(logits, target, copies)
    torch.testing.assert_close(
        rows.sum(), make(reduction="sum")(logits, target, copies)
    )


@every_loss
def test_gradient(make, logits, target):
    weight = torch.linspace(0.5, 2, 8, dtype=torch.float64)
    for given in (target, soft(target)):
        for reduction in ("mean", "none"):
            loss = make(reduction=reduction)
            assert torch.autograd.gradcheck(
                lambda z, loss=loss, given=given: loss(z, given, weight), logits
            )
    assert torch.autograd.gradgradcheck(lambda z: make()(z, target, weight), logits)


@every_loss
@pytest.mark.parametrize("scale", [1e2, 1e4, 1e30])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_logits(make, scale, dtype):
    logits = scale * torch.tensor(
        [[1, -1, 0], [1, -1, 0], [1, 1, -1], [0, 0, 0]], dtype=dtype
    )
    logits.requires_grad_()
    loss = make(reduction="sum")(logits, torch.tensor([0, 1, 2, 1]))
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_without_any_label_the_loss_is_zero(make, reduction, logits):
    loss = make(reduction=reduction)
    nothing = loss(logits, torch.full((8,), -1))
    assert nothing == 0
    (gradient,) = torch.autograd.grad(nothing, logits)
    assert (gradient == 0).all()
    zeros = torch.zeros(8)
    assert loss(logits, torch.zeros(8, dtype=torch.int64), zeros) == 0


@every_loss
def test_other_mark(make, logits, target):
    marked = torch.where(target == -1, -100, target)
    torch.testing.assert_close(
        make(ignore_index=-100)(logits, marked), make()(logits, target)
    )


@every_loss
def test_pickled_and_copied(make, logits, target):
    loss = make()
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert twin(logits, target) == loss(logits, target)


@every_loss
def test_keeps_the_precision_of_the_logits(make, logits, target):
    for dtype in (torch.bfloat16, torch.float32, torch.float64):
        loss = make()(logits.to(dtype), target, torch.ones(8, dtype=torch.float64))
        assert loss.dtype == dtype


def test_half_precision_of_soft_targets_is_good_enough(logits):
    shares = torch.full((8, 3), 1 / 3).to(torch.bfloat16)
    loss = FocalLoss(0)(logits.to(torch.bfloat16), shares)
    assert loss.isfinite()


@every_loss
def test_refuses_wrong_shapes(make, logits, target):
    loss = make()
    with pytest.raises(ValueError, match=r"logits must be floats .* got shape \(8,\)"):
        loss(logits[:, 0], target)
    with pytest.raises(ValueError, match=r"two classes or more, got shape \(8, 1\)"):
        loss(logits[:, :1], target)
    with pytest.raises(ValueError, match=r"must hold 8 integer codes.* shape \(7,\)"):
        loss(logits, target[:7])
    with pytest.raises(ValueError, match=r"shape \(8,\) of torch.float32"):
        loss(logits, target.float())
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(8,\)"):
        loss(logits, target, torch.ones(8, 1))


@every_loss
def test_refuses_wrong_values(make, logits, target):
    loss = make()
    with pytest.raises(ValueError, match="target holds 3; codes go from 0 to 2"):
        loss(logits, target + 1)
    with pytest.raises(ValueError, match="target holds -2"):
        loss(logits, target - 1)
    for bad in (soft(target) * 2, torch.zeros(8, 3), torch.full((8, 3), torch.nan)):
        with pytest.raises(ValueError, match="Soft targets must be probabilities"):
            loss(logits, bad)
    for weight in (-1.0, torch.nan, torch.inf):
        with pytest.raises(ValueError, match="sample_weight must be finite and not"):
            loss(logits, target, torch.full((8,), weight))


@every_loss
def test_refuses_wrong_parameters(make):
    with pytest.raises(ValueError, match=r"reduction must be one of .* got 'max'"):
        make(reduction="max")


@pytest.mark.parametrize("make", [FocalLoss, ClassBalancedLoss])
@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_refuses_wrong_smoothing(make, smoothing):
    with pytest.raises(ValueError, match="label_smoothing must be at least 0"):
        make(label_smoothing=smoothing)


@pytest.mark.parametrize(
    "loss",
    [
        FocalLoss(1.5, [1, 3], label_smoothing=0.1),
        ClassBalancedLoss(0.9, class_counts=np.array([9, 1])),
        CostSensitiveLoss([[0, 1], [5, 0]]),
    ],
)
def test_clone_gives_the_same_loss(loss):
    same = clone(loss)
    assert same is not loss
    logits, target = torch.randn(6, 2), torch.tensor([0, 1, 1, 0, -1, 1])
    torch.testing.assert_close(same(logits, target), loss(logits, target))


def test_repr_tells_the_parameters_that_were_given():
    assert repr(FocalLoss(2.0)) == "FocalLoss()"
    assert repr(FocalLoss(0.5, [1, 3])) == "FocalLoss(gamma=0.5, alpha=[1, 3])"
    assert repr(CostSensitiveLoss([[0, 1], [5, 0]], reduction="sum")) == (
        "CostSensitiveLoss(cost_matrix=[[0, 1], [5, 0]], reduction='sum')"
    )


def test_set_params_takes_effect_and_keeps_the_others():
    loss = FocalLoss(alpha=0.25).set_params(gamma=0.5)
    expected = FocalLoss(0.5, 0.25)
    logits, target = torch.randn(6, 2), torch.tensor([0, 1, 1, 0, -1, 1])
    torch.testing.assert_close(loss(logits, target), expected(logits, target))


def test_set_params_refuses_what_is_no_parameter():
    with pytest.raises(ValueError, match="Invalid parameter 'beta' of FocalLoss"):
        FocalLoss().set_params(beta=0.9)
    with pytest.raises(ValueError, match="gamma must be"):
        FocalLoss().set_params(gamma=-1)
