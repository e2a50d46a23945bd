"""Every way to mark unlabeled rows, for the common checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._check_tools import Array, import_or_skip
from ._labels import is_labeled

__all__ = ["MARKS"]

NAMES = np.array(["c0", "c1", "c2"])


def _objects(classes: Array, y: Array, mark: Any) -> Array:
    """Return the labels as objects, with the given mark in the unlabeled rows."""
    return np.where(is_labeled(y), classes.astype(object)[y], mark)


def _pandas(classes: Array, y: Array, dtype: str) -> Any:
    return import_or_skip("pandas").Series(_objects(classes, y, None), dtype=dtype)


def _polars(classes: Array, y: Array) -> Any:
    return import_or_skip("polars").Series(_objects(classes, y, None).tolist())


NUMBERS, FLOATS, BOOLEANS = np.arange(3), np.arange(3.0), np.array([False, True, True])

# How y marks its unlabeled rows, and the classes that stand beside the mark. Objects,
# pandas and polars give numbers back in their own dtype, strings as objects.
MARKS: dict[str, tuple[Callable[[Array], Any], Array]] = {
    "list": (lambda y: y.tolist(), NUMBERS),
    "object None": (lambda y: _objects(NUMBERS, y, None), NUMBERS),
    "object NaN": (lambda y: _objects(NUMBERS, y, np.nan), NUMBERS),
    "object bool": (lambda y: _objects(BOOLEANS, y, None), BOOLEANS),
    "float NaN": (lambda y: np.where(is_labeled(y), y, np.nan), FLOATS),
    "string -1": (lambda y: _objects(NAMES, y, "-1").astype(str), NAMES),
    "string nan": (lambda y: _objects(NAMES, y, np.nan).astype(str), NAMES),
    "string None": (lambda y: _objects(NAMES, y, None).astype(str), NAMES),
    "strings and None": (lambda y: _objects(NAMES, y, None), NAMES.astype(object)),
    "strings and NaN": (lambda y: _objects(NAMES, y, np.nan), NAMES.astype(object)),
    "strings and -1": (lambda y: _objects(NAMES, y, -1), NAMES.astype(object)),
    "pandas Int64": (lambda y: _pandas(NUMBERS, y, "Int64"), NUMBERS),
    "pandas boolean": (lambda y: _pandas(BOOLEANS, y, "boolean"), BOOLEANS),
    "pandas str": (lambda y: _pandas(NAMES, y, "str"), NAMES.astype(object)),
    "pandas category": (lambda y: _pandas(NAMES, y, "category"), NAMES.astype(object)),
    "polars": (lambda y: _polars(NUMBERS, y), NUMBERS),
    "polars float": (lambda y: _polars(FLOATS, y), FLOATS),
    "polars bool": (lambda y: _polars(BOOLEANS, y), BOOLEANS),
    "polars strings": (lambda y: _polars(NAMES, y), NAMES.astype(object)),
}
