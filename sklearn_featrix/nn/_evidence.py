"""All that is said of rows before anything is learnt."""

from __future__ import annotations

import torch
from torch import Tensor

from ._cell_features import N_ROW_EVIDENCE, EvidenceFeatures, LabelEvidence
from ._kernel_evidence import N_KERNEL_EVIDENCE, KernelEvidence

__all__ = ["N_TOLD", "Evidence"]

N_TOLD = N_ROW_EVIDENCE + N_KERNEL_EVIDENCE  # of a row


class Evidence:
    """What the labels say of cells, and what regressions on them say of rows.

    Parameters
    ----------
    z, q : Tensor of shape (batch, n_labeled, n_columns)
        Standardised values and ranks of the labelled rows, NaN where missing.
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.
    y : Tensor of shape (batch, n_questions, n_labeled)
        Labels 0 and 1 of the rows, by question.
    regressions : bool
        Whether there are regressions; 0 stands in their place if not.

    Attributes
    ----------
    labeled : EvidenceFeatures
        Features of the labelled rows.
    """

    def __init__(
        self, z: Tensor, q: Tensor, nominal: Tensor, y: Tensor, regressions: bool
    ) -> None:
        self._of_labels = LabelEvidence(q, nominal, y)
        self._of_kernels = None
        self.labeled = self._of_labels.labeled
        if regressions:
            trust = self._of_labels.trust
            self._of_kernels = KernelEvidence(z, q, nominal, y, trust)
            self.labeled = _joined(self.labeled, self._of_kernels.labeled)
        else:
            self.labeled = _with_zeros(self.labeled)

    def __call__(self, z: Tensor, q: Tensor) -> EvidenceFeatures:
        """Describe rows that have no label, by their values and ranks."""
        of_labels = self._of_labels(q)
        if self._of_kernels is None:
            return _with_zeros(of_labels)
        return _joined(of_labels, self._of_kernels(z, q))


def _joined(features: EvidenceFeatures, of_kernels: Tensor) -> EvidenceFeatures:
    rows = torch.cat([features.rows, of_kernels], dim=-1)
    return EvidenceFeatures(features.cells, rows)


def _with_zeros(features: EvidenceFeatures) -> EvidenceFeatures:
    size = (*features.rows.shape[:-1], N_KERNEL_EVIDENCE)
    return _joined(features, features.rows.new_zeros(size))
