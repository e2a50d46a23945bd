"""Balanced rows first, then all of them."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from ..compose._wrapped_classifier import WrappedClassifier
from ..utils._compat import (
    Interval,
    check_sample_weight,
    fit_context,
    forget_optimizer,
    num_samples,
)
from ..utils._labels import encode_labels
from ._labeled_sampler import LabeledSampler
from ._partial_labels_sampler import PartialLabelsSampler

__all__ = ["TwoPhaseClassifier"]


class TwoPhaseClassifier(WrappedClassifier):
    """Train on balanced rows, then go on with the rows as they are.

    The first phase learns what tells the classes apart from rows in which all of them
    are frequent; the second starts from there and learns how frequent they are [1]_.

    Parameters
    ----------
    estimator : classifier
        Can go on where it stopped: has `partial_fit`, as
        :class:`~sklearn.neural_network.MLPClassifier` and
        :class:`~sklearn.linear_model.SGDClassifier` do, or `warm_start`. If there are
        both it is `partial_fit`: a `fit` that is watched for progress may end at once
        where the first phase came further on its easier rows.
    sampler : sampler, default=None
        Makes the rows of the first phase: any sampler of imbalanced-learn, a
        :class:`LabeledSampler` or a :class:`RareEventSampler`. None draws as many rows
        of each class as there are of the rarest.
    n_passes : int, default=50
        How often `partial_fit` is given the rows of a phase. What has `warm_start`
        alone stops by its own rule.
    second_phase : dict, default=None
        Parameters of the estimator that are changed before the second phase, such as
        ``{"learning_rate_init": 1e-4}``.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
    random_state : int, RandomState instance or None, default=None
        Seeds the sampler, if it has no seed of its own.

    Attributes
    ----------
    estimator_ : classifier
        The classifier after both phases.
    sampler_ : sampler
        The sampler of the first phase; its `sample_indices_` are positions among the
        labelled rows.
    classes_ : ndarray of shape (n_classes,)
        The class labels, in the caller's dtype.
    n_features_in_ : int
        Number of features seen during fit, if the wrapped classifier tells.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during fit, if the wrapped classifier tells.

    See Also
    --------
    sklearn_featrix.calibration.PriorCorrectedClassifier : One phase, and probabilities
        put right by arithmetic.

    Notes
    -----
    Unlabeled rows are dropped, as in
    :class:`~sklearn_featrix.compose.LabeledOnly`.

    A model that ends up in the one best place wherever it started, such as a logistic
    regression that converges, forgets the first phase. The method is for networks and
    for training that stops early.

    Ensembles that grow with `warm_start` keep the trees of the first phase and add as
    many: the number of trees is doubled, unless `second_phase` states it. Half of the
    trees still believe in balanced classes.

    References
    ----------
    .. [1] H. Lee, M. Park and J. Kim. Plankton classification on imbalanced large scale
       database via convolutional neural networks with transfer learning. ICIP 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn_featrix import TwoPhaseClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = (rng.uniform(size=2000) < 0.05).astype(int)
    >>> X = rng.normal(size=(2000, 2)) + 2 * y[:, None]
    >>> net = MLPClassifier([16], random_state=0)
    >>> model = TwoPhaseClassifier(net, random_state=0).fit(X, y)
    >>> bool(abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.02)
    True
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "sampler": "no_validation",  # checked where it is used
        "n_passes": [Interval(Integral, 1, None, closed="left")],
        "second_phase": [dict, None],
        "unlabeled": "no_validation",  # checked where the labels are read
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        sampler=None,
        *,
        n_passes=50,
        second_phase=None,
        unlabeled="auto",
        random_state=None,
    ):
        self.estimator = estimator
        self.sampler = sampler
        self.n_passes = n_passes
        self.second_phase = second_phase
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit on resampled labelled rows, then on all labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows, none negative; rows of weight zero are left out. In the
            first phase those that the sampler leaves.
        **params : dict
            Parameters of the wrapped classifier's `fit` or `partial_fit`, in both
            phases; none with one entry per row.

        Returns
        -------
        self : TwoPhaseClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the wrapped estimator is no classifier, or cannot go on.
        ValueError
            If `y` has another length than `X`, or labels of fewer than two classes.
        """
        self._check_estimator(" that can go on, such as MLPClassifier().")
        self._check_can_go_on()
        params = self._route("fit", sample_weight, params)
        counts = check_sample_weight(
            params.get("sample_weight"), X, ensure_non_negative=True
        )
        labels = encode_labels(
            y,
            unlabeled=self.unlabeled,
            n_samples=num_samples(X),
            min_classes=2,
            keep=counts > 0,
        )
        X, params = self._drop_unlabeled(X, labels, params)
        y = labels.labeled_values
        weights = params.pop("sample_weight", None)
        X_first, y_first, first_weights = self._resample(X, y, weights)
        model = clone(self.estimator)
        if self._is_warm():
            model.set_params(warm_start=True)
        self._train(model, X_first, y_first, first_weights, params)
        model.set_params(**self._changes(model))
        if self.second_phase:
            forget_optimizer(model)
        self._train(model, X, y, weights, params)
        self.estimator_ = model
        self.classes_ = getattr(model, "classes_", labels.classes)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(model, name):
                setattr(self, name, getattr(model, name))
        return self

    def _is_warm(self):
        warm = "warm_start" in self.estimator.get_params(deep=False)
        return warm and not hasattr(self.estimator, "partial_fit")

    def _check_can_go_on(self):
        if self._is_warm() or hasattr(self.estimator, "partial_fit"):
            return
        last = ""
        if isinstance(self.estimator, Pipeline):
            last = (
                " Of a pipeline only the last step can go on: put "
                "TwoPhaseClassifier there."
            )
        raise TypeError(
            "The second phase goes on with what the first has learnt, but "
            f"{self.estimator!r} has neither warm_start nor partial_fit and would "
            f"begin anew.{last} Pass a classifier that can go on, such as "
            "MLPClassifier(), SGDClassifier() or GaussianNB(), or use "
            "PriorCorrectedClassifier."
        )

    def _resample(self, X, y, weights):
        """Rows of the first phase; leaves `sampler_`."""
        sampler = RandomUnderSampler() if self.sampler is None else self.sampler
        if isinstance(sampler, PartialLabelsSampler):
            sampler = clone(sampler).set_params(unlabeled=None)
        else:
            sampler = LabeledSampler(sampler, unlabeled=None)
        if sampler.random_state is None and self.random_state is not None:
            rng = check_random_state(self.random_state)
            sampler.set_params(random_state=int(rng.randint(np.iinfo(np.int32).max)))
        self.sampler_ = sampler
        X_first, y_first = sampler.fit_resample(X, y, weights)
        return X_first, y_first, getattr(sampler, "sample_weight_", None)

    def _train(self, model, X, y, weights, params):
        given = params if weights is None else {**params, "sample_weight": weights}
        if self._is_warm():
            model.fit(X, y, **given)
            return
        for _ in range(self.n_passes):
            model.partial_fit(X, y, classes=np.unique(y), **given)

    def _changes(self, model):
        """Parameters for the second phase; what grows by trees shall have more."""
        changes = self.second_phase or {}
        grows = {"n_estimators"}
        if isinstance(model, HistGradientBoostingClassifier):
            grows = {"max_iter"}
        have = model.get_params(deep=False)
        doubled = {name: 2 * have[name] for name in grows & set(have) - set(changes)}
        return {**(doubled if self._is_warm() else {}), **changes}
