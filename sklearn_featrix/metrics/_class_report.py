"""How well each class is told, with intervals, beside the majority baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.utils import check_array, check_consistent_length

from ..utils._compat import check_sample_weight
from ..utils._confidence import check_confidence
from ..utils._copies import effective_number
from ..utils._labels import encode_labels, is_labeled
from ..utils._text_table import aligned, with_interval
from ..utils._wilson import wilson_interval

__all__ = ["ClassReport", "class_report"]

RARE = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class ClassReport:
    """What :func:`class_report` found.

    Figures that cannot be computed, such as the recall of a class without a row, are
    NaN.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The classes, those that are only predicted included.
    support : ndarray of int of shape (n_classes,)
        Labelled rows of each class.
    share : ndarray of shape (n_classes,)
        Their share, by weight: the precision, and the average precision, of a guess.
    precision, recall, f1 : ndarray of shape (n_classes, 3)
        The figure, with the ends of its interval.
    average_precision : ndarray of shape (n_classes, 3) or None
        The same; None if there were no scores.
    accuracy, balanced_accuracy : ndarray of shape (3,)
        The same for all classes together.
    confidence : float
        Of all intervals.

    Attributes
    ----------
    minority_share : float
        Share of the rarest class that has a row.
    is_rare : bool
        Whether that is below 10 %.
    baseline : dict
        Accuracy, balanced accuracy, and precision, recall and F1 of each class, where
        every row is called the most frequent class.

    Examples
    --------
    >>> from sklearn_featrix.metrics import class_report
    >>> report = class_report([0] * 95 + [1] * 5, [0] * 92 + [1] * 8)
    >>> report.is_rare, report.baseline["accuracy"]
    (True, 0.95)
    >>> report.precision[1].round(2)
    array([0.62, 0.35, 0.84])
    """

    classes: np.ndarray
    support: np.ndarray
    share: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    average_precision: np.ndarray | None
    accuracy: np.ndarray
    balanced_accuracy: np.ndarray
    confidence: float

    @property
    def minority_share(self):
        """Share of the rarest class that has a row."""
        return float(self.share[self.support > 0].min())

    @property
    def is_rare(self):
        """Whether that is below 10 %."""
        return self.minority_share < RARE

    @property
    def baseline(self):
        """Figures of the most frequent class as the answer to every row."""
        is_top = np.arange(len(self.classes)) == self.share.argmax()
        top = float(self.share.max())
        return {
            "accuracy": top,
            "balanced_accuracy": float(1 / (self.support > 0).sum()),
            "precision": np.where(is_top, top, 0.0),
            "recall": np.where(is_top, 1.0, 0.0),
            "f1": np.where(is_top, 2 * top / (1 + top), 0.0),
        }

    def __repr__(self):
        baseline = self.baseline
        columns = {
            "precision": self.precision,
            "recall": self.recall,
            "F1": self.f1,
        }
        if self.average_precision is not None:
            columns = {"average precision": self.average_precision} | columns
        rows = [("class", "rows", *columns, "share", "F1 if majority")]
        for at in np.argsort(self.share, kind="stable"):
            rows.append(
                (
                    str(self.classes[at]),
                    str(self.support[at]),
                    *(with_interval(*figures[at]) for figures in columns.values()),
                    f"{self.share[at]:.3f}",
                    f"{baseline['f1'][at]:.3f}",
                )
            )
        table = aligned(rows)
        overall = [
            f"{name}: {with_interval(*figures)}, of the majority {baseline[key]:.3f}"
            for name, key, figures in (
                ("balanced accuracy", "balanced_accuracy", self.balanced_accuracy),
                ("accuracy", "accuracy", self.accuracy),
            )
        ]
        # the accuracy of a rare class says how rare it is
        lines = [*table, *overall] if self.is_rare else [*overall[::-1], *table]
        return "\n".join([*lines, f"({100 * self.confidence:g} % intervals)"])


def class_report(
    y_true,
    y_pred,
    y_score=None,
    *,
    labels=None,
    sample_weight=None,
    confidence=0.9,
    unlabeled="auto",
):
    """Report precision, recall and F1 of each class, with intervals.

    Accuracy says little where a class is rare: who never predicts it is right on all
    other rows. The report says how well each class is told, how sure that is, and what
    calling everything the most frequent class would reach. Where the rarest class has
    less than 10 % of the rows, its figures come first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Partial labels; rows without one do not count.
    y_pred : array-like of shape (n_samples,)
        Predicted labels, of all rows. A mark of an unlabeled row is an answer that was
        not given: it misses the true class and names no other.
    y_score : array-like of shape (n_samples,) or (n_samples, n_classes), default=None
        Scores or probabilities, for the average precision: of the second of two
        classes, or of each class in the order of `labels`.
    labels : array-like of shape (n_classes,), default=None
        The classes, such as `classes_` of the classifier. None takes those of `y_true`
        and `y_pred`, sorted.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows, none negative.
    confidence : float, default=0.9
        Of all intervals, in (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.

    Returns
    -------
    ClassReport
        The figures; it has a readable repr.

    Raises
    ------
    ValueError
        If no row has a label, `labels` lack a class, or the shapes do not fit.

    See Also
    --------
    sklearn_featrix.model_selection.cross_val_interval : One score over folds.
    sklearn.metrics.classification_report : The figures without intervals, as text.

    Notes
    -----
    Precision, recall and accuracy have Wilson's interval [1]_. F1 is a function of the
    Jaccard index, the share of rows of the class among those that have it as label or
    as prediction, and has Wilson's interval of that one. Balanced accuracy is taken
    for a share of as many rows as have its variance, and average precision for a share
    of the rows of its class [2]_. Weights count by Kish's effective number of rows.

    The intervals hold for rows like these and for this classifier as it is fitted, not
    for another draw of its training rows.

    References
    ----------
    .. [1] E. B. Wilson. Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212, 1927.
    .. [2] K. Boyd, K. H. Eng and C. D. Page. Area under the precision-recall curve:
       point estimates and confidence intervals. ECML PKDD 2013.

    Examples
    --------
    >>> from sklearn_featrix.metrics import class_report
    >>> y_true = ["fine"] * 95 + ["fraud"] * 5 + [None] * 900
    >>> y_pred = ["fine"] * 92 + ["fraud"] * 8 + ["fine"] * 900
    >>> report = class_report(y_true, y_pred)
    >>> report.recall[1].round(3)  # the figure and the ends of its interval
    array([1.   , 0.649, 1.   ])
    >>> print(report)
    class  rows  precision             recall                F1 ...
    fraud  5     0.625 [0.348, 0.839]  1.000 [0.649, 1.000]  0.769 ...
    fine   95    1.000 [0.971, 1.000]  0.968 [0.924, 0.987]  0.984 ...
    balanced accuracy: 0.984 [0.849, 0.999], of the majority 0.500
    accuracy: 0.970 [0.927, 0.988], of the majority 0.950
    (90 % intervals)
    """
    check_confidence(confidence)
    y_pred = y_pred if hasattr(y_pred, "__getitem__") else np.asarray(y_pred)
    weights = check_sample_weight(
        sample_weight, y_pred, dtype=np.float64, ensure_non_negative=True
    )
    truth = encode_labels(
        y_true, unlabeled=unlabeled, n_samples=len(y_pred), keep=weights > 0
    )
    answered = is_labeled(y_pred, unlabeled=unlabeled)
    kept = truth.labeled
    values = predicted = truth.classes[truth.codes[kept]]
    if answered.any():
        answers = encode_labels(y_pred, unlabeled=unlabeled)
        predicted = answers.classes[answers.codes[kept]]
    answered, weights = answered[kept], weights[kept]
    classes = _read_classes(labels, values, predicted[answered])
    is_class = values[:, None] == classes
    is_called = (predicted[:, None] == classes) & answered[:, None]
    hits = is_class & is_called
    wilson = _Wilson(weights, confidence)
    support = is_class.sum(axis=0)
    jaccard = wilson.shares(hits, is_class | is_called)
    recall = wilson.shares(hits, is_class)
    precision = wilson.shares(hits, is_called)
    right = hits.any(axis=1)[:, None]
    ranked = None
    if y_score is not None:
        scores = _read_scores(y_score, len(y_pred), classes)[kept]
        ranked = _average_precisions(is_class, scores, weights, wilson)
    return ClassReport(
        classes=classes,
        support=support,
        share=weights @ is_class / weights.sum(),
        precision=precision,
        recall=recall,
        f1=2 * jaccard / (1 + jaccard),
        average_precision=ranked,
        accuracy=wilson.shares(right, np.ones_like(right))[0],
        balanced_accuracy=wilson.mean(recall[:, 0], is_class),
        confidence=confidence,
    )


def _read_classes(labels, values, predicted):
    found = np.unique(np.concatenate([values, predicted]))
    if labels is None:
        return found
    classes = np.asarray(labels)
    lacking = np.setdiff1d(found, classes).tolist()
    if lacking:
        raise ValueError(
            f"labels={classes.tolist()} lack {lacking}, which y_true or y_pred hold. "
            "Pass all classes, such as classes_ of the classifier."
        )
    return classes


def _read_scores(y_score, n_rows, classes):
    scores = check_array(
        y_score, ensure_2d=False, dtype=np.float64, input_name="y_score"
    )
    check_consistent_length(scores, np.empty(n_rows))
    if scores.ndim == 1 and len(classes) == 2:
        return np.column_stack([-scores, scores])
    if scores.ndim != 2 or scores.shape[1] != len(classes):
        raise ValueError(
            f"y_score has shape {scores.shape}; for the {len(classes)} classes "
            f"{classes.tolist()} it must be ({n_rows}, {len(classes)})"
            + (f" or ({n_rows},)" if len(classes) == 2 else "")
            + ". If the classifier knows more classes, pass its classes_ as labels."
        )
    return scores


class _Wilson:
    """Shares of weighted rows with Wilson's interval, and what is like a share."""

    def __init__(self, weights, confidence):
        self.weights = weights
        self.confidence = confidence

    def shares(self, hits, among):
        """Share of `among` that are `hits`, column by column, with its interval."""
        total, hit = self.weights @ among, self.weights @ (hits & among)
        with np.errstate(invalid="ignore"):
            return self.interval(hit / total, self.n_rows(among))

    def mean(self, recall, is_class):
        """Mean recall of the classes that have rows, with its interval."""
        has = is_class.any(axis=0)
        n_rows = has.sum() ** 2 / (1 / self.n_rows(is_class)[has]).sum()
        return self.interval(np.array([recall[has].mean()]), n_rows)[0]

    def n_rows(self, among):
        """Effective number of rows, column by column."""
        return effective_number(self.weights[:, None] * among)

    def interval(self, share, n_rows):
        """Share of so many rows with the ends of its interval."""
        return wilson_interval(share, n_rows, self.confidence)


def _average_precisions(is_class, scores, weights, wilson):
    rows = []
    for at, n_rows in enumerate(wilson.n_rows(is_class)):
        if not is_class[:, at].any():
            rows.append([np.nan] * 3)
            continue
        value = average_precision_score(
            is_class[:, at], scores[:, at], sample_weight=weights
        )
        value = min(value, 1.0)  # which a sum of roundings may pass
        rows.append(wilson.interval(value, n_rows))
    return np.array(rows)
