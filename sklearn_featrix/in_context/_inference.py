"""Answers of the network for any number of rows, in bounded memory."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from ..nn import InContextNetwork
from ._cells import Cells

__all__ = ["Reader"]

MAX_PAIRS = 22_000_000  # of a row and a labelled row in a column: 88 MB per array
MAX_TOKENS = 100_000  # of cells, over all questions asked at a time
CHUNK_SIZES = (1024, 512, 256, 128, 64, 32, 16)
WORTH_A_CALL = 5_000  # cells: of fewer, each takes up to twice as long
OF_ROW = 8  # cells that the rest of a row takes as long as
LARGE_BLOCK = 30 << 20  # bytes; glibc follows blocks of up to 32 MB


class Reader:
    """A network that has read the labelled rows and is to be asked about others.

    Parameters
    ----------
    network : InContextNetwork
        The network, on the device that is to compute.
    context : Cells
        The labelled rows.
    codes : ndarray of shape (n_labeled,)
        Their classes 0, 1, ...
    nominal : ndarray of shape (n_columns,)
        True where a column is a code without order.
    n_classes : int
        Number of classes, 2 or more.
    """

    @torch.inference_mode()
    def __init__(
        self,
        network: InContextNetwork,
        context: Cells,
        codes: np.ndarray,
        nominal: np.ndarray,
        n_classes: int,
    ):
        _keep_freed_memory()
        self.network = network
        self.n_classes = n_classes
        self.asked = _classes_to_ask_about(codes, n_classes, context.q)
        size = context.z.shape
        n_groups = -(-len(self.asked) // questions_at_once(*size))
        self.groups = np.array_split(np.arange(len(self.asked)), n_groups)
        self.size = chunk_size(*size, len(self.groups[0]))
        self._context = [self._tensor(each) for each in (context.z, context.q, nominal)]
        self._questions = (codes == self.asked[:, None]).astype(np.float32)
        self._memory = self._read(self.groups[0]) if n_groups == 1 else None

    @torch.inference_mode()
    def logits(self, queries: Cells, size: int | None = None) -> np.ndarray:
        """Ask about rows.

        Parameters
        ----------
        queries : Cells
            Rows to answer for.
        size : int, default=None
            Rows to answer for at a time; None takes :func:`chunk_size`.

        Returns
        -------
        ndarray of shape (n_queries, n_classes)
            Logits, whose softmax gives the probabilities; float64. A row's answer does
            not depend on the others: all chunks have the same shape, the last one
            filled up.
        """
        size = size or self.size
        answers = np.empty((len(queries), len(self.asked)))
        for group in self.groups:
            answers[:, group] = self._ask(group, queries, size)
        if self.n_classes > 2:
            return answers
        # log-odds, of which each class gets half
        signs = np.where(self.asked[:, None] == [0, 1], 0.5, -0.5)
        return answers @ signs

    def _ask(self, group: np.ndarray, queries: Cells, size: int) -> np.ndarray:
        """Ask about some classes; what was read for them is forgotten afterwards."""
        memory = self._memory or self._read(group)
        answers = np.empty((len(queries), len(group)))
        for start in range(0, len(queries), size):
            rows = slice(start, start + size)
            chunk = self.network.answer(
                memory,
                self._filled(queries.z[rows], size),
                self._filled(queries.q[rows], size),
            )
            n_rows = min(size, len(queries) - start)
            answers[rows] = chunk[0, :, :n_rows].T.cpu().double().numpy()
        return answers

    def _read(self, group: np.ndarray) -> tuple:
        return self.network.read(*self._context, self._tensor(self._questions[group]))

    def _filled(self, values: np.ndarray, size: int) -> torch.Tensor:
        filler = np.zeros((size - len(values), values.shape[1]), dtype=np.float32)
        return self._tensor(np.concatenate([values, filler]))

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        device = next(self.network.parameters()).device
        return torch.from_numpy(values)[None].to(device)


@cache
def _keep_freed_memory() -> None:
    """Let the process keep some MB that are freed between two steps.

    Else glibc hands them back to the system after most steps and gets them anew, page
    by page: up to a tenth of the time. What it keeps follows the largest block that was
    ever freed; this one is not written to.
    """
    torch.empty(LARGE_BLOCK, dtype=torch.uint8)


def _classes_to_ask_about(
    codes: np.ndarray, n_classes: int, ranks: np.ndarray
) -> np.ndarray:
    """All of many classes; of two the rarer one.

    Of two level ones that of the larger ranks: a choice that depends neither on the
    names of the classes nor on the order of the rows.
    """
    classes = np.arange(n_classes)
    if n_classes > 2:
        return classes
    ranks = np.nan_to_num(ranks)
    size = [((codes == each).sum(), -ranks[codes == each].sum()) for each in classes]
    return classes[[min(classes, key=size.__getitem__)]]


def questions_at_once(n_labeled: int, n_columns: int) -> int:
    """Classes to ask about at a time: as many as memory allows, at least one.

    For each, the network keeps what it has made of the labelled rows.
    """
    return max(1, MAX_TOKENS // (n_labeled * (n_columns + 2)))


def chunk_size(n_labeled: int, n_columns: int, n_questions: int = 1) -> int:
    """Rows to answer for at a time.

    As many as memory allows: the network compares each row with each labelled row in
    each column, and holds a token for each cell and question. But not many more than
    are labelled, since few rows take as long as a chunk, nor so few that the calls
    take longer than the work.
    """
    affordable = min(
        max(6 * n_labeled, WORTH_A_CALL // (n_columns + OF_ROW)),
        MAX_PAIRS // (n_labeled * (n_columns + 1)),
        MAX_TOKENS // (n_questions * (n_columns + 2)),
    )
    return next((each for each in CHUNK_SIZES if each <= affordable), CHUNK_SIZES[-1])
