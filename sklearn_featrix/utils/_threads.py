"""How many threads a computation may use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

__all__ = ["one_thread"]

_lock = threading.Lock()
_blocks_open = 0
_n_threads_before = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch and OpenMP on one thread inside the block.

    For steps of a millisecond, threads that wait for one another cost many times the
    work as soon as anything else uses the cores: six times in the training of an
    embedding, twenty times in its k-means, on a busy machine.

    Blocks may overlap in several threads of Python: the last one to end brings torch's
    number of threads back.

    Examples
    --------
    >>> import torch
    >>> from sklearn_featrix.utils._threads import one_thread
    >>> before = torch.get_num_threads()
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    >>> torch.get_num_threads() == before
    True
    """
    import torch

    global _blocks_open, _n_threads_before
    with _lock:
        if _blocks_open == 0:
            _n_threads_before = torch.get_num_threads()
        _blocks_open += 1
        torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="openmp"):
            yield
    finally:
        with _lock:
            _blocks_open -= 1
            if _blocks_open == 0:
                torch.set_num_threads(_n_threads_before)
