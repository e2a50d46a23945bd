"""A scorer around another one, shown labelled rows only."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.utils.metadata_routing import get_routing_for_object

from ._compat import index_metadata, index_rows, num_samples
from ._label_marks import classes_read_as_marks, is_auto, mark_beside
from ._labels import PartialLabels, encode_labels, is_labeled

__all__ = ["LabeledScorer", "stated_mark"]

Estimator = Any


class LabeledScorer:
    """Callable that hands the labelled rows to another scorer.

    Parameters
    ----------
    scoring : str, callable or None
        Name of a scorer, or a scorer; None takes the `score` of `estimator`.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what the scored estimator says, if it has a parameter `unlabeled`.
    estimator : estimator, default=None
        Whose `score` to take if `scoring` is None.
    """

    def __init__(
        self, scoring: Any, unlabeled: Any = "auto", estimator: Estimator = None
    ) -> None:
        scorer = check_scoring(estimator, scoring=scoring)
        # Requests of metadata are set on a copy; the `score` of an estimator has none.
        self._scorer = scorer if scoring is None else deepcopy(scorer)
        self._scoring = scoring
        self._unlabeled = unlabeled

    def __call__(self, estimator: Estimator, X: Any, y: Any, **params: Any) -> Any:
        """Score the labelled rows.

        Parameters
        ----------
        estimator : estimator
            Fitted estimator.
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows to score on; unlabeled ones do not count.
        y : array-like of shape (n_samples,)
            Partial labels.
        **params : dict
            Metadata; what has one entry per row loses the unlabeled rows.

        Returns
        -------
        float
            Whatever the scorer inside returns.
        """
        mark = self._mark_for(estimator)
        if not is_labeled(y, unlabeled=mark).any():
            raise ValueError(
                f"{self!r} got {num_samples(X)} rows to score and none has a label. "
                "Use LabeledSplit as cv, whose test parts hold labelled rows only, or "
                "fewer folds."
            )
        labels = encode_labels(y, unlabeled=mark, n_samples=num_samples(X))
        rows = np.flatnonzero(labels.labeled)
        params = index_metadata(X, params, rows)
        try:
            return self._scorer(
                estimator, index_rows(X, rows), labels.labeled_values, **params
            )
        except ValueError as error:
            unseen = _unseen_classes(estimator, labels)
            if not unseen:
                raise
            raise ValueError(
                f"{self!r} failed on rows of classes that the train part does not "
                f"have: {unseen}. {error} Use fewer folds or stratified ones, or label "
                "more rows."
            ) from error

    def _mark_for(self, estimator: Estimator) -> Any:
        """Mark that the rows to score are read with, given what the classifier learnt.

        A classifier that knows nothing of unlabeled rows learns their mark as a class,
        and is right on every one of them.
        """
        classes = np.asarray(getattr(estimator, "classes_", ()))
        known = _says_its_mark(estimator, classes)
        if is_auto(self._unlabeled):
            if known is not None:
                return mark_beside(classes, known.unlabeled)
            if classes.dtype.kind == "i" and np.array_equal(classes, [-1, 1]):
                return None  # the old coding of two classes
        learnt = classes_read_as_marks(classes, self._unlabeled).tolist()
        if learnt:
            advice = (
                "Wrap the classifier in LabeledOnly"
                if known is None
                else f"Give the classifier the same mark: unlabeled={self._unlabeled!r}"
            )
            raise ValueError(
                f"{type(estimator).__name__} learnt 'unlabeled' as a class: its "
                f"classes_ are {classes.tolist()}, and {learnt[0]!r} marks unlabeled "
                f"rows. {advice}; or if {learnt[0]!r} is a true class, pass "
                "unlabeled=None to the scorer or cross_val_interval."
            )
        return self._unlabeled

    def set_score_request(self, **requests: Any) -> LabeledScorer:
        """Set the metadata that the scorer asks for.

        Parameters
        ----------
        **requests : dict of {str: bool, None or str}
            Request of each parameter, as for any scikit-learn scorer.

        Returns
        -------
        callable
            The scorer itself.
        """
        self._scorer.set_score_request(**requests)
        return self

    def get_metadata_routing(self) -> Any:
        """Get the metadata that the scorer asks for.

        Returns
        -------
        MetadataRequest
            Request of the method `score`.
        """
        return get_routing_for_object(self._scorer)

    def _accept_sample_weight(self) -> bool:
        # scikit-learn asks it of every scorer while metadata routing is disabled.
        asked = getattr(self._scorer, "_accept_sample_weight", None)
        return asked is not None and bool(asked())

    def __repr__(self) -> str:
        name = getattr(self._scoring, "__name__", None) or repr(self._scoring)
        mark = "" if is_auto(self._unlabeled) else f", unlabeled={self._unlabeled!r}"
        return f"make_labeled_scorer({name}{mark})"


def stated_mark(estimator: Estimator, unlabeled: Any = "auto") -> Any:
    """`unlabeled`, or if it is "auto" that of the estimator, if it has one.

    Parameters
    ----------
    estimator : estimator
        A pipeline or a search is asked for what it ends in.
    unlabeled : "auto", None or scalar, default="auto"
        What the caller said.

    Returns
    -------
    "auto", None or scalar
        What marks an unlabeled row.
    """
    if not is_auto(unlabeled):
        return unlabeled
    while estimator is not None:
        if hasattr(estimator, "unlabeled"):
            return estimator.unlabeled
        estimator = _inside(estimator)
    return unlabeled


def _says_its_mark(estimator: Estimator, classes: Any) -> Estimator:
    """Find the estimator that knows marks: the fitted one, or its like inside.

    A meta-estimator that encodes y itself has other classes than the one inside.
    """
    while estimator is not None:
        same = np.array_equal(np.asarray(getattr(estimator, "classes_", ())), classes)
        if not same or hasattr(estimator, "unlabeled"):
            return estimator if same else None
        estimator = _inside(estimator)
    return None


def _inside(estimator: Estimator) -> Estimator:
    """Get what a pipeline ends in, what a search found, what a wrapper holds."""
    if hasattr(estimator, "steps"):
        return estimator.steps[-1][1]
    for name in ("best_estimator_", "estimator_", "estimator"):
        if hasattr(estimator, name):
            return getattr(estimator, name)
    return None


def _unseen_classes(estimator: Estimator, labels: PartialLabels) -> list[Any]:
    """Labels to score on that the estimator cannot know."""
    known = np.asarray(getattr(estimator, "classes_", ())).tolist()
    return [label for label in labels.classes.tolist() if known and label not in known]
