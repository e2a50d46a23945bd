"""DomainFilter: unlabeled rows of another domain do not teach."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from ..compose._wrapped_classifier import WrappedClassifier
from ..preprocessing import TableEncoder
from ..preprocessing._stack import stack_tables
from ..utils._compat import (
    Interval,
    StrOptions,
    fit_context,
    index_metadata,
    index_rows,
    num_samples,
)
from ..utils._copies import row_weights
from ..utils._labels import encode_labels
from ._domain_classifier import DomainClassifier
from ._report import report_of_encoded

__all__ = ["DomainFilter"]


class DomainFilter(WrappedClassifier):
    """Leave out, or weigh down, unlabeled rows unlike those that matter.

    Unlabeled rows help a classifier if they were drawn like the rows it is for. A
    domain classifier (:func:`~sklearn_featrix.covariate_shift.covariate_shift_report`)
    tries to tell the unlabeled rows from the labelled ones, or from rows of the domain
    that the classifier will be used in. If it cannot, all rows are used. If it can,
    the unlabeled rows that look less like the reference than nearly all of the
    reference itself are left out before the wrapped classifier is fitted.

    Parameters
    ----------
    estimator : classifier
        A classifier that learns from unlabeled rows too, such as
        :class:`~sklearn_featrix.semi_supervised.SemiSupervisedClassifier`.
    action : {"drop", "weight"}, default="drop"
        What happens to unlabeled rows unlike the reference:

        - "drop": they are left out;
        - "weight": every unlabeled row gets as its weight the estimated density ratio
          of reference to unlabeled rows, relative to that of a typical reference row,
          at most 1. The wrapped classifier must accept `sample_weight`.
    tolerance : float, default=0.01
        Share of rows like the reference that may be dropped.
    confidence : float, default=0.95
        Nothing happens unless the interval of this confidence around the domain
        classifier's AUC lies above 0.5.
    n_estimators : int, default=50
        Trees of the domain classifier, in each fold.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
    random_state : int, RandomState instance or None, default=None
        Seeds the domain classifier and the encoding of texts.

    Attributes
    ----------
    estimator_ : classifier
        The classifier fitted on the rows kept.
    domain_report_ : CovariateShiftReport or None
        What the domain classifier found; reference rows are the source, unlabeled ones
        the target. None if there was nothing to tell apart: fewer than two distinct
        rows on either side.
    is_filtered_ : bool
        Whether the domains were told apart.
    domain_weight_ : ndarray of shape (n_samples,)
        Weight of each row of `X`: 1 for labelled rows; for "drop" 0 or 1.
    classes_ : ndarray of shape (n_classes,)
        The class labels.

    See Also
    --------
    sklearn_featrix.covariate_shift.covariate_shift_report : The report alone.
    sklearn_featrix.neighbors.coverage_report : Where new rows lie.

    Notes
    -----
    If the labelled rows are a biased choice from the very domain that matters, the rows
    they lack are what unlabeled rows are good for: give rows of that domain as
    `X_domain`, and these will be kept.

    The domain classifier finds a domain by the AUC over all unlabeled rows: a foreign
    tenth of them raises it by 0.05 at most, which takes a few hundred reference rows to
    notice. Foreign rows that are few stay in.

    References
    ----------
    .. [1] S. Bickel, M. Brueckner and T. Scheffer. Discriminative learning under
       covariate shift. JMLR 10, 2137-2155, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.covariate_shift import DomainFilter
    >>> from sklearn_featrix.semi_supervised import LabelSpreading
    >>> rng = np.random.default_rng(0)
    >>> X, foreign = rng.normal(size=(300, 4)), rng.normal(5, 1, size=(150, 4))
    >>> y = np.where(np.arange(450) < 100, np.r_[X, foreign][:, 0] > 0, -1)
    >>> model = DomainFilter(LabelSpreading(), random_state=0)
    >>> model = model.fit(np.r_[X, foreign], y)
    >>> model.is_filtered_, int(model.domain_weight_[300:].sum())
    (True, 0)
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "action": [StrOptions({"drop", "weight"})],
        "tolerance": [Interval(Real, 0, 1, closed="neither")],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "unlabeled": "no_validation",  # checked where the labels are read
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        *,
        action="drop",
        tolerance=0.01,
        confidence=0.95,
        n_estimators=50,
        unlabeled="auto",
        random_state=None,
    ):
        self.estimator = estimator
        self.action = action
        self.tolerance = tolerance
        self.confidence = confidence
        self.n_estimators = n_estimators
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, *, X_domain=None, **params):
        """Find the unlabeled rows of another domain and fit without them.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows, handed to the wrapped classifier.
        X_domain : {array-like, sparse matrix, DataFrame}, default=None
            Rows of the domain that the classifier will be used in, with the columns of
            `X`. None: the labelled rows.
        **params : dict
            Parameters of the wrapped classifier's `fit`; what has one entry per row
            loses those of dropped rows.

        Returns
        -------
        self : DomainFilter
            The fitted classifier.

        Raises
        ------
        TypeError
            If the wrapped estimator is no classifier, or ``action="weight"`` and it
            takes no `sample_weight`.
        ValueError
            If `y` has another length than `X`, or labels of fewer than two classes.
        """
        self._check_estimator(", such as SemiSupervisedClassifier().")
        self._check_takes_weights()
        labels = encode_labels(
            y, unlabeled=self.unlabeled, n_samples=num_samples(X), min_classes=2
        )
        params = self._route("fit", sample_weight, params)
        self._refuse_pairwise(int((~labels.labeled).sum()))
        self.domain_weight_ = self._domain_weight(X, labels.labeled, X_domain)
        X, y, params = self._apply(X, y, params)
        self.estimator_ = clone(self.estimator).fit(X, y, **params)
        self.classes_ = getattr(self.estimator_, "classes_", labels.classes)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def _check_takes_weights(self):
        takes = has_fit_parameter(self.estimator, "sample_weight")
        if self.action == "weight" and not takes:
            raise TypeError(
                f"action='weight' hands weights to the classifier, but "
                f"{self.estimator!r} takes no sample_weight. Use action='drop'."
            )

    def _domain_weight(self, X, labeled, X_domain):
        """Weigh the rows; leaves `domain_report_` and `is_filtered_` too."""
        weight = np.ones(len(labeled))
        self.domain_report_, self.is_filtered_ = None, False
        others = np.flatnonzero(~labeled)
        if not len(others):
            return weight
        reference = index_rows(X, np.flatnonzero(labeled))
        reference = reference if X_domain is None else X_domain
        self.domain_report_ = self._report(reference, index_rows(X, others))
        self.is_filtered_ = bool(
            self.domain_report_ is not None and self.domain_report_.low > 0.5
        )
        if self.is_filtered_:
            weight[others] = self._weight_of(self.domain_report_)
        return weight

    def _report(self, reference, others):
        encoder = TableEncoder(random_state=_as_seed(self.random_state))
        encoder.fit(stack_tables(reference, others))
        tables = [encoder._encode(each, "tree") for each in (reference, others)]
        if min(len(np.unique(table, axis=0)) for table in tables) < 2:
            return None
        model = DomainClassifier(
            n_estimators=self.n_estimators,
            confidence=self.confidence,
            random_state=self.random_state,
        )
        return report_of_encoded(model, encoder, *tables, with_ratios=True)

    def _weight_of(self, report):
        if self.action == "weight":
            typical = np.median(report.source_ratio)
            return np.minimum(typical / report.target_ratio, 1.0)
        known = np.sort(report.source_ratio)
        # what a reference row not seen exceeds with the tolerated probability
        rank = int(np.ceil((1 - self.tolerance) * (len(known) + 1)))
        return (report.target_ratio <= known[min(rank, len(known)) - 1]).astype(float)

    def _apply(self, X, y, params):
        """Rows, labels and parameters that the wrapped classifier shall see."""
        if not self.is_filtered_:
            return X, y, params
        if self.action == "weight":
            given = row_weights(X, params.get("sample_weight"))
            return X, y, params | {"sample_weight": given * self.domain_weight_}
        rows = np.flatnonzero(self.domain_weight_)
        params = index_metadata(X, params, rows)
        return index_rows(X, rows), index_rows(y, rows), params


def _as_seed(random_state):
    """Seed the encoder without drawing from the caller's generator."""
    return random_state if isinstance(random_state, Integral) else 0
