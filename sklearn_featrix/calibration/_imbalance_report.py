"""What speaks for each reason why a class is rare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..covariate_shift import CovariateShiftReport
from ..utils._text_table import with_interval

__all__ = ["ImbalanceReport"]

IMBALANCED = 3  # rows of the most frequent class per row of the rarest


@dataclass(frozen=True, eq=False, repr=False)
class ImbalanceReport:
    """What :func:`imbalance_report` found.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The classes.
    counts : ndarray of int of shape (n_classes,)
        Labelled rows of each.
    n_unlabeled : int
        Rows without a label.
    shares : ndarray of shape (n_classes, 3)
        Share of each class among the labelled rows, with the ends of its interval.
    unlabeled_shares : ndarray of shape (n_classes,) or None
        Shares among the unlabeled rows, estimated.
    expected_shares : ndarray of shape (n_classes, 2) or None
        Ends of the interval in which this estimate falls for rows that were drawn as
        the labelled ones were.
    shift : CovariateShiftReport or None
        Whether labelled and unlabeled rows can be told apart.
    error_rate : float
        Share of the labels that say nothing about their row, estimated; NaN if no row
        could be held out.
    has_errors : bool
        Whether that is more than chance.
    suspects : ndarray of int of shape (n_suspects,)
        Positions of the rows whose label is more likely wrong than right, the most
        suspicious first; empty unless `has_errors`.
    suggested : ndarray of shape (n_suspects,)
        The class that the other rows speak for.
    confidence : float
        Of the intervals and of the test.

    Attributes
    ----------
    ratio : float
        Rows of the most frequent class for each row of the rarest.
    has_sampling_bias : bool
        Whether the labelled rows were drawn otherwise than the unlabeled ones, as far
        as can be seen: their class shares differ, or a classifier tells them apart.
    kinds : tuple of str
        Of "label_errors", "sampling_bias" and "inherent", what there is evidence of.
        "inherent" is what remains of an imbalance; without one it is ("balanced",).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.calibration import imbalance_report
    >>> rng = np.random.default_rng(1)
    >>> y = (rng.uniform(size=2000) < 0.05).astype(int)
    >>> X = rng.normal(size=(2000, 2)) + 2 * y[:, None]
    >>> imbalance_report(X, np.where(np.arange(2000) < 500, y, -1)).kinds
    ('inherent',)
    """

    classes: np.ndarray
    counts: np.ndarray
    n_unlabeled: int
    shares: np.ndarray
    unlabeled_shares: np.ndarray | None
    expected_shares: np.ndarray | None
    shift: CovariateShiftReport | None
    error_rate: float
    has_errors: bool
    suspects: np.ndarray
    suggested: np.ndarray
    confidence: float

    @property
    def ratio(self):
        """Rows of the most frequent class for each row of the rarest."""
        return float(self.counts.max() / self.counts.min())

    @property
    def has_sampling_bias(self):
        """Whether labelled and unlabeled rows were drawn differently."""
        return bool(
            len(self._strange_shares) or (self.shift is not None and self._is_shifted)
        )

    @property
    def kinds(self):
        """What there is evidence of."""
        found = []
        if self.has_errors:
            found.append("label_errors")
        if self.has_sampling_bias:
            found.append("sampling_bias")
        if found:
            return tuple(found)
        return ("inherent",) if self.ratio >= IMBALANCED else ("balanced",)

    @property
    def _is_shifted(self):
        return self.shift.is_notable

    @property
    def _strange_shares(self):
        """Classes whose share among the unlabeled rows is not that of the labelled."""
        if self.unlabeled_shares is None:
            return np.array([], dtype=int)
        low, high = self.expected_shares.T
        return np.flatnonzero(
            (self.unlabeled_shares < low) | (self.unlabeled_shares > high)
        )

    def __repr__(self):
        rare = int(self.counts.argmin())
        lines = [
            f"{self.counts.sum():,} labelled and {self.n_unlabeled:,} unlabeled rows; "
            f"rarest is {self.classes.tolist()[rare]!r}: {self.counts[rare]:,} rows, a "
            f"share of {with_interval(*self.shares[rare])}, 1 for {self.ratio:.1f} of "
            "the most frequent class."
        ]
        lines += [_ADVICE[kind] for kind in self.kinds]
        lines += [*self._say_errors(), *self._say_shares(), *self._say_shift()]
        return "\n".join(lines)

    def _say_errors(self):
        if not self.has_errors:
            return []
        first = ", ".join(map(str, self.suspects[:5].tolist()))
        dots = ", ..." if len(self.suspects) > 5 else ""
        return [
            f"  About {self.error_rate:.1%} of the labels are blind; "
            f"{len(self.suspects)} are suspect: rows {first}{dots}"
        ]

    def _say_shares(self):
        if self.unlabeled_shares is None:
            return ["  Without unlabeled rows a choice of rows cannot be seen."]
        return [
            f"  Share of {self.classes.tolist()[at]!r} among the unlabeled rows: about "
            f"{self.unlabeled_shares[at]:.3f}, where {self.expected_shares[at, 0]:.3f} "
            f"to {self.expected_shares[at, 1]:.3f} would be expected."
            for at in self._strange_shares
        ]

    def _say_shift(self):
        if self.shift is None or not self._is_shifted:
            return []
        return [
            f"  A classifier tells labelled from unlabeled rows: AUC "
            f"{self.shift.auc:.2f}, by {self.shift.describe_columns()}"
        ]


_ADVICE = {
    "label_errors": (
        "Label errors: some labels contradict all the others. Look at the suspects "
        "before anything else; weights and resampling would multiply them."
    ),
    "sampling_bias": (
        "Sampling bias: the labelled rows were not drawn like the unlabeled ones. "
        "Label some rows at random, or state the class shares: "
        "PriorCorrectedClassifier."
    ),
    "inherent": (
        "Inherent: nothing speaks against the class being that rare. Keep the "
        "probabilities and move the decision: GoalThresholdClassifier, "
        "CostSensitiveClassifier."
    ),
    "balanced": "Balanced: no class is rare beside another.",
}
