"""Losses in the vote: the head on the embedding, weights for the other members."""

import pickle
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import (
    LabeledSplit,
    SemiSupervisedClassifier,
    make_labeled_scorer,
    mask_labels,
)
from sklearn_featrix.losses import ClassBalancedLoss, CostSensitiveLoss, FocalLoss
from sklearn_featrix.neural_network._loss_head import LossHead
from sklearn_featrix.semi_supervised._losses import implied_class_weight

COSTS = [[0, 1], [9, 0]]
METRIC = make_labeled_scorer("neg_log_loss")


@pytest.fixture
def rare():
    X, y = make_classification(
        300, 8, n_informative=4, weights=[0.85], flip_y=0.02, random_state=0
    )
    return X, y, mask_labels(y, n_labeled=120, random_state=0)


def vote(**params):
    members = ["linear", "linear_embedding"]
    params = {"embedding": StandardScaler(), "members": members, **params}
    return SemiSupervisedClassifier(random_state=0, safe=False, **params)


def test_focal_probabilities_are_nearer_to_one_half(rare):
    X, _, y_few = rare
    plain = vote().fit(X, y_few)
    focal = vote(loss="focal").fit(X, y_few)
    heads = [clf.named_estimators_["linear_embedding"] for clf in (plain, focal)]
    sure, doubting = (
        np.abs(head.predict_proba(StandardScaler().fit_transform(X))[:, 1] - 0.5)
        for head in heads
    )
    assert doubting.mean() < sure.mean() - 0.02
    # without alpha the other members are as they were
    np.testing.assert_array_equal(
        plain.named_estimators_["linear"].coef_,
        focal.named_estimators_["linear"].coef_,
    )


@pytest.mark.parametrize(
    ("loss", "ratio"),
    [
        (ClassBalancedLoss(beta=0), 1),
        (FocalLoss(gamma=1, alpha=[1.0, 4.0]), 4),
        (CostSensitiveLoss([[0, 1], [4, 0]]), 4),
        (CostSensitiveLoss([[-2, -1], [1, -3]]), 4),
    ],
)
def test_other_members_get_the_weights_that_the_loss_implies(rare, loss, ratio):
    X, _, y_few = rare
    members = ["linear"]
    counts = np.bincount(y_few[y_few >= 0])
    mean = counts @ [1, ratio] / counts.sum()
    of_loss = vote(members=members, loss=loss).fit(X, y_few)
    of_weight = vote(members=members, class_weight={0: 1 / mean, 1: ratio / mean})
    np.testing.assert_allclose(
        of_loss.predict_proba(X), of_weight.fit(X, y_few).predict_proba(X), atol=1e-6
    )


def test_a_class_balanced_loss_with_beta_one_is_balanced(rare):
    X, _, y_few = rare
    of_loss = vote(members=["linear"], loss=ClassBalancedLoss(beta=1)).fit(X, y_few)
    of_weight = vote(members=["linear"], class_weight="balanced").fit(X, y_few)
    np.testing.assert_allclose(
        of_loss.predict_proba(X), of_weight.predict_proba(X), atol=1e-6
    )


def test_the_head_gets_the_loss_and_not_its_weights_again(rare):
    X, _, y_few = rare
    balanced = vote(members=["linear_embedding"], loss=ClassBalancedLoss(beta=1))
    head = balanced.fit(X, y_few).estimators_[0]
    labeled = y_few >= 0
    vectors = StandardScaler().fit_transform(X)
    alone = LossHead(ClassBalancedLoss(beta=1)).fit(vectors[labeled], y_few[labeled])
    np.testing.assert_allclose(
        head.predict_proba(vectors), alone.predict_proba(vectors), atol=1e-2
    )


def test_balanced_loss_finds_more_of_the_rare_class(rare):
    X, y, y_few = rare
    plain, balanced = (
        vote(loss=loss).fit(X, y_few) for loss in ("cross_entropy", "class_balanced")
    )
    assert balanced.predict(X)[y == 1].mean() > plain.predict(X)[y == 1].mean()


def test_costs_decide(rare):
    X, y, y_few = rare
    costs = np.array(COSTS)
    plain = vote().fit(X, y_few)
    dear = vote(loss="cross_entropy").set_params(
        loss="cost_sensitive", loss__cost_matrix=COSTS
    )
    dear.fit(X, y_few)
    assert isinstance(dear.loss, CostSensitiveLoss)
    cost_of = [costs[y, clf.predict(X)].mean() for clf in (plain, dear)]
    assert cost_of[1] < cost_of[0]


