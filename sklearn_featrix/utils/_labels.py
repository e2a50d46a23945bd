"""What "unlabeled" means: the only place that reads or writes -1, None or NaN in y."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import check_array
from sklearn.utils.multiclass import check_classification_targets

from ._warnings import warn

__all__ = [
    "PartialLabels",
    "classes_read_as_marks",
    "encode_labels",
    "erase_labels",
    "is_auto",
    "is_labeled",
    "mark_beside",
]

_HOW_TO_MARK = (
    "-1 (integers, strings, objects), None or NaN (objects, floats, pandas and "
    "polars) mark unlabeled rows"
)

# What NaN, None and pandas.NA become in a numpy array of strings.
_MISSING_AS_TEXT = ("nan", "None", "<NA>")


@dataclass(frozen=True)
class PartialLabels:
    """Labels of a table in which some rows have none.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The sorted class labels, in the dtype the caller gave them.
    codes : ndarray of shape (n_samples,)
        Position of each row's label in `classes`; meaningless where `labeled` is
        False.
    labeled : ndarray of shape (n_samples,)
        True where the row has a label.
    """

    classes: NDArray[Any]
    codes: NDArray[np.intp]
    labeled: NDArray[np.bool_]

    @property
    def n_labeled(self) -> int:
        """Number of rows with a label."""
        return int(self.labeled.sum())

    @property
    def labeled_codes(self) -> NDArray[np.intp]:
        """Codes of the labelled rows only."""
        return self.codes[self.labeled]

    @property
    def labeled_values(self) -> NDArray[Any]:
        """Labels of the labelled rows only, in the caller's dtype."""
        return self.classes[self.labeled_codes]


def is_labeled(y: Any, *, unlabeled: Any = "auto") -> NDArray[np.bool_]:
    """Tell which rows have a label.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels: a list, numpy array, pyarrow array, pandas or polars Series.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row. Missing values (None, NaN, NA) always do.

        - "auto": also -1 in integer, object and string `y`. Numpy string arrays cannot
          hold a missing value: there "nan", "None" and "<NA>", as which numpy stores
          one, count as unlabeled too;
        - None: nothing else, -1 is a class like any other;
        - a scalar: also rows that equal it. Among strings a number is its text: -1
          also finds "-1".

    Returns
    -------
    ndarray of shape (n_samples,)
        Boolean mask, True where the row has a label.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, or a float `y` holds -1.0 and `unlabeled` does
        not say what it means.
    TypeError
        If `y` holds bytes, or `unlabeled` is no scalar.

    Warns
    -----
    UserWarning
        If `unlabeled` is text and `y` can only hold numbers: it marks no row.

    Examples
    --------
    >>> from sklearn_featrix.utils import is_labeled
    >>> is_labeled([0, 1, -1, 1])
    array([ True,  True, False,  True])
    >>> is_labeled(["spam", None, "ham"])
    array([ True, False,  True])
    >>> is_labeled([-1, 1, 1], unlabeled=None)
    array([ True,  True,  True])
    """
    return _split_missing(y, unlabeled)[1]


