"""The default vote as a table: who votes, when, on what, and how much it counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression

from ..in_context import InContextClassifier
from ..losses._names import is_cross_entropy
from ..neural_network._loss_head import LossHead
from ._boosting import FewLabelBoosting

__all__ = [
    "BY_NAME",
    "DefaultMember",
    "default_members",
    "default_temperature",
    "default_weights",
]

ANY, AUTO, LOW = ("auto", "low"), ("auto",), ("low",)
MANY_LABELED = 100


@dataclass(frozen=True, eq=False)
class DefaultMember:
    """A row of the table.

    Parameters
    ----------
    name : str
        Its name.
    space : str
        What it sees of the table.
    estimator : classifier
        What is cloned.
    efforts : tuple of {"low", "auto"}
        At which it votes.
    weight : float, default=1.0
        How much it counts, and any other member of its kind.
    n_labeled : int, default=0
        It votes from so many labelled rows on.
    stand_in : str, default=None
        Name of the member that votes in its place where there is no embedding.
    has_loss : bool, default=False
        Whether it is the one that is trained with the loss.
    """

    name: str
    space: str
    estimator: ClassifierMixin
    efforts: tuple[str, ...]
    weight: float = 1.0
    n_labeled: int = 0
    stand_in: str | None = None
    has_loss: bool = False

    def made(self, criterion=None):
        """Make the member.

        Parameters
        ----------
        criterion : torch.nn.Module, default=None
            The loss; None is cross-entropy, which logistic regression is trained with.

        Returns
        -------
        (str, classifier, str)
            Name, fresh classifier and space.
        """
        estimator = clone(self.estimator)
        if self.has_loss and not (criterion is None or is_cross_entropy(criterion)):
            estimator = LossHead(criterion)
        return self.name, estimator, self.space


def _boosting(n_rounds):
    # Small leaves: the defaults cannot split twenty rows.
    return FewLabelBoosting(
        max_iter=n_rounds,
        learning_rate=8 / n_rounds,
        max_leaf_nodes=8,
        min_samples_leaf=3,
        l2_regularization=1.0,
        early_stopping=False,
    )


# The members measured best, and at low effort the best of those quick to fit and to ask
TABLE = (
    DefaultMember("linear", "linear", LogisticRegression(max_iter=1000), ANY),
    DefaultMember("trees", "tree", ExtraTreesClassifier(100), AUTO),
    DefaultMember("boosting", "tree", _boosting(100), AUTO),
    DefaultMember("boosting", "tree", _boosting(50), LOW, n_labeled=MANY_LABELED),
    DefaultMember(
        "in_context", "raw+unlabeled", InContextClassifier(), AUTO, weight=4.0
    ),
    DefaultMember(
        "in_context_embedding", "raw+components+unlabeled",
        InContextClassifier(n_components=0), AUTO,
        weight=4.0, stand_in="in_context",
    ),
    DefaultMember(
        "linear_embedding", "embedding", LogisticRegression(C=10, max_iter=1000), AUTO,
        stand_in="linear", has_loss=True,
    ),
    DefaultMember(
        "trees_embedding", "tree+embedding", ExtraTreesClassifier(100), ANY,
        stand_in="trees",
    ),
)  # fmt: skip
BY_NAME = {row.name: row for row in TABLE if "auto" in row.efforts}


def default_members(criterion=None, *, effort="auto", n_labeled, has_embedding=True):
    """Read the table: the members of a vote, as (name, classifier, space).

    Parameters
    ----------
    criterion : torch.nn.Module, default=None
        The loss; None is cross-entropy.
    effort : {"low", "auto"}, default="auto"
        How much work the vote may be.
    n_labeled : int
        Number of distinct labelled rows.
    has_embedding : bool, default=True
        Whether there is an embedding to see.

    Returns
    -------
    list of (str, classifier, str)
        Fresh, unfitted members, in the order of the table.

    Examples
    --------
    >>> from sklearn_featrix.semi_supervised._default_members import default_members
    >>> [name for name, *_ in default_members(effort="low", n_labeled=20)]
    ['linear', 'trees_embedding']
    >>> [name for name, *_ in default_members(n_labeled=20, has_embedding=False)]
    ['linear', 'trees', 'boosting', 'in_context']
    """
    chosen = [
        row for row in TABLE if effort in row.efforts and n_labeled >= row.n_labeled
    ]
    if not has_embedding:
        chosen = [BY_NAME[row.stand_in] if row.stand_in else row for row in chosen]
    return [row.made(criterion) for row in TABLE if row in chosen]


def default_weights(members):
    """Return how much members count: as those of their kind in the table.

    Parameters
    ----------
    members : list of (str, classifier, str)
        Any members; all of other kinds count once.

    Returns
    -------
    ndarray of shape (n_members,)
        Weights.
    """
    return np.array([_weight_of(estimator) for _, estimator, _ in members])


def _weight_of(estimator):
    kinds = {type(row.estimator): row.weight for row in TABLE}
    of_kind = (weight for kind, weight in kinds.items() if isinstance(estimator, kind))
    return next(of_kind, 1.0)


def default_temperature(n_labeled):
    """Return how sure the mean of the default members is made.

    Parameters
    ----------
    n_labeled : int
        Number of distinct labelled rows.

    Returns
    -------
    float
        1 where these are few: members are too sure themselves then.
    """
    return 0.87 if n_labeled >= MANY_LABELED else 1.0
