"""Which graph joins the rows of a table, as the parameters and its size say."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from scipy.sparse import issparse

from ..neighbors._backends import ExactIndex, FaissIndex
from ..utils._warnings import warn
from ._graphs import AnchorGraph, KernelGraph, NeighborGraph, PrecomputedGraph
from ._spaces import seeded_clone

MAX_KERNEL_ROWS = 5_000  # their kernel matrix takes 200 MB
MAX_EXACT_ROWS = 50_000
RBF_NEIGHBORS = 30  # that keep a weight where not all pairs do


def choose_graph(params, X, random_state):
    """Make an unfitted graph.

    Parameters
    ----------
    params : object
        Has `kernel`, `gamma`, `n_neighbors`, `neighbors`, `n_anchors`, `metric` and
        `n_jobs`, as in LabelSpreading.
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        The rows, or their graph.
    random_state : RandomState
        Seeds what is drawn.

    Returns
    -------
    tuple of (graph, str or transformer or None)
        The graph, and how its neighbours are found; None: it needs no search.

    Raises
    ------
    ValueError
        If the parameters contradict one another.
    """
    if params.metric == "precomputed":
        _refuse_neighbors(params, "metric='precomputed' brings its own")
        weigh = params.kernel if callable(params.kernel) else _weigher(params)
        return PrecomputedGraph(weigh), None
    if callable(params.kernel):
        _refuse_neighbors(params, "a callable kernel joins all pairs of rows")
        return KernelGraph(params.kernel, params.gamma), None
    if not isinstance(params.neighbors, str):
        transformer = _checked_transformer(params, random_state)
        return PrecomputedGraph(_weigher(params), transformer), transformer
    if _has_few_rows(params, X):
        return KernelGraph(None, params.gamma), None
    neighbors = _choose_neighbors(params.neighbors, X)
    if neighbors == "anchors":
        return _anchor_graph(params, random_state), neighbors
    return _neighbor_graph(params, neighbors, random_state), neighbors


def _has_few_rows(params, X):
    is_free = params.kernel == "rbf" and params.neighbors == "auto"
    return is_free and X.shape[0] <= MAX_KERNEL_ROWS


def _refuse_neighbors(params, why):
    if not (isinstance(params.neighbors, str) and params.neighbors == "auto"):
        raise ValueError(
            f"neighbors={params.neighbors!r} cannot be used: {why}. Leave "
            "neighbors='auto'."
        )


def _checked_transformer(params, random_state):
    transformer = seeded_clone(params.neighbors, random_state)
    if params.kernel == "rbf" and getattr(transformer, "mode", "") == "connectivity":
        raise ValueError(
            "kernel='rbf' needs distances, and the transformer given as neighbors has "
            "mode='connectivity'. Pass mode='distance' to it, or kernel='knn'."
        )
    return transformer


def _choose_neighbors(neighbors, X):
    if neighbors == "faiss" and issparse(X):
        raise ValueError(
            "neighbors='faiss' cannot search a sparse matrix. Pass neighbors='exact' "
            "or 'anchors', or make it dense."
        )
    if neighbors != "auto":
        return neighbors
    if X.shape[0] <= MAX_EXACT_ROWS:
        return "exact"
    if find_spec("faiss") is not None and not issparse(X):
        return "faiss"
    warn(
        f"neighbors='auto' joins {X.shape[0]:,} rows through anchors: the approximate "
        "search for neighbours needs faiss and rows that are not sparse. Install it "
        "with: pip install 'sklearn-featrix[ann]'; or pass neighbors='anchors' to say "
        "that this is wanted."
    )
    return "anchors"


def _anchor_graph(params, random_state):
    return AnchorGraph(
        params.n_anchors,
        params.n_neighbors,
        params.gamma if params.kernel == "rbf" else None,
        n_jobs=params.n_jobs,
        random_state=random_state,
    )


def _neighbor_graph(params, neighbors, random_state):
    k = params.n_neighbors
    k = k if params.kernel == "knn" else max(k, RBF_NEIGHBORS)
    if neighbors == "faiss":
        index = FaissIndex(k, n_jobs=params.n_jobs, random_state=random_state)
    else:
        index = ExactIndex(params.n_jobs)
    return NeighborGraph(index, k, _weigher(params))


def _weigher(params):
    return np.ones_like if params.kernel == "knn" else _RadialBasis(params.gamma)


class _RadialBasis:
    """Weights exp(-gamma d^2) of distances."""

    def __init__(self, gamma):
        self.gamma = gamma

    def __call__(self, distances):
        return np.exp(-self.gamma * np.square(distances, dtype=np.float64))
