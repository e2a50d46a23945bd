"""TableEncoder: a table of any columns becomes a float32 matrix."""

from __future__ import annotations

from collections import Counter
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..exceptions import DroppedColumnWarning
from ..utils._compat import Interval, StrOptions, fit_context
from ..utils._warnings import warn
from ._category import CategoryEncoder
from ._datetime import DatetimeEncoder
from ._flag import FlagEncoder
from ._kinds import as_kind, decide_kind, n_distinct, why_dropped
from ._numeric import NumericEncoder
from ._table import Table
from ._text import TextEncoder
from ._validation import validate_table

_ENCODINGS = ("linear", "tree")
_MAX_SUFFIX = 60  # characters of a level in the name of its column


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn a table of any columns into a float32 matrix, without looking at a target.

    Every column becomes a few numbers according to its kind. No statistic depends on
    the order of the rows or on the container, and one fit serves both encodings.

    Parameters
    ----------
    encoding : {"linear", "tree"}, default="linear"
        What `transform` returns.

        - "linear": for linear models, kernels and networks; no missing values.
          Numbers become their normal score (Gaussian quantile of the mid-rank) and
          z-score clipped at 4; categories one column per level; a column with two
          values one column of -1 and 1, whatever its type; dates the normal and
          z-scores of their calendar parts and of elapsed time; texts components of
          their n-grams beside their frequent levels. A column with gaps gets a 0/1
          flag.
        - "tree": for trees; NaN where missing. Numbers stay as they are, categories
          become ordinal codes by descending frequency, dates their calendar parts
          and elapsed days, texts their components and an ordinal code.

    max_categories : int, default=24
        A string column with more levels than this is a text (a category if its levels
        have fewer than 4 characters on average), and its rarer levels share one
        column, "other". At least 2.
    n_text_components : int, default=30
        Components of a column of prose (40 or more characters on average); columns of
        shorter texts get a sixth of it. 0: only the frequent levels of texts count.
    random_state : int, RandomState instance or None, default=None
        Seed of the text components; irrelevant for tables without texts.

    Attributes
    ----------
    column_kinds_ : dict of str to str
        "numeric", "boolean", "category", "datetime" or "text" by column name (`x0`,
        `x1`, ... for tables without names), dropped columns included.
    dropped_columns_ : dict of str to str
        Why each column that carries no information is left out, by column name.
    column_index_ : ndarray of shape (n_outputs,)
        Position of the input column that each output column came from.
    n_features_in_ : int
        Number of input columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the input columns, defined only when all are strings.

    Warns
    -----
    DroppedColumnWarning
        If columns are constant or missing altogether; it names all of them.

    See Also
    --------
    sklearn_featrix.embedding.EmbeddingTransformer : Vectors learned from all rows,
        on top of this encoding.

    Notes
    -----
    Numbers, dates and booleans in columns of Python objects are recognised, as are
    ISO 8601 dates in strings, and plain numbers in string columns with more than
    `max_categories` levels; mixed types are read as texts. Blank strings are missing.
    Infinities count in no statistic; "linear" takes them as the extreme finite value
    seen in `fit`, and so does "tree". Numbers beyond the range of float32 are clipped
    to it. Sparse matrices are numeric, and the output is dense.

    Columns are matched by name, in any order. Categories unseen in `fit` are "other"
    where there is one, otherwise zeros ("linear") or a code of their own ("tree").

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_featrix.preprocessing import TableEncoder
    >>> X = pd.DataFrame(
    ...     {
    ...         "age": [31.0, None, 52.0, 47.0],
    ...         "color": ["red", "blue", "red", "green"],
    ...         "member": [True, False, True, True],
    ...     }
    ... )
    >>> encoder = TableEncoder().fit(X)
    >>> encoder.column_kinds_
    {'age': 'numeric', 'color': 'category', 'member': 'boolean'}
    >>> encoder.get_feature_names_out().tolist()
    ['age__gauss', 'age__z', 'age__missing', 'color=red', 'color=blue',
     'color=green', 'member']
    >>> encoder.transform(X)[1]
    array([ 0.,  0.,  1.,  0.,  1.,  0., -1.], dtype=float32)
    >>> TableEncoder("tree").fit_transform(X)
    array([[31.,  0.,  1.],
           [nan,  1.,  0.],
           [52.,  0.,  1.],
           [47.,  2.,  1.]], dtype=float32)
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

    @fit_context(prefer_skip_nested_validation=True)
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
        table = Table(validate_table(self, X, reset=True))
        self._fit_columns(table)
        self._refuse_nothing_left(table.shape[0])
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
        """Name the output columns: `column`, `column__part` or `column=level`.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the input columns; must be those seen in `fit`, if there were any.

        Returns
        -------
        ndarray of str objects of shape (n_outputs,)
            Names of the output columns, all different.
        """
        check_is_fitted(self)
        names = self._input_names(input_features)
        outputs = [
            names[position] + suffix[:_MAX_SUFFIX]
            for position, suffixes in self._suffixes(self.encoding)
            for suffix in suffixes
        ]
        return np.array(_made_unique(outputs), dtype=object)

    @property
    def column_index_(self):
        """Position of the input column that each output column came from."""
        check_is_fitted(self)
        suffixes = self._suffixes(self.encoding)
        lengths = [len(names) for _, names in suffixes]
        return np.repeat([position for position, _ in suffixes], lengths)

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

    def _refuse_nothing_left(self, n_samples):
        if self._encoders:
            return
        samples = "1 sample" if n_samples == 1 else f"{n_samples} samples"
        raise ValueError(
            f"No column of the table with {samples} carries information: "
            f"{self._dropped_text()}. Give rows that differ in at least one column."
        )

    def _warn_dropped(self):
        if not self.dropped_columns_:
            return
        warn(
            f"Dropped {len(self.dropped_columns_)} of {self.n_features_in_} columns "
            f"that carry no information: {self._dropped_text()}.",
            DroppedColumnWarning,
        )

    def _dropped_text(self):
        return ", ".join(f"{k!r} ({why})" for k, why in self.dropped_columns_.items())

    def _encode(self, X: Any, encoding: str) -> np.ndarray:
        """Encode a table either way, whatever `self.encoding` is."""
        check_is_fitted(self)
        table = Table(validate_table(self, X, reset=False))
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _made_unique(names):
    """Append a number to names that occurred before."""
    seen = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return unique
