"""Scorers that look at labelled rows only."""

from __future__ import annotations

from ..utils._labeled_scorer import LabeledScorer

__all__ = ["make_labeled_scorer"]


def make_labeled_scorer(scoring="accuracy", *, unlabeled="auto"):
    """Make a scorer that looks at labelled rows only.

    Parameters
    ----------
    scoring : str or callable, default="accuracy"
        Name of a scikit-learn scorer, or a scorer: a callable with the signature
        ``scorer(estimator, X, y)``, as :func:`~sklearn.metrics.make_scorer` returns.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what the scored estimator says, if it has a parameter `unlabeled`.

    Returns
    -------
    callable
        A scorer for `scoring` anywhere in scikit-learn. It drops unlabeled rows from
        `X`, `y` and all metadata with one entry per row. Requests of metadata are those
        of `scoring`, and are set by its method `set_score_request`.

    Raises
    ------
    ValueError
        If scikit-learn has no scorer of this name, or `scoring` is a metric function.
        When scoring: if no row is labelled, or the classifier has learnt the mark of
        an unlabeled row as a class. Wrap it in
        :class:`~sklearn_featrix.compose.LabeledOnly`.

    See Also
    --------
    sklearn_featrix.model_selection.LabeledSplit : Folds over labelled rows only, where
        any scorer is right.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn.semi_supervised import SelfTrainingClassifier
    >>> from sklearn_featrix.datasets import mask_labels
    >>> from sklearn_featrix.metrics import make_labeled_scorer
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y = mask_labels(y, fraction=0.1, random_state=0)
    >>> model = make_pipeline(
    ...     StandardScaler(), SelfTrainingClassifier(LogisticRegression())
    ... )
    >>> float(cross_val_score(model, X, y).mean())  # unlabeled rows count as wrong
    0.09...
    >>> scorer = make_labeled_scorer("accuracy")
    >>> float(cross_val_score(model, X, y, scoring=scorer).mean())
    0.9...
    """
    if not isinstance(scoring, str) and not callable(scoring):
        raise ValueError(
            f"scoring={scoring!r} is not allowed: pass one name or one scorer. For "
            "several metrics make a dictionary of labelled scorers, e.g. "
            '{"auc": make_labeled_scorer("roc_auc"), ...}.'
        )
    return LabeledScorer(scoring, unlabeled)
