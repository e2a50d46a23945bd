"""A network that reads a table with a few labels and labels its other rows."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ._cell_features import (
    N_EVIDENCE,
    N_PLACE,
    EvidenceFeatures,
    place_features,
)
from ._evidence import N_TOLD, Evidence
from ._in_context_layers import (
    CellLayer,
    KeysAndValues,
    MatchingHead,
    RowLayer,
    base_logit,
    full_precision,
)

__all__ = ["InContextMemory", "InContextNetwork"]

N_TABLE = 3


class InContextNetwork(nn.Module):
    """Transformer over the cells of a table, with the labelled rows as its context.

    Each cell is described by its place in its column [1]_ and, before anything is
    learnt, by the labels of the labelled rows that are like it
    (:class:`LabelEvidence`), each row by the answers of simple regressions
    (:class:`KernelEvidence`). Layers over cells attend over the columns of a row
    and over the labelled rows of a column [2]_; readout tokens gather each row;
    layers over rows attend to the labelled rows [3]_. The logit is the sum of a linear
    reading of the row, a vote of the labelled rows that match it, and a linear
    reading of its evidence.

    Of more than two classes, each is asked about against the rest. The questions about
    a table go through the network side by side and do not influence one another, so
    that they may as well be asked in turn, where memory is short.

    Nobody attends to rows without a label, so query rows do not influence one
    another; there are no positions, so the order of columns and of labelled rows
    does not matter.

    Parameters
    ----------
    width : int, default=96
        Width of a cell's token, a multiple of `n_heads`.
    n_layers : int, default=4
        Layers over cells: attention over the columns of a row, then, where
        `row_attention`, over the labelled rows of a column.
    n_heads : int, default=4
        Attention heads.
    n_thinking : int, default=8
        Learned rows that all rows attend to beside the labelled ones.
    n_readout : int, default=1
        Tokens per row that gather its cells. Side by side they are the row's
        token, of width ``n_readout * width``.
    n_row_layers : int, default=0
        Layers over row tokens alone, after those over cells.
    row_attention : bool, default=True
        Whether the layers over cells look at other rows.
    evidence : bool, default=True
        Whether cells carry :class:`LabelEvidence`, and rows :class:`KernelEvidence`.
    expansion : int, default=2
        Width of the hidden layers over that of the tokens.

    Attributes
    ----------
    config : dict
        The parameters; ``InContextNetwork(**config)`` builds the same network.

    Notes
    -----
    Shape

    - z, q: ``(batch, n_rows, n_columns)``, labelled rows first
    - nominal: ``(batch, n_columns)``
    - y: ``(batch, n_questions, n_labeled)``
    - output: ``(batch, n_questions, n_rows - n_labeled)``

    References
    ----------
    .. [1] N. Hollmann, S. Müller, K. Eggensperger, F. Hutter, "TabPFN: A Transformer
       That Solves Small Tabular Classification Problems in a Second", ICLR 2023.
    .. [2] N. Hollmann et al., "Accurate predictions on small data with a tabular
       foundation model", Nature 637, 2025.
    .. [3] J. Qu, D. Holzmüller, G. Varoquaux, M. Le Morvan, "TabICL: A Tabular
       Foundation Model for In-Context Learning on Large Data", ICML 2025.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.nn import InContextNetwork
    >>> network = InContextNetwork(width=16, n_layers=2, n_row_layers=1)
    >>> q = torch.rand(2, 9, 3) * 2 - 1  # ranks of 2 tables of 9 rows, 3 columns
    >>> z = 1.7 * q
    >>> nominal = torch.zeros(2, 3, dtype=torch.bool)
    >>> y = torch.tensor([[[0.0, 1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0, 0.0]]])
    >>> network(z, q, nominal, y).shape  # 4 rows are labelled, 5 ask
    torch.Size([2, 1, 5])
    """

    def __init__(
        self,
        *,
        width: int = 96,
        n_layers: int = 4,
        n_heads: int = 4,
        n_thinking: int = 8,
        n_readout: int = 1,
        n_row_layers: int = 0,
        row_attention: bool = True,
        evidence: bool = True,
        expansion: int = 2,
    ) -> None:
        super().__init__()
        self.config = {
            "width": width,
            "n_layers": n_layers,
            "n_heads": n_heads,
            "n_thinking": n_thinking,
            "n_readout": n_readout,
            "n_row_layers": n_row_layers,
            "row_attention": row_attention,
            "evidence": evidence,
            "expansion": expansion,
        }
        self.evidence = evidence
        self.n_thinking = n_thinking
        self.n_readout = n_readout
        self.row_attention = row_attention
        row_width = n_readout * width
        n_features = N_PLACE + evidence * N_EVIDENCE
        n_told = evidence * N_TOLD
        self.cell = nn.Sequential(
            nn.Linear(n_features, expansion * width),
            nn.GELU(),
            nn.Linear(expansion * width, width),
        )
        self.row = nn.Linear(N_TABLE + n_told, row_width)
        self.cell_label = nn.Parameter(torch.randn(width) * 0.3)
        self.row_label = nn.Parameter(torch.randn(row_width) * 0.3)
        self.labeled = nn.Parameter(torch.randn(row_width) * 0.3)
        self.thinking = nn.Parameter(
            torch.randn(n_thinking, width if row_attention else row_width) * 0.5
        )
        self.cell_layers = nn.ModuleList(
            CellLayer(width, n_heads, expansion, n_readout, row_attention)
            for _ in range(n_layers)
        )
        self.row_layers = nn.ModuleList(
            RowLayer(row_width, n_heads, expansion) for _ in range(n_row_layers)
        )
        self.head = MatchingHead(row_width)
        self.shortcut = nn.Linear(n_told, 1, bias=False) if evidence else None
        if self.shortcut is not None:
            nn.init.zeros_(self.shortcut.weight)

    def forward(
        self,
        z: Tensor,
        q: Tensor,
        nominal: Tensor,
        y: Tensor,
        regressions: bool = True,
    ) -> Tensor:
        """Compute a logit for each question about each query row.

        Parameters
        ----------
        z : Tensor of shape (batch, n_rows, n_columns)
            Standardised values clipped to [-5, 5], NaN where missing. Labelled rows
            come first.
        q : Tensor of shape (batch, n_rows, n_columns)
            Rank of the value among all rows of the table, in [-1, 1]; equal values
            have equal ranks. NaN where missing.
        nominal : Tensor of shape (batch, n_columns), dtype bool
            Columns whose values are codes without order.
        y : Tensor of shape (batch, n_questions, n_labeled)
            Answers 0. and 1. of the first rows, by question.
        regressions : bool, default=True
            Whether rows are told what regressions answer; training may begin without.

        Returns
        -------
        Tensor of shape (batch, n_questions, n_rows - n_labeled)
            Logits: the log-odds that the answer is 1.
        """
        _check_sizes(z, q, nominal, y)
        n_labeled = y.shape[2]
        labeled = (z[:, :n_labeled], q[:, :n_labeled], nominal, y)
        memory = self.read(*labeled, regressions)
        return self.answer(memory, z[:, n_labeled:], q[:, n_labeled:])

    def read(
        self,
        z: Tensor,
        q: Tensor,
        nominal: Tensor,
        y: Tensor,
        regressions: bool = True,
    ) -> InContextMemory:
        """Read the labelled rows once, for any number of answers.

        Parameters
        ----------
        z, q : Tensor of shape (batch, n_labeled, n_columns)
            Values and ranks of the labelled rows.
        nominal : Tensor of shape (batch, n_columns), dtype bool
            Columns whose values are codes without order.
        y : Tensor of shape (batch, n_questions, n_labeled)
            Their answers.
        regressions : bool, default=True
            Whether rows are told what regressions answer.

        Returns
        -------
        InContextMemory
            What :meth:`answer` needs.
        """
        evidence = None
        if self.evidence:
            with full_precision(q.device.type):  # counts outgrow bfloat16
                evidence = self._gather_evidence(
                    z, q, nominal, y, regressions=regressions
                )
        features = None if evidence is None else evidence.labeled
        about = _table_features(y, nominal)
        cells, rows = self._tokens(z, q, nominal, about, features)
        signs = (2 * y - 1).flatten(0, 1)[..., None]
        known = signs * self.row_label + self.labeled
        rows = rows + torch.unflatten(known, 2, (self.n_readout, -1))
        if self.row_attention:
            cells = cells + (signs * self.cell_label)[:, :, None]
            cells, rows = self._with_thinking_rows(cells, rows)
        rows, of_cells = self._through_cells(cells, rows)
        if not self.row_attention:
            thinking = self.thinking.to(rows.dtype).expand(len(rows), -1, -1)
            rows = torch.cat([thinking, rows], dim=1)
        rows, of_rows = self._through_rows(rows)
        key = self.head.remember(rows[:, self.n_thinking :])
        return InContextMemory(nominal, y, about, evidence, of_cells, of_rows, key)

    def answer(self, memory: InContextMemory, z: Tensor, q: Tensor) -> Tensor:
        """Compute a logit for each question about each row.

        Parameters
        ----------
        memory : InContextMemory
            What :meth:`read` gave.
        z, q : Tensor of shape (batch, n_rows, n_columns)
            Values and ranks of rows without labels.

        Returns
        -------
        Tensor of shape (batch, n_questions, n_rows)
            Logits.
        """
        features = None
        if memory.evidence is not None:
            with full_precision(q.device.type):
                features = memory.evidence(z, q)
        n_questions = memory.y.shape[1]
        cells, rows = self._tokens(z, q, memory.nominal, memory.about, features)
        tokens, _ = self._through_cells(cells, rows, memory.of_cells)
        tokens, _ = self._through_rows(tokens, memory.of_rows)
        logit = self.head(tokens, memory.key, memory.y.flatten(0, 1))
        logit = logit.unflatten(0, (-1, n_questions))
        if self.shortcut is not None and features is not None:
            logit = logit + self.shortcut(features.rows).squeeze(-1)
        out: Tensor = logit
        return out

    def _gather_evidence(
        self, z: Tensor, q: Tensor, nominal: Tensor, y: Tensor, regressions: bool
    ) -> Evidence:
        return Evidence(z, q, nominal, y, regressions)

    def _tokens(
        self,
        z: Tensor,
        q: Tensor,
        nominal: Tensor,
        about: Tensor,
        evidence: EvidenceFeatures | None,
    ) -> tuple[Tensor, Tensor]:
        """Tokens of cells and rows, without labels.

        From here on, the questions about a table are tables of their own.
        """
        n_questions, n_rows = about.shape[1], q.shape[1]
        features = place_features(z, q, nominal)[:, None]
        features = features.expand(-1, n_questions, -1, -1, -1)
        about_rows = about[:, :, None].expand(-1, -1, n_rows, -1)
        if evidence is not None:
            features = torch.cat([features, evidence.cells], dim=-1)
            about_rows = torch.cat([about_rows, evidence.rows], dim=-1)
        cells = self.cell(features.flatten(0, 1))
        rows = self.row(about_rows.flatten(0, 1))
        return cells, rows.unflatten(2, (self.n_readout, -1))

    def _with_thinking_rows(self, cells: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Put the learned rows in front."""
        thinking = self.thinking.to(cells.dtype)[None, :, None]
        size = (len(cells), -1, cells.shape[2], -1)
        cells = torch.cat([thinking.expand(*size), cells], dim=1)
        size = (len(cells), -1, rows.shape[2], -1)
        return cells, torch.cat([thinking.expand(*size).to(rows.dtype), rows], dim=1)

    def _through_cells(
        self, cells: Tensor, rows: Tensor, memory: list[KeysAndValues] | None = None
    ) -> tuple[Tensor, list[KeysAndValues]]:
        """Token of each row after the layers over cells; what queries will look at."""
        last = len(self.cell_layers) - 1
        remembered = []
        for number, layer in enumerate(self.cell_layers):
            seen = None if memory is None else memory[number]
            cells, rows, seen = layer(cells, rows, number == last, seen)
            remembered.append(seen)
        return rows.flatten(2), remembered

    def _through_rows(
        self, tokens: Tensor, memory: list[KeysAndValues] | None = None
    ) -> tuple[Tensor, list[KeysAndValues]]:
        remembered = []
        for number, layer in enumerate(self.row_layers):
            tokens, seen = layer(tokens, None if memory is None else memory[number])
            remembered.append(seen)
        return tokens, remembered


