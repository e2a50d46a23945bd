import numpy as np
import pytest
import torch

from sklearn_featrix.compose._boosting_objective import (
    FocalObjective,
    focal_derivatives,
)
from sklearn_featrix.losses import ClassBalancedLoss, FocalLoss
from sklearn_featrix.utils._class_weight import effective_weights

RNG = np.random.default_rng(0)


def draw(n_classes, n_rows=60, spread=6):
    scores = RNG.normal(size=(n_rows, n_classes)) * spread
    return scores[:, 0] if n_classes == 2 else scores, RNG.integers(
        0, n_classes, n_rows
    )


def by_autograd(criterion, scores, codes, weights=None):
    """Gradient and diagonal of the Hessian of the summed loss."""
    scores = torch.tensor(scores, requires_grad=True)
    logits = scores if scores.ndim == 2 else torch.stack([-scores, scores], 1) / 2
    weights = None if weights is None else torch.tensor(weights)
    loss = criterion(logits, torch.tensor(codes), weights)
    (gradient,) = torch.autograd.grad(loss, scores, create_graph=True)
    columns = gradient.reshape(len(codes), -1)
    hessian = torch.zeros_like(columns)
    for k in range(columns.shape[1]):
        (row,) = torch.autograd.grad(columns[:, k].sum(), scores, retain_graph=True)
        hessian[:, k] = row.reshape(len(codes), -1)[:, k]
    return gradient.detach().numpy(), hessian.reshape(gradient.shape).detach().numpy()


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 3.7])
def test_derivatives_are_those_of_the_focal_loss(n_classes, gamma):
    scores, codes = draw(n_classes)
    expected = by_autograd(FocalLoss(gamma, reduction="sum"), scores, codes)
    gradient, hessian, _ = focal_derivatives(scores, codes, gamma)
    np.testing.assert_allclose(gradient, expected[0], atol=1e-10)
    np.testing.assert_allclose(hessian, expected[1], atol=1e-10)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_gamma_0_is_cross_entropy(n_classes):
    scores, codes = draw(n_classes)
    gradient, hessian, floor = focal_derivatives(scores, codes, 0)
    logits = scores if n_classes > 2 else np.column_stack([-scores, scores]) / 2
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = np.eye(n_classes)[codes]
    columns = slice(None) if n_classes > 2 else 1
    np.testing.assert_allclose(gradient, (proba - true)[:, columns], atol=1e-12)
    np.testing.assert_allclose(hessian, (proba * (1 - proba))[:, columns], atol=1e-12)
    np.testing.assert_allclose(floor, hessian, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_objective_has_the_weights_of_the_losses(n_classes):
    scores, codes = draw(n_classes)
    weights = RNG.uniform(0.1, 3, size=len(codes))
    alpha = RNG.uniform(0.2, 1, size=n_classes)
    counts = np.bincount(codes, weights)
    for criterion, gamma, class_weight in (
        (FocalLoss(2, alpha, reduction="sum"), 2, alpha),
        (
            ClassBalancedLoss(0.9, gamma=1, reduction="sum"),
            1,
            effective_weights(counts, 0.9),
        ),
    ):
        expected = by_autograd(criterion, scores, codes, weights)
        found = FocalObjective(gamma, class_weight)(
            codes.astype(np.float32), scores, weights
        )
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-6, atol=1e-10)
        *_, floor = focal_derivatives(scores, codes, gamma)
        rows = (weights * class_weight[codes]).reshape(-1, *[1] * (scores.ndim - 1))
        together = 1 if n_classes == 2 else 3 / 2
        hessian = together * np.maximum(expected[1], rows * floor)
        np.testing.assert_allclose(found[1], hessian, rtol=1e-6, atol=1e-10)
        assert 0.2 < np.mean(expected[1] >= rows * floor) < 1


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_finite_and_never_concave_however_large_the_scores(n_classes, gamma):
    scores, codes = draw(n_classes)
    for size in (1e2, 1e4, 1e30):
        gradient, hessian = FocalObjective(gamma, np.ones(n_classes))(
            codes, scores * size
        )
        assert np.isfinite(gradient).all()
        assert np.isfinite(hessian).all()
        assert (hessian >= 0).all()
    _, concave, _ = focal_derivatives(np.array([-4.0]), np.array([1]), 2)
    assert concave < 0


@pytest.mark.parametrize("n_classes", [2, 3])
def test_weights_to_sixteen_leave_no_rounding_in_32_bits(n_classes):
    scores, codes = draw(n_classes)
    objective = FocalObjective(2, RNG.uniform(0.2, 1, size=n_classes))
    plain = objective(codes, scores)
    for weight in range(1, 17):
        weighed = objective(codes, scores, np.full(len(codes), weight, dtype=float))
        for one, many in zip(plain, weighed, strict=True):
            np.testing.assert_array_equal(many, weight * one)
            np.testing.assert_array_equal(many.astype(np.float32), many)


@pytest.mark.parametrize("counts", [[90, 10], [600, 395, 5]])
@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_no_constant_has_less_loss_than_the_best(counts, gamma):
    counts = np.array(counts, dtype=float)
    weight = RNG.uniform(0.5, 1, size=len(counts))
    best = FocalObjective(gamma, weight).best_constant(counts)
    rows = np.repeat(best[None], len(counts), axis=0)
    gradient, _, _ = focal_derivatives(rows, np.arange(len(counts)), gamma)
    np.testing.assert_allclose((counts * weight) @ gradient, 0, atol=1e-6)
    if gamma == 0:
        logits = np.array([0, best]) if len(counts) == 2 else best
        shares = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(shares, counts * weight / (counts @ weight))
