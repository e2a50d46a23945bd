import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from sklearn_featrix import EmbeddingTransformer, SemiSupervisedClassifier
from sklearn_featrix.semi_supervised._default_members import (
    default_members,
    default_weights,
)
from sklearn_featrix.semi_supervised._out_of_fold import labeled_only
from sklearn_featrix.semi_supervised._vote import Vote

MEMBERS = [
    ("linear", LogisticRegression(), "linear"),
    ("trees", ExtraTreesClassifier(10), "tree"),
    ("embedded", LogisticRegression(), "embedding"),
]


def classifier(**params):
    embedding = params.pop("embedding", EmbeddingTransformer(effort="low", max_steps=3))
    members = params.pop("members", MEMBERS)
    return SemiSupervisedClassifier(embedding, members, random_state=0, **params)


def table(n_labeled=60, n_unlabeled=400, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        rng.normal(size=(n_labeled + n_unlabeled, 3)), columns=["a", "b", "c"]
    )
    y = (X["a"] + X["b"] > 0).astype(int).to_numpy(copy=True)
    y[n_labeled:] = -1
    return X, y


class Whisperer(LogisticRegression):
    """Stands for a member that does worse, the better the unlabeled rows look."""

    def predict_proba(self, X):
        return super().predict_proba(X)[:, ::-1]


def test_rows_drawn_alike():
    X, y = table()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = classifier().fit(X, y)
        evidence = clf.evidence_
    assert evidence.class_counts == {0: (y == 0).sum(), 1: (y == 1).sum()}
    assert evidence.n_unlabeled == 400
    assert 0.3 < evidence.shift.auc < 0.7
    assert evidence.regions["near labelled"] > 0.7
    assert evidence.regions["near nothing"] < 0.1
    assert evidence.agreement.is_above_chance
    assert evidence.comparison is None
    assert evidence.uses_unlabeled
    assert clf.uses_unlabeled_
    text = repr(evidence)
    for part in ("60 (0: ", "400", "not clearly unlike", "near nothing", "all rows"):
        assert part in text


def test_shift_is_told_with_the_columns():
    X, y = table()
    X.loc[y < 0, "b"] += 2.0
    for clf, look in (
        (classifier(), lambda clf: clf.fit(X, y)),
        (classifier(safe=False).fit(X, y), lambda clf: clf.evidence_),
    ):
        with pytest.warns(
            UserWarning, match=r"AUC of 0\.\d\d .*'b' 0\.\d\d\. (What|The)"
        ):
            look(clf)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # once is enough
            evidence = clf.evidence_
        assert evidence.shift.is_notable
        assert evidence.shift.unlike_columns == ["b"]
        assert "'b'" in repr(evidence)


def test_regions_of_planted_rows():
    rng = np.random.default_rng(0)
    X = np.concatenate(
        [
            rng.normal(0, 1, (100, 2)),  # labelled
            rng.normal(0, 1, (300, 2)),
            rng.normal(12, 1, (290, 2)),  # a cluster without a label
            rng.uniform(-200, 200, (10, 2)),  # near nothing
        ]
    )
    y = np.where(np.arange(700) < 100, X[:, 0] > 0, -1)
    regions = classifier(safe=False).fit(X, y)._evidence.evidence().regions
    assert regions["near labelled"] == pytest.approx(0.5, abs=0.08)
    assert regions["near unlabeled only"] == pytest.approx(0.48, abs=0.08)
    assert sum(regions.values()) == pytest.approx(1)


def test_nothing_is_told_of_unlabeled_rows_that_are_not_there():
    X, y = table(n_unlabeled=0)
    evidence = classifier(evaluate=True, safe=True).fit(X, y).evidence_
    assert evidence.shift is None
    assert evidence.regions is None
    assert evidence.comparison is None
    assert "labelled, unlabeled" not in repr(evidence)


def test_evaluate_compares_on_held_out_labels():
    X, y = table()
    evidence = classifier(evaluate=True).fit(X, y).evidence_
    comparison = evidence.comparison
    assert len(comparison.differences) == 5
    assert comparison.low < comparison.difference < comparison.high
    assert comparison.difference == pytest.approx(comparison.differences.mean())
    assert comparison.accuracy > 0.7 < comparison.accuracy_labeled_only
    assert repr(comparison) in repr(evidence)


