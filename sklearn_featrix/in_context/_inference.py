"""Answers of the network for any number of rows, in bounded memory."""

from __future__ import annotations

import numpy as np
import torch

from ..nn import InContextNetwork
from ._cells import Cells

__all__ = ["Reader"]

MAX_PAIRS = 22_000_000  # of a row and a labelled row in a column: 88 MB per array
MAX_TOKENS = 100_000  # of cells, over all questions
CHUNK_SIZES = (1024, 512, 256, 128, 64, 32, 16)


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
        self.network = network
        self.n_classes = n_classes
        self.size = chunk_size(*context.z.shape, n_classes)
        self.asked = _classes_to_ask_about(codes, n_classes, context.q)
        questions = codes == self.asked[:, None]
        self.memory = network.read(
            self._tensor(context.z),
            self._tensor(context.q),
            self._tensor(nominal),
            self._tensor(questions.astype(np.float32)),
        )

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
        for start in range(0, len(queries), size):
            rows = slice(start, start + size)
            chunk = self.network.answer(
                self.memory,
                self._filled(queries.z[rows], size),
                self._filled(queries.q[rows], size),
            )
            n_rows = min(size, len(queries) - start)
            answers[rows] = chunk[0, :, :n_rows].T.cpu().double().numpy()
        if self.n_classes > 2:
            return answers
        # log-odds, of which each class gets half
        signs = np.where(self.asked[:, None] == [0, 1], 0.5, -0.5)
        return answers @ signs

    def _filled(self, values: np.ndarray, size: int) -> torch.Tensor:
        filler = np.zeros((size - len(values), values.shape[1]), dtype=np.float32)
        return self._tensor(np.concatenate([values, filler]))

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        device = next(self.network.parameters()).device
        return torch.from_numpy(values)[None].to(device)


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


def chunk_size(n_labeled: int, n_columns: int, n_classes: int = 2) -> int:
    """Rows to answer for at a time.

    As many as memory allows: the network compares each row with each labelled row in
    each column, and holds a token for each cell and class. But not many more than are
    labelled, since few rows take as long as a chunk.
    """
    affordable = min(
        6 * n_labeled,
        MAX_PAIRS // (n_labeled * (n_columns + 1)),
        MAX_TOKENS // (n_classes * (n_columns + 2)),
    )
    return next((each for each in CHUNK_SIZES if each <= affordable), CHUNK_SIZES[-1])
