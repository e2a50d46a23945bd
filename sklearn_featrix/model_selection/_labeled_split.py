"""Cross-validation over the labelled rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import numpy as np
from sklearn.model_selection import PredefinedSplit, TimeSeriesSplit, check_cv
from sklearn.utils import check_consistent_length
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object

from ..utils._compat import index_rows, num_samples
from ..utils._labels import PartialLabels, encode_labels

__all__ = ["LabeledSplit"]

_DEFAULTS = {"unlabeled": "train", "unlabeled_mark": "auto", "allow_future": False}


class LabeledSplit:
    """Folds over the labelled rows; unlabeled rows never count in a test part.

    A default splitter deals unlabeled rows out like any other. In a test part they
    are counted as wrong, whatever is predicted: a score of 0.1 where the truth is 0.96.

    Parameters
    ----------
    cv : int, splitter, iterable or None, default=5
        Splits the labelled rows: the number of stratified folds, any scikit-learn
        splitter (None means 5 folds), or an iterable of (train, test) positions in the
        whole table.
    unlabeled : {"train", "drop"}, default="train"
        Where unlabeled rows go: into every train part, or nowhere.
    unlabeled_mark : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`. The
        estimator has to know a mark of yours too: a mark it does not know is a class.
    allow_future : bool, default=False
        Whether :class:`~sklearn.model_selection.TimeSeriesSplit` may put unlabeled rows
        that come after the start of the test part into the train part.

    See Also
    --------
    cross_val_interval : The score over such folds, with its uncertainty.
    sklearn_featrix.metrics.make_labeled_scorer : Right scores for any folds.

    Notes
    -----
    Some unlabeled rows stay out of a train part even with ``unlabeled="train"``:

    - with `groups`, those of a group that is held out, in the test part and not among
      the labelled rows of the train part;
    - with ``TimeSeriesSplit``, those at or after the start of the test part (of the
      `gap` before it, if there is one) unless `allow_future`, and those before the
      window that `max_train_size` leaves;
    - with an iterable or a ``PredefinedSplit``, whose positions speak of the whole
      table, those that it does not put into the train part itself.

    The test parts do not cover the table, so ``cross_val_predict``, which "only works
    for partitions", refuses this splitter. Predict out-of-fold in a loop over `split`.

    Scores of train parts (``return_train_score``, the default of successive halving)
    count unlabeled rows again, unless the scorer is one of
    :func:`~sklearn_featrix.metrics.make_labeled_scorer`.

    Copies of a row are rows like others: a splitter of single rows deals them to both
    sides, and rows that the fit has seen are scored. Give copies a group in common, and
    a splitter that keeps groups together, such as ``StratifiedGroupKFold()``.

    With metadata routing enabled `groups` are requested as `cv` requests them.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.model_selection import LabeledSplit
    >>> X = np.arange(16).reshape(8, 2)
    >>> y = [0, 1, -1, 0, 1, -1, -1, -1]
    >>> for train, test in LabeledSplit(2).split(X, y):
    ...     print(train, test)
    [2 3 4 5 6 7] [0 1]
    [0 1 2 5 6 7] [3 4]
    """

    def __init__(
        self,
        cv=5,
        *,
        unlabeled="train",
        unlabeled_mark="auto",
        allow_future=False,
    ):
        self.cv = _checked_cv(cv)
        if unlabeled not in ("train", "drop"):
            raise ValueError(
                f"unlabeled={unlabeled!r} is not allowed: 'train' puts unlabeled rows "
                "into every train part, 'drop' leaves them out. The mark of an "
                "unlabeled row goes into unlabeled_mark."
            )
        self.unlabeled = unlabeled
        self.unlabeled_mark = unlabeled_mark
        self.allow_future = allow_future

    def split(self, X, y, groups=None):
        """Generate positions of train and test rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or None
            The table.
        y : array-like of shape (n_samples,)
            Partial labels.
        groups : array-like of shape (n_samples,), default=None
            Group of each row, unlabeled ones included.

        Yields
        ------
        train : ndarray
            Positions of the train rows in table order, labelled and unlabeled.
        test : ndarray
            Positions of the test rows, all labelled.

        Raises
        ------
        ValueError
            If `y` has no labels of at least two classes, or the labelled rows are too
            few for the splitter.
        """
        labels = self._read(X, y, groups)
        rows = np.flatnonzero(labels.labeled)
        if _is_explicit(self.cv):
            pairs = self._explicit_pairs(labels)
        else:
            pairs = self._pairs(X, labels, groups, rows)
        for train, test in pairs:
            yield np.sort(train), test

    def get_n_splits(self, X=None, y=None, groups=None):
        """Count the folds.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), default=None
            The table; needed like the other two if the splitter counts rows or groups,
            as ``LeaveOneOut`` and ``LeaveOneGroupOut`` do.
        y : array-like of shape (n_samples,), default=None
            Partial labels.
        groups : array-like of shape (n_samples,), default=None
            Group of each row.

        Returns
        -------
        int
            Number of train and test parts that `split` generates.
        """
        if _is_explicit(self.cv):
            return len(_explicit(self.cv))
        if y is None or not hasattr(self.cv, "split"):
            return check_cv(self.cv).get_n_splits(X, y, groups)
        labels = self._read(X, y, groups)
        rows = np.flatnonzero(labels.labeled)
        return self.cv.get_n_splits(*_labeled_part(X, labels, groups, rows))

    @property
    def shuffle(self):
        """Whether the splitter shuffles; successive halving asks for it."""
        return getattr(self.cv, "shuffle", True)

    @property
    def random_state(self):
        """Random state of the splitter; successive halving asks for it."""
        return getattr(self.cv, "random_state", 0)

    def get_metadata_routing(self):
        """Get the metadata routing: `groups` are requested as `cv` requests them.

        Returns
        -------
        MetadataRequest
            Request of the method `split`.
        """
        request = MetadataRequest(owner=type(self).__name__)
        if hasattr(self.cv, "get_metadata_routing"):
            asked = get_routing_for_object(self.cv).split.requests
        else:  # a splitter of somebody else may use groups
            asked = {"groups": True} if hasattr(self.cv, "split") else {}
        for param, alias in asked.items():
            request.split.add_request(param=param, alias=alias)
        return request

    def __repr__(self):
        changed = [
            f", {name}={getattr(self, name)!r}"
            for name, default in _DEFAULTS.items()
            if getattr(self, name) != default
        ]
        return f"{type(self).__name__}({self.cv!r}{''.join(changed)})"

    def _read(self, X, y, groups) -> PartialLabels:
        if y is None:
            raise ValueError(
                "LabeledSplit needs y to tell labelled rows from unlabeled ones, got "
                "None. Pass the partial labels, one per row."
            )
        try:
            labels = encode_labels(
                y,
                unlabeled=self.unlabeled_mark,
                n_samples=None if X is None else num_samples(X),
                min_classes=2,
            )
        except ValueError as error:  # here `unlabeled` is another parameter
            advice = str(error).replace("unlabeled=", "unlabeled_mark=")
            raise ValueError(advice) from error
        check_consistent_length(labels.codes, groups)
        return labels

    def _pairs(self, X, labels, groups, rows):
        """Positions in the table for the splitter's positions among labelled rows."""
        part = _labeled_part(X, labels, groups, rows)
        cv = check_cv(self.cv, labels.labeled_codes, classifier=True)
        try:
            folds = list(cv.split(*part))
        except ValueError as error:
            counts = dict(
                zip(
                    labels.classes.tolist(),
                    np.bincount(labels.labeled_codes).tolist(),
                    strict=True,
                )
            )
            raise ValueError(
                f"{cv!r} cannot split the {len(rows)} labelled rows (labels per class: "
                f"{counts}): {error} Use fewer folds or label more rows."
            ) from error
        for train, test in folds:
            beside = ~labels.labeled
            if groups is not None:
                beside &= ~_held_out(groups, rows[train], rows[test])
            if isinstance(cv, TimeSeriesSplit):
                beside &= self._in_time(cv, rows, train, test, len(beside))
            yield self._join(rows[train], beside), rows[test]

    def _explicit_pairs(self, labels):
        for number, (train, test) in enumerate(_explicit(self.cv)):
            given = np.zeros(len(labels.labeled), dtype=bool)
            given[train] = True
            test = np.arange(len(given))[test]  # positions, even if given as a mask
            test = test[labels.labeled[test]]
            if not len(test):
                raise ValueError(
                    f"The test part of fold {number} has no labelled row. Leave this "
                    "fold out of cv, or label some of its rows."
                )
            train = np.flatnonzero(given & labels.labeled)
            yield self._join(train, given & ~labels.labeled), test

    def _in_time(self, cv, rows, train, test, n_samples):
        """Rows that may stand beside the train part of a time series."""
        time = np.arange(n_samples)
        allowed = np.ones(n_samples, dtype=bool)
        if not self.allow_future:
            allowed &= time < rows[test[0] - cv.gap]
        if train[0] > 0:  # max_train_size has cut off the past
            allowed &= time >= rows[train[0]]
        return allowed

    def _join(self, train, beside):
        if self.unlabeled == "drop":
            return train
        return np.concatenate([train, np.flatnonzero(beside)])


def _checked_cv(cv):
    is_text = isinstance(cv, (str, bytes))
    if cv is None or (hasattr(cv, "split") and not is_text):
        return cv
    if isinstance(cv, Integral) and not isinstance(cv, bool) and cv >= 2:
        return cv
    if isinstance(cv, Iterable) and not is_text:
        return list(cv)  # a generator would be empty the second time
    raise ValueError(
        f"cv={cv!r} is not allowed: pass a number of folds of at least 2, a "
        "scikit-learn splitter, an iterable of (train, test) positions, or None."
    )


def _is_explicit(cv):
    """Whether the positions that `cv` names are those of the whole table."""
    return isinstance(cv, (list, PredefinedSplit))


def _explicit(cv):
    return cv if isinstance(cv, list) else list(cv.split())


def _labeled_part(X, labels, groups, rows):
    """X, y and groups of the labelled rows, as the splitter sees them."""
    return (
        np.zeros((len(rows), 1)) if X is None else index_rows(X, rows),
        labels.labeled_values,
        None if groups is None else index_rows(groups, rows),
    )


def _held_out(groups, train, test):
    """Rows of the groups in the test part without labelled rows in the train part."""
    groups = np.asarray(groups)
    held_out = np.setdiff1d(groups[test], groups[train])
    return np.isin(groups, held_out)
