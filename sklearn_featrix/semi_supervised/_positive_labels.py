"""Labels of a table of which one class matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..utils._labels import encode_labels


@dataclass(frozen=True)
class PositiveLabels:
    """Which rows are positive, negative, or of unknown class.

    Parameters
    ----------
    classes : ndarray of shape (2,)
        The two labels, sorted.
    positive_label : label
        The positive one.
    codes : ndarray of shape (n_samples,)
        1 for positives, 0 for negatives, -1 for rows without a label.
    """

    classes: np.ndarray
    positive_label: Any
    codes: np.ndarray


def read_positive_labels(y, n_samples, positive_label=None, unlabeled="auto"):
    """Read labels of positives, of negatives if there are any, and marks.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels.
    n_samples : int
        Number of rows of the table.
    positive_label : label, default=None
        The positive one; None for the only one or the greater of two.
    unlabeled : "auto", None or scalar, default="auto"
        What marks rows without a label.

    Returns
    -------
    PositiveLabels
        The labels.

    Raises
    ------
    ValueError
        If there is no positive row, there are more than two classes, or there is no
        row but positives.

    Examples
    --------
    >>> from sklearn_featrix.semi_supervised._positive_labels import (
    ...     read_positive_labels,
    ... )
    >>> labels = read_positive_labels(["won", None, None], 3)
    >>> labels.classes.tolist(), labels.codes.tolist()
    (['not won', 'won'], [1, -1, -1])
    """
    labels = _encode(y, n_samples, unlabeled)
    classes = labels.classes
    if len(classes) > 2:
        raise ValueError(
            f"y has {len(classes)} classes, {classes[:5].tolist()}; this is a binary "
            "classifier: Only binary classification is supported. Mark the rows of "
            "one class as positive, or use SemiSupervisedClassifier."
        )
    positive = _positive_of(classes, positive_label)
    if len(classes) == 1:
        if labels.labeled.all():
            raise ValueError(
                f"All rows have one class, {positive!r}: there is nothing to tell them "
                "from. Add rows without a label."
            )
        classes = _with_other(classes, positive)
    codes = np.full(len(labels.labeled), -1)
    codes[labels.labeled] = labels.labeled_values == positive
    return PositiveLabels(classes, positive, codes)


def _encode(y, n_samples, unlabeled):
    try:  # also reads -1 and 1 as two classes, where no more rows are of -1
        return encode_labels(y, unlabeled=unlabeled, n_samples=n_samples, min_classes=2)
    except ValueError:
        return encode_labels(y, unlabeled=unlabeled, n_samples=n_samples)


def _positive_of(classes, positive_label):
    """Find the positive label among those there are."""
    if positive_label is not None:
        if positive_label not in classes.tolist():
            raise ValueError(
                f"No row has the class positive_label={positive_label!r}; the labelled "
                f"rows have {classes.tolist()}. Label at least one positive row."
            )
        return positive_label
    if len(classes) == 1 and not isinstance(classes[0], str) and classes[0] == 0:
        raise ValueError(
            f"The labelled rows have one class, {classes.tolist()[0]!r}, which reads "
            "as negative. Label a positive row; pass unlabeled=0 if 0 marks rows of "
            "unknown class, or positive_label=0 if it is the positive one."
        )
    return classes[-1]


def _with_other(classes, positive):
    """Add a name for what is not positive."""
    if isinstance(positive, str):
        pair = [str(positive), f"not {positive}"]
        return np.array(sorted(pair), dtype=object if classes.dtype == object else None)
    if isinstance(positive, (bool, np.bool_)):
        return np.array([False, True], dtype=classes.dtype)
    return np.unique(np.array([positive, 1 if positive == 0 else 0], classes.dtype))
