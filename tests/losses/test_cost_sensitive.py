import numpy as np
import pytest
import torch
from scipy.special import softmax

from sklearn_featrix.losses import CostSensitiveLoss

COSTS = np.array([[0.0, 1.0, 3.0], [10.0, -0.5, 2.0], [4.0, 1.0, 0.0]])


@pytest.fixture
def logits():
    return torch.from_numpy(np.random.default_rng(0).normal(size=(6, 3)))


def test_agrees_with_the_formula(logits):
    target = np.array([0, 1, 2, 2, -1, 1])
    p, rows = softmax(logits.numpy(), axis=1), target >= 0
    expected = (COSTS[target] * p).sum(axis=1)[rows].mean()
    loss = CostSensitiveLoss(COSTS)(logits, torch.from_numpy(target))
    assert loss.item() == pytest.approx(expected)


def test_one_per_error_is_the_probability_of_error(logits):
    target = torch.tensor([0, 1, 2, 2, 0, 1])
    loss = CostSensitiveLoss(1 - np.eye(3), reduction="none")(logits, target)
    p = logits.softmax(dim=1)
    torch.testing.assert_close(loss, 1 - p[torch.arange(6), target])


def test_sure_answers_cost_their_entry():
    """Rows of the matrix are true classes, columns predicted ones."""
    true, predicted = (torch.arange(9) // 3), (torch.arange(9) % 3)
    logits = 1e4 * torch.nn.functional.one_hot(predicted, 3).double()
    loss = CostSensitiveLoss(COSTS, reduction="none")(logits, true)
    np.testing.assert_array_equal(loss, COSTS.ravel())


def test_training_finds_the_cheapest_answer():
    """Not the most probable one: a missed class 1 is dear."""
    shares = torch.tensor([[0.6, 0.25, 0.15]], dtype=torch.float64)
    cheapest = (shares.numpy() @ COSTS).argmin()
    assert cheapest != shares.argmax()
    logits = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    loss = CostSensitiveLoss(COSTS)
    for _ in range(200):
        (gradient,) = torch.autograd.grad(loss(logits, shares), logits)
        logits = (logits - gradient).detach().requires_grad_()
    assert logits.softmax(dim=1)[0, cheapest] > 0.98


def test_cost_matrix_is_copied():
    costs = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
    loss = CostSensitiveLoss(costs)
    costs += 1
    assert loss(torch.zeros(1, 2), torch.tensor([0])) == 0.5


def test_refusals(logits):
    with pytest.raises(ValueError, match=r"one row per true .* shape \(2, 3\)"):
        CostSensitiveLoss([[0, 1, 1], [1, 0, 1]])
    with pytest.raises(ValueError, match=r"two or more; got shape \(1, 1\)"):
        CostSensitiveLoss([[0]])
    with pytest.raises(ValueError, match="cost_matrix must be finite"):
        CostSensitiveLoss([[0, float("inf")], [1, 0]])
    with pytest.raises(ValueError, match="cost_matrix is for 2 classes, the logits"):
        CostSensitiveLoss([[0, 1], [1, 0]])(logits, torch.zeros(6, dtype=torch.long))