def test_losses_can_be_searched(rare):
    X, _, y_few = rare
    grid = [
        {"loss": ["cross_entropy"]},
        {"loss": ["focal"], "loss__gamma": [1.0, 3.0]},
        {"loss": ["class_balanced"], "loss__beta": [0.9]},
        {"loss": [CostSensitiveLoss(COSTS)]},
    ]
    search = GridSearchCV(vote(), grid, cv=LabeledSplit(3), scoring=METRIC)
    search.fit(X, y_few)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 5
    assert len(np.unique(scores)) > 2


def test_parameters_of_a_loss_survive_clone_and_pickle(rare):
    X, _, y_few = rare
    clf = clone(vote(loss="focal").set_params(loss__gamma=0.5))
    assert clf.get_params()["loss__gamma"] == 0.5
    clf.fit(X, y_few)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_a_criterion_of_torch(rare):
    X, _, y_few = rare
    smooth = vote(loss=torch.nn.CrossEntropyLoss(label_smoothing=0.3)).fit(X, y_few)
    plain = vote().fit(X, y_few)
    assert smooth.predict_proba(X).max() < plain.predict_proba(X).max()
    with pytest.raises(ValueError, match="CrossEntropyLoss takes no weights of rows"):
        vote(loss=torch.nn.CrossEntropyLoss()).fit(X, y_few, np.linspace(1, 2, len(X)))


def test_how_a_criterion_counts_by_itself_has_no_part(rare):
    X, _, y_few = rare
    for plain, other in (
        (FocalLoss(1), FocalLoss(1, ignore_index=0, reduction="none")),
        (torch.nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(reduction="none")),
        (torch.nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(reduction="sum")),
    ):
        one, same = (
            vote(loss=loss, members=["linear_embedding"]).fit(X, y_few).predict_proba(X)
            for loss in (plain, other)
        )
        np.testing.assert_array_equal(one, same)


def test_refusals(rare):
    X, _, y_few = rare
    with pytest.raises(TypeError, match="the class FocalLoss"):
        vote(loss=FocalLoss).fit(X, y_few)
    with pytest.raises(ValueError, match="Cannot set 'loss__gamma': CrossEntropyLoss"):
        vote(loss=torch.nn.CrossEntropyLoss()).set_params(loss__gamma=1)
    with pytest.raises(ValueError, match="needs the costs"):
        vote(loss="cost_sensitive").fit(X, y_few)
    with pytest.raises(ValueError, match="cost_matrix is for 3 classes; 2 have"):
        vote(loss=CostSensitiveLoss(1 - np.eye(3))).fit(X, y_few)
    with pytest.raises(ValueError, match="The 'loss' parameter"):
        vote(loss="hinge").fit(X, y_few)
    with pytest.raises(ValueError, match="Invalid parameter 'beta' of FocalLoss"):
        vote(loss="focal").set_params(loss__beta=0.9)


def test_weights_that_are_shares_count_no_rows(rare):
    X, _, y_few = rare
    shares = np.full(len(X), 1 / len(X))
    with pytest.raises(ValueError, match="Divide sample_weight by its mean"):
        vote(loss="class_balanced").fit(X, y_few, shares)
    stated = ClassBalancedLoss(0.9, class_counts=[100, 20])
    vote(loss=stated, members=["linear"]).fit(X, y_few, shares)


def test_costs_without_errors_imply_no_weights():
    counts = np.array([5.0, 5.0])
    assert implied_class_weight(CostSensitiveLoss([[0, 0], [0, 0]]), counts) is None


@pytest.mark.parametrize("name", ["catboost", "lightgbm", "xgboost"])
def test_boosted_trees_by_name(rare, name):
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    X, y, y_few = rare
    X = X.copy()
    X[::7, 0] = np.nan
    clf = vote(embedding=None, members=["linear", name], class_weight="balanced")
    clf.fit(X, y_few)
    assert list(clf.named_estimators_) == ["linear", name]
    assert clf.score(X, y) > 0.8
    np.testing.assert_array_equal(
        clf.predict_proba(X), clone(clf).fit(X, y_few).predict_proba(X)
    )


def test_names_of_members(rare):
    X, _, y_few = rare
    mixed = vote(members=["linear", ("own", LogisticRegression(), "embedding")])
    mixed.set_params(own__C=3.0).fit(X, y_few)
    assert mixed.named_estimators_["own"].C == 3
    with pytest.raises(ValueError, match=r"no member named 'forest'\. Names are l"):
        vote(members=["forest"]).fit(X, y_few)
    with pytest.raises(ValueError, match="Cannot set 'linear__C'"):
        mixed.set_params(linear__C=1)
