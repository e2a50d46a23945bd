"""How unlike the rows of two tables are, and in which columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

from ..preprocessing import TableEncoder
from ..preprocessing._stack import stack_tables
from ..utils._compat import num_samples
from ..utils._confidence import check_confidence
from ..utils._text_table import with_interval
from ._domain_classifier import DomainClassifier

__all__ = [
    "NOTABLE_AUC",
    "CovariateShiftReport",
    "covariate_shift_report",
    "report_of_encoded",
]

NOTABLE_AUC = 0.7


@dataclass(frozen=True, eq=False, repr=False)
class CovariateShiftReport:
    """What :func:`covariate_shift_report` found.

    Parameters
    ----------
    auc : float
        Out-of-fold AUC of a classifier that tells source rows from target rows: 0.5
        where it cannot, 1 where it always can.
    low, high : float
        Interval of the AUC.
    confidence : float
        Share of such intervals that hold the true AUC.
    column_auc : dict
        Out-of-fold AUC of each column alone, by label, highest first. Columns without
        information are not in it.
    n_source, n_target : int
        Number of rows of either table.
    source_ratio, target_ratio : ndarray of shape (n_source,), (n_target,), or None
        Estimated density ratio p_target(x) / p_source(x) of each row, from 1/99 to 99.

    Attributes
    ----------
    is_notable : bool
        Whether the AUC is above 0.7 and its interval above 0.5.
    unlike_columns : list
        Labels of the columns with an AUC above 0.6, at most five.

    Examples
    --------
    >>> from sklearn_featrix.covariate_shift import CovariateShiftReport
    >>> CovariateShiftReport(0.83, 0.78, 0.88, 0.95, {"age": 0.81}, 100, 900)
    100 source and 900 target rows: domain AUC 0.83 [0.78, 0.88] (95 % interval)
      columns that differ most: 'age' 0.81
    """

    auc: float
    low: float
    high: float
    confidence: float
    column_auc: dict[Any, float]
    n_source: int
    n_target: int
    source_ratio: np.ndarray | None = field(default=None)
    target_ratio: np.ndarray | None = field(default=None)

    @property
    def is_notable(self):
        """Whether the tables are clearly unlike."""
        return self.auc > NOTABLE_AUC and self.low > 0.5

    @property
    def unlike_columns(self):
        """Labels of the columns that differ most."""
        return [label for label, auc in self.column_auc.items() if auc > 0.6][:5]

    def __repr__(self):
        lines = [
            f"{self.n_source:,} source and {self.n_target:,} target rows: domain AUC "
            f"{with_interval(self.auc, self.low, self.high, '.2f')} "
            f"({100 * self.confidence:g} % interval)"
        ]
        if self.low > 0.5:
            lines.append(f"  columns that differ most: {self.describe_columns()}")
        return "\n".join(lines)

    def describe_columns(self):
        """Name the columns that differ most, with their AUC.

        Returns
        -------
        str
            The columns; or that only their combinations differ.
        """
        if not self.unlike_columns:
            return "none alone, only their combinations"
        return ", ".join(
            f"{label!r} {self.column_auc[label]:.2f}" for label in self.unlike_columns
        )


def covariate_shift_report(
    X_source,
    X_target,
    *,
    n_folds=5,
    max_rows=1000,
    confidence=0.95,
    random_state=0,
):
    """Report how unlike two tables are, by a classifier that tries to tell them apart.

    Labelled rows and the others, last year's rows and this year's: where a classifier
    can tell held-out rows of the two apart, they were not drawn alike [1]_. An AUC of
    0.5 means that it cannot; above 0.7 what is learnt on one may not hold on the other.

    Parameters
    ----------
    X_source : DataFrame, array-like or sparse matrix of shape (n_source, n_features)
        Rows of one domain, such as the labelled rows.
    X_target : DataFrame, array-like or sparse matrix of shape (n_target, n_features)
        Rows of the other, such as the unlabeled rows; the same columns.
    n_folds : int, default=5
        Number of folds; fewer where a table has fewer distinct rows.
    max_rows : int, default=1000
        Most distinct rows of each table that take part in the folds, chosen by a hash
        of their content.
    confidence : float, default=0.95
        Of the interval of the AUC, in (0, 1).
    random_state : int, RandomState instance or None, default=0
        Seeds the classifier and the encoding of texts.

    Returns
    -------
    CovariateShiftReport
        The AUC with its interval, that of each column alone, and the density ratio of
        each row.

    Raises
    ------
    ValueError
        If a table has fewer than two distinct rows, or their columns differ.

    See Also
    --------
    sklearn_featrix.neighbors.coverage_report : Which rows lie near others.

    Notes
    -----
    The classifier is a forest of extremely randomised trees on the encoding for trees
    of :class:`~sklearn_featrix.preprocessing.TableEncoder`; both tables weigh the same.
    The AUC of a column is that of the ratio of two smoothed histograms. It is a measure
    of the marginal distribution alone: where only the dependence between columns
    differs, no column stands out.

    A held-out probability p of "target" is the density ratio p / (1 - p) [2]_; rows
    that took no part in the folds are scored by the mean of all folds' classifiers.

    Copies of a row within a table count once for the AUC.

    References
    ----------
    .. [1] D. Lopez-Paz and M. Oquab. Revisiting classifier two-sample tests. ICLR,
       2017.
    .. [2] S. Bickel, M. Brueckner and T. Scheffer. Discriminative learning under
       covariate shift. JMLR 10, 2137-2155, 2009.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn_featrix.covariate_shift import covariate_shift_report
    >>> X, _ = load_wine(return_X_y=True, as_frame=True)
    >>> strong = X["alcohol"] > 13
    >>> report = covariate_shift_report(X[strong], X[~strong])
    >>> report.auc > 0.95, report.unlike_columns[0]
    (True, 'alcohol')
    >>> covariate_shift_report(X[::2], X[1::2]).is_notable
    False
    """
    check_scalar(n_folds, "n_folds", Integral, min_val=2)
    check_scalar(max_rows, "max_rows", Integral, min_val=2)
    check_confidence(confidence)
    encoder = TableEncoder(random_state=random_state).fit(
        stack_tables(X_source, X_target)
    )
    model = DomainClassifier(
        n_folds=n_folds,
        max_rows=max_rows,
        confidence=confidence,
        random_state=random_state,
    )
    return report_of_encoded(
        model,
        encoder,
        encoder._encode(X_source, "tree"),
        encoder._encode(X_target, "tree"),
        with_ratios=True,
    )


def report_of_encoded(model, encoder, source, target, *, with_ratios=False):
    """Report on tables that are encoded already.

    Parameters
    ----------
    model : DomainClassifier
        Fitted here.
    encoder : TableEncoder
        What encoded them.
    source, target : ndarray of shape (n_source, n_encoded), (n_target, n_encoded)
        The tables in its encoding for trees.
    with_ratios : bool, default=False
        Whether to estimate the density ratio of each row, which costs a prediction.

    Returns
    -------
    CovariateShiftReport
        The report.
    """
    suffixes = encoder._suffixes("tree")
    positions = [position for position, _ in suffixes]
    widths = [len(names) for _, names in suffixes]
    model.fit(source, target, np.repeat(np.arange(len(positions)), widths))
    labels = [encoder._names[position] for position in positions]
    order = np.argsort(-model.column_auc_, kind="stable")
    ratios = [None, None]
    if with_ratios:
        ratios = [p / (1 - p) for p in model.probabilities(source, target)]
    return CovariateShiftReport(
        model.auc_,
        model.low_,
        model.high_,
        model.confidence,
        {labels[at]: float(model.column_auc_[at]) for at in order},
        num_samples(source),
        num_samples(target),
        *ratios,
    )
