"""TableEncoder: a table of any columns becomes a float32 matrix."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from ..exceptions import DroppedColumnWarning
from ._category import CategoryEncoder
from ._datetime import DatetimeEncoder
from ._flag import FlagEncoder
from ._kinds import as_kind, decide_kind, n_distinct, why_dropped
from ._numeric import NumericEncoder
from ._table import Table, as_frame, check_unique_names, column_names
from ._text import TextEncoder

_ENCODINGS = ("linear", "tree")


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn a table of any columns into a float32 matrix, without looking at a target.

    Parameters
    ----------
    encoding : {"linear", "tree"}, default="linear"
        What `transform` returns.
    max_categories : int, default=24
        Most columns that one categorical column becomes.
    n_text_components : int, default=30
        Most components of a text column.
    random_state : int, RandomState instance or None, default=None
        Seed of the text components.
    """

    _parameter_constraints = {
        "encoding": [StrOptions(set(_ENCODINGS))],
        "max_categories": [Interval(Integral, 2, None, closed="left")],
        "n_text_components": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        encoding="linear",
        *,
        max_categories=24,
        n_text_components=30,
        random_state=None,
    ):
        self.encoding = encoding
        self.max_categories = max_categories
        self.n_text_components = n_text_components
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn what each column is and how to encode it.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table.
        y : None
            Ignored.

        Returns
        -------
        self : TableEncoder
            The fitted encoder.
        """
        table = Table(self._validate(X, reset=True))
        self._fit_columns(table)
        self._refuse_nothing_left(table)
        self._warn_dropped()
        return self

    def transform(self, X):
        """Encode a table.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            float32 matrix, without missing values for `encoding="linear"`.
        """
        return self._encode(X, self.encoding)

    def get_feature_names_out(self, input_features=None):
        """Names of the output columns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the input columns; must match those seen in `fit`.

        Returns
        -------
        ndarray of str objects of shape (n_outputs,)
            Names of the output columns.
        """
        check_is_fitted(self)
        names = self._input_names(input_features)
        outputs = [
            names[position] + suffix
            for position, suffixes in self._suffixes(self.encoding)
            for suffix in suffixes
        ]
        return np.array(outputs, dtype=object)

    @property
    def column_index_(self):
        """Position of the input column that each output column came from."""
        counts = [(i, len(names)) for i, names in self._suffixes(self.encoding)]
        positions, lengths = zip(*counts, strict=True)
        return np.repeat(np.array(positions), lengths)

    def _fit_columns(self, table):
        self.column_kinds_, self.dropped_columns_ = {}, {}
        self._encoders, self._names = {}, table.names
        self._seed = check_random_state(self.random_state).randint(2**31 - 1)
        for position, name in enumerate(table.names):
            column = table.column(position)
            kind = decide_kind(column, self.max_categories)
            self.column_kinds_[name] = kind
            reason = why_dropped(column)
            if reason:
                self.dropped_columns_[name] = reason
            else:
                column = as_kind(column, kind)
                self._encoders[position] = self._encoder_of(column, kind).fit(column)

    def _encoder_of(self, column, kind):
        if n_distinct(column) < 2:
            return FlagEncoder()
        if kind in ("numeric", "boolean"):
            return NumericEncoder()
        if kind == "datetime":
            return DatetimeEncoder()
        if kind == "text":
            return TextEncoder(self.max_categories, self.n_text_components, self._seed)
        return CategoryEncoder(self.max_categories)

    def _refuse_nothing_left(self, table):
        if not self._encoders:
            reasons = ", ".join(
                f"{k!r} ({v})" for k, v in self.dropped_columns_.items()
            )
            samples = "1 sample" if table.shape[0] == 1 else f"{table.shape[0]} samples"
            raise ValueError(
                f"No column of the table with {samples} says anything: {reasons}. Give "
                "rows that differ in at least one column."
            )

    def _warn_dropped(self):
        if self.dropped_columns_:
            reasons = ", ".join(
                f"{k!r} ({v})" for k, v in self.dropped_columns_.items()
            )
            warnings.warn(
                f"Dropped {len(self.dropped_columns_)} of {self.n_features_in_} columns "
                f"that carry no information: {reasons}.",
                DroppedColumnWarning,
                stacklevel=2,
            )

    def _encode(self, X: Any, encoding: str) -> np.ndarray:
        """Encode a table either way, whatever `self.encoding` is."""
        check_is_fitted(self)
        table = Table(self._validate(X, reset=False))
        suffixes = self._suffixes(encoding)
        width = sum(len(names) for _, names in suffixes)
        out = np.empty((table.shape[0], width), dtype=np.float32)
        start = 0
        for position, names in suffixes:
            stop = start + len(names)
            kind = self.column_kinds_[self._names[position]]
            column = as_kind(table.column(position), kind)
            getattr(self._encoders[position], encoding)(column, out[:, start:stop])
            start = stop
        return out

    def _suffixes(self, encoding):
        """Position of every encoded input column and the suffixes of its outputs."""
        return [
            (position, getattr(encoder, f"{encoding}_names")())
            for position, encoder in self._encoders.items()
        ]

    def _input_names(self, input_features):
        if input_features is None:
            return self._names
        given = list(input_features)
        if hasattr(self, "feature_names_in_") and given != self._names:
            raise ValueError("input_features is not equal to feature_names_in_")
        if len(given) != self.n_features_in_:
            raise ValueError(
                "input_features should have length equal to number of features "
                f"({self.n_features_in_}), got {len(given)}"
            )
        return given

    def _validate(self, X, *, reset):
        if not sparse.issparse(X) and as_frame(X) is not None:
            return self._validate_frame(X, reset=reset)
        if isinstance(X, (list, tuple)):
            X = _array_of_list(X)
        return validate_data(
            self, X, reset=reset, dtype=None, accept_sparse=["csc", "csr"],
            ensure_all_finite=False,
        )  # fmt: skip

    def _validate_frame(self, X, *, reset):
        check_unique_names(X)
        if not reset and hasattr(self, "feature_names_in_"):
            X = self._in_order_of_fit(X)
        if X.shape[1] == 0:
            raise ValueError(
                f"Found array with 0 feature(s) (shape={X.shape}) while a minimum of 1 "
                "is required."
            )
        if X.shape[0] == 0:
            raise ValueError(
                f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is "
                "required."
            )
        validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _in_order_of_fit(self, X):
        names = column_names(X)
        if names is None or names == self._names:
            return X
        missing = [name for name in self._names if name not in set(names)]
        extra = [name for name in names if name not in set(self._names)]
        if missing or extra:
            raise ValueError(_wrong_columns_message(missing, extra))
        return as_frame(X).select(self._names).to_native()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _wrong_columns_message(missing, extra):
    parts = ["The feature names should match those that were passed during fit."]
    if extra:
        parts.append(f"Feature names unseen at fit time: {extra}; drop them.")
    if missing:
        parts.append(f"Feature names seen at fit time, yet now missing: {missing}.")
    return "\n".join(parts)


def _array_of_list(rows):
    """Lists of numbers as numbers; with a string among them every value as it is."""
    array = np.asarray(rows)
    return np.asarray(rows, dtype=object) if array.dtype.kind in "US" else array
