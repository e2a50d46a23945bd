"""What a fit tells about labelled and unlabeled rows, and how they go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..covariate_shift import CovariateShiftReport
from ..utils._text_table import with_interval
from ._neighbor_agreement import NeighborAgreement
from ._vote_comparison import VoteComparison

__all__ = ["Evidence"]


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
            auc = with_interval(self.shift.auc, self.shift.low, self.shift.high, ".2f")
            lines.append(f"labelled, unlabeled  {mark}: domain AUC {auc}")
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
