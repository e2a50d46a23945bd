"""All that is said of rows before anything is learnt."""

from __future__ import annotations

import torch
from torch import Tensor

from ._cell_features import N_ROW_EVIDENCE, EvidenceFeatures, LabelEvidence
from ._kernel_evidence import N_KERNEL_EVIDENCE, KernelEvidence

__all__ = ["N_ROW_FEATURES", "Evidence"]

N_ROW_FEATURES = N_ROW_EVIDENCE + N_KERNEL_EVIDENCE


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

    Attributes
    ----------
    labeled : EvidenceFeatures
        Features of the labelled rows.
    """

    def __init__(self, z: Tensor, q: Tensor, nominal: Tensor, y: Tensor) -> None:
        self._of_labels = LabelEvidence(q, nominal, y)
        trust = self._of_labels.trust
        self._of_kernels = KernelEvidence(z, q, nominal, y, trust)
        self.labeled = _joined(self._of_labels.labeled, self._of_kernels.labeled)

    def __call__(self, z: Tensor, q: Tensor) -> EvidenceFeatures:
        """Describe rows that have no label, by their values and ranks."""
        return _joined(self._of_labels(q), self._of_kernels(z, q))


def _joined(features: EvidenceFeatures, of_kernels: Tensor) -> EvidenceFeatures:
    rows = torch.cat([features.rows, of_kernels], dim=-1)
    return EvidenceFeatures(features.cells, rows)
