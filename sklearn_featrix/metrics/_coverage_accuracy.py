"""How accuracy rises as fewer rows are answered."""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_array, check_consistent_length

from ..utils._compat import check_sample_weight
from ..utils._labels import encode_labels

__all__ = ["coverage_accuracy_curve"]


def coverage_accuracy_curve(
    y_true, y_pred, confidence, *, sample_weight=None, unlabeled="auto"
):
    """Compute the accuracy on the most confident rows, for every share of them.

    A classifier that may abstain answers the rows it is sure of: the more it leaves
    open, the more of its answers should be right [1]_, [2]_. If the curve does not
    rise towards small coverages, the confidence says nothing.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Partial labels; rows without one do not count.
    y_pred : array-like of shape (n_samples,)
        Predicted labels, of all rows.
    confidence : array-like of shape (n_samples,)
        How sure each prediction is, such as its probability. Greater is surer.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.

    Returns
    -------
    coverage : ndarray of shape (n_thresholds,)
        Share of the rows with a confidence of at least the threshold, increasing; the
        last is 1.
    accuracy : ndarray of shape (n_thresholds,)
        Share of right predictions among them.
    thresholds : ndarray of shape (n_thresholds,)
        The distinct confidences, decreasing.

    Raises
    ------
    ValueError
        If no row has a label, or a confidence is NaN or infinite.

    See Also
    --------
    sklearn_featrix.calibration.SelectiveClassifier : Abstains below a threshold.
    sklearn_featrix.inspection.CoverageAccuracyDisplay : Draws the curve.

    References
    ----------
    .. [1] C. K. Chow. On optimum recognition error and reject tradeoff. IEEE
       Transactions on Information Theory 16, 41-46, 1970.
    .. [2] R. El-Yaniv and Y. Wiener. On the foundations of noise-free selective
       classification. Journal of Machine Learning Research 11, 1605-1641, 2010.

    Examples
    --------
    >>> from sklearn_featrix.metrics import coverage_accuracy_curve
    >>> coverage, accuracy, thresholds = coverage_accuracy_curve(
    ...     [0, 1, 1, 0, -1], [0, 1, 0, 1, 1], [0.9, 0.8, 0.6, 0.6, 0.7]
    ... )
    >>> coverage
    array([0.25, 0.5 , 1.  ])
    >>> accuracy
    array([1. , 1. , 0.5])
    >>> thresholds
    array([0.9, 0.8, 0.6])
    """
    confidence = check_array(
        confidence, ensure_2d=False, dtype=np.float64, input_name="confidence"
    )
    labels = encode_labels(y_true, unlabeled=unlabeled, n_samples=len(confidence))
    y_pred = np.asarray(y_pred)
    check_consistent_length(y_pred, confidence)
    weights = check_sample_weight(sample_weight, confidence)[labels.labeled]
    right = y_pred[labels.labeled] == labels.labeled_values
    return accumulate(right, confidence[labels.labeled], weights)


def accumulate(right, confidence, weights):
    """Coverage, accuracy and thresholds of labelled rows, some of them right."""
    thresholds, positions = np.unique(-confidence, return_inverse=True)
    answered = np.cumsum(np.bincount(positions, weights))
    n_right = np.cumsum(np.bincount(positions, weights * right))
    accuracy = np.divide(
        n_right, answered, out=np.full(len(answered), np.nan), where=answered > 0
    )
    return answered / answered[-1], accuracy, -thresholds
