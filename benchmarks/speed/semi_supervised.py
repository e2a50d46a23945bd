"""What `SemiSupervisedClassifier` costs against fixed bounds, and its quicker forms."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.speed.measure import alternate, row, run_child
from sklearn_featrix import SemiSupervisedClassifier

NAME = "semi_supervised"
FIT_SECONDS = 25.0
PREDICT_SECONDS = 30.0
MOST_BYTES = 2**30
N_LABELED = 100
PREDICTING = """
from benchmarks.speed.semi_supervised import fitted, make_task
classifier = fitted()
X, _ = make_task({n_rows}){call}
print()
"""


@cache
def make_task(n_rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Make a mixed table of 20 columns whose first 100 rows are labelled."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(n_rows, 6))
    values = hidden @ rng.normal(size=(6, 20)) + 0.5 * rng.normal(size=(n_rows, 20))
    X = pd.DataFrame(values, columns=[f"x{number}" for number in range(20)])
    for name in X.columns[:5]:
        X[name] = np.digitize(X[name], [-2, -1, 0, 1, 2]).astype(str)
    X.loc[rng.random(n_rows) < 0.1, "x7"] = np.nan
    noise = rng.normal(size=n_rows)
    y = (hidden[:, 0] + hidden[:, 1] * hidden[:, 2] + noise > 0.5).astype(int)
    y[N_LABELED:] = -1
    return X, y


def fitted(n_rows: int = 20_000, **parameters: object) -> SemiSupervisedClassifier:
    """Fit with one seed."""
    return SemiSupervisedClassifier(random_state=0, **parameters).fit(
        *make_task(n_rows)
    )


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def run(repeats: int = 3) -> list[dict[str, object]]:
    """Fit and predict, the default beside a bound, a larger table and quicker forms."""
    X, _ = make_task(100_000)
    classifier, student = fitted(), fitted(distill=True)

    def fit_default() -> float:
        return cpu_seconds(fitted)

    def both(**parameters: object) -> float:
        return cpu_seconds(
            lambda: fitted(**parameters).predict_proba(make_task(20_000)[0])
        )

    def predict_default() -> float:
        return cpu_seconds(lambda: classifier.predict_proba(X))

    comparisons = [
        ("fit, 20,000 x 20, 100 labelled", "25 s", fit_default,
         lambda: FIT_SECONDS, "<= 1"),
        ("fit of 300,000 rows", "of 20,000", lambda: cpu_seconds(
            lambda: fitted(300_000)), fit_default, "<= 3"),
        ("fit with effort='low'", "the default", lambda: cpu_seconds(
            lambda: fitted(effort="low")), fit_default, None),
        ("fit and predict 20,000 with effort='low'", "the default",
         lambda: both(effort="low"), both, "<= 0.2"),
        ("predict 100,000 x 20", "30 s", predict_default,
         lambda: PREDICT_SECONDS, "<= 1"),
        ("predict of the student", "the vote", lambda: cpu_seconds(
            lambda: student.predict_proba(X)), predict_default, "<= 0.1"),
    ]  # fmt: skip
    rows = []
    for name, reference, ours, theirs, target in comparisons:
        seconds, bound = alternate(ours, theirs, repeats=repeats)
        rows.append(row(NAME, f"{name} / {reference}", seconds, bound, target=target))
    before, after = (
        run_child(PREDICTING.format(n_rows=100_000, call=call)).peak_bytes
        for call in ("", "\nclassifier.predict_proba(X)")
    )
    rows.append(
        row(
            NAME,
            "memory of predicting 100,000 x 20 / 1 GB",
            after - before,
            MOST_BYTES,
            target="<= 1",
            unit="bytes",
        )
    )
    return rows
