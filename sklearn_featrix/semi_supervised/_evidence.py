"""What a fit tells about labelled and unlabeled rows, and how they go together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_random_state

from ..covariate_shift import CovariateShiftReport
from ..covariate_shift._domain_classifier import DomainClassifier
from ..covariate_shift._report import report_of_encoded
from ..model_selection._paired import corrected_interval
from ..model_selection._uncertainty import score_interval, variance_of
from ..neighbors._coverage import REGIONS, Coverage
from ..neighbors._scaled_table import ScaledTable
from ..preprocessing import TableEncoder
from ..utils._compat import index_rows, num_samples
from ..utils._warnings import warn

__all__ = ["Evidence", "EvidenceSample", "NeighborAgreement", "VoteComparison"]

MAX_LABELED = 1000
MAX_UNLABELED = 2000
MAX_PROBES = 500
MIN_UNLABELED = 10
N_PERMUTATIONS = 999
CONFIDENCE = 0.9


@dataclass(frozen=True, repr=False)
class NeighborAgreement:
    """How often a labelled row has the label of the labelled row nearest to it.

    Parameters
    ----------
    share : float
        Share of rows for which it is so.
    expected : float
        The same with labels dealt out at random: the mean over permutations.
    p_value : float
        Share of permutations, this one included, that agree at least as much.

    Attributes
    ----------
    is_above_chance : bool
        Whether the p-value is below 0.05.

    Examples
    --------
    >>> from sklearn_featrix.semi_supervised import NeighborAgreement
    >>> NeighborAgreement(0.8, 0.5, 0.01)
    80% like the nearest, 50% by chance (p = 0.010)
    """

    share: float
    expected: float
    p_value: float

    def __repr__(self):
        return (
            f"{self.share:.0%} like the nearest, {self.expected:.0%} by chance "
            f"(p = {self.p_value:.3f})"
        )

    @property
    def is_above_chance(self):
        """Whether labels follow the neighbourhoods more than chance."""
        return self.p_value < 0.05


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
        if self.low > 0:
            return "helps"
        return "hurts" if self.high < 0 else "tie"

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
        with_all = _shown(self.accuracy, self.accuracy_interval)
        without = _shown(
            self.accuracy_labeled_only, self.accuracy_interval_labeled_only
        )
        return (
            f"{self.verdict}: log-likelihood {self.difference:+.3f} "
            f"[{self.low:+.3f}, {self.high:+.3f}], accuracy {with_all} with and "
            f"{without} without unlabeled rows ({100 * self.confidence:g} % intervals, "
            f"{len(self.differences)} folds)"
        )


def _shown(score, interval):
    low, high = interval
    return f"{score:.3f} [{low:.3f}, {high:.3f}]"


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """What speaks for and against a fit; see ``SemiSupervisedClassifier.evidence_``.

    Parameters
    ----------
    class_counts : dict
        Labelled rows of each class.
    n_unlabeled : int
        Number of distinct unlabeled rows.
    shift : CovariateShiftReport or None
        How unlike labelled ("source") and unlabeled ("target") rows are; None with
        fewer than ten unlabeled rows.
    regions : dict of str to float, or None
        Shares of unlabeled rows "near labelled", "near unlabeled only" and "near
        nothing".
    agreement : NeighborAgreement
        Whether labels follow the neighbourhoods.
    comparison : VoteComparison or None
        The cross-validated comparison, if there was one.
    uses_unlabeled : bool
        Whether the vote with unlabeled rows predicts.

    Examples
    --------
    >>> from sklearn_featrix.semi_supervised import Evidence, NeighborAgreement
    >>> agreement = NeighborAgreement(0.8, 0.5, 0.01)
    >>> Evidence({"no": 15, "yes": 5}, 0, None, None, agreement)
    labelled rows        20 ('no': 15, 'yes': 5)
    unlabeled rows       0
    labels               follow the neighbourhoods: 80% like the nearest, 50% by chance
                         (p = 0.010)
    predictions          learnt from all rows
    """

    class_counts: dict[Any, int]
    n_unlabeled: int
    shift: CovariateShiftReport | None
    regions: dict[str, float] | None
    agreement: NeighborAgreement
    comparison: VoteComparison | None = None
    uses_unlabeled: bool = True

    def __repr__(self):
        counts = ", ".join(f"{c!r}: {n:,}" for c, n in self.class_counts.items())
        lines = [
            f"labelled rows        {sum(self.class_counts.values()):,} ({counts})",
            f"unlabeled rows       {self.n_unlabeled:,}",
        ]
        if self.shift is not None:
            mark = "unlike" if self.shift.is_notable else "not clearly unlike"
            lines.append(
                f"labelled, unlabeled  {mark}: domain AUC {self.shift.auc:.2f} "
                f"[{self.shift.low:.2f}, {self.shift.high:.2f}]"
            )
            if self.shift.is_notable:
                lines.append(f"  columns            {self.shift.describe_columns()}")
        if self.regions is not None:
            shares = ", ".join(f"{s:.0%} {name}" for name, s in self.regions.items())
            lines.append(f"unlabeled rows are   {shares}")
        follow = "follow" if self.agreement.is_above_chance else "do not clearly follow"
        lines.append(
            f"labels               {follow} the neighbourhoods: {self.agreement!r}"
        )
        if self.comparison is not None:
            lines.append(f"unlabeled rows       {self.comparison!r}")
        used = "all rows" if self.uses_unlabeled else "the labelled rows alone"
        lines.append(f"predictions          learnt from {used}")
        return "\n".join(lines)


class EvidenceSample:
    """Rows kept from a fit until the evidence is asked for.

    Parameters
    ----------
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The table.
    rows : TrainingRows
        Its distinct rows, the labelled ones first, unlabeled ones in the order of a
        hash.
    classes : ndarray of shape (n_classes,)
        The classes.
    class_counts : ndarray of shape (n_classes,)
        Labelled rows of each class.
    encoder : TableEncoder or None
        Fitted on all rows; None fits one on the sample.
    seed : int
        Seeds trees and permutations.
    """

    def __init__(self, X, rows, classes, class_counts, encoder, seed):
        pairs = rows.n_pairs
        labeled = rows.rows[:pairs][_some(pairs, MAX_LABELED)]
        unlabeled = rows.rows[pairs : pairs + MAX_UNLABELED]
        table = index_rows(X, np.concatenate([labeled, unlabeled]))
        self.encoder = encoder or _fit_encoder(table, seed)
        self.tree, self.scaled = _encode(table, self.encoder)
        self.codes = rows.codes[:pairs][_some(pairs, MAX_LABELED)]
        self.n_unlabeled = len(rows.rows) - pairs
        self.class_counts = dict(
            zip(classes.tolist(), class_counts.tolist(), strict=True)
        )
        self.seed = seed
        self.has_told = False
        self._shift = None

    @classmethod
    def of_fit(cls, X, rows, labels, spaces, random_state):
        """Take the sample at the end of a fit.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            The table.
        rows : TrainingRows
            Its distinct rows.
        labels : PartialLabels
            The labels.
        spaces : TableSpaces
            Fitted.
        random_state : RandomState
            Draws the seed.

        Returns
        -------
        EvidenceSample
            The sample.
        """
        return cls(
            X, rows, labels.classes,
            np.bincount(labels.labeled_codes, minlength=len(labels.classes)),
            spaces.encoder_, random_state.randint(np.iinfo(np.int32).max),
        )  # fmt: skip

    def shift(self):
        """Return how unlike labelled and unlabeled rows are, computed once."""
        n_labeled = len(self.codes)
        if self.encoder is None or len(self.tree) - n_labeled < MIN_UNLABELED:
            return None
        if self._shift is None:
            source, target = self.tree[:n_labeled], self.tree[n_labeled:]
            try:
                self._shift = report_of_encoded(
                    DomainClassifier(random_state=self.seed, confidence=CONFIDENCE),
                    self.encoder, source, target,
                )  # fmt: skip
            except ValueError:  # a domain with a single distinct row
                return None
        return self._shift

    def evidence(self):
        """Gather what is cheap to know.

        Returns
        -------
        Evidence
            Without a comparison.
        """
        return Evidence(
            self.class_counts,
            self.n_unlabeled,
            self.shift(),
            self._regions(),
            neighbor_agreement(self.scaled[: len(self.codes)], self.codes, self.seed),
        )

    def _regions(self):
        n_labeled, n_all = len(self.codes), len(self.scaled)
        if n_all - n_labeled < MIN_UNLABELED:
            return None
        n_probes = min(MAX_PROBES, (n_all - n_labeled) // 3)
        reference = self.scaled[: n_all - n_probes]
        coverage = Coverage(_AsItIs()).fit(
            reference, np.arange(len(reference)) < n_labeled
        )
        codes = coverage.regions(self.scaled[n_all - n_probes :])
        shares = np.bincount(codes, minlength=len(REGIONS)) / len(codes)
        return dict(zip(REGIONS, shares.tolist(), strict=True))


def _fit_encoder(table, seed):
    """Fit an encoder on the sample; None if no column carries information."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the members see the table as it is
        try:
            return TableEncoder(random_state=seed).fit(table)
        except ValueError:
            return None


