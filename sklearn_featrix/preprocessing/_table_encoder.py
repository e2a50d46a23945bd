"""TableEncoder: a table of any columns becomes a float32 matrix."""

from __future__ import annotations

from itertools import count
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
from ._kinds import as_kind, decide_kind, n_distinct, spoilt_numbers, why_dropped
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
        "numeric", "boolean", "category", "datetime" or "text" by column label (`x0`,
        `x1`, ... for tables without labels), dropped columns included.
    dropped_columns_ : dict of str to str
        Why each column that carries no information is left out, by column label.
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
    UserWarning
        If nine in ten or more of a text column's distinct values are numbers, so that
        the others may be marks of missing values; it names such columns.

    See Also
    --------
    sklearn_featrix.embedding.EmbeddingTransformer : Vectors learned from all rows,
        on top of this encoding.

    Notes
    -----
    Numbers, dates and booleans in columns of Python objects are recognised, as are
    ISO 8601 dates in strings, and plain numbers in string columns with more than
    `max_categories` levels; mixed types are read as texts. Blank strings are missing.
    Infinities are values just outside the range of the finite ones; where `fit` saw
    none, they are taken as the extreme finite value. Numbers beyond the range of
    float32 are clipped to it. Where float32 would merge distinct values, as it does
    with epoch seconds, "tree" writes the distance from the median or, if that does not
    help either, the rank. Sparse matrices are numeric, and the output is dense.

    Columns are matched by label, in any order, and by position only where `fit` or
    `transform` got no labels, or strings in one and other labels in the other (then
    with a warning). Categories unseen in `fit` are "other" where there is one,
    otherwise zeros ("linear") or a code of their own ("tree").

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

        Raises
        ------
        ValueError
            If each column is constant or has missing values only: all rows are alike.
        """
        table = Table(validate_table(self, X, reset=True))
        fitted = self._fit_columns(table)
        if not fitted["_encoders"]:
            raise ValueError(_nothing_left_message(fitted["dropped_columns_"]))
        vars(self).update(fitted)  # at once: an interrupt leaves no mixture
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

        `column` is the name of the input column, `x0`, `x1`, ... unless all names are
        strings.

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
        """Make the attributes that fit leaves behind."""
        kinds, dropped, encoders, spoilt = {}, {}, {}, {}
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        for position, name in enumerate(table.names):
            column = table.column(position)
            kinds[name] = kind = decide_kind(column, self.max_categories)
            reason = why_dropped(column)
            if reason:
                dropped[name] = reason
                continue
            if len(column.levels) > self.max_categories:
                spoilt[name] = spoilt_numbers(column)
            column = as_kind(column, kind)
            encoders[position] = self._encoder_of(column, kind, seed).fit(column)
        _warn_spoilt({name: others for name, others in spoilt.items() if others})
        return {
            "column_kinds_": kinds,
            "dropped_columns_": dropped,
            "_encoders": encoders,
            "_names": table.names,
        }

    def _encoder_of(self, column, kind, seed):
        if n_distinct(column) < 2:
            return FlagEncoder()
        if kind in ("numeric", "boolean"):
            return NumericEncoder()
        if kind == "datetime":
            return DatetimeEncoder()
        if kind == "text":
            return TextEncoder(self.max_categories, self.n_text_components, seed)
        return CategoryEncoder(self.max_categories)

    def _warn_dropped(self):
        if not self.dropped_columns_:
            return
        warn(
            f"Dropped {len(self.dropped_columns_)} of {self.n_features_in_} columns "
            f"that carry no information: {_dropped_text(self.dropped_columns_)}.",
            DroppedColumnWarning,
        )

    def _encode(self, X: Any, encoding: str) -> np.ndarray:
        """Encode a table either way, whatever `self.encoding` is."""
        return self._encode_as(X, encoding)[0]

    def _encode_as(self, X: Any, *encodings: str) -> list[np.ndarray]:
        """Encode a table in one or both ways, reading it once."""
        check_is_fitted(self)
        table = Table(validate_table(self, X, reset=False))
        places = [self._places(encoding) for encoding in encodings]
        encoded = [
            np.empty((table.shape[0], width), dtype=np.float32) for _, width in places
        ]
        for position, encoder in self._encoders.items():
            kind = self.column_kinds_[self._names[position]]
            column = as_kind(table.column(position), kind)
            for encoding, (place, _), out in zip(
                encodings, places, encoded, strict=True
            ):
                getattr(encoder, encoding)(column, out[:, place[position]])
        return encoded

    def _places(self, encoding):
        """Output columns of every encoded input column, and how many there are."""
        places, start = {}, 0
        for position, names in self._suffixes(encoding):
            places[position] = slice(start, start + len(names))
            start += len(names)
        return places, start

    def _suffixes(self, encoding):
        """Position of every encoded input column and the suffixes of its outputs."""
        return [
            (position, getattr(encoder, f"{encoding}_names")())
            for position, encoder in self._encoders.items()
        ]

    def _input_names(self, input_features):
        if input_features is None:
            if all(isinstance(name, str) for name in self._names):
                return self._names
            return [f"x{position}" for position in range(self.n_features_in_)]
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


def _dropped_text(dropped):
    return ", ".join(f"{name!r} ({why})" for name, why in dropped.items())


def _nothing_left_message(dropped):
    # not their number: many a learner has left out all copies but one
    return (
        f"No column of the table carries information: {_dropped_text(dropped)}. All "
        "rows to learn from are copies of 1 sample. Give rows that differ in at least "
        "one column, by two values or by one that is missing."
    )


def _warn_spoilt(spoilt):
    """Warn of columns of numbers that a few other texts turn into texts."""
    if not spoilt:
        return
    columns = ", ".join(
        f"{name!r} (but for {', '.join(map(repr, others[:3]))}"
        f"{', ...' if len(others) > 3 else ''})"
        for name, others in spoilt.items()
    )
    warn(
        f"Columns encoded as texts although their values are numbers: {columns}. If "
        "these mark missing values, replace them by None, e.g. with pandas' "
        "to_numeric(column, errors='coerce'); if the numbers are codes, make the "
        "column categorical."
    )


def _made_unique(names):
    """Append a number to names that occurred before, one that makes a new name."""
    taken, seen, unique = set(names), set(), []
    for name in names:
        if name in seen:
            numbered = (f"{name}__{number}" for number in count(2))
            name = next(other for other in numbered if other not in taken)
            taken.add(name)
        seen.add(name)
        unique.append(name)
    return unique
