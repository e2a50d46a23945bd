"""A supervised classifier among unlabeled rows."""

from __future__ import annotations

from sklearn.base import clone

from ..utils._compat import fit_context, num_samples
from ..utils._labels import encode_labels
from ._wrapped_classifier import WrappedClassifier

__all__ = ["LabeledOnly"]


class LabeledOnly(WrappedClassifier):
    """Classifier that learns from the labelled rows and never sees the others.

    Put last in a pipeline, it lets the steps before it learn from all rows and the
    classifier from the labelled ones, so that one `y` with unlabeled rows serves both.

    Parameters
    ----------
    estimator : classifier
        Any scikit-learn classifier, a pipeline that ends in one included.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.

    Attributes
    ----------
    estimator_ : classifier
        The classifier fitted on the labelled rows.
    classes_ : ndarray of shape (n_classes,)
        The class labels, in the caller's dtype; "unlabeled" is none of them.
    n_features_in_ : int
        Number of features seen during fit, if the wrapped classifier tells.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during fit, if the wrapped classifier tells.

    See Also
    --------
    sklearn_featrix.model_selection.LabeledSplit : Folds over labelled rows only.
    sklearn_featrix.metrics.make_labeled_scorer : Scores labelled rows only.

    Notes
    -----
    Unlabeled rows are dropped from `X`, from `y`, and from everything in the fit and
    score parameters that has one entry per row.

    Metadata routing hands on what the wrapped classifier requests. `sample_weight` may
    be requested on the wrapper instead: ``set_fit_request(sample_weight=True)``.

    A classifier of precomputed kernels or distances is refused when rows are unlabeled:
    its columns are rows too.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_featrix.compose import LabeledOnly
    >>> from sklearn_featrix.datasets import mask_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=30, random_state=0)
    >>> classifier = make_pipeline(PCA(2), LabeledOnly(LogisticRegression()))
    >>> classifier.fit(X, y_few)  # PCA on 150 rows, LogisticRegression on 30
    Pipeline(...)
    >>> classifier.classes_
    array([0, 1, 2])
    >>> classifier.score(X, y) > 0.9
    True
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(self, estimator, *, unlabeled="auto"):
        self.estimator = estimator
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the wrapped classifier on the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows; those of unlabeled rows are dropped. Handed to the
            wrapped classifier only if given.
        **params : dict
            Parameters of the wrapped classifier's `fit`; what has one entry per row
            loses those of unlabeled rows.

        Returns
        -------
        self : LabeledOnly
            The fitted classifier.

        Raises
        ------
        TypeError
            If the wrapped estimator is no classifier.
        ValueError
            If `y` has another length than `X`, or labels of fewer than two classes.
        """
        self._check_estimator(
            ", such as LogisticRegression(); a transformer goes before LabeledOnly, as "
            "a step of a Pipeline."
        )
        labels = encode_labels(
            y, unlabeled=self.unlabeled, n_samples=num_samples(X), min_classes=2
        )
        params = self._route("fit", sample_weight, params)
        X, params = self._drop_unlabeled(X, labels, params)
        self.estimator_ = clone(self.estimator).fit(X, labels.labeled_values, **params)
        self.classes_ = getattr(self.estimator_, "classes_", labels.classes)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self
