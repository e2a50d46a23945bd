"""The members of a vote: the default ones, the checks, the fit of one member."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import has_fit_parameter

from ..in_context import InContextClassifier
from ..losses._names import is_cross_entropy
from ..neural_network._loss_head import LossHead
from ..utils._compat import index_rows
from ._boosting import BOOSTED, FewLabelBoosting, boosted_trees
from ._spaces import BASE_SPACES, split_space


def default_members(has_embedding, effort="auto", criterion=None, has_many=True):
    """Return the members measured best, as (name, estimator, space).

    Parameters
    ----------
    has_embedding : bool
        Without an embedding, the members that look at the table alone.
    effort : {"low", "auto"}, default="auto"
        "low" is the best of those quick to fit and to ask.
    criterion : torch.nn.Module, default=None
        What the linear member on the embedding is trained with; None is cross-entropy.
    has_many : bool, default=True
        Whether many rows are labelled; of three quick members, boosting needs them.

    Returns
    -------
    list of (str, classifier, str)
        Fresh, unfitted members.
    """
    members = [
        ("linear", LogisticRegression(max_iter=1000), "linear"),
        ("trees", ExtraTreesClassifier(100), "tree"),
        ("boosting", _boosting(50 if effort == "low" else 100), "tree"),
        ("in_context", InContextClassifier(), "raw+unlabeled"),
        ("linear_embedding", _head(criterion), "embedding"),
        ("trees_embedding", ExtraTreesClassifier(100), "tree+embedding"),
    ]
    if effort == "low":
        quick = {"linear", "trees_embedding" if has_embedding else "trees"}
        quick |= {"boosting"} if has_many else set()
        return [member for member in members if member[0] in quick]
    return [
        (name, estimator, space)
        for name, estimator, space in members
        if has_embedding or "embedding" not in split_space(space)
    ]


def _head(criterion):
    if criterion is None or is_cross_entropy(criterion):
        return LogisticRegression(C=10, max_iter=1000)
    return LossHead(criterion)


def make_members(members, criterion, random_state):
    """Put members in the place of names.

    Parameters
    ----------
    members : list of {str, (str, classifier, str)}
        What the user gave.
    criterion : torch.nn.Module
        What the linear member on the embedding is trained with.
    random_state : RandomState
        Seeds the boosted trees of other libraries.

    Returns
    -------
    list of (str, classifier, str)
        The members; what is not a name stays as it is.

    Raises
    ------
    ValueError
        If there is no member of a name.
    ImportError
        If the library of a name is not installed.
    """
    known = {
        member[0]: member
        for member in default_members(has_embedding=True, criterion=criterion)
    }
    return [
        _of_name(member, known, random_state) if isinstance(member, str) else member
        for member in members
    ]


def _of_name(name, known, random_state):
    if name in BOOSTED:
        seed = int(random_state.randint(np.iinfo(np.int32).max))
        return (name, boosted_trees(name, seed), "tree")
    if name not in known:
        raise ValueError(
            f"There is no member named {name!r}. Names are "
            f"{', '.join([*known, *BOOSTED])}; anything else is given as a tuple "
            "(name, estimator, space)."
        )
    return known[name]


def default_weights(members):
    """Return the weights measured best: the in-context classifier counts thrice.

    Parameters
    ----------
    members : list of (str, classifier, str)
        Any members; all of other kinds count once.

    Returns
    -------
    ndarray of shape (n_members,)
        Weights.
    """
    return np.array(
        [
            3.0 if isinstance(each, InContextClassifier) else 1.0
            for _, each, _ in members
        ]
    )


def check_weights(weights, members):
    """Refuse weights that do not fit the members.

    Parameters
    ----------
    weights : array-like of shape (n_members,)
        What the user gave.
    members : list of (str, classifier, str)
        The members.

    Returns
    -------
    ndarray of shape (n_members,)
        The weights.

    Raises
    ------
    ValueError
        If there is not one finite weight, 0 or more, for each member, or all are 0.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (len(members),):
        raise ValueError(
            f"weights must be one number for each of the {len(members)} members "
            f"({', '.join(name for name, _, _ in members)}), got shape "
            f"{weights.shape}."
        )
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError(
            f"weights must be finite, 0 or more, and one of them above 0; got "
            f"{weights.tolist()}."
        )
    return weights


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


def check_members(members, has_embedding):
    """Refuse what is not a list of (name, classifier, space).

    Parameters
    ----------
    members : list of tuple
        What the user gave.
    has_embedding : bool
        Whether the "embedding" space exists.

    Returns
    -------
    list of (str, classifier, str)
        The members, unchanged.

    Raises
    ------
    ValueError
        If a member is not a triple, or its space is unknown or not there.
    TypeError
        If a member gives no probabilities.
    """
    if not members:
        raise ValueError(
            "members is empty. Give a list of (name, estimator, space), or None for "
            "the default members."
        )
    for member in members:
        if not (isinstance(member, tuple) and len(member) == 3):
            raise ValueError(
                f"Each of members must be a tuple (name, estimator, space) or a name, "
                f"got {member!r}. The space is one of {', '.join(BASE_SPACES)}, or a "
                "sum such as 'tree+embedding' or 'raw+unlabeled'."
            )
        _check_space(*member, has_embedding)
    return members


def _check_space(name, estimator, space, has_embedding):
    bases = split_space(space) if isinstance(space, str) else (space,)
    unknown = [base for base in bases if base not in BASE_SPACES]
    if unknown:
        raise ValueError(
            f"Member {name!r} asks for the space {space!r}; allowed are "
            f"{', '.join(BASE_SPACES)} and their sums such as 'tree+embedding'."
        )
    if not bases:
        raise ValueError(
            f"Member {name!r} asks for the space {space!r}, which says whose rows it "
            "sees but not in what form. Write 'raw+unlabeled', for example."
        )
    if "raw" in bases and len(bases) > 1:
        raise ValueError(
            f"Member {name!r} asks for {space!r}: the raw table cannot be joined to "
            "another space. Use 'tree' or 'linear' in its place."
        )
    if "embedding" in bases and not has_embedding:
        raise ValueError(
            f"Member {name!r} asks for the space {space!r}, but embedding=None. Give "
            "an embedding, or another space to this member."
        )
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"Member {name!r} ({type(estimator).__name__}) has no predict_proba, which "
            "the vote averages. Wrap it in CalibratedClassifierCV."
        )


def fit_member(name, estimator, X, codes, weights):
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
        Weights. A member that takes none gets a row of weight k as k rows.

    Returns
    -------
    classifier
        The member, fitted.

    Raises
    ------
    ValueError
        If the weights are not whole numbers and the member takes none.
    """
    if (weights == 1).all():
        return estimator.fit(X, codes)
    if has_fit_parameter(estimator, "sample_weight"):
        return estimator.fit(X, codes, sample_weight=weights)
    if (weights != weights.astype(int)).any():
        raise ValueError(
            f"Member {name!r} ({type(estimator).__name__}) takes no sample_weight. Fit "
            "without sample_weight and class_weight, or replace the member."
        )
    copies = np.repeat(np.arange(len(codes)), weights.astype(int))
    return estimator.fit(index_rows(X, copies), codes[copies])
