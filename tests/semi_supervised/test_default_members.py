import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import InContextClassifier
from sklearn_featrix.losses import FocalLoss
from sklearn_featrix.neural_network._loss_head import LossHead
from sklearn_featrix.semi_supervised._default_members import (
    BY_NAME,
    TABLE,
    default_members,
    default_temperature,
    default_weights,
)
from sklearn_featrix.semi_supervised._spaces import sees_embedding


@pytest.mark.parametrize(
    ("effort", "n_labeled", "has_embedding", "names"),
    [
        ("auto", 2, True, list(BY_NAME)),
        ("auto", 2, False, ["linear", "trees", "boosting", "in_context"]),
        ("low", 99, True, ["linear", "trees_embedding"]),
        ("low", 99, False, ["linear", "trees"]),
        ("low", 100, True, ["linear", "boosting", "trees_embedding"]),
        ("low", 100, False, ["linear", "trees", "boosting"]),
    ],
)
def test_who_votes(effort, n_labeled, has_embedding, names):
    members = default_members(
        effort=effort, n_labeled=n_labeled, has_embedding=has_embedding
    )
    assert [name for name, _, _ in members] == names
    assert any(sees_embedding(space) for _, _, space in members) == has_embedding
    rounds = {name: getattr(each, "max_iter", None) for name, each, _ in members}
    assert rounds.get("boosting") in (None, 50 if effort == "low" else 100)


def test_stand_ins_see_no_embedding_and_all_have_one_where_they_are_needed():
    for row in TABLE:
        assert (row.stand_in is not None) == sees_embedding(row.space)
        if row.stand_in:
            assert not sees_embedding(BY_NAME[row.stand_in].space)


def test_one_member_is_trained_with_the_loss():
    heads = {
        name: estimator
        for name, estimator, _ in default_members(FocalLoss(2), n_labeled=20)
        if isinstance(estimator, LossHead)
    }
    assert list(heads) == ["linear_embedding"]
    assert heads["linear_embedding"].loss.gamma == 2
    _, plain, _ = BY_NAME["linear_embedding"].made(FocalLoss(0))
    assert isinstance(plain, LogisticRegression)


def test_members_are_made_anew():
    first, second = (default_members(n_labeled=20) for _ in range(2))
    for row, (_, one, _), (_, other, _) in zip(
        BY_NAME.values(), first, second, strict=True
    ):
        assert len({id(row.estimator), id(one), id(other)}) == 3


def test_weights_are_those_of_the_kind():
    class Mine(InContextClassifier):
        """A kind of its kind."""

    own = [("mine", Mine(), "raw+unlabeled"), ("other", LogisticRegression(), "tree")]
    np.testing.assert_array_equal(default_weights(own), [4, 1])
    weights = default_weights(default_members(n_labeled=20))
    np.testing.assert_array_equal(weights, [row.weight for row in BY_NAME.values()])


def test_the_mean_is_sharpened_from_a_hundred_labels_on():
    assert default_temperature(99) == 1
    assert default_temperature(100) == 0.87
