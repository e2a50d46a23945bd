"""SimilaritySearch against scikit-learn's NearestNeighbors and faiss directly."""

from __future__ import annotations

import os
from time import process_time

import numpy as np
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.speed.embedding_scaling import make_table
from benchmarks.speed.measure import alternate, row, run_child
from sklearn_featrix.neighbors import SimilaritySearch

SIZES = tuple(
    int(n) for n in os.environ.get("FEATRIX_SEARCH_ROWS", "100000 1000000").split()
)
N_COLUMNS, N_NEIGHBORS, N_BATCH = 64, 10, 1000


def cpu_of(function) -> float:
    """CPU seconds of one call."""
    start = process_time()
    function()
    return process_time() - start


def run(repeats: int = 5) -> list[dict[str, object]]:
    """CPU time of one thread: queries at several sizes, a raw record, the index."""
    with threadpool_limits(1):
        rows = [each for n_rows in SIZES for each in queries(n_rows, repeats)]
        return [*rows, raw_record(), *against_faiss()]


def queries(n_rows: int, repeats: int) -> list[dict[str, object]]:
    """Single queries and a batch, both sides by Euclidean distance."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, N_COLUMNS)).astype(np.float32)
    batch = rng.normal(size=(N_BATCH, N_COLUMNS)).astype(np.float32)
    ours = SimilaritySearch("passthrough", metric="euclidean").fit(X)
    theirs = NearestNeighbors(algorithm="brute").fit(X)
    lines = []
    plan = ((1, "<= 0.25", 5 * repeats), (N_BATCH, "<= 1.1", min(3, repeats)))
    for n_queries, target, times in plan:
        asked = batch[:n_queries]

        def seconds(search, asked=asked):
            return cpu_of(lambda: search.kneighbors(asked, N_NEIGHBORS))

        taken = alternate(
            lambda seconds=seconds: seconds(ours),
            lambda seconds=seconds: seconds(theirs),
            repeats=times if n_rows <= 100_000 or n_queries == 1 else 1,
        )
        case = f"{n_queries} queries, {n_rows:,} x {N_COLUMNS} / scikit-learn"
        lines.append(row("similarity_search", case, *taken, target=target))
    return lines


def raw_record() -> dict[str, object]:
    """Ask with a dict among 100,000 raw rows of 20 columns; the bound is 20 ms."""
    X = make_table(100_000)
    search = SimilaritySearch().fit(X)
    record = X.iloc[7].to_dict()
    taken = [cpu_of(lambda: search.find_similar(record, k=100)) for _ in range(21)]
    case = f"raw record, 100,000 rows ({search._vectors.rows.shape[1]} encoded) / 20 ms"
    return row("similarity_search", case, float(np.median(taken)), 0.02, target="<= 1")


_MAKE = (
    "import numpy as np, time\n"
    "from threadpoolctl import threadpool_limits\n"
    "import faiss\n"
    "from sklearn_featrix.neighbors import SimilaritySearch\n"
    "X = np.random.default_rng(0).standard_normal((ROWS, 64), dtype=np.float32)\n"
    "threadpool_limits(1); faiss.omp_set_num_threads(1)\n"
    "start = time.process_time()\n"
)
_BUILDS = {
    "flat": (
        "i = SimilaritySearch('passthrough', metric='euclidean').fit(X)\n",
        "i = faiss.IndexFlatL2(64); i.add(X)\n",
        1_000_000,
    ),
    "hnsw": (
        "i = SimilaritySearch('passthrough', metric='euclidean', backend='hnsw')\n"
        "i.fit(X)\n",
        "i = faiss.IndexHNSWFlat(64, 32); i.hnsw.efConstruction = 80; i.add(X)\n",
        100_000,
    ),
}


def against_faiss() -> list[dict[str, object]]:
    """CPU seconds and peak memory of making an index, of fresh interpreters."""
    lines = []
    for name, (ours, theirs, n_rows) in _BUILDS.items():
        used = [
            run_child(
                _MAKE.replace("ROWS", str(n_rows))
                + build
                + "print(time.process_time() - start)\n"
            )
            for build in (ours, theirs)
        ]
        seconds = [float(one.output.split()[-1]) for one in used]
        peaks = [float(one.peak_bytes) for one in used]
        case = f"{name}, {n_rows:,} x 64 / faiss"
        lines += [
            row("similarity_search", f"build {case}", *seconds, target="<= 1.15"),
            row(
                "similarity_search", f"memory {case}", *peaks,
                target="<= 1.15", unit="bytes",
            ),
        ]  # fmt: skip
    return lines
