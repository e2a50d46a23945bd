import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from sklearn_featrix.losses import ClassBalancedLoss, CostSensitiveLoss, FocalLoss
from sklearn_featrix.neural_network._criterion import make_criterion

LOGITS = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
CODES = torch.tensor([0, 0, 0, 1, 1, 2])
COUNTS = np.array([900.0, 90.0, 10.0])
COSTS = [[0, 1, 2], [5, 0, 1], [9, 3, 0]]


def targets(weights=(1.0,) * 6):
    shares = functional.one_hot(CODES, 3).float()
    return {"shares": shares, "weights": torch.tensor(weights)}


def test_cross_entropy_is_torchs():
    value = make_criterion("cross_entropy", COUNTS)(LOGITS, targets())
    torch.testing.assert_close(value, functional.cross_entropy(LOGITS, CODES))


def test_weights_are_not_divided_by_their_sum():
    value = make_criterion("cross_entropy", COUNTS)(LOGITS, targets((2.0,) * 6))
    torch.testing.assert_close(value, 2 * functional.cross_entropy(LOGITS, CODES))


@pytest.mark.parametrize(
    ("loss", "criterion"),
    [
        ("focal", FocalLoss()),
        (FocalLoss(1.5, reduction="sum"), FocalLoss(1.5)),
        ("class_balanced", ClassBalancedLoss(class_counts=COUNTS)),
        (
            ClassBalancedLoss(0.99, gamma=1.0),
            ClassBalancedLoss(0.99, gamma=1.0, class_counts=COUNTS),
        ),
        (CostSensitiveLoss(COSTS), CostSensitiveLoss(COSTS)),
    ],
)
def test_losses_of_the_library(loss, criterion):
    value = make_criterion(loss, COUNTS)(LOGITS, targets())
    torch.testing.assert_close(value, criterion(LOGITS, CODES))


def test_a_criterion_of_ones_own_stays_as_it_is():
    own = ClassBalancedLoss(1)
    value = make_criterion(own, COUNTS)(LOGITS, targets())
    expected = ClassBalancedLoss(1, class_counts=COUNTS)(LOGITS, CODES)
    torch.testing.assert_close(value, expected)
    assert own.class_counts is None
    assert own.reduction == "mean"


def test_stated_class_counts_win():
    own = ClassBalancedLoss(1, class_counts=[1, 1, 1])
    value = make_criterion(own, COUNTS)(LOGITS, targets())
    torch.testing.assert_close(value, functional.cross_entropy(LOGITS, CODES))


def test_weights_that_are_shares_count_no_rows():
    with pytest.raises(ValueError, match="Divide sample_weight by its mean"):
        make_criterion("class_balanced", np.array([0.75, 0.25]))


def test_torchs_own_criteria_work():
    value = make_criterion(nn.CrossEntropyLoss(), COUNTS)(LOGITS, targets())
    torch.testing.assert_close(value, functional.cross_entropy(LOGITS, CODES))


def test_one_loss_for_all_rows_is_refused():
    class MeanOnly(nn.Module):
        def forward(self, logits, shares):
            return (logits - shares).square().mean()

    with pytest.raises(ValueError, match=r"MeanOnly gave a loss of shape \(\)"):
        make_criterion(MeanOnly(), COUNTS)(LOGITS, targets())


def test_costs_must_be_given():
    with pytest.raises(ValueError, match="loss__cost_matrix"):
        make_criterion("cost_sensitive", COUNTS)
