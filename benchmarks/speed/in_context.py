"""What answers of `InContextClassifier` cost, in time and memory, against fixed bounds.

A member of two classes is one question to the network, about the rarer of them.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.speed.measure import alternate, row, run_child
from sklearn_featrix.in_context import InContextClassifier

SECONDS_PER_MEMBER = 0.1
MOST_BYTES = 2**30
LARGE = """
import numpy as np
from benchmarks.speed.in_context import make_task
from sklearn_featrix.in_context import InContextClassifier
X, y = make_task(10_000, 100, n_labeled=500)
InContextClassifier(n_members=1, device="cpu", random_state=0).fit(X, y){call}
print()
"""


def make_task(
    n_rows: int, n_columns: int, n_labeled: int
) -> tuple[np.ndarray, np.ndarray]:
    """Make a table whose first rows are labelled by a few of its columns."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_columns))
    y = (X[:, 0] + X[:, 1] * X[:, 2] > 0.5).astype(int)
    y[n_labeled:] = -1
    return X, y


def cpu_seconds_per_member() -> float:
    """CPU seconds of one member for 1,000 rows of 10 columns, 100 labelled."""
    X, y = make_task(1100, 10, n_labeled=100)
    classifier = InContextClassifier(n_members=1, device="cpu", random_state=0)
    classifier.fit(X, y)
    start = time.process_time()
    classifier.predict_proba(X[100:])
    return time.process_time() - start


def run(repeats: int = 5) -> list[dict[str, object]]:
    """Measure a member, and the peak memory of a large table in a fresh interpreter."""
    seconds, bound = alternate(
        cpu_seconds_per_member, lambda: SECONDS_PER_MEMBER, repeats=repeats
    )
    fitted, predicted = (
        run_child(LARGE.format(call=call)).peak_bytes
        for call in ("", ".predict_proba(X)")
    )
    name, size = "in_context", "10,000 x 100, 500 labelled"
    return [
        row(
            name,
            "CPU seconds of a member: 1,000 x 10, 100 labelled",
            seconds,
            bound,
            target="<= 1",
        ),
        row(
            name,
            f"peak memory of predict_proba: {size}",
            predicted,
            MOST_BYTES,
            target="<= 1",
            unit="bytes",
        ),
        row(name, f"peak memory of fit: {size}", fitted, MOST_BYTES, unit="bytes"),
    ]