def _encode(table, encoder):
    if encoder is None:
        nothing = np.zeros((num_samples(table), 1), dtype=np.float32)
        return nothing, nothing
    scaled = ScaledTable(encoder).fit(table).transform(table)
    return encoder._encode(table, "tree"), scaled.astype(np.float32)


class _AsItIs:
    """Rows that are encoded and scaled already."""

    def transform(self, X):
        return X


def _some(n_rows, most):
    """Evenly spaced positions, at most so many."""
    return np.arange(0, n_rows, -(-n_rows // most))


def neighbor_agreement(rows, codes, seed):
    """Compare the labels of nearest neighbours with labels dealt out at random.

    Parameters
    ----------
    rows : ndarray of shape (n_labeled, n_encoded)
        Labelled rows in an encoding in which distances make sense.
    codes : ndarray of shape (n_labeled,)
        Their classes.
    seed : int
        Of the permutations.

    Returns
    -------
    NeighborAgreement
        The test of coincidences of nearest neighbours [1]_.

    References
    ----------
    .. [1] N. Henze. A multivariate two-sample test based on the number of nearest
       neighbor type coincidences. Annals of Statistics 16, 772-783, 1988.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._evidence import neighbor_agreement
    >>> rows = np.arange(40.0)[:, None]
    >>> neighbor_agreement(rows, (np.arange(40) >= 20).astype(int), 0).p_value
    0.001
    """
    nearest = np.concatenate(
        list(pairwise_distances_chunked(rows, reduce_func=_nearest_other))
    )
    random_state = check_random_state(seed)
    share = float((codes[nearest] == codes).mean())
    by_chance = np.empty(N_PERMUTATIONS)
    for at in range(N_PERMUTATIONS):
        dealt = random_state.permutation(codes)
        by_chance[at] = (dealt[nearest] == dealt).mean()
    n_as_good = int((by_chance >= share - 1e-12).sum())
    return NeighborAgreement(
        share, float(by_chance.mean()), (1 + n_as_good) / (1 + N_PERMUTATIONS)
    )


def _nearest_other(distances, start):
    rows = np.arange(len(distances))
    distances[rows, start + rows] = np.inf
    return distances.argmin(axis=1)


def warn_of_shift(sample, gives_up=False):
    """Warn, once, if labelled and unlabeled rows are clearly unlike.

    Parameters
    ----------
    sample : EvidenceSample
        Of the fit.
    gives_up : bool, default=False
        Whether the unlabeled rows are left aside for it.
    """
    report = sample.shift()
    if sample.has_told or report is None or not report.is_notable:
        return
    sample.has_told = True
    consequence = "What is learnt from one may not hold for the other."
    if gives_up:
        consequence = (
            "The labelled rows alone predict; safe=False would learn from both."
        )
    warn(
        f"Labelled and unlabeled rows are unlike: a classifier tells them apart with "
        f"an AUC of {report.auc:.2f} (0.5 if they were drawn alike). Columns that "
        f"differ most: {report.describe_columns()}. {consequence} Label some of the "
        "rows that are unlike, or see evidence_."
    )


def with_outcome(evidence, comparison, uses_unlabeled):
    """Add what the fit decided to the evidence.

    Parameters
    ----------
    evidence : Evidence
        The cheap part.
    comparison : VoteComparison or None
        The cross-validated part.
    uses_unlabeled : bool
        Which vote predicts.

    Returns
    -------
    Evidence
        All of it.
    """
    return replace(evidence, comparison=comparison, uses_unlabeled=uses_unlabeled)
