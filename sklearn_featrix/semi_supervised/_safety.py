"""The decision whether unlabeled rows may have a say, and the evidence for it."""

from __future__ import annotations

from dataclasses import replace

from sklearn.utils.validation import check_is_fitted

from ..in_context import InContextClassifier
from ..utils._warnings import warn
from ._out_of_fold import out_of_fold
from ._spaces import has_unlabeled, sees_embedding
from ._vote_comparison import VoteComparison

__all__ = [
    "EvidenceMixin",
    "compare_votes",
    "judge_unlabeled",
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
            self._evidence.warn_of_shift()
        self._settle_evidence()
        return self._evidence

    def _settle_evidence(self):
        if hasattr(self._evidence, "evidence"):
            self._evidence = replace(
                self._evidence.evidence(),
                comparison=self._comparison,
                uses_unlabeled=self.uses_unlabeled_,
            )

    def __getstate__(self):
        """Return what is pickled: the evidence, not the rows that it rests on."""
        if "_evidence" in vars(self):
            self._settle_evidence()
        return super().__getstate__()


def judge_unlabeled(compare, vote, sample, *, safe, effort, evaluate):
    """Tell whether unlabeled rows may have a say in the predictions.

    Parameters
    ----------
    compare : callable
        Compares the vote with the labelled-only one; asked only where it matters.
    vote : Vote
        The vote of all members.
    sample : EvidenceSample
        Of the fit.
    safe : bool or "auto"
        Whether to watch; "auto" compares only if labelled and unlabeled rows are
        unlike.
    effort : {"low", "auto"}
        With "low", "auto" watches for nothing.
    evaluate : bool
        Whether to compare in any case.

    Returns
    -------
    comparison : VoteComparison or None
        None where nothing was compared.
    uses_unlabeled : bool
        Whether the vote of all members is to predict.
    """
    if not sample.n_unlabeled:
        return None, True
    watches = safe and _learns_from_unlabeled(vote)
    if safe == "auto" and effort == "low":
        watches = False
    is_foreign = watches and _is_another_domain(sample)
    if watches:
        sample.warn_of_shift(gives_up=is_foreign)
    compares = watches and not is_foreign
    if compares and safe == "auto":
        shift = sample.shift()
        compares = shift is not None and shift.is_notable
    if not (compares or evaluate):
        return None, not is_foreign
    comparison = compare()
    hurts = comparison is not None and comparison.verdict == "hurts"
    return comparison, not is_foreign and not (safe and hurts)


def _learns_from_unlabeled(vote):
    """Tell whether a member sees an embedding, or unlabeled rows.

    An in-context classifier does not count: it learns no more than encodings from them.
    """
    return any(
        sees_embedding(space)
        or (has_unlabeled(space) and not isinstance(estimator, InContextClassifier))
        for _, estimator, space in vote.members
    )


def _is_another_domain(sample):
    """Tell whether the AUC of a domain classifier is surely high."""
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