def encode_labels(
    y: Any,
    *,
    unlabeled: Any = "auto",
    n_samples: int | None = None,
    min_classes: int = 1,
    keep: NDArray[np.bool_] | None = None,
) -> PartialLabels:
    """Turn any accepted form of partial labels into classes, codes and a mask.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Partial labels.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`is_labeled`.
    n_samples : int, default=None
        Number of rows of the table that `y` belongs to.
    min_classes : int, default=1
        Fewer classes among the labelled rows are an error, but for one case: a `y` of
        -1 and 1 only, with no more of -1, is read as two classes, with a warning.
    keep : ndarray of shape (n_samples,), default=None
        Rows where it is False count as unlabeled, whatever `y` says.

    Returns
    -------
    PartialLabels
        Classes, codes and mask.

    Raises
    ------
    ValueError
        If `y` has another length than the table, no label at all, too few classes,
        labels that cannot be sorted, or continuous values.
    """
    values, labeled = _split_missing(y, unlabeled)
    if n_samples is not None and len(labeled) != n_samples:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: X has "
            f"{n_samples} rows, y has {len(labeled)}. Give y one entry per row of X; "
            f"{_HOW_TO_MARK}."
        )
    if keep is not None:
        values, labeled = values[keep[labeled]], labeled & keep
    if not labeled.any():
        raise ValueError(
            f"y has {len(labeled)} rows and no label at all: all are unlabeled "
            f"({_HOW_TO_MARK}). Label at least {_rows_to_label(min_classes)}, or pass "
            "unlabeled=None if -1 is a real class."
        )
    classes, codes_of_labeled = _sorted_classes(values)
    if len(classes) < min_classes:
        if _is_sign_coded(y, unlabeled):
            _warn_sign_coded()
            return encode_labels(
                y, unlabeled=None, n_samples=n_samples,
                min_classes=min_classes, keep=keep,
            )  # fmt: skip
        raise ValueError(_too_few_classes_message(classes, labeled, min_classes))
    codes = np.zeros(len(labeled), dtype=np.intp)
    codes[labeled] = codes_of_labeled
    return PartialLabels(classes, codes, labeled)


def _rows_to_label(min_classes: int) -> str:
    return f"{min_classes} rows of different classes" if min_classes > 1 else "one row"


def _is_sign_coded(y: Any, unlabeled: Any) -> bool:
    """Whether y is a fully labelled binary target of -1 and 1.

    Where most rows are -1 it is a table with few labels, all of one class.
    """
    if not is_auto(unlabeled):
        return False
    values, labeled = _split_missing(y, None)
    return bool(
        labeled.all()
        and values.dtype.kind == "i"
        and np.array_equal(np.unique(values), [-1, 1])
        and values.sum() >= 0
    )


def _warn_sign_coded() -> None:
    warn(
        "y holds only -1 and 1, and no more of -1: they are read as two classes. Pass "
        "unlabeled=None to say so (to LabeledSplit: unlabeled_mark=None), before any "
        "cross-validation, where a fold can tip the balance; or pass unlabeled=-1 if "
        "-1 marks unlabeled rows.",
    )


def classes_read_as_marks(classes: Any, unlabeled: Any = "auto") -> NDArray[Any]:
    """Those of a classifier's classes that `unlabeled` reads as marks."""
    values = np.asarray(classes)
    if unlabeled is None or (is_auto(unlabeled) and values.dtype.kind == "f"):
        return values[:0]
    is_mark = _auto_marks(values) if is_auto(unlabeled) else _equals(values, unlabeled)
    return values[is_mark]


def mark_beside(classes: Any, unlabeled: Any) -> Any:
    """`unlabeled` as it reads once the classes are known: a mark may be one of them."""
    if len(classes_read_as_marks(classes, unlabeled)):
        return None
    return unlabeled


def is_auto(unlabeled: Any) -> bool:
    """Whether nobody said what marks an unlabeled row."""
    return isinstance(unlabeled, str) and unlabeled == "auto"


