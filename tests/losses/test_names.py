import pytest
import torch
from torch.nn import functional

from sklearn_featrix.losses import ClassBalancedLoss, CostSensitiveLoss, FocalLoss
from sklearn_featrix.losses._names import (
    LOSS_NAMES,
    criterion_by_name,
    is_cross_entropy,
    to_criterion,
)


def test_names():
    logits, target = torch.randn(5, 2), torch.tensor([0, 1, 1, 0, 0])
    torch.testing.assert_close(
        criterion_by_name("cross_entropy")(logits, target),
        functional.cross_entropy(logits, target),
    )
    focal = criterion_by_name("focal", gamma=1.0)
    assert isinstance(focal, FocalLoss)
    assert focal.gamma == 1
    balanced = criterion_by_name("class_balanced", beta=0.5)
    assert isinstance(balanced, ClassBalancedLoss)
    assert balanced.beta == 0.5
    costs = criterion_by_name("cost_sensitive", cost_matrix=[[0, 1], [2, 0]])
    assert isinstance(costs, CostSensitiveLoss)
    assert set(LOSS_NAMES) == {
        "cross_entropy",
        "focal",
        "class_balanced",
        "cost_sensitive",
    }


def test_cross_entropy_is_known_under_any_name():
    assert is_cross_entropy(to_criterion("cross_entropy"))
    assert is_cross_entropy(FocalLoss(0))
    for other in (
        FocalLoss(1),
        FocalLoss(0, alpha=[1.0, 2.0]),
        FocalLoss(0, label_smoothing=0.1),
        ClassBalancedLoss(),
        torch.nn.CrossEntropyLoss(),
    ):
        assert not is_cross_entropy(other)


def test_a_class_is_no_criterion():
    loss = FocalLoss()
    assert to_criterion(loss) is loss
    with pytest.raises(TypeError, match=r"the class FocalLoss.*loss=FocalLoss\("):
        to_criterion(FocalLoss)


def test_refusals():
    with pytest.raises(ValueError, match="needs the costs: pass loss=CostSensitive"):
        criterion_by_name("cost_sensitive")
    with pytest.raises(ValueError, match="Invalid parameter 'cost_matrix' of FocalL"):
        criterion_by_name("focal", cost_matrix=[[0, 1], [1, 0]])
