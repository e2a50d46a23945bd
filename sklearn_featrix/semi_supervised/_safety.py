"""The decision whether unlabeled rows may have a say, and the evidence for it."""

from __future__ import annotations

from sklearn.utils.validation import check_is_fitted

from ..in_context import InContextClassifier
from ..utils._warnings import warn
from ._evidence import VoteComparison, warn_of_shift, with_outcome
from ._out_of_fold import out_of_fold
from ._spaces import has_unlabeled, split_space

__all__ = [
    "EvidenceMixin",
    "compare_votes",
    "is_another_domain",
    "learns_from_unlabeled",
]

# Unlabeled rows of another table or in other units pass it, labels that were given to
# a third of the table alone do not: benchmarks/label_efficiency/mismatch.py
FOREIGN_AUC = 0.8


class EvidenceMixin:
    """The attribute `evidence_`, computed when it is first needed.

    The estimator's `fit` leaves `_evidence`, an EvidenceSample, beside `_comparison`
    and `uses_unlabeled_`; the first look replaces the sample by what it tells.
    """

    @property
    def evidence_(self):
        """What speaks for and against the fit."""
        check_is_fitted(self)
        if hasattr(self._evidence, "evidence"):
            warn_of_shift(self._evidence)
        self._settle_evidence()
        return self._evidence

    def _settle_evidence(self):
        if hasattr(self._evidence, "evidence"):
            self._evidence = with_outcome(
                self._evidence.evidence(), self._comparison, self.uses_unlabeled_
            )

    def __getstate__(self):
        """Return what is pickled: the evidence, not the rows that it rests on."""
        if "_evidence" in vars(self):
            self._settle_evidence()
        return super().__getstate__()


def learns_from_unlabeled(vote):
    """Tell whether a vote learns more than encodings from unlabeled rows.

    Parameters
    ----------
    vote : Vote
        The vote of all members.

    Returns
    -------
    bool
        True if a member sees an embedding or, other than an in-context classifier,
        unlabeled rows.
    """
    return any(
        "embedding" in split_space(space)
        or (has_unlabeled(space) and not isinstance(estimator, InContextClassifier))
        for _, estimator, space in vote.members
    )


def is_another_domain(sample):
    """Tell whether unlabeled rows are too unlike to learn from.

    Parameters
    ----------
    sample : EvidenceSample
        Of the fit.

    Returns
    -------
    bool
        True if the AUC of a domain classifier is surely high.
    """
    shift = sample.shift()
    return shift is not None and shift.low > FOREIGN_AUC


def compare_votes(*args):
    """Compare the two votes out of fold.

    Parameters
    ----------
    *args : tuple
        Those of `out_of_fold`.

    Returns
    -------
    VoteComparison or None
        None, with a warning, where the labelled rows are too few for folds, or a member
        cannot learn from so few.
    """
    try:
        found = out_of_fold(*args)
    except ValueError as error:
        warn(
            "Whether unlabeled rows help could not be compared, so they are used: "
            f"{error} Label more rows, or pass safe=False and evaluate=False."
        )
        return None
    return None if found is None else VoteComparison.of(found)