def _sorted_classes(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    if values.dtype.kind in "iu" and len(values):
        classes, codes = _distinct(values)
        if len(classes) <= len(values) // 2:
            return classes, codes  # scikit-learn has no objection, and takes longer
    with np.errstate(invalid="ignore"):  # infinity is refused just below
        check_classification_targets(_as_known_target(values))
    try:
        classes, codes = _distinct(values)
    except TypeError as error:
        types = sorted({type(value).__name__ for value in values})
        raise ValueError(
            f"The labels mix types that cannot be sorted: {', '.join(types)}. Use one "
            "type for all classes, and convert labelled rows only: labeled = "
            f"is_labeled(y); y[labeled] = y[labeled].astype(str). {_HOW_TO_MARK}."
        ) from error
    return classes, codes


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Sort the distinct values and find each one's place; integers without a sort."""
    if np.can_cast(values.dtype, np.int64) and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < len(values):
            offsets = values.astype(np.int64) - low
            present = np.bincount(offsets) > 0
            classes = (np.flatnonzero(present) + low).astype(values.dtype)
            return classes, (np.cumsum(present) - 1)[offsets]
    classes, codes = np.unique(values, return_inverse=True)
    return classes, codes


def _as_known_target(values: NDArray[Any]) -> NDArray[Any]:
    """Labels in a form whose type scikit-learn can name, with the same distinctness."""
    if values.dtype != object:
        return values
    if all(isinstance(value, (str, bytes)) for value in values):
        return values
    return np.asarray([_plain(value) for value in values])


def _plain(value: Any) -> Any:
    return str(value) if not isinstance(value, numbers.Number) else value


def _too_few_classes_message(
    classes: NDArray[Any], labeled: NDArray[np.bool_], min_classes: int
) -> str:
    n_labeled = int(labeled.sum())
    noun = "class" if len(classes) == 1 else "classes"
    names = ", ".join(repr(name) for name in classes.tolist())
    message = (
        f"The labelled rows of y hold {len(classes)} {noun} ({names}; {n_labeled} of "
        f"{len(labeled)} rows labelled); at least {min_classes} classes are needed."
    )
    if not labeled.all():
        message += (
            " Some rows count as unlabeled; if -1 is a real class, pass unlabeled=None."
        )
    return message


def _split_missing(y: Any, unlabeled: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values of the labelled rows in their own dtype, and the mask of these rows."""
    if hasattr(unlabeled, "__len__") and not isinstance(unlabeled, (str, bytes)):
        raise TypeError(
            f"unlabeled must be 'auto', None or a scalar, got {unlabeled!r}. Where "
            "several marks are in use, replace all of them by None first."
        )
    present, missing = _read(y)
    _refuse_bytes(present)
    if unlabeled is not None:
        if is_auto(unlabeled):
            marked = _auto_marks(present)
        else:
            marked = _equals(present, unlabeled)
            if not isinstance(y, (list, tuple)):  # a list can hold anything
                _warn_if_text_among_numbers(present, unlabeled)
        if marked.any():
            missing[~missing] = marked
            present = present[~marked]
    return _settle_dtype(present), ~missing


def _read(y: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Entries that are not missing, as one numpy array, and the mask of the missing."""
    if y is None:
        raise ValueError(
            "This estimator requires y to be passed, but the target y is None. Give "
            f"one entry per row; {_HOW_TO_MARK}."
        )
    y = _as_one_dimensional(y)
    if hasattr(y, "is_null"):  # polars: NaN and null are two things
        is_nan = y.is_nan().fill_null(False) if y.dtype.is_float() else False
        missing = (y.is_null() | is_nan).to_numpy().astype(bool)
        return y.filter(~(y.is_null() | is_nan)).to_numpy(), missing
    if hasattr(y, "isna"):  # pandas, nullable and categorical dtypes included
        missing = np.array(y.isna(), dtype=bool)
        return np.asarray(y[~missing]), missing
    missing = _missing_in_array(y)
    return y[~missing] if missing.any() else y, missing


def _refuse_bytes(present: NDArray[Any]) -> None:
    kind = present.dtype.kind
    if kind == "S" or (kind == "O" and any(isinstance(v, bytes) for v in present)):
        raise TypeError(
            "y holds bytes, which are no labels. Decode them to strings first, e.g. "
            "np.char.decode(y) for a numpy array of bytes."
        )


def _warn_if_text_among_numbers(present: NDArray[Any], mark: Any) -> None:
    if isinstance(mark, str) and present.dtype.kind in "biufc" and len(present):
        warn(
            f"unlabeled={mark!r} is text, y holds numbers (dtype {present.dtype}): it "
            "marks no row. Pass the number that marks unlabeled rows, or "
            "unlabeled='auto'.",
        )


def _as_one_dimensional(y: Any) -> Any:
    if hasattr(y, "to_pylist") and not hasattr(y, "columns"):  # pyarrow, no table
        y = np.array(y.to_pylist(), dtype=object)
    if hasattr(y, "is_null") or hasattr(y, "isna") or hasattr(y, "get_columns"):
        if getattr(y, "ndim", len(y.shape)) == 1:
            return y
        if y.shape[1] == 1:
            _warn_column_vector(y.shape)
            return y.iloc[:, 0] if hasattr(y, "iloc") else y.to_series(0)
        raise ValueError(_not_one_dimensional_message(y.shape))
    if isinstance(y, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(y)
        y = y.data.astype(object)
        y[masked] = None
    elif isinstance(y, np.ndarray) and y.dtype.kind == "T":
        y = y.astype(object)  # numpy's StringDType, with or without a missing value
    array = check_array(
        y, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name="y",
        ensure_min_samples=0, allow_nd=True,
    )  # fmt: skip
    if isinstance(y, (list, tuple)) and array.dtype.kind in "US":
        # numpy turns ["a", None] into strings only when forced to: keep the objects.
        array = np.array(y, dtype=object)
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        _warn_column_vector(array.shape)
        return array.ravel()
    raise ValueError(_not_one_dimensional_message(array.shape))


def _warn_column_vector(shape: tuple[int, ...]) -> None:
    warn(
        "A column-vector y was passed when a 1d array was expected. Please change the "
        f"shape of y to (n_samples,), got {shape}, for example using ravel().",
        DataConversionWarning,
    )


def _not_one_dimensional_message(shape: tuple[int, ...]) -> str:
    return (
        f"y should be a 1d array, got an array of shape {shape} instead. Give one "
        "label per row: multi-label and multi-output targets are not supported."
    )


def _missing_in_array(y: NDArray[Any]) -> NDArray[np.bool_]:
    if y.dtype.kind == "f":
        return np.asarray(np.isnan(y), dtype=bool)
    if y.dtype == object:
        # None, NaN, NaT and pandas.NA, without importing pandas.
        return np.fromiter((_is_missing(value) for value in y), bool, len(y))
    if y.dtype.kind in "mM":
        return np.asarray(np.isnat(y))
    return np.zeros(len(y), dtype=bool)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real) and value != value


def _auto_marks(present: NDArray[Any]) -> NDArray[np.bool_]:
    kind = present.dtype.kind
    if kind == "i":
        return _equals(present, -1)
    if kind == "O":
        return _equals(present, -1)
    if kind == "U":
        return np.isin(present, ["-1", *_MISSING_AS_TEXT])
    if kind == "f" and (present == -1).any():
        raise ValueError(
            f"y is a float array and holds -1.0 in {int((present == -1).sum())} rows: "
            "an unlabeled mark or a class? In a float y only NaN marks unlabeled rows. "
            "Pass unlabeled=-1 if -1.0 means unlabeled, unlabeled=None if it is a "
            "class, or use integer labels."
        )
    return np.zeros(len(present), dtype=bool)


def _equals(values: NDArray[Any], mark: Any) -> NDArray[np.bool_]:
    if _is_missing(mark):
        return np.zeros(len(values), dtype=bool)
    if values.dtype == object:
        return np.fromiter((_is_mark(value, mark) for value in values), bool)
    if values.dtype.kind == "U":
        return np.asarray(values == str(mark), dtype=bool)
    if isinstance(mark, str):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(values == mark, dtype=bool)


def _is_mark(value: Any, mark: Any) -> bool:
    """Whether an entry is the mark; among strings a number is its text."""
    if isinstance(value, str):
        return value == str(mark)
    return not isinstance(mark, str) and bool(value == mark)


def _settle_dtype(present: NDArray[Any]) -> NDArray[Any]:
    """Give numbers and booleans that stood beside None their own dtype back."""
    if present.dtype != object or not len(present):
        return present
    is_bool = [isinstance(value, (bool, np.bool_)) for value in present]
    if all(is_bool):
        return present.astype(np.bool_)
    if any(is_bool) or not all(isinstance(value, numbers.Real) for value in present):
        return present
    if not all(isinstance(value, numbers.Integral) for value in present):
        return present.astype(np.float64)
    fits = all(abs(int(value)) < 2**63 for value in present)
    return present.astype(np.int64) if fits else present


def erase_labels(y: Any, rows: ArrayLike, *, unlabeled: Any = "auto") -> Any:
    """Copy `y` with some rows marked as unlabeled.

    The mark is the one that fits: -1 in integers, "-1" in numpy strings, NaN in floats,
    NA in nullable and categorical pandas Series, null in polars, None in objects. Where
    the dtype has no room for a mark it widens: numpy booleans become objects with None,
    a pandas Series of booleans or unsigned integers becomes nullable, unsigned numpy
    integers become signed.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: a list, tuple, numpy array, pandas or polars Series. Anything else
        comes back as a numpy array.
    rows : array-like of bool of shape (n_samples,)
        True where the label is to be erased.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`is_labeled`. With None or a scalar, -1
        is not written: integers take the scalar, or become objects (pandas: nullable)
        with a missing value.

    Returns
    -------
    array-like of shape (n_samples,)
        A new container of the same type, whatever was labelled before and is not in
        `rows` unchanged.

    Raises
    ------
    ValueError
        If `rows` has another length than `y`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.utils._labels import erase_labels
    >>> erase_labels(np.array([0, 1, 1]), [False, True, False])
    array([ 0, -1,  1])
    >>> erase_labels(["spam", "ham"], [True, False])
    [None, 'ham']
    """
    rows = np.asarray(rows, dtype=bool)
    column = _as_one_dimensional(y)
    if rows.shape != (len(column),):
        raise ValueError(
            f"rows has shape {rows.shape}, y has {len(column)} rows. Give one boolean "
            "per row of y, True where its label is to be erased."
        )
    if hasattr(column, "is_null"):
        kept = np.where(rows, -1, np.arange(len(rows)))  # polars: no row, no label
        return column.gather(type(column)(kept).replace(-1, None)).alias(column.name)
    if hasattr(column, "isna") and hasattr(column, "mask"):
        return _erase_in_pandas(column, rows, unlabeled)
    erased = _erase_in_array(np.asarray(column), rows, unlabeled)
    return type(y)(erased.tolist()) if isinstance(y, (list, tuple)) else erased


def _erase_in_pandas(column: Any, rows: NDArray[np.bool_], unlabeled: Any) -> Any:
    dtype = column.dtype
    if not isinstance(dtype, np.dtype):
        return column.mask(rows)
    if dtype.kind in "bu" or (
        dtype.kind == "i" and _mark_for(np.asarray(column), unlabeled) is None
    ):
        nullable = dtype.name.replace("int", "Int").replace("u", "U")
        nullable = {"bool": "boolean"}.get(nullable, nullable)
        return column.astype(nullable).mask(rows)
    erased = _erase_in_array(column.to_numpy(), rows, unlabeled)
    return type(column)(
        erased, index=column.index, name=column.name, dtype=erased.dtype
    )


def _erase_in_array(
    values: NDArray[Any], rows: NDArray[np.bool_], unlabeled: Any
) -> NDArray[Any]:
    mark = _mark_for(values, unlabeled)
    if mark is None:
        values = values.astype(object)
        values[rows] = None
        return values
    return np.where(rows, mark, values)


def _mark_for(values: NDArray[Any], unlabeled: Any) -> Any:
    """Mark that an array can hold, None if it has to become an array of objects."""
    kind = values.dtype.kind
    if kind == "f":
        return np.array(np.nan, dtype=values.dtype)
    if unlabeled is None or _is_missing(unlabeled):
        return None
    if isinstance(unlabeled, str) and unlabeled == "auto":
        unlabeled = "-1" if kind == "U" else -1
    if kind == "U" and isinstance(unlabeled, str):
        return np.array(unlabeled)
    if kind in "iu" and isinstance(unlabeled, numbers.Integral):
        mark = np.array(unlabeled, dtype=np.min_scalar_type(int(unlabeled)))
        # uint64 and -1 meet in float64 only, which is no label.
        return mark if np.result_type(mark, values).kind in "iu" else None
    return None
