import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax
from torch.nn import functional

from sklearn_featrix.losses import FocalLoss


@pytest.fixture
def logits():
    return torch.from_numpy(np.random.default_rng(0).normal(size=(6, 4)))


@pytest.fixture
def target():
    return torch.tensor([0, 3, 1, 1, -1, 2])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gamma_zero_is_cross_entropy(logits, target, smoothing, reduction):
    loss = FocalLoss(0, label_smoothing=smoothing, reduction=reduction)
    expected = functional.cross_entropy(
        logits, target, ignore_index=-1, label_smoothing=smoothing, reduction=reduction
    )
    torch.testing.assert_close(loss(logits, target), expected)


def test_gamma_zero_with_alpha_is_weighted_cross_entropy(logits, target):
    alpha = torch.tensor([1.0, 2.0, 0.0, 0.5], dtype=torch.float64)
    expected = functional.cross_entropy(
        logits, target, weight=alpha, ignore_index=-1,
        label_smoothing=0.1, reduction="sum",
    )  # fmt: skip
    loss = FocalLoss(0, alpha, label_smoothing=0.1, reduction="sum")
    torch.testing.assert_close(loss(logits, target), expected)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_agrees_with_the_formula(logits, target, gamma):
    alpha = np.array([0.1, 0.7, 1.0, 2.0])
    rows = np.flatnonzero(target != -1)
    labels = target.numpy()[rows]
    p = softmax(logits.numpy(), axis=1)[rows, labels]
    expected = (-alpha[labels] * (1 - p) ** gamma * np.log(p)).mean()
    assert FocalLoss(gamma, alpha)(logits, target).item() == pytest.approx(expected)


def test_one_alpha_is_that_of_the_positive_class():
    """The form of the paper: a sigmoid of one score."""
    score = np.array([-3.0, 0.2, 1.5, 4.0])
    positive = np.array([1, 0, 1, 0])
    p = np.where(positive, expit(score), expit(-score))
    alpha = np.where(positive, 0.25, 0.75)
    logits = torch.from_numpy(np.stack([-score, score], axis=1) / 2)
    loss = FocalLoss(2, 0.25, reduction="none")(logits, torch.from_numpy(positive))
    np.testing.assert_allclose(loss, -alpha * (1 - p) ** 2 * np.log(p))


def test_sure_rows_keep_their_digits():
    """1 - p of p next to 1 would round to 0 in single precision."""
    logits = torch.tensor([[30.0, 0.0]], requires_grad=True)
    loss = FocalLoss(0.5, reduction="sum")(logits, torch.tensor([1]))
    assert loss.item() == pytest.approx(30, rel=1e-6)
    rest = FocalLoss(0.5, reduction="sum")(logits, torch.tensor([0]))
    rest.backward()
    assert logits.grad.isfinite().all()
    p = torch.tensor([30.0, 0.0], dtype=torch.float64)
    exact = FocalLoss(0.5, reduction="sum")(p[None], torch.tensor([0]))
    assert exact.item() == pytest.approx(np.exp(-30) ** 1.5, rel=1e-2)


def test_ties_have_the_gradient_of_the_formula():
    logits = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    FocalLoss(2, reduction="sum")(logits, torch.tensor([1])).backward()
    # d/dp of -(1 - p)^2 log p at 1/3, times the softmax's p (1 - p) and -p p.
    slope = 2 * (2 / 3) * np.log(1 / 3) - (2 / 3) ** 2 * 3
    expected = slope * np.array([-1 / 9, 2 / 9, -1 / 9])
    np.testing.assert_allclose(logits.grad[0], expected)


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_best_probabilities_are_nearer_to_one_half(share):
    target = torch.tensor([[1 - share, share]], dtype=torch.float64)

    def best(gamma):
        def risk(score):
            logits = torch.tensor([[0.0, score]], dtype=torch.float64)
            return FocalLoss(gamma)(logits, target).item()

        return expit(minimize_scalar(risk, bounds=(-5, 5), method="bounded").x)

    assert best(0) == pytest.approx(share, abs=1e-3)
    assert 0.5 < best(2) < share - 0.02


def test_refusals(logits, target):
    for gamma in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="gamma must be finite and not negative"):
            FocalLoss(gamma)
    with pytest.raises(ValueError, match="A single alpha weighs class 1 of two"):
        FocalLoss(alpha=1.5)
    with pytest.raises(ValueError, match="alpha must be finite and not negative"):
        FocalLoss(alpha=[1.0, -1.0])
    with pytest.raises(ValueError, match=r"one number per class.* shape \(1, 2\)"):
        FocalLoss(alpha=[[0.5, 0.5]])
    with pytest.raises(ValueError, match="alpha is for 2 classes, the logits have 4"):
        FocalLoss(alpha=0.25)(logits, target)
