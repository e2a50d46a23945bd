"""The vote of all members against the labelled-only vote, on held-out labelled rows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils import check_random_state

from ..exceptions import DroppedColumnWarning
from ..utils._compat import index_rows, num_samples
from ..utils._folds import deal_folds
from ._default_members import BY_NAME
from ._held_out import LOWEST_PROBABILITY
from ._spaces import (
    OF_EMBEDDING,
    TableSpaces,
    has_unlabeled,
    seeded_clone,
    sees_embedding,
    split_space,
)

__all__ = ["OutOfFold", "labeled_only", "out_of_fold"]

N_FOLDS = 5
MAX_UNLABELED = 1000


def labeled_only(vote, is_default):
    """Return the vote that can do without unlabeled rows.

    Parameters
    ----------
    vote : Vote
        The full vote.
    is_default : bool
        Whether its members are the default ones.

    Returns
    -------
    Vote
        Its members without those that see the embedding, and, of default members, those
        that would stand in their place. Where none with a weight is left, those of the
        vote all stay, and see what else is in their spaces, the "linear" encoding where
        there is nothing else.
    """
    if is_default:
        vote = _with_stand_ins(vote)
    kept = [
        position
        for position, space in enumerate(vote.spaces)
        if not sees_embedding(space) and vote.weights[position] > 0
    ]
    if kept:
        return replace(
            vote, members=[vote.members[at] for at in kept], weights=vote.weights[kept]
        )
    members = [
        (name, estimator, _without_embedding(space))
        for name, estimator, space in vote.members
    ]
    return replace(vote, members=members)


def _with_stand_ins(vote):
    """Let "trees" stand for "trees_embedding" where the vote has not both."""
    names = {name for name, _, _ in vote.members}
    members = []
    for member in vote.members:
        stand_in = BY_NAME[member[0]].stand_in
        is_free = stand_in is not None and stand_in not in names
        members.append(BY_NAME[stand_in].made() if is_free else member)
    return replace(vote, members=members)


def _without_embedding(space):
    parts = [part.strip() for part in space.split("+")]
    others = [part for part in parts if part not in OF_EMBEDDING]
    is_seen = not set(split_space(space)).issubset(OF_EMBEDDING)
    return "+".join(others if is_seen else ["linear", *others])


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Probabilities of held-out labelled rows by either vote.

    Parameters
    ----------
    full, labeled : ndarray of shape (n_held_out, n_classes)
        Probabilities by the vote of all members and by the labelled-only one.
    codes : ndarray of shape (n_held_out,)
        True classes.
    weights : ndarray of shape (n_held_out,)
        How much each row counts.
    folds : ndarray of shape (n_held_out,)
        Fold that held each row out.
    """

    full: np.ndarray
    labeled: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    folds: np.ndarray

    def fold_scores(self, metric):
        """Score of either vote on each fold.

        Parameters
        ----------
        metric : {"neg_log_loss", "accuracy"}
            The metric.

        Returns
        -------
        full, labeled : ndarray of shape (n_folds,)
            The scores; greater is better.
        """
        rows = np.arange(len(self.codes))
        scores = []
        for probabilities in (self.full, self.labeled):
            if metric == "accuracy":
                values = probabilities.argmax(axis=1) == self.codes
            else:
                right = probabilities[rows, self.codes]
                values = np.log(np.maximum(right, LOWEST_PROBABILITY))
            scores.append(
                [
                    np.average(values[held_out], weights=self.weights[held_out])
                    for held_out in (self.folds == f for f in np.unique(self.folds))
                ]
            )
        return tuple(np.array(scores))


def out_of_fold(X, rows, weights, keys, spaces, full, alone, seed):
    """Predict labelled rows that neither vote has seen the labels of.

    What is learnt without labels from all rows, the embedding and the encodings, is
    shared by the folds; only the members are fitted anew. The labelled-only vote
    learns its encodings too from the labelled rows of each fold alone.

    Parameters
    ----------
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The table.
    rows : TrainingRows
        Its distinct rows, the labelled ones first.
    weights : ndarray of shape (n_pairs,)
        Weights of the labelled ones in training, those of classes included.
    keys : ndarray of shape (n_samples,)
        Equal for equal rows.
    spaces : TableSpaces
        Fitted on all rows.
    full, alone : Vote
        The vote of all members and the labelled-only one.
    seed : int
        Seeds the members that have no seed of their own, in every fold alike.

    Returns
    -------
    OutOfFold or None
        None where no two classes have rows to hold out.
    """
    pairs = rows.n_pairs
    codes = rows.codes[:pairs]
    folds = deal_folds(codes, keys[rows.rows[:pairs]], N_FOLDS)
    if len(np.unique(codes[folds >= 0])) < 2:
        return None
    # of unlabeled rows a sample will do: they come in the order of a hash
    taken = rows.rows[: pairs + MAX_UNLABELED]
    table = index_rows(X, taken)
    views = spaces.transform(table, full.spaces)
    n_classes = int(codes.max()) + 1
    found = np.zeros((2, pairs, n_classes))
    for fold in np.unique(folds[folds >= 0]):
        train, test = folds != fold, folds == fold
        known = np.flatnonzero(train)
        found[0, test] = _full_vote(
            views, full, codes, weights, known, np.flatnonzero(test), seed
        )
        found[1, test] = _labeled_vote(
            index_rows(table, known), codes[known], weights[known],
            index_rows(table, np.flatnonzero(test)), alone, seed,
        )  # fmt: skip
    kept = folds >= 0
    return OutOfFold(
        *found[:, kept], codes[kept], rows.weights[:pairs][kept], folds[kept]
    )


def _full_vote(views, vote, codes, weights, train, test, seed):
    random_state = check_random_state(seed)
    probabilities = []
    for name, estimator, space in vote.members:
        view, at = views[space], train
        y, w = codes[train], weights[train]
        if has_unlabeled(space):
            others = np.arange(len(codes), num_samples(view))
            at = np.concatenate([train, others])
            y = np.concatenate([y, np.full(len(others), -1)])
            w = np.concatenate([w, np.ones(len(others))])
        member = vote.fit_member(
            name, seeded_clone(estimator, random_state), index_rows(view, at), y, w
        )
        probabilities.append(member.predict_proba(index_rows(view, test)))
    return vote.average(probabilities)


def _labeled_vote(X, codes, weights, X_test, vote, seed):
    random_state = check_random_state(seed)
    with warnings.catch_warnings():
        # a column that is constant among so few rows is no news
        warnings.simplefilter("ignore", DroppedColumnWarning)
        spaces = TableSpaces(vote.bases, None, random_state).fit(X)
    views = spaces.transform(X, vote.spaces)
    test_views = spaces.transform(X_test, vote.spaces)
    return vote.average(
        [
            vote.fit_member(
                name,
                seeded_clone(estimator, random_state),
                views[space],
                codes,
                weights,
            ).predict_proba(test_views[space])
            for name, estimator, space in vote.members
        ]
    )
