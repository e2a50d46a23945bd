import pytest
import torch

from sklearn_featrix.nn import GroupedClusterHead


@pytest.fixture
def head():
    head = GroupedClusterHead(6, n_groups=5, n_clusterings=2, n_clusters=3)
    torch.nn.init.normal_(head.bias)
    return head


def test_each_block_of_rows_meets_the_weights_of_its_group(head):
    hidden, groups = torch.randn(8, 6), torch.tensor([4, 1])
    logits = head(hidden, groups)
    assert logits.shape == (8, 3, 2)
    for row, group in enumerate([4] * 4 + [1] * 4):
        expected = hidden[row] @ head.weight[group] + head.bias[group, 0]
        torch.testing.assert_close(logits[row].T.flatten(), expected)


def test_logits_suit_cross_entropy(head):
    logits = head(torch.randn(8, 6), torch.tensor([0, 2]))
    targets = torch.randint(0, 3, (8, 2))
    loss = torch.nn.functional.cross_entropy(logits, targets)
    picked = logits.log_softmax(1).gather(1, targets[:, None]).mean()
    torch.testing.assert_close(loss, -picked)


def test_rows_that_cannot_be_shared_out_are_refused(head):
    with pytest.raises(ValueError, match="7 rows cannot be divided among 2 groups"):
        head(torch.randn(7, 6), torch.tensor([0, 1]))
