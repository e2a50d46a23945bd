"""What unlabeled rows did for a vote, on held-out labelled rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..model_selection._paired import corrected_interval, verdict_of
from ..model_selection._uncertainty import score_interval, variance_of
from ..utils._text_table import with_interval

__all__ = ["VoteComparison"]

CONFIDENCE = 0.9  # of every interval of the evidence


@dataclass(frozen=True, eq=False, repr=False)
class VoteComparison:
    """The vote with unlabeled rows against the labelled-only one, on the same folds.

    Parameters
    ----------
    difference : float
        Mean log-likelihood of held-out labels by the full vote minus that by the
        labelled-only one: above zero, unlabeled rows help.
    low, high : float
        Interval of the difference.
    confidence : float
        Share of such intervals that hold the true difference, or the true accuracy.
    accuracy, accuracy_labeled_only : float
        Accuracy of either on held-out rows.
    accuracy_interval, accuracy_interval_labeled_only : tuple of float
        Their intervals, as from
        :func:`~sklearn_featrix.model_selection.cross_val_interval`.
    differences : ndarray of shape (n_folds,)
        The difference in each fold.

    Attributes
    ----------
    verdict : {"helps", "hurts", "tie"}
        "tie" where the interval holds zero.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised import VoteComparison
    >>> VoteComparison(
    ...     0.05, 0.01, 0.09, 0.9, 0.85, 0.8, (0.7, 0.93), (0.65, 0.9),
    ...     differences=np.array([0.03, 0.07]),
    ... )
    helps: log-likelihood +0.050 [+0.010, +0.090], accuracy 0.850 [0.700, 0.930] with
    and 0.800 [0.650, 0.900] without unlabeled rows (90 % intervals, 2 folds)
    """

    difference: float
    low: float
    high: float
    confidence: float
    accuracy: float
    accuracy_labeled_only: float
    accuracy_interval: tuple[float, float]
    accuracy_interval_labeled_only: tuple[float, float]
    differences: np.ndarray

    @property
    def verdict(self):
        """What the interval says."""
        return verdict_of(self.low, self.high)

    @classmethod
    def of(cls, out_of_fold, confidence=CONFIDENCE):
        """Compare out-of-fold probabilities.

        Parameters
        ----------
        out_of_fold : OutOfFold
            Of either vote.
        confidence : float, default=0.9
            Of the interval.

        Returns
        -------
        VoteComparison
            The comparison.
        """
        full, labeled = out_of_fold.fold_scores("neg_log_loss")
        ratio = 1 / (len(full) - 1)
        found = corrected_interval(full - labeled, ratio, confidence)
        accuracies = out_of_fold.fold_scores("accuracy")
        variance = variance_of("accuracy", np.bincount(out_of_fold.codes))
        return cls(
            *map(float, found),
            confidence,
            *(float(scores.mean()) for scores in accuracies),
            *(
                score_interval(
                    scores, ratio, confidence, bounds=(0, 1), variance=variance
                )
                for scores in accuracies
            ),
            differences=full - labeled,
        )

    def __repr__(self):
        difference = with_interval(self.difference, self.low, self.high, "+.3f")
        with_all = with_interval(self.accuracy, *self.accuracy_interval)
        without = with_interval(
            self.accuracy_labeled_only, *self.accuracy_interval_labeled_only
        )
        return (
            f"{self.verdict}: log-likelihood {difference}, accuracy {with_all} with "
            f"and {without} without unlabeled rows ({100 * self.confidence:g} % "
            f"intervals, {len(self.differences)} folds)"
        )
