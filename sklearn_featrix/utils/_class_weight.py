"""Class weights by the effective number of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._labels import encode_labels

__all__ = [
    "check_beta",
    "check_row_counts",
    "class_weight_effective",
    "effective_weights",
]


def class_weight_effective(
    y: Any, *, beta: float = 0.999, unlabeled: Any = "auto"
) -> dict[Any, float]:
    r"""Compute class weights by the effective number of labelled rows.

    A further row of a class tells less, the more there are of it: :math:`n` rows count
    as :math:`E_n = (1 - \beta^n) / (1 - \beta)` [1]_, and a class weighs
    :math:`1 / E_n`. The result is what the parameter ``class_weight`` of scikit-learn's
    classifiers takes.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels; rows without one do not count.
    beta : float, default=0.999
        Between 0 and 1: 0 weighs all classes alike, 1 is inverse frequency,
        scikit-learn's "balanced". In between, :math:`1 / (1 - \beta)` rows are the most
        that a class can count for.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.

    Returns
    -------
    dict
        Weight of each class. The mean weight of the labelled rows is 1, so that the
        strength of a regularisation keeps its meaning; the paper's weights differ by
        one factor for all classes.

    Raises
    ------
    ValueError
        If fewer than two classes have a label, or `beta` is not between 0 and 1.

    See Also
    --------
    sklearn_featrix.losses.ClassBalancedLoss : The same weights in a torch criterion.
    sklearn.utils.class_weight.compute_class_weight : Inverse frequency.

    Notes
    -----
    Weights shift the probabilities towards the rare classes: they are no longer shares
    of rows.

    References
    ----------
    .. [1] Y. Cui, M. Jia, T.-Y. Lin, Y. Song and S. Belongie. Class-balanced loss based
       on effective number of samples. CVPR 2019.

    Examples
    --------
    >>> from sklearn_featrix.utils import class_weight_effective
    >>> y = ["ham"] * 90 + ["spam"] * 10 + [None] * 900
    >>> class_weight_effective(y, beta=0)
    {'ham': 1.0, 'spam': 1.0}
    >>> weights = class_weight_effective(y, beta=0.9)
    >>> {name: round(weight, 2) for name, weight in weights.items()}
    {'ham': 0.95, 'spam': 1.46}
    >>> weights = class_weight_effective(y, beta=1)
    >>> {name: round(weight, 2) for name, weight in weights.items()}
    {'ham': 0.56, 'spam': 5.0}
    """
    labels = encode_labels(y, unlabeled=unlabeled, min_classes=2)
    weights = effective_weights(np.bincount(labels.labeled_codes), beta)
    return dict(zip(labels.classes.tolist(), weights.tolist(), strict=True))


def effective_weights(counts: ArrayLike, beta: float) -> NDArray[np.float64]:
    """Weights of classes with so many rows each, 1 in the mean over the rows.

    A class with less than one row weighs as one with one row.
    """
    check_beta(beta)
    counts = np.asarray(counts, dtype=np.float64)
    rows = np.maximum(counts, 1)
    if beta == 1:
        effective = rows
    elif beta == 0:
        effective = np.ones_like(rows)
    else:  # 1 - beta ** rows would round to nothing where beta is next to 1
        effective = np.expm1(rows * np.log(beta)) / (beta - 1)
    weights: NDArray[np.float64] = 1 / effective
    if counts.any():
        weights *= counts.sum() / (counts @ weights)
    return weights


def check_row_counts(counts: NDArray[np.float64]) -> None:
    """Refuse weights of rows that are shares: all classes would weigh alike."""
    if counts.max() < 1:
        raise ValueError(
            "The rows of no class weigh as much as 1 together, by sample_weight: "
            f"{counts.tolist()}. A class-balanced loss counts rows, and takes a weight "
            "of 2 for two of them. Divide sample_weight by its mean."
        )


def check_beta(beta: float) -> None:
    """Refuse what is no beta of an effective number."""
    if not 0 <= beta <= 1:
        raise ValueError(
            f"beta must be between 0 (none) and 1 (inverse frequency), got {beta}."
        )