def test_safe_vote_is_the_one_of_the_labelled_rows_alone():
    X, y = table()
    members = [MEMBERS[0], ("worse", Whisperer(C=100), "embedding")]
    embedding = EmbeddingTransformer(effort="low", max_steps=30)
    unsafe = classifier(members=members, safe=False, embedding=embedding).fit(X, y)
    safe = classifier(members=members, safe=True, embedding=embedding).fit(X, y)
    assert unsafe.uses_unlabeled_
    assert not safe.uses_unlabeled_
    assert safe.evidence_.comparison.verdict == "hurts"
    assert "the labelled rows alone" in repr(safe.evidence_)
    assert safe.embedding_ is None
    assert list(safe.named_estimators_) == ["linear"]
    known = y >= 0
    alone = SemiSupervisedClassifier(None, [MEMBERS[0]]).fit(X[known], y[known])
    np.testing.assert_allclose(safe.predict_proba(X), alone.predict_proba(X), atol=1e-6)
    assert safe.score(X[known], y[known]) > unsafe.score(X[known], y[known])


def test_evaluate_alone_changes_no_prediction():
    X, y = table()
    members = [MEMBERS[0], ("worse", Whisperer(), "embedding")]
    plain = classifier(members=members, safe=False).fit(X, y)
    told = classifier(members=members, safe=False, evaluate=True).fit(X, y)
    assert told.evidence_.comparison.verdict == "hurts"
    assert told.uses_unlabeled_
    np.testing.assert_array_equal(told.predict_proba(X), plain.predict_proba(X))


def test_auto_compares_only_unlike_rows():
    X, y = table()
    members = [MEMBERS[0], ("worse", Whisperer(), "embedding")]
    assert classifier(members=members).fit(X, y).evidence_.comparison is None
    X.loc[y < 0, "c"] += 1
    with pytest.warns(UserWarning, match="unlike.* may not hold for the other"):
        clf = classifier(members=members).fit(X, y)
    shift = clf.evidence_.shift
    assert shift.is_notable
    assert shift.low < 0.8
    assert clf.evidence_.comparison.verdict == "hurts"
    assert not clf.uses_unlabeled_


@pytest.mark.parametrize(
    ("safe", "space"),
    [("auto", "embedding"), (True, "embedding"), (True, "components")],
)
def test_rows_of_another_domain_are_left_aside(safe, space):
    X, y = table()
    X.loc[y < 0, "c"] += 5
    members = [MEMBERS[0], (*MEMBERS[2][:2], space)]
    with pytest.warns(UserWarning, match="unlike.* The labelled rows alone predict"):
        clf = classifier(safe=safe, members=members).fit(X, y)
    assert clf.evidence_.shift.low > 0.8
    assert clf.evidence_.comparison is None
    assert not clf.uses_unlabeled_
    known = y >= 0
    alone = classifier(embedding=None, members=MEMBERS[:1]).fit(X[known], y[known])
    np.testing.assert_allclose(clf.predict_proba(X), alone.predict_proba(X), atol=1e-6)
    with pytest.warns(UserWarning, match="unlike"):
        unsafe = classifier(safe=False, members=MEMBERS[::2]).fit(X, y).evidence_
    assert unsafe.uses_unlabeled


def test_low_effort_watches_for_nothing_unless_asked():
    X, y = table()
    X.loc[y < 0, "c"] += 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the domains are not even compared
        clf = classifier(effort="low", members=MEMBERS[::2]).fit(X, y)
    assert clf.uses_unlabeled_
    with pytest.warns(UserWarning, match="The labelled rows alone predict"):
        clf = classifier(effort="low", safe=True, members=MEMBERS[::2]).fit(X, y)
    assert not clf.uses_unlabeled_


@pytest.mark.filterwarnings("ignore:Labelled and unlabeled rows are unlike")
def test_nothing_is_compared_without_an_embedding():
    X, y = table()
    X.loc[y < 0, "c"] += 3
    clf = classifier(embedding=None, members=MEMBERS[:2], safe=True).fit(X, y)
    assert clf.evidence_.comparison is None


def test_member_that_cannot_learn_from_a_fold_is_told():
    X, y = table(n_labeled=20)
    members = [("neighbors", KNeighborsClassifier(18), "embedding")]
    with pytest.warns(UserWarning, match="could not be compared, so they are used"):
        clf = classifier(members=members, evaluate=True).fit(X, y)
    assert clf.uses_unlabeled_
    assert clf.evidence_.comparison is None


def test_single_rows_of_a_class_leave_nothing_to_hold_out():
    X, y = table(n_labeled=40)
    y[:40] = 0
    y[0] = 1
    clf = classifier(evaluate=True, safe=True).fit(X, y)
    assert clf.evidence_.comparison is None


