"""Members that are given: by name, the checks, the fit of one of them."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from ..utils._compat import index_rows
from ._boosting import BOOSTED, boosted_trees
from ._default_members import BY_NAME
from ._spaces import BASE_SPACES, sees_embedding, split_space


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
    return [
        _of_name(member, criterion, random_state) if isinstance(member, str) else member
        for member in members
    ]


def _of_name(name, criterion, random_state):
    if name in BOOSTED:
        seed = int(random_state.randint(np.iinfo(np.int32).max))
        return (name, boosted_trees(name, seed), "tree")
    if name not in BY_NAME:
        raise ValueError(
            f"There is no member named {name!r}. Names are "
            f"{', '.join([*BY_NAME, *BOOSTED])}; anything else is given as a tuple "
            "(name, estimator, space)."
        )
    return BY_NAME[name].made(criterion)


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
    if sees_embedding(space) and not has_embedding:
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
