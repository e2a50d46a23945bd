"""Scorers that look at labelled rows only."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.utils.metadata_routing import get_routing_for_object

from ..utils._compat import index_metadata, index_rows, num_samples
from ..utils._labels import encode_labels, is_labeled, mark_beside

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
        When scoring: if no row is labelled.

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
    return _LabeledScorer(scoring, unlabeled)


class _LabeledScorer:
    """Callable that hands the labelled rows to another scorer."""

    def __init__(self, scoring, unlabeled):
        self._scorer = deepcopy(check_scoring(scoring=scoring))
        self._scoring = scoring
        self._unlabeled = unlabeled

    def __call__(self, estimator, X, y, **params):
        mark = mark_beside(getattr(estimator, "classes_", ()), self._unlabeled)
        if not is_labeled(y, unlabeled=mark).any():
            raise ValueError(
                f"{self!r} got {num_samples(X)} rows to score and none has a label. "
                "Use LabeledSplit as cv, whose test parts hold labelled rows only, or "
                "fewer folds."
            )
        labels = encode_labels(y, unlabeled=mark, n_samples=num_samples(X))
        rows = np.flatnonzero(labels.labeled)
        params = index_metadata(X, params, rows)
        return self._scorer(
            estimator, index_rows(X, rows), labels.labeled_values, **params
        )

    def set_score_request(self, **requests):
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

    def get_metadata_routing(self):
        """Get the metadata that the scorer asks for.

        Returns
        -------
        MetadataRequest
            Request of the method `score`.
        """
        return get_routing_for_object(self._scorer)

    def _accept_sample_weight(self):
        # scikit-learn asks it of every scorer while metadata routing is disabled.
        asked = getattr(self._scorer, "_accept_sample_weight", None)
        return asked is not None and asked()

    def __repr__(self):
        name = getattr(self._scoring, "__name__", None) or repr(self._scoring)
        mark = "" if self._unlabeled == "auto" else f", unlabeled={self._unlabeled!r}"
        return f"make_labeled_scorer({name}{mark})"