def test_counts_are_of_rows_copies_included():
    X, y = table()
    copies = np.r_[np.arange(len(y)), np.flatnonzero(y == 1)]
    evidence = classifier().fit(X.iloc[copies], y[copies]).evidence_
    assert evidence.class_counts == {0: (y == 0).sum(), 1: 2 * (y == 1).sum()}
    assert evidence.n_unlabeled == 400


def test_weights_and_copies_mean_the_same():
    X, y = table()
    weights = np.ones(len(y))
    weights[:10] = 2
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    one = classifier(evaluate=True).fit(X, y, sample_weight=weights).evidence_
    other = classifier(evaluate=True).fit(X.iloc[copies], y[copies]).evidence_
    np.testing.assert_allclose(
        one.comparison.differences, other.comparison.differences, atol=1e-8
    )
    assert one.shift.auc == other.shift.auc


@pytest.mark.parametrize("looked", [False, True])
def test_pickle_carries_the_evidence_but_no_rows(looked):
    X, y = table()
    clf = classifier().fit(X, y)
    told = repr(clf.evidence_) if looked else None
    copy = pickle.loads(pickle.dumps(clf))
    assert not hasattr(copy._evidence, "tree")
    assert repr(copy.evidence_) == (told or repr(clf.evidence_))
    assert not hasattr(clone(clf), "_evidence")


def test_evidence_is_reproducible():
    X, y = table()
    order = np.random.default_rng(0).permutation(len(y))
    one = classifier(evaluate=True).fit(X, y).evidence_
    other = classifier(evaluate=True).fit(X.iloc[order], y[order]).evidence_
    assert repr(one) == repr(other)


def test_evidence_of_an_unfitted_classifier():
    assert not hasattr(SemiSupervisedClassifier(), "uses_unlabeled_")
    with pytest.raises(Exception, match="not fitted"):
        _ = SemiSupervisedClassifier().evidence_


def test_table_without_information_has_evidence_too():
    X, y = np.zeros((40, 2)), np.repeat([0, 1, -1, -1], 10)
    members = [("neighbors", KNeighborsClassifier(), "raw")]
    evidence = classifier(embedding=None, members=members).fit(X, y).evidence_
    assert evidence.shift is None
    assert evidence.regions is None


@pytest.mark.parametrize(
    ("members", "spaces"),
    [
        (MEMBERS, ["linear", "tree"]),
        (MEMBERS[2:], ["linear"]),
        ([("trees", ExtraTreesClassifier(), "tree+embedding")], ["tree"]),
        (
            [("a", ExtraTreesClassifier(), "components+raw+unlabeled")],
            ["raw+unlabeled"],
        ),
        ([("b", ExtraTreesClassifier(), "components+embedding")], ["linear"]),
    ],
)
def test_labeled_only_vote(members, spaces):
    vote = labeled_only(Vote(members, np.arange(len(members)) + 1.0), False)
    assert vote.spaces == spaces
    assert len(vote.weights) == len(spaces)


@pytest.mark.parametrize(
    ("effort", "names"),
    [
        ("auto", ["linear", "trees", "boosting", "in_context"]),
        ("low", ["linear", "boosting", "trees"]),
    ],
)
def test_default_labeled_only_vote_has_the_members_without_embedding(effort, names):
    members = default_members(effort=effort, n_labeled=100)
    vote = labeled_only(Vote(members, default_weights(members)), True)
    assert [name for name, _, _ in vote.members] == names
    assert not any("embedding" in space for space in vote.spaces)
    np.testing.assert_array_equal(vote.weights, default_weights(vote.members))
    by_name = {name: estimator for name, estimator, _ in members}
    assert vote.members[0][1] is by_name["linear"]


@pytest.mark.parametrize(
    ("weights", "kept"),
    [
        ([2, 1, 0, 0, 1, 1, 1], {"linear": 2, "trees": 1}),
        ([0, 0, 0, 0, 0, 1, 2], {"linear_embedding": 1, "trees_embedding": 2}),
    ],
)
def test_given_weights_hold_for_the_labeled_only_vote_too(weights, kept):
    members = default_members(n_labeled=100)
    vote = labeled_only(Vote(members, np.array(weights, dtype=float)), True)
    names = [name for name, _, _ in vote.members]
    shares = dict(zip(names, vote.weights.tolist(), strict=True))
    assert {name: weight for name, weight in shares.items() if weight} == kept
    assert vote.bases.isdisjoint(("embedding", "components"))
