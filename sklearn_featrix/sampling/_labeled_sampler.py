"""Samplers of imbalanced-learn among unlabeled rows."""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling import SMOTEN, SMOTENC
from scipy import sparse
from sklearn.base import MetaEstimatorMixin, clone
from sklearn.utils import check_random_state

from ..utils._compat import (
    HasMethods,
    StrOptions,
    fit_context,
    index_rows,
    num_samples,
)
from ._blind_view import BlindView
from ._nominal_view import NominalView
from ._partial_labels_sampler import PartialLabelsSampler
from ._plain_view import PlainView
from ._tracked_view import TrackedView

__all__ = ["LabeledSampler"]


class LabeledSampler(MetaEstimatorMixin, PartialLabelsSampler):
    """Resample the labelled rows of a table and leave the others alone.

    To a sampler of imbalanced-learn a mark such as -1 is a class, mostly the largest.
    This wrapper hands it the labelled rows only: unlabeled rows come through as they
    are, and none is made.

    Parameters
    ----------
    sampler : sampler
        Any sampler of imbalanced-learn, or anything else with `fit_resample`. On a
        table with categories, :class:`~imblearn.over_sampling.SMOTE` becomes
        :class:`~imblearn.over_sampling.SMOTENC`, or
        :class:`~imblearn.over_sampling.SMOTEN` if there is nothing but categories.
    space : {"table", "embedding"} or transformer, default="table"
        Where distances between rows are measured:

        - "table": in the columns of the table;
        - "embedding": in the vectors of an
          :class:`~sklearn_featrix.embedding.EmbeddingTransformer` that learns from all
          rows, labelled or not;
        - a transformer: in its vectors; it is cloned and fitted on all rows, unless it
          is in a :class:`~sklearn.frozen.FrozenEstimator`.

        Rows are made in the table, wherever neighbours are looked for.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
    random_state : int, RandomState instance or None, default=None
        Seeds the embedding, and the sampler if it has no seed of its own.

    Attributes
    ----------
    sampler_ : sampler
        The sampler that was fitted on the labelled rows.
    sampling_strategy_ : dict
        Its `sampling_strategy_`, if it has one.
    embedding_ : transformer
        The fitted embedding; not there if `space` is "table" or the sampler draws at
        random.
    sample_indices_ : ndarray of shape (n_samples_new,)
        Where each row of the result stood in `X`; -1 for rows that the sampler made.
    sample_weight_ : ndarray of shape (n_samples_new,)
        The weight of each row of the result, if weights were given. A copy weighs what
        its row does, a made row what the labelled rows of its class do in the mean.
    classes_ : ndarray of shape (n_classes,)
        The classes; "unlabeled" is none of them.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if they have names.

    See Also
    --------
    sklearn_featrix.sampling.make_pipeline : Samplers and a classifier in one.
    sklearn_featrix.compose.LabeledOnly : A classifier that drops the unlabeled rows.

    Notes
    -----
    **Order.** Rows that stay come first, in the order that they had; copies and made
    rows follow, in the order of the sampler. Containers and dtypes stay what they were;
    the index of a pandas object begins anew.

    **Categories, dates and gaps.** A number lies between those of the two rows that the
    made row lies between; where one of the two has none it is that of the nearer.
    Dates, and whether there is a gap, are those of the nearer row. So are categories
    and texts, but SMOTENC takes the most frequent category among the neighbours, a gap
    being one. In a distance, a gap in a number counts as the median; different
    categories are as far apart as the typical column of numbers deviates. SMOTENC is
    used if no category has more than 50 levels. Columns of integers get the nearest
    integer, but for arrays of integers, where the sampler decides.

    **Probabilities** learnt from resampled rows are not those of the table: see
    :class:`~sklearn_featrix.calibration.PriorCorrectedClassifier`.

    References
    ----------
    .. [1] G. Lemaitre, F. Nogueira and C. K. Aridas. Imbalanced-learn: a Python toolbox
       to tackle the curse of imbalanced datasets in machine learning. JMLR 18(17),
       1-5, 2017.
    .. [2] N. V. Chawla, K. W. Bowyer, L. O. Hall and W. P. Kegelmeyer. SMOTE: synthetic
       minority over-sampling technique. JAIR 16, 321-357, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.over_sampling import SMOTE
    >>> from sklearn_featrix.sampling import LabeledSampler
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(1000, 3))
    >>> y = np.repeat([0, 1, -1], [90, 10, 900])  # 900 rows have no label
    >>> sampler = LabeledSampler(SMOTE(random_state=0))
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> print(np.unique(y_new, return_counts=True))
    (array([-1,  0,  1]), array([900,  90,  90]))
    >>> int((sampler.sample_indices_ == -1).sum())
    80
    """

    _parameter_constraints: dict = {
        "sampler": "no_validation",  # checked in fit: has fit_resample
        "space": [
            StrOptions({"table", "embedding"}),
            HasMethods(["fit", "transform"]),
        ],
        "unlabeled": "no_validation",  # checked where the labels are read
        "random_state": ["random_state"],
    }

    def __init__(self, sampler, *, space="table", unlabeled="auto", random_state=None):
        self.sampler = sampler
        self.space = space
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Check the input and what the sampler would do; resample nothing.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.

        Returns
        -------
        self : LabeledSampler
            The sampler.
        """
        X, labels, _ = self._check(X, y)
        values = labels.labeled_values
        view, sampler = self._view(X, labels, values)
        if hasattr(sampler, "fit"):
            self._call(sampler.fit, view.matrix, values)
        self._store_sampler(sampler)
        return self

    def _check(self, X, y, sample_weight=None):
        if not hasattr(self.sampler, "fit_resample") or isinstance(self.sampler, type):
            raise TypeError(
                f"LabeledSampler wraps a sampler, got {self.sampler!r}. Pass an "
                "instance with a method fit_resample, such as "
                "imblearn.over_sampling.SMOTE()."
            )
        return super()._check(X, y, sample_weight)

    def _draw(self, X, labels):
        values = labels.labeled_values
        view, sampler = self._view(X, labels, values)
        if isinstance(view, BlindView):
            values = view.narrow(values, sampler)
        matrix, values = self._call(sampler.fit_resample, view.matrix, values)[:2]
        self._store_sampler(sampler)
        return view.read(matrix, values, sampler), values

    def _view(self, X, labels, y):
        """Make what the sampler shall see, and the sampler that fits it."""
        rng = check_random_state(self.random_state)
        sampler = clone(self.sampler)
        if self.random_state is not None:
            sampler = _seeded(sampler, rng)
        if labels.labeled.all():
            labeled = X
        else:
            labeled = index_rows(X, np.flatnonzero(labels.labeled))
        vars(self).pop("embedding_", None)
        view = self._view_of(X, labeled, y, sampler, rng)
        return view, view.adapt(sampler)

    def _view_of(self, X, labeled, y, sampler, rng):
        if BlindView.is_for(sampler):
            return BlindView(num_samples(labeled))
        if not isinstance(self.space, str) or self.space != "table":
            if isinstance(sampler, SMOTEN | SMOTENC):
                raise ValueError(
                    f"{sampler!r} looks for categories, but an embedding has none. "
                    "Pass SMOTE() with space='embedding': categories of the table "
                    "are taken care of."
                )
            return TrackedView.of_vectors(self._embed(X, labeled, rng), labeled)
        return (
            PlainView.of(labeled, y)
            or NominalView.of(sampler, labeled)
            or TrackedView.of_table(labeled)
        )

    def _embed(self, X, labeled, rng):
        """Fit the embedding on all rows; leaves `embedding_`, gives vectors."""
        if isinstance(self.space, str):
            from ..embedding import EmbeddingTransformer

            embedding = EmbeddingTransformer()
        else:
            embedding = clone(self.space)
        if self.random_state is not None:
            embedding = _seeded(embedding, rng)
        self.embedding_ = embedding.fit(X, None)
        vectors = self.embedding_.transform(labeled)
        return vectors.toarray() if sparse.issparse(vectors) else np.asarray(vectors)

    def _call(self, method, matrix, values):
        try:
            return method(matrix, values)
        except ValueError as error:
            if "n_samples_fit" not in str(error):
                raise
            raise ValueError(self._too_few_message(values)) from error

    def _too_few_message(self, values):
        classes, counts = np.unique(values, return_counts=True)
        found = ", ".join(
            f"{count} of {label!r}"
            for label, count in zip(classes.tolist(), counts.tolist(), strict=True)
        )
        settings = self.sampler.get_params()
        named = {
            name: value
            for name, value in sorted(settings.items())
            if name.split("__")[-1] in ("k_neighbors", "n_neighbors")
            and value is not None
        }
        what = ", ".join(f"{name}={value!r}" for name, value in named.items())
        return (
            f"{type(self.sampler).__name__} looks for more neighbours"
            f"{f' ({what})' if what else ''} than a class has labelled rows: there are "
            f"{found}. Label more rows of the rare class, ask for fewer neighbours "
            "than it has rows, or use RandomOverSampler(), which needs none."
        )

    def _store_sampler(self, sampler):
        self.sampler_ = sampler
        self.sampling_strategy_ = getattr(sampler, "sampling_strategy_", None)


def _seeded(estimator, rng):
    """Give an estimator a seed if it asks for one and has none."""
    unset = {
        name: int(rng.randint(np.iinfo(np.int32).max))
        for name, value in sorted(estimator.get_params(deep=True).items())
        if value is None and f"__{name}".endswith("__random_state")
    }
    return estimator.set_params(**unset) if unset else estimator
