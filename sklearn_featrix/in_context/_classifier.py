"""A pretrained network that reads the labelled rows and answers for all others."""

from __future__ import annotations

from numbers import Integral
from os import PathLike
from pathlib import Path

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.validation import check_is_fitted

from ..preprocessing._rows import row_keys
from ..preprocessing._validation import validate_table
from ..utils._compat import (
    Interval,
    fit_context,
    index_rows,
    num_samples,
)
from ..utils._copies import distinct_rows, merge_copies, row_weights
from ..utils._device import resolve_device
from ..utils._labels import encode_labels
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ..utils._threads import one_thread
from ._cells import CellEncoder
from ._subsets import draw_subsets
from ._temperature import USUAL, fit_temperature, held_out_folds

__all__ = ["InContextClassifier"]

PREDICT_BATCH = 8192
MIN_ROWS_PER_CLASS = 20  # labelled, to learn a temperature from them
MOST_COPIES = 10  # on average; beyond, weights count by class


class InContextClassifier(PartialLabelsClassifierMixin, BaseEstimator):
    """Classifier that was trained before it saw your table.

    A small network learnt from artificial tables how labels depend on columns [1]_.
    `fit` trains nothing: it keeps the labelled rows, and to predict, the network reads
    them beside the rows asked for. Meant for few labels, up to some hundred.

    Parameters
    ----------
    n_members : int, default=4
        Readings of the table that are averaged where one cannot see all of it (see
        `max_columns` and `max_context`); more if the columns need it. A table that
        fits into one reading is read once.
    max_columns : int, default=64
        Most columns that one reading sees, fewer where it has more than 500 labelled
        rows to look at: memory is bounded. In wider tables each sees others, drawn
        without looking at labels, so that together they see all; the principal
        components of the rows are among the columns of each.
    max_context : int, default=500
        Most labelled rows that one reading sees. Of more, each sees others, drawn class
        by class in proportion, at least one of each class.
    n_components : int, default=8
        Most principal components of the rows that stand beside the columns of a table
        whose encoding has 16 columns or more; 0 for none. They count among
        `max_columns`: the more of them, the more readings a wider table takes.
    weights : path-like, default=None
        A file of weights written by ``python -m benchmarks.prior export``. None takes
        those that come with the package.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.
    device : str, default="auto"
        Where to compute: "auto" takes cuda, then mps, then cpu, whichever is there
        first; any other string is handed to torch.
    random_state : int, RandomState instance or None, default=None
        Draws what each reading sees, and seeds the encoding of texts.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes among the labelled rows, in the dtype of `y`.
    n_labeled_ : int
        Number of labelled rows.
    temperature_ : float
        What answers are divided by: 1 for two classes, about 1.2 for more; the higher
        it is, the less sure are the probabilities.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    DroppedColumnWarning
        If columns are constant or missing altogether; it names all of them.

    See Also
    --------
    sklearn_featrix.semi_supervised.SemiSupervisedClassifier : A vote of classifiers
        trained on the table itself.

    Notes
    -----
    Unlabeled rows serve the encoding of columns alone: means, scales, ranks, the
    components of texts, and, of 16 encoded columns or more, principal components.

    Of two classes, the network is asked for the rarer one among the labelled rows, and
    where they are level for that of the larger values: the names of the classes have no
    part in it. Of more classes, it is asked for each against the rest, all at once, and
    the probabilities are the softmax of the answers, divided by a temperature. Where
    there are 20 labelled rows per class, `fit` holds rows out in turn, asks the network
    about them, and takes the temperature under which their log loss is least.

    Predicting costs more than fitting: the labelled rows are read once for each
    reading, all others in chunks, and no more classes are asked about at a time than
    memory has room for. It is bounded whatever the numbers of rows and classes.

    Where the classes' shares among the rows of a reading are not those of their
    weights, the probabilities are corrected for it [2]_.

    The weights are float16 arrays in one file of the package, read once per process and
    device; a fitted estimator holds none of them.

    References
    ----------
    .. [1] N. Hollmann, S. Müller, K. Eggensperger, F. Hutter, "TabPFN: A Transformer
       That Solves Small Tabular Classification Problems in a Second", ICLR 2023.
    .. [2] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the Outputs of a
       Classifier to New a Priori Probabilities", Neural Computation 14, 2002.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn_featrix import InContextClassifier, mask_labels
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> y_few = mask_labels(y, n_labeled=20, random_state=0)
    >>> classifier = InContextClassifier(random_state=0).fit(X, y_few)
    >>> classifier.n_labeled_
    20
    >>> bool(classifier.score(X, y) > 0.9)
    True
    """

    _parameter_constraints = {
        "n_members": [Interval(Integral, 1, None, closed="left")],
        "max_columns": [Interval(Integral, 1, None, closed="left")],
        "max_context": [Interval(Integral, 2, None, closed="left")],
        "n_components": [Interval(Integral, 0, None, closed="left")],
        "weights": [str, PathLike, None],
        "unlabeled": "no_validation",
        "device": [str],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_members=4,
        *,
        max_columns=64,
        max_context=500,
        n_components=8,
        weights=None,
        unlabeled="auto",
        device="auto",
        random_state=None,
    ):
        self.n_members = n_members
        self.max_columns = max_columns
        self.max_context = max_context
        self.n_components = n_components
        self.weights = weights
        self.unlabeled = unlabeled
        self.device = device
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Keep the labelled rows; learn the scales of columns from all.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The raw table: mixed types and missing values are welcome.
        y : array-like of shape (n_samples,)
            Labels, with marks in the unlabeled rows.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows. Rows of weight zero are left out altogether. Whole
            multiples of the smallest weight of a class are copies of the row; where
            there are others, they count by their sums over the classes alone.

        Returns
        -------
        InContextClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If fewer than two classes are labelled, `y` and `X` differ in length, the
            table has no usable column, or the weight file is damaged.
        FileNotFoundError
            If the weight file is missing.
        """
        X = validate_table(self, X, reset=True)
        weights = row_weights(X, sample_weight)
        labels = encode_labels(
            y,
            unlabeled=self.unlabeled,
            n_samples=num_samples(X),
            min_classes=2,
            keep=weights > 0,
        )
        network = self._load_network()
        random_state = check_random_state(self.random_state)
        keys = row_keys(X)
        self._fit_cells(index_rows(X, distinct_rows(keys, weights)), random_state)
        self.classes_ = labels.classes
        self.n_labeled_ = labels.n_labeled
        kinds = self._store_context(X, *merge_copies(keys, labels, weights))
        self._draw_subsets(random_state)
        with one_thread():
            self._fit_temperature(network, kinds)
        return self

    def _fit_cells(self, X, random_state):
        seed = random_state.randint(np.iinfo(np.int32).max)
        self._cells = CellEncoder(seed, self.n_components).fit(X)

    def _store_context(self, X, rows, codes, weights):
        """Keep the labelled rows; number the distinct ones among them."""
        cells = self._cells.transform(index_rows(X, rows))
        # an order that neither that of the rows nor that of the columns has a part in
        own = slice(0, cells.z.shape[1] - self._cells.n_components)
        cell_keys = cells.take(slice(None), own).keys()
        keys = row_keys(index_rows(X, rows))
        order = np.lexsort((codes, keys, cell_keys))
        order = np.repeat(order, _copies(codes, weights)[order])
        self._context = cells.take(order, slice(None))
        self._codes = codes[order]
        self._log_shares = _log_shares(codes, weights)
        return np.cumsum(np.append(False, keys[order][1:] != keys[order][:-1]))

    def _draw_subsets(self, random_state):
        self._subsets = draw_subsets(
            self._codes,
            len(self._cells.nominal),
            n_members=self.n_members,
            max_columns=self.max_columns,
            max_context=self.max_context,
            random_state=random_state,
            n_common=self._cells.n_components,
        )

    def _fit_temperature(self, network, kinds):
        n_classes = len(self.classes_)
        self.temperature_ = USUAL if n_classes > 2 else 1.0
        if n_classes == 2 or self.n_labeled_ < MIN_ROWS_PER_CLASS * n_classes:
            return
        folds = list(held_out_folds(self._codes, kinds))
        if not folds:  # copies of one row for each class
            return
        logits = [self._held_out_logits(network, fold) for fold in folds]
        codes = self._codes[np.concatenate(folds)]
        self.temperature_ = fit_temperature(np.vstack(logits), codes)

    def _held_out_logits(self, network, rows):
        cells = self._context.take(rows, slice(None))
        return np.mean(
            [
                self._read(network, subset.without(rows)).logits(
                    cells.take(slice(None), subset.columns), size=len(rows)
                )
                for subset in self._subsets
            ],
            axis=0,
        )

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`, in any order if they have names.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of `classes_`. Those of a row do not depend on
            the other rows.
        """
        check_is_fitted(self)
        X = validate_table(self, X, reset=False)
        network = self._load_network()
        logits = np.zeros((num_samples(X), len(self.classes_)))
        shift = np.mean([self._shift(subset) for subset in self._subsets], axis=0)
        with one_thread():
            for subset in self._subsets:
                reader = self._read(network, subset)
                for batch in gen_batches(len(logits), PREDICT_BATCH):
                    cells = self._cells.transform(index_rows(X, batch))
                    logits[batch] += reader.logits(
                        cells.take(slice(None), subset.columns)
                    )
        logits /= len(self._subsets) * self.temperature_
        return softmax(logits + shift, axis=1)

    def _shift(self, subset):
        """Correct for classes whose share in a reading is not that of their weight."""
        return self._log_shares - _log_shares(self._codes[subset.rows])

    def _load_network(self):
        # Imported on use: a fitted classifier is loaded without torch.
        from ._loading import SHIPPED, load_network

        path = SHIPPED if self.weights is None else Path(self.weights)
        return load_network(path, resolve_device(self.device))

    def _read(self, network, subset):
        from ._inference import Reader

        return Reader(
            network,
            self._context.take(subset.rows, subset.columns),
            self._codes[subset.rows],
            self._cells.nominal[subset.columns],
            len(self.classes_),
        )


def _copies(codes, weights):
    """How often each row occurs among the labelled ones."""
    least = np.full(codes.max() + 1, np.inf)
    np.minimum.at(least, codes, weights)
    ratio = weights / least[codes]
    copies = ratio.round().astype(np.intp)
    if np.allclose(ratio, copies) and copies.sum() <= MOST_COPIES * len(copies):
        return copies
    return np.ones(len(codes), dtype=np.intp)


def _log_shares(codes, weights=None):
    sums = np.bincount(codes, weights)
    return np.log(sums / sums.sum())
