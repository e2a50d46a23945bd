"""LabeledSampler against the bare sampler on the labelled rows.

In CPU seconds of one thread, so that ratios bear other work on the machine. The bare
sampler is given the labelled rows as a table of their own; ours finds them, and lets
the others through: some milliseconds whatever the sampler takes, so that the target is
for tables in which all rows are labelled.
"""

from __future__ import annotations

from time import process_time

import numpy as np
from imblearn.combine import SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.under_sampling import NearMiss, RandomUnderSampler, TomekLinks
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from benchmarks.speed.measure import alternate, row
from sklearn_featrix import LabeledSampler

N_ROWS, N_COLUMNS, N_LABELED, SHARE = 100_000, 20, 20_000, 0.05
TARGET = "<= 1.1"
SAMPLERS = {
    "SMOTE": SMOTE(random_state=0),
    "ADASYN": ADASYN(random_state=0),
    "RandomOverSampler": RandomOverSampler(random_state=0),
    "RandomUnderSampler": RandomUnderSampler(random_state=0),
    "NearMiss": NearMiss(),
    "TomekLinks": TomekLinks(),
    "SMOTETomek": SMOTETomek(random_state=0),
}
SLOW = {"TomekLinks", "SMOTETomek", "NearMiss"}  # many pairs of rows


def make_table(n_labeled: int) -> tuple[np.ndarray, np.ndarray]:
    """Make numbers and labels of two classes, the rare one with a mean of its own."""
    rng = np.random.default_rng(0)
    y = (rng.uniform(size=N_ROWS) < SHARE).astype(int)
    X = rng.normal(size=(N_ROWS, N_COLUMNS)) + 0.5 * y[:, None]
    y[rng.permutation(N_ROWS)[n_labeled:]] = -1
    return X, y


def cpu_seconds(function) -> float:
    """CPU seconds of one call."""
    start = process_time()
    function()
    return process_time() - start


def compare(name: str, n_labeled: int, repeats: int) -> dict[str, object]:
    """Measure one sampler, bare and wrapped, in turn."""
    X, y = make_table(n_labeled)
    labeled = y >= 0
    # the same table where it can be: a copy is read at another speed
    X_labeled, y_labeled = (X, y) if labeled.all() else (X[labeled], y[labeled])
    bare = SAMPLERS[name]
    wrapped = LabeledSampler(bare)
    taken = alternate(
        lambda: cpu_seconds(lambda: wrapped.fit_resample(X, y)),
        lambda: cpu_seconds(lambda: clone(bare).fit_resample(X_labeled, y_labeled)),
        repeats=repeats,
    )
    case = f"{name}, {n_labeled:,} of {N_ROWS:,} x {N_COLUMNS} labelled / bare"
    target = TARGET if n_labeled == N_ROWS else None
    return row("resampling", case, *taken, target=target, unit="CPU s")


def run(repeats: int = 9) -> list[dict[str, object]]:
    """Measure each sampler with all rows labelled and, or only, with some."""
    with threadpool_limits(1):
        return [
            compare(name, n_labeled, repeats)
            for name in SAMPLERS
            for n_labeled in ((N_LABELED,) if name in SLOW else (N_ROWS, N_LABELED))
        ]
