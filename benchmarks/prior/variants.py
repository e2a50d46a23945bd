"""Networks and tables that differ from the shipped recipe in one thing each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from benchmarks.prior.families import FAMILIES, Families
from sklearn_featrix.nn import EvidenceFeatures, InContextNetwork
from sklearn_featrix.nn._cell_features import N_ROW_EVIDENCE
from sklearn_featrix.nn._evidence import Evidence
from sklearn_featrix.nn._in_context_layers import Attention, KeysAndValues
from sklearn_featrix.nn._in_context_network import InContextMemory

QUERIES_TOGETHER = 64  # in prediction; training has 32 to 96


def _fix(parameter: nn.Parameter) -> None:
    """Make a parameter zero for good."""
    parameter.requires_grad_(False).zero_()


class LabelsOnRowsAlone(InContextNetwork):
    """The label is told to the row's readout tokens, not to each of its cells."""

    def __init__(self, **config) -> None:
        super().__init__(**config)
        _fix(self.cell_label)


class LinearHead(InContextNetwork):
    """The row and its evidence are read linearly; labelled rows do not vote."""

    def __init__(self, **config) -> None:
        super().__init__(**config)
        _fix(self.head.gain)
        nn.init.ones_(self.head.base_gain)  # votes start from the base rate, too


class MatchingHead(InContextNetwork):
    """Labelled rows like the query vote; nothing is read linearly."""

    def __init__(self, **config) -> None:
        super().__init__(**config)
        _fix(self.head.direction.weight)
        if self.shortcut is not None:
            _fix(self.shortcut.weight)


class _RegressionsAlone(Evidence):
    """Says nothing, 0, in the place of what the labels say of cells and rows."""

    def __init__(self, *labeled: Tensor, regressions: bool) -> None:
        super().__init__(*labeled, regressions=regressions)
        self.labeled = _without_labels(self.labeled)

    def __call__(self, z: Tensor, q: Tensor) -> EvidenceFeatures:
        return _without_labels(super().__call__(z, q))


def _without_labels(features: EvidenceFeatures) -> EvidenceFeatures:
    rows = features.rows.clone()
    rows[..., :N_ROW_EVIDENCE] = 0
    return EvidenceFeatures(torch.zeros_like(features.cells), rows)


class WithoutRegressions(InContextNetwork):
    """Is told what the labels say of cells and rows, not what regressions answer."""

    def _gather_evidence(self, *labeled: Tensor, regressions: bool) -> Evidence:
        return super()._gather_evidence(*labeled, regressions=False)


class RegressionsAlone(InContextNetwork):
    """Is told what regressions answer, not what the labels say of cells and rows."""

    def _gather_evidence(self, *labeled: Tensor, regressions: bool) -> Evidence:
        return _RegressionsAlone(*labeled, regressions=regressions)


class _OtherCells(InContextNetwork):
    """Sees other values and ranks than it is given."""

    def read(self, z: Tensor, q: Tensor, *rest) -> InContextMemory:
        return super().read(*self._cells(z, q), *rest)

    def answer(self, memory: InContextMemory, z: Tensor, q: Tensor) -> Tensor:
        return super().answer(memory, *self._cells(z, q))

    def _cells(self, z: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError


class RanksAlone(_OtherCells):
    """The z-score is the normal quantile of the rank."""

    def _cells(self, z: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        return (math.sqrt(2) * torch.erfinv(q)).clamp(-5, 5), q


class StandardisedAlone(_OtherCells):
    """The rank is the one that the z-score has in a normal distribution."""

    def _cells(self, z: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        return z, torch.erf(z / math.sqrt(2))


class _HybridAttention(Attention):
    """While rows ask, they look at one another beside the labelled ones."""

    asking = False

    def forward(self, x: Tensor, context: KeysAndValues) -> Tensor:
        if self.asking:
            both = zip(context, self.remember(x), strict=True)
            context = KeysAndValues(*(torch.cat(pair, dim=2) for pair in both))
        return super().forward(x, context)


class HybridMask(InContextNetwork):
    """Query rows attend to the other query rows, too; labelled rows do not."""

    def __init__(self, **config) -> None:
        super().__init__(**config)
        for layer in self.cell_layers:
            if layer.over_rows is not None:
                layer.over_rows = self._hybrid(layer.over_rows)
        for layer in self.row_layers:
            layer.attention = self._hybrid(layer.attention)

    def answer(self, memory: InContextMemory, z: Tensor, q: Tensor) -> Tensor:
        """Compute logits; in prediction few rows at a time, as many as in training."""
        n_together = z.shape[1] if self.training else QUERIES_TOGETHER
        parts = zip(z.split(n_together, 1), q.split(n_together, 1), strict=True)
        with self._asking():
            answers = [super(HybridMask, self).answer(memory, *part) for part in parts]
        return torch.cat(answers, dim=2)

    def _hybrid(self, attention: Attention) -> _HybridAttention:
        hybrid = _HybridAttention(attention.query.in_features, attention.n_heads)
        hybrid.load_state_dict(attention.state_dict())
        return hybrid

    @contextmanager
    def _asking(self) -> Iterator[None]:
        layers = [each for each in self.modules() if isinstance(each, _HybridAttention)]
        for layer in layers:
            layer.asking = True
        try:
            yield
        finally:
            for layer in layers:
                layer.asking = False


@dataclass(frozen=True)
class Variant:
    """What a training run is made of.

    Parameters
    ----------
    about : str
        What differs, in words.
    network : type
        Class of the network.
    families : dict
        Kinds of tables that it learns from, and their shares.
    curriculum : float, default=None
        Share of the run in which rows are told of ever more regressions; None takes
        that of a first run.
    """

    about: str
    network: type[InContextNetwork] = InContextNetwork
    families: Families = field(default_factory=lambda: FAMILIES)
    curriculum: float | None = None


BASE = "base"


def _without(name: str) -> Variant:
    families = {f: share for f, share in FAMILIES.items() if f.__name__ != name}
    return Variant(
        f"without {name.replace('_', ' ')} among the tables", families=families
    )


VARIANTS: dict[str, Variant] = {
    BASE: Variant("the recipe of the shipped weights"),
    "ranks_alone": Variant("ranks alone, z-scores from them", RanksAlone),
    "standardised_alone": Variant("z-scores alone, ranks from them", StandardisedAlone),
    "labels_on_rows": Variant("labels not in every cell", LabelsOnRowsAlone),
    "linear_head": Variant("linear head alone, no votes", LinearHead),
    "matching_head": Variant("matching head alone, only votes", MatchingHead),
    "without_regressions": Variant("without regressions", WithoutRegressions),
    "regressions_alone": Variant("regressions, no other evidence", RegressionsAlone),
    "told_at_once": Variant("told of all regressions from the start", curriculum=0.0),
    "hybrid_mask": Variant("query rows see one another", HybridMask),
    **{f"without_{f.__name__}": _without(f.__name__) for f in FAMILIES},
}
