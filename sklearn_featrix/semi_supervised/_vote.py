"""Members, fitted or not, and how their probabilities become one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.utils import gen_batches

from ..neural_network._loss_head import LossHead
from ..utils._compat import index_rows, num_samples
from ._members import fit_member
from ._spaces import TableSpaces, split_space

__all__ = ["FittedVote", "Vote"]

PREDICT_BATCH = 8192


@dataclass(frozen=True)
class Vote:
    """Members, how much each counts, and how sure their mean is made.

    Parameters
    ----------
    members : list of (str, classifier, str)
        The members.
    weights : ndarray of shape (n_members,)
        Their weights.
    temperature : float, default=1.0
        The mean probabilities are raised to the power of one over it.
    class_weight : ndarray of shape (n_classes,), default=None
        What a loss means for members that cannot train with it.
    """

    members: list
    weights: np.ndarray
    temperature: float = 1.0
    class_weight: np.ndarray | None = None

    @property
    def spaces(self):
        """Space of each member."""
        return [space for _, _, space in self.members]

    @property
    def bases(self):
        """Base spaces that the members see."""
        return {base for space in self.spaces for base in split_space(space)}

    def fit_member(self, name, estimator, X, codes, weights):
        """Fit one member on weighted rows.

        Parameters
        ----------
        name : str
            Its name, for messages.
        estimator : classifier
            Fitted in place.
        X : {array-like, dataframe} of shape (n_pairs, n_features)
            The rows in the space of the member.
        codes : ndarray of shape (n_pairs,)
            Classes, -1 in rows without a label.
        weights : ndarray of shape (n_pairs,)
            Weights of the rows, without those of the loss.

        Returns
        -------
        classifier
            The member, fitted.
        """
        if self.class_weight is not None and not isinstance(estimator, LossHead):
            # -1 takes the last of these weights: that of no class
            weights = weights * np.append(self.class_weight, 1)[codes]
        return fit_member(name, estimator, X, codes, weights)

    def average(self, probabilities):
        """Weighted mean of the members' probabilities, made as sure as wanted.

        Parameters
        ----------
        probabilities : list of ndarray of shape (n_samples, n_classes)
            Those of each member.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        mean = np.average(probabilities, axis=0, weights=self.weights)
        if self.temperature == 1:
            return mean
        sharpened = mean ** (1 / self.temperature)
        return sharpened / sharpened.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class FittedVote:
    """A vote with its members fitted.

    Parameters
    ----------
    vote : Vote
        The vote.
    spaces : TableSpaces
        What shows the members a table.
    estimators : list of classifiers
        The fitted members.
    """

    vote: Vote
    spaces: TableSpaces
    estimators: list

    @property
    def named_estimators(self):
        """The fitted members by name."""
        names = [name for name, _, _ in self.vote.members]
        return dict(zip(names, self.estimators, strict=True))

    def predict_proba(self, X):
        """Average the members' class probabilities, in bounded memory.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Rows of the table.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        return np.vstack(
            [
                self._of_batch(index_rows(X, batch))
                for batch in gen_batches(num_samples(X), PREDICT_BATCH)
            ]
        )

    def _of_batch(self, X):
        spaces = self.vote.spaces
        views = self.spaces.transform(X, spaces)
        return self.vote.average(
            [
                member.predict_proba(views[space])
                for member, space in zip(self.estimators, spaces, strict=True)
            ]
        )
