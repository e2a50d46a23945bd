"""What the common checks share: a table, a seed, and what an estimator gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import SkipTest

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import get_tags

__all__ = [
    "Array",
    "Check",
    "Estimator",
    "as_frame",
    "fit_copy",
    "import_or_skip",
    "make_table",
    "named",
    "output_of",
    "seeded",
    "table_for",
]

Estimator = Any
Array = NDArray[Any]
Check = Callable[[Estimator], None]


def named(check: Callable[..., None], variant: str) -> Check:
    """Make a check of a variant of another one, with the variant in its name."""
    bound = partial(check, variant=variant)
    bound.__name__ = f"{check.__name__}[{variant}]"  # type: ignore[attr-defined]
    return bound


def make_table(
    n_rows: int = 60, seed: int = 0, n_classes: int = 3
) -> tuple[Array, Array, Array]:
    """Features, all labels (0, 1, ...), and labels of which two thirds are hidden."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % n_classes
    X = rng.normal(size=(n_rows, 4)) + np.eye(3, 4)[y] * 3
    y_partial = np.where(np.arange(n_rows) < n_rows // 3, y, -1)
    order = rng.permutation(n_rows)
    return X[order], y[order], y_partial[order]


def table_for(estimator: Estimator, n_rows: int = 60) -> tuple[Array, Array, Array]:
    """Return a table of as many classes as the estimator can learn, three at most."""
    kind = get_tags(estimator).classifier_tags
    return make_table(n_rows, n_classes=3 if kind is None or kind.multi_class else 2)


def as_frame(X: Array, library: str) -> Any:
    """Make a DataFrame with the columns c0, c1, ..."""
    columns = {f"c{i}": X[:, i] for i in range(X.shape[1])}
    return import_or_skip(library).DataFrame(columns)


def import_or_skip(library: str) -> Any:
    """Import a library; a check that needs one that is not installed is skipped."""
    try:
        return __import__(library)
    except ImportError as error:
        raise SkipTest(f"{library} is not installed") from error


def seeded(estimator: Estimator) -> Estimator:
    """Clone an estimator, with a seed if it takes one."""
    copy = clone(estimator)
    if "random_state" in copy.get_params():
        copy.set_params(random_state=0)
    return copy


def fit_copy(estimator: Estimator, X: Any, y: Any) -> Estimator:
    """Fit a clone of an estimator, seeded."""
    return seeded(estimator).fit(X, y)


def output_of(fitted: Estimator, X: Any) -> Array:
    """Apply a fitted estimator: the finest of what it gives for each row."""
    for method in (
        "predict_proba", "decision_function", "transform", "predict", "score_samples",
    ):  # fmt: skip
        if hasattr(fitted, method):
            return np.asarray(getattr(fitted, method)(X))
    raise AssertionError(f"{fitted!r} neither predicts nor transforms nor scores")