class InContextMemory(NamedTuple):
    """What a network keeps of the labelled rows of tables.

    Attributes
    ----------
    nominal : Tensor of shape (batch, n_columns), dtype bool
        Columns whose values are codes without order.
    y : Tensor of shape (batch, n_questions, n_labeled)
        Answers of the labelled rows.
    about : Tensor of shape (batch, n_questions, n_features)
        What is told of the tables.
    evidence : Evidence or None
        The labelled rows' labels, to be summed up for other rows.
    of_cells, of_rows : list
        Keys and values of the layers over cells and over rows.
    key : Tensor of shape (batch * n_questions, n_labeled, width)
        Keys of the labelled rows in the last vote.
    """

    nominal: Tensor
    y: Tensor
    about: Tensor
    evidence: Evidence | None
    of_cells: list[KeysAndValues]
    of_rows: list[KeysAndValues]
    key: Tensor


def _check_sizes(z: Tensor, q: Tensor, nominal: Tensor, y: Tensor) -> None:
    n_tables, n_rows, n_columns = q.shape
    fits = z.shape == q.shape and nominal.shape == (n_tables, n_columns)
    fits = fits and y.ndim == 3 and len(y) == n_tables
    if fits and y.shape[1] >= 1 and 1 <= y.shape[2] <= n_rows:
        return
    raise ValueError(
        "z and q must be (batch, n_rows, n_columns), nominal (batch, n_columns) and y "
        "(batch, n_questions, n_labeled) with 1 <= n_labeled <= n_rows; got "
        f"{tuple(z.shape)}, {tuple(q.shape)}, {tuple(nominal.shape)} and "
        f"{tuple(y.shape)}."
    )


def _table_features(y: Tensor, nominal: Tensor) -> Tensor:
    """Sizes and base rate -> (batch, questions, 3)."""
    sizes = math.log(y.shape[2]) / 2 - 1.5, math.log(nominal.shape[1]) / 2 - 1
    base = base_logit(y)
    n_labeled, n_columns = (torch.full_like(base, size) for size in sizes)
    return torch.stack([n_labeled, n_columns, base], dim=-1)
