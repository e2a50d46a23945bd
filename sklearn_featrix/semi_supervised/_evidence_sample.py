"""Rows kept from a fit, and what they tell once they are asked."""

from __future__ import annotations

import warnings

import numpy as np

from ..covariate_shift._domain_classifier import DomainClassifier
from ..covariate_shift._report import report_of_encoded
from ..neighbors._coverage import REGIONS, Coverage
from ..neighbors._scaled_table import ScaledTable
from ..preprocessing import TableEncoder
from ..utils._compat import index_rows, num_samples
from ..utils._warnings import warn
from ._evidence import Evidence
from ._neighbor_agreement import neighbor_agreement
from ._vote_comparison import CONFIDENCE

__all__ = ["EvidenceSample"]

MAX_LABELED = 1000
MAX_UNLABELED = 2000
MAX_PROBES = 500
MIN_UNLABELED = 10


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

    def warn_of_shift(self, gives_up=False):
        """Warn, once, if labelled and unlabeled rows are clearly unlike.

        Parameters
        ----------
        gives_up : bool, default=False
            Whether the unlabeled rows are left aside for it.
        """
        report = self.shift()
        if self.has_told or report is None or not report.is_notable:
            return
        self.has_told = True
        consequence = "What is learnt from one may not hold for the other."
        if gives_up:
            consequence = (
                "The labelled rows alone predict; safe=False would learn from both."
            )
        warn(
            f"Labelled and unlabeled rows are unlike: a classifier tells them apart "
            f"with an AUC of {report.auc:.2f} (0.5 if they were drawn alike). Columns "
            f"that differ most: {report.describe_columns()}. {consequence} Label some "
            "of the rows that are unlike, or see evidence_."
        )

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
