"""Losses for rare classes in XGBoost and LightGBM."""

from __future__ import annotations

from numbers import Real

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from ..utils._class_weight import check_row_counts, effective_weights
from ..utils._compat import (
    Interval,
    StrOptions,
    check_sample_weight,
    fit_context,
    index_rows,
)
from ..utils._labels import encode_labels
from ..utils._optional import import_optional
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ._boosting_objective import FocalObjective

__all__ = ["BoostedLossClassifier"]


class BoostedLossClassifier(PartialLabelsClassifierMixin, BaseEstimator):
    r"""Boosted trees of XGBoost or LightGBM that minimise a loss for rare classes.

    The booster is given gradient and Hessian of

    .. math:: -w_y (1 - p_y)^\gamma \log p_y,

    the focal loss [1]_ with class weights, in numpy. Handed to the booster alone, such
    an objective leaves raw scores and class codes behind; here `predict_proba` are
    probabilities, `predict` and `classes_` are the labels, and unlabeled rows are left
    out of the fit.

    Parameters
    ----------
    estimator : XGBClassifier, LGBMClassifier or None, default=None
        The booster with its parameters; its `objective` is replaced. None is
        ``XGBClassifier()``.
    loss : {"focal", "class_balanced", "cross_entropy"}, default="focal"
        "focal" weighs classes by `alpha`, "class_balanced" by the effective number of
        their labelled rows [2]_, "cross_entropy" not at all.
    gamma : float, default=None
        :math:`\gamma`, not negative. 0 is cross-entropy; the greater, the less the easy
        rows count. None is 2 for "focal", and 0 for the others.
    alpha : float or array-like of shape (n_classes,), default=None
        Of "focal": weight of each class in the order of `classes_`. With two classes a
        float weighs the second class, and ``1 - alpha`` the first. None weighs all by
        1.
    beta : float, default=0.999
        Of "class_balanced", between 0 (all classes weigh alike) and 1 (inverse
        frequency).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.

    Attributes
    ----------
    estimator_ : XGBClassifier or LGBMClassifier
        The fitted booster. Its own `predict` and `predict_proba` do not know the loss.
    classes_ : ndarray of shape (n_classes,)
        The classes among the labelled rows, in the dtype of `y`.
    class_weight_ : ndarray of shape (n_classes,)
        Weights of the classes in the loss.
    start_ : float or ndarray of shape (n_classes,)
        Scores that the boosting starts from: of least loss if all rows had the same.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    sklearn_featrix.losses.FocalLoss : The same loss for networks.
    sklearn_featrix.losses.ClassBalancedLoss : The same weights for networks.
    LabeledOnly : A booster with its own objective, on the labelled rows.

    Notes
    -----
    The focal loss is not convex: where its Hessian falls below that of a cross-entropy
    with the row's focal weight, this one is used. With ``gamma=0`` and LightGBM the
    trees are those of its own objective, and with XGBoost and two classes; with more,
    XGBoost takes other Hessians of its own accord.

    The focal loss has small Hessians where a row is told rightly, and a rare class has
    few rows: with few labels, `min_child_weight` (XGBoost) or `min_child_weight` and
    `min_child_samples` (LightGBM) at their defaults may allow no split at all. Lower
    them; in LightGBM not both to their least, ``min_child_weight=0`` with
    ``min_child_samples=1``, where it may fail of itself ("Check failed: left_count").

    Gradients are rounded so that a row of a whole weight, up to 16, is as many copies
    of it, whatever the rounding of the booster: exactly so for XGBoost with
    ``tree_method="exact"``. Histograms are cut by numbers of rows, and LightGBM counts
    the rows of bins and leaves besides, without their weights.

    Parameters of the booster that weigh classes within its own objective
    (`scale_pos_weight`, `is_unbalance`) are refused, as it would ignore them. Early
    stopping needs rows to watch, which cannot be handed through.

    Neither loss gives probabilities that are shares of rows: ``gamma > 0`` draws them
    to the middle, class weights towards the rare class. Calibrate them, or decide by a
    threshold: :class:`~sklearn_featrix.calibration.GoalThresholdClassifier`.

    A table with columns of the pandas dtype "category" goes to the booster as it is;
    others must be numeric, missing values included. Text goes through
    :class:`~sklearn_featrix.preprocessing.TableEncoder` first. Cells that a sparse
    matrix does not store are zeros to LightGBM, and missing to XGBoost.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár. Focal loss for dense
       object detection. ICCV 2017.
    .. [2] Y. Cui, M. Jia, T.-Y. Lin, Y. Song and S. Belongie. Class-balanced loss based
       on effective number of samples. CVPR 2019.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn_featrix import mask_labels
    >>> from sklearn_featrix.compose import BoostedLossClassifier
    >>> from xgboost import XGBClassifier
    >>> X, y = make_classification(2000, weights=[0.95], random_state=0)
    >>> y_few = mask_labels(y, n_labeled=300, random_state=0)
    >>> booster = XGBClassifier(n_estimators=20, max_depth=3, n_jobs=1)
    >>> model = BoostedLossClassifier(booster, "class_balanced").fit(X, y_few)
    >>> model.class_weight_.round(1)
    array([0.6, 8.8])
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: one of two libraries
        "loss": [StrOptions({"focal", "class_balanced", "cross_entropy"})],
        "gamma": [Interval(Real, 0, None, closed="left"), None],
        "alpha": [Interval(Real, 0, 1, closed="both"), "array-like", None],
        "beta": [Interval(Real, 0, 1, closed="both")],
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(
        self,
        estimator=None,
        loss="focal",
        *,
        gamma=None,
        alpha=None,
        beta=0.999,
        unlabeled="auto",
    ):
        self.estimator = estimator
        self.loss = loss
        self.gamma = gamma
        self.alpha = alpha
        self.beta = beta
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Fit the booster on the labelled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, none negative. Rows of weight zero are left out; the
            rows of a class are counted by weight.

        Returns
        -------
        self : BoostedLossClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the estimator is no XGBClassifier or LGBMClassifier.
        ImportError
            If it is None and XGBoost is not installed.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, the
            booster weighs classes itself, or `alpha` does not fit the classes.
        """
        booster, library = self._checked_booster()
        X = self._validate(X, library, reset=True)
        weights = check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        labels = encode_labels(
            y,
            unlabeled=self.unlabeled,
            n_samples=X.shape[0],
            min_classes=2,
            keep=weights > 0,
        )
        rows = np.flatnonzero(labels.labeled)
        codes, weights = labels.labeled_codes, weights[rows]
        counts = np.bincount(codes, weights)
        self.class_weight_ = self._weigh(counts)
        self.classes_ = labels.classes
        self._library = library
        gamma = self.gamma
        if gamma is None:
            gamma = 2.0 if self.loss == "focal" else 0.0
        objective = FocalObjective(gamma, self.class_weight_)
        booster.set_params(objective=objective)
        self.start_ = objective.best_constant(counts)
        start = np.repeat(np.asarray(self.start_)[None], len(rows), axis=0)
        self.estimator_ = booster.fit(
            index_rows(X, rows),
            codes,
            sample_weight=None if sample_weight is None else weights,
            **{_START_NAMES[library]: start},
        )
        return self

    def _checked_booster(self):
        if self.estimator is None:
            xgboost = import_optional(
                "xgboost", extra="boosting", purpose="BoostedLossClassifier()"
            )
            return xgboost.XGBClassifier(), "xgboost"
        library = _library_of(self.estimator)
        if library is None:
            raise TypeError(
                f"{type(self).__name__} takes an xgboost.XGBClassifier or a "
                f"lightgbm.LGBMClassifier, got {self.estimator!r}. For other "
                "classifiers use class_weight_effective and sample_weight."
            )
        params = self.estimator.get_params()
        if params.get("is_unbalance") or params.get("scale_pos_weight") not in (
            None,
            1,
        ):
            raise ValueError(
                "scale_pos_weight and is_unbalance belong to the booster's own "
                "objective and would be ignored. Weigh classes by alpha, or use "
                "loss='class_balanced'."
            )
        return clone(self.estimator), library

    def _weigh(self, counts):
        if self.loss == "class_balanced":
            check_row_counts(counts)
            return effective_weights(counts, self.beta)
        if self.loss == "cross_entropy" or self.alpha is None:
            return np.ones(len(counts))
        alpha = np.asarray(self.alpha, dtype=np.float64)
        if alpha.ndim == 0 and len(counts) == 2:
            alpha = np.array([1 - alpha, alpha])
        if alpha.shape != counts.shape or not (np.isfinite(alpha) & (alpha >= 0)).all():
            raise ValueError(
                f"alpha={self.alpha!r} must be {len(counts)} numbers, finite and not "
                "negative, one per class; only for two classes may it be one number."
            )
        return alpha

    def _validate(self, X, library, *, reset):
        """Numbers; but a table with categories stays what it is."""
        dtypes = getattr(X, "dtypes", None)
        if hasattr(X, "iloc") and any(str(kind) == "category" for kind in dtypes):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        try:
            return validate_data(
                self, X, reset=reset, dtype=[np.float64, np.float32],
                accept_sparse="csr",
                ensure_all_finite="allow-nan" if library == "xgboost" else False,
            )  # fmt: skip
        except ValueError as error:
            if "could not convert" not in str(error):
                raise
            raise ValueError(
                f"{type(self).__name__} takes numbers and columns of the pandas dtype "
                f"'category', but {error}. Put TableEncoder() before it, in a Pipeline."
            ) from error

    def predict_proba(self, X):
        """Predict class probabilities: softmax of the scores.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, columns in the order of `classes_`; rows sum to one.
        """
        scores = self.decision_function(X)
        if scores.ndim == 2:
            return softmax(scores, axis=1)
        return np.column_stack([expit(-scores), expit(scores)])

    def decision_function(self, X):
        """Compute the scores that the loss was minimised over.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Logarithm of the odds of the second of two classes; logits of more.
        """
        check_is_fitted(self)
        X = self._validate(X, self._library, reset=False)
        start = np.repeat(np.asarray(self.start_)[None], X.shape[0], axis=0)
        if self._library == "xgboost":
            scores = self.estimator_.predict(X, output_margin=True, base_margin=start)
            return scores.astype(np.float64)
        return self.estimator_.predict(X, raw_score=True) + start

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        if self.estimator is not None:
            tags.non_deterministic = get_tags(self.estimator).non_deterministic
        return tags


_START_NAMES = {"xgboost": "base_margin", "lightgbm": "init_score"}
_CLASS_NAMES = {"xgboost": "XGBClassifier", "lightgbm": "LGBMClassifier"}


def _library_of(estimator):
    """Tell which library a booster is of, importing neither."""
    for kind in type(estimator).__mro__:
        library = kind.__module__.partition(".")[0]
        if kind.__name__ == _CLASS_NAMES.get(library):
            return library
    return None
