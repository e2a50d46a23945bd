import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from sklearn_featrix.losses import InfoNCELoss


def test_agrees_with_the_formula():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 6, 3))
    unit_a = a / np.linalg.norm(a, axis=1, keepdims=True)
    unit_b = b / np.linalg.norm(b, axis=1, keepdims=True)
    s = unit_a @ unit_b.T / 0.3
    forth = (logsumexp(s, axis=1) - np.diag(s)).mean()
    back = (logsumexp(s, axis=0) - np.diag(s)).mean()
    loss = InfoNCELoss(0.3)(torch.from_numpy(a), torch.from_numpy(b))
    assert loss.item() == pytest.approx((forth + back) / 2)


def test_orthogonal_rows_in_closed_form():
    # Own similarity 1, all others 0: log(1 + (n - 1) exp(-1 / temperature)).
    loss = InfoNCELoss(0.5)(torch.eye(4), torch.eye(4))
    assert loss.item() == pytest.approx(math.log(1 + 3 * math.exp(-2)))


def test_symmetric_in_its_views():
    a, b = torch.randn(2, 5, 3)
    torch.testing.assert_close(InfoNCELoss()(a, b), InfoNCELoss()(b, a))


def test_gradient():
    a, b = torch.randn(2, 4, 3, dtype=torch.float64)
    assert torch.autograd.gradcheck(InfoNCELoss(), (a.requires_grad_(), b))


def test_refusals():
    with pytest.raises(ValueError, match="temperature must be positive"):
        InfoNCELoss(0)
    with pytest.raises(ValueError, match=r"same shape, got \(2, 3\) and \(3, 3\)"):
        InfoNCELoss()(torch.ones(2, 3), torch.ones(3, 3))
