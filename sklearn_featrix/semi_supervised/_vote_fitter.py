"""Votes fitted to one table, and a student taught by them."""

from __future__ import annotations

from copy import copy

import numpy as np
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.parallel import Parallel, delayed

from ..preprocessing import TableEncoder
from ..utils._compat import index_rows
from ._spaces import TableSpaces, has_unlabeled, seeded_clone
from ._student import Student
from ._vote import FittedVote

__all__ = ["VoteFitter"]

MOST_TAUGHT = 10_000


class VoteFitter:
    """Fits the members of votes to the rows of a table.

    Parameters
    ----------
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The table.
    rows : TrainingRows
        Its distinct rows, the labelled ones first.
    classes : ndarray of shape (n_classes,)
        The classes.
    class_weight : dict, "balanced" or None
        Weights of the classes, as in scikit-learn.
    random_state : RandomState
        Seeds the members that have no seed of their own, in the order of the calls.
    n_jobs : int, default=None
        Number of members fitted at once.

    Attributes
    ----------
    weights : ndarray of shape (n_rows,)
        Weights of the rows, times those of the classes where they have one.
    """

    def __init__(self, X, rows, classes, class_weight, random_state, n_jobs=None):
        self.X = X
        self.rows = rows
        self.classes = classes
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.weights = self._with_class_weight(class_weight)

    def _with_class_weight(self, class_weight):
        pairs = self.rows.n_pairs
        codes, weights = self.rows.codes[:pairs], self.rows.weights.copy()
        weights[:pairs] *= compute_class_weight(
            class_weight,
            classes=self.classes,
            y=self.classes[codes],
            sample_weight=weights[:pairs],
        )[codes]
        return weights

    def fit(self, vote, spaces):
        """Fit the members of a vote.

        Parameters
        ----------
        vote : Vote
            The vote.
        spaces : TableSpaces
            Fitted; shows the members the table.

        Returns
        -------
        FittedVote
            The vote with its members fitted.
        """
        views = self._views(vote, spaces)
        n_rows = {space: self._n_rows_seen(space) for space in vote.spaces}
        estimators = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(vote.fit_member)(
                name,
                seeded_clone(estimator, self.random_state),
                views[space],
                self.rows.codes[: n_rows[space]],
                self.weights[: n_rows[space]],
            )
            for name, estimator, space in vote.members
        )
        return FittedVote(vote, spaces, estimators)

    def _n_rows_seen(self, space):
        return len(self.rows.rows) if has_unlabeled(space) else self.rows.n_pairs

    def _views(self, vote, spaces):
        """Transform the labelled rows, and all only where a member sees all."""
        of_all = [space for space in vote.spaces if has_unlabeled(space)]
        of_labeled = [space for space in vote.spaces if not has_unlabeled(space)]
        labeled = index_rows(self.X, self.rows.rows[: self.rows.n_pairs])
        views = spaces.transform(labeled, of_labeled)
        if of_all:
            table = index_rows(self.X, self.rows.rows)
            views.update(spaces.transform(table, of_all))
        return views

    def fit_labeled_only(self, vote):
        """Fit a vote as if there were no other rows, encodings included.

        Parameters
        ----------
        vote : Vote
            The vote; no member sees an embedding.

        Returns
        -------
        FittedVote
            The vote with its members fitted.
        """
        alone = copy(self)
        alone.rows = self.rows.labeled()
        table = index_rows(self.X, alone.rows.rows)
        spaces = TableSpaces(vote.bases, None, self.random_state).fit(table)
        return alone.fit(vote, spaces)

    def teach(self, fitted):
        """Teach a student what a fitted vote answers.

        Parameters
        ----------
        fitted : FittedVote
            The teacher.

        Returns
        -------
        Student
            The student, fitted.
        """
        seed = self.random_state.randint(np.iinfo(np.int32).max)
        # labelled rows come first, the others in the order of a hash
        taught = index_rows(self.X, self.rows.rows[:MOST_TAUGHT])
        encoder = fitted.spaces.encoder_
        if encoder is None:
            table = index_rows(self.X, self.rows.rows)
            encoder = TableEncoder(random_state=seed).fit(table)
        student = Student(encoder, self.classes, seed)
        return student.fit(taught, fitted.predict_proba(taught))
