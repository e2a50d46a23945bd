"""All rare events, and a sample of the other rows."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.utils import check_random_state

from ..utils._compat import Interval, StrOptions, fit_context
from ._drawn import Drawn
from ._partial_labels_sampler import PartialLabelsSampler

__all__ = ["RareEventSampler"]


class RareEventSampler(PartialLabelsSampler):
    """Keep all rows of the rare class and a share of the others.

    Of millions of rows that hold some hundred events, the events carry what there is to
    learn; a sample of the other rows is enough to tell them from [1]_. The sampler
    remembers how frequent the classes were, so that the probabilities can be put right.

    Parameters
    ----------
    keep : "balanced", float or dict, default="balanced"
        Share of the labelled rows to keep:

        - "balanced": as many of each class as there are of the rarest;
        - a float above 0, at most 1: of each class but the rarest, of which all are
          kept. If several are rarest, it is the first in the order of the classes;
        - a dict of class to share; classes that it leaves out are kept whole.

    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        Unlabeled rows are all kept.
    random_state : int, RandomState instance or None, default=None
        Draws the rows.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    sampling_rates_ : dict
        Share of the labelled rows of each class that was kept, in whole rows: what was
        asked for, rounded, and at least one row.
    prior_ : ndarray of shape (n_classes,)
        Class shares among the labelled rows before, each row counted once: the `prior`
        of :class:`~sklearn_featrix.calibration.PriorCorrectedClassifier`.
    resampled_prior_ : ndarray of shape (n_classes,)
        Class shares among the labelled rows kept: its `training_prior`.
    sampling_strategy_ : dict
        Number of rows of each class that were kept.
    sample_indices_ : ndarray of shape (n_samples_new,)
        Positions in `X` of the rows kept.
    sample_weight_ : ndarray of shape (n_samples_new,)
        Their weights, if weights were given.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if they have names.

    See Also
    --------
    sklearn_featrix.calibration.PriorCorrectedClassifier : Probabilities put right.
    LabeledSampler : Any sampler of imbalanced-learn.

    Notes
    -----
    `prior_` is known as long as the sampler has met the whole table. If the table
    holds a sample of the rows already, state the prior.

    References
    ----------
    .. [1] G. King and L. Zeng. Logistic regression in rare events data. Political
       Analysis 9, 137-163, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_featrix import PriorCorrectedClassifier, RareEventSampler
    >>> rng = np.random.default_rng(0)
    >>> y = (rng.uniform(size=50_000) < 0.01).astype(int)
    >>> X = rng.normal(size=(50_000, 2)) + y[:, None]
    >>> sampler = RareEventSampler(keep=0.1, random_state=0)
    >>> X_few, y_few = sampler.fit_resample(X, y)
    >>> np.bincount(y_few)
    array([4949,  509])
    >>> plain = LogisticRegression().fit(X_few, y_few)
    >>> print(f"{plain.predict_proba(X)[:, 1].mean():.2f}")  # one in a hundred is true
    0.07
    >>> model = PriorCorrectedClassifier(LogisticRegression(), prior=sampler.prior_)
    >>> model = model.fit(X_few, y_few)
    >>> print(f"{model.predict_proba(X)[:, 1].mean():.3f}")
    0.010
    """

    _parameter_constraints: dict = {
        "keep": [StrOptions({"balanced"}), Interval(Real, 0, 1, closed="right"), dict],
        "unlabeled": "no_validation",  # checked where the labels are read
        "random_state": ["random_state"],
    }

    def __init__(self, keep="balanced", *, unlabeled="auto", random_state=None):
        self.keep = keep
        self.unlabeled = unlabeled
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Count the classes and settle how many rows to keep; draw nothing.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.

        Returns
        -------
        self : RareEventSampler
            The sampler.
        """
        _, labels, _ = self._check(X, y)
        self._store_rates(labels)
        return self

    def _draw(self, X, labels):
        wanted = self._store_rates(labels)
        rng = check_random_state(self.random_state)
        codes = labels.labeled_codes
        kept = [
            rng.permutation(np.flatnonzero(codes == code))[:count]
            for code, count in enumerate(wanted)
        ]
        source = np.sort(np.concatenate(kept))
        drawn = Drawn(source, np.empty(0, dtype=np.intp))
        return drawn, labels.labeled_values[source]

    def _store_rates(self, labels):
        """Leave `sampling_rates_`, `prior_` and others; gives rows of each class."""
        counts = np.bincount(labels.labeled_codes)
        asked = np.rint(counts * self._shares(labels.classes, counts)).astype(int)
        wanted = np.clip(asked, 1, counts)
        names = labels.classes.tolist()
        rates = (wanted / counts).tolist()
        self.sampling_rates_ = dict(zip(names, rates, strict=True))
        self.sampling_strategy_ = dict(zip(names, wanted.tolist(), strict=True))
        self.prior_ = counts / counts.sum()
        self.resampled_prior_ = wanted / wanted.sum()
        return wanted

    def _shares(self, classes, counts):
        if isinstance(self.keep, str):
            return counts.min() / counts
        if not isinstance(self.keep, dict):
            shares = np.full(len(counts), float(self.keep))
            shares[counts.argmin()] = 1
            return shares
        names = classes.tolist()
        unknown = [name for name in self.keep if name not in names]
        wrong = {
            name: share
            for name, share in self.keep.items()
            if not (isinstance(share, Real) and 0 < share <= 1)
        }
        if unknown or wrong:
            raise ValueError(
                f"keep={self.keep!r} names {unknown or wrong}, but the classes are "
                f"{names}, and a share is above 0 and at most 1."
            )
        return np.array([self.keep.get(name, 1.0) for name in names])
