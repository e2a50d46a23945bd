"""Why a class is rare: by nature, by the choice of rows, or by wrong labels."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import check_random_state, check_scalar

from ..compose import LabeledOnly
from ..covariate_shift import covariate_shift_report
from ..exceptions import DroppedColumnWarning
from ..preprocessing import TableEncoder
from ..utils._compat import index_rows, num_samples
from ..utils._confidence import check_confidence
from ..utils._copies import effective_number
from ..utils._label_marks import mark_beside
from ..utils._labeled_scorer import stated_mark
from ..utils._labels import encode_labels
from ..utils._wilson import wilson_interval
from ._held_out import held_out_probabilities, observations_of
from ._imbalance_report import ImbalanceReport
from ._lapses import fit_lapses
from ._prior import estimate_prior

__all__ = ["imbalance_report"]

MIN_UNLABELED = 20
MAX_UNLABELED = 1000
N_DRAWS = 100


def imbalance_report(
    X,
    y,
    estimator=None,
    *,
    cv=5,
    confidence=0.95,
    unlabeled="auto",
    random_state=0,
):
    """Report whether a class is rare by nature, by the choice of rows, or by error.

    What to do about a rare class depends on why it is rare. The class shares of the
    unlabeled rows are estimated and compared with those of the labelled ones; a
    classifier tries to tell the two kinds of rows apart; and labels that held-out
    predictions cannot believe are counted and named.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        All rows, labelled or not.
    y : array-like of shape (n_samples,)
        Partial labels.
    estimator : classifier, default=None
        Has `predict_proba` and knows unlabeled rows. None is logistic regression on
        the "linear" encoding of the labelled rows.
    cv : int, splitter or iterable, default=5
        Folds of the labelled rows, as in :class:`GoalThresholdClassifier`.
    confidence : float, default=0.95
        Of all intervals and of the test for errors, in (0, 1).
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row, see :func:`~sklearn_featrix.utils.is_labeled`.
        "auto" is what `estimator` says.
    random_state : int, RandomState instance or None, default=0
        Draws rows for the interval of the class shares.

    Returns
    -------
    ImbalanceReport
        The findings; it has a readable repr.

    Raises
    ------
    ValueError
        If `y` has another length than `X` or labels of fewer than two classes, or
        `estimator` takes the mark of unlabeled rows for a class.

    See Also
    --------
    PriorCorrectedClassifier : For other class shares than were labelled.
    sklearn_featrix.covariate_shift.covariate_shift_report : Labelled against others.
    sklearn_featrix.metrics.class_report : How well each class is told.

    Notes
    -----
    *Class shares.* Those of the unlabeled rows are the most likely ones given the
    probabilities [1]_. The same is done with held-out labelled rows, both drawn with
    replacement a hundred times: where the estimate for the unlabeled rows lies outside
    of what the labelled ones give, the shares differ. A classifier that hardly tells
    the classes apart gives a wide interval, and no evidence.

    *Errors.* A label is taken for blind with some probability, the lapse rate, and for
    a draw from the held-out probabilities otherwise, at a temperature and with a shift
    of each class that are fitted too. The rate is tested against 0 by likelihood ratio.
    Classes that overlap are no errors: a calibrated classifier expects them. Where it
    is flexible enough to learn the errors as well, they cannot be seen: a smooth
    classifier finds more of them than trees. The idea of suspects found out of fold is
    that of [2]_.

    Both are tests: at the default confidence some one table in twenty is suspected
    without a reason, by each. Of errors it may be one in five where the classifier is
    wrongly sure, as naive Bayes is, or one with many columns and few rows of a class:
    look at the suspects, and give another classifier. Copies of a labelled row that are
    all of one class are no further evidence, unless `cv` is a splitter. Copies among
    the unlabeled rows count as rows, since equal rows of a few categories are no copies
    of one another: where rows may be written down several times, leave the copies out.
    Without evidence an imbalance is called inherent. That is what remains, no proof.

    References
    ----------
    .. [1] M. Saerens, P. Latinne and C. Decaestecker. Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure. Neural Computation
       14, 21-41, 2002.
    .. [2] C. Northcutt, L. Jiang and I. Chuang. Confident learning: estimating
       uncertainty in dataset labels. Journal of Artificial Intelligence Research 70,
       1373-1411, 2021.

    Examples
    --------
    Of the labelled rows more are positive than among the others:

    >>> import numpy as np
    >>> from sklearn_featrix.calibration import imbalance_report
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1, 0, 1], [240, 60, 1960, 40])
    >>> X = rng.normal(size=(2300, 2)) + 2 * y[:, None]
    >>> y_few = np.where(np.arange(2300) < 300, y, -1)
    >>> report = imbalance_report(X, y_few)
    >>> report.kinds
    ('sampling_bias',)
    >>> bool(report.unlabeled_shares[1] < 0.05)
    True
    """
    check_confidence(confidence)
    if isinstance(cv, Integral):
        check_scalar(cv, "cv", Integral, min_val=2)
    X = X if hasattr(X, "shape") else np.asarray(X)
    if estimator is None:
        estimator = make_pipeline(
            TableEncoder(random_state=0), LabeledOnly(_logistic(), unlabeled=unlabeled)
        )
    mark = stated_mark(estimator, unlabeled)
    labels = encode_labels(y, unlabeled=mark, n_samples=num_samples(X), min_classes=2)
    mark = mark_beside(labels.classes, mark)
    counts = np.bincount(labels.labeled_codes)
    with warnings.catch_warnings():
        # columns without information among the rows of a fold are no news
        warnings.simplefilter("ignore", DroppedColumnWarning)
        rows, held_out, observations = held_out_probabilities(
            estimator, X, y, labels, cv=cv, mark=mark, params={}
        )
        n_observed = _n_observed(observations)
        findings = _judge_errors(held_out, labels, rows, n_observed, confidence)
        others = np.flatnonzero(~labels.labeled)
        rng = check_random_state(random_state)
        if len(others) >= MIN_UNLABELED:
            findings |= _judge_sampling(
                estimator, X, y, labels, others, held_out, n_observed, confidence, rng
            )
    # not those above: a row that no fold held out is labelled all the same
    observations = observations_of(X, labels, cv)[labels.labeled]
    return ImbalanceReport(
        classes=labels.classes,
        counts=counts,
        n_unlabeled=len(others),
        shares=wilson_interval(
            counts / counts.sum(), _n_observed(observations), confidence
        ),
        **{"unlabeled_shares": None, "expected_shares": None, "shift": None} | findings,
        confidence=confidence,
    )


def _logistic():
    return LogisticRegression(max_iter=1000)


def _n_observed(observations):
    return effective_number(np.unique(observations, return_counts=True)[1])


def _judge_errors(held_out, labels, rows, n_observed, confidence) -> dict[str, Any]:
    nothing = {
        "error_rate": np.nan,
        "has_errors": False,
        "suspects": np.array([], dtype=int),
        "suggested": labels.classes[:0],
    }
    codes = labels.codes[rows]
    if len(np.unique(codes)) < 2:
        return nothing
    lapses = fit_lapses(held_out, codes, n_observed)
    suspicious = np.flatnonzero(lapses.wrong > 0.5)
    if lapses.p_value > 1 - confidence or not len(suspicious):
        return nothing | {"error_rate": lapses.rate}
    suspicious = suspicious[np.argsort(-lapses.wrong[suspicious], kind="stable")]
    return {
        "error_rate": lapses.rate,
        "has_errors": True,
        "suspects": rows[suspicious],
        "suggested": labels.classes[held_out[suspicious].argmax(axis=1)],
    }


def _judge_sampling(
    estimator, X, y, labels, others, held_out, n_observed, confidence, rng
):
    shift = covariate_shift_report(
        index_rows(X, np.flatnonzero(labels.labeled)),
        index_rows(X, others),
        confidence=confidence,
    )
    old = np.bincount(labels.labeled_codes) / labels.n_labeled
    if not len(held_out):
        return {"shift": shift}
    others = others[rng.permutation(len(others))[:MAX_UNLABELED]]
    fitted = clone(estimator).fit(X, y)
    probabilities = fitted.predict_proba(index_rows(X, others))
    estimate = _shares(probabilities, old)
    # both samples vary: what the labelled rows give, less the error for the unlabeled
    draws = [
        _shares(_resampled(held_out, n_observed, rng), old)
        - _shares(_resampled(probabilities, len(probabilities), rng), old)
        + estimate
        for _ in range(N_DRAWS)
    ]
    tail = (1 - confidence) / 2 / (len(old) - 1)
    low, high = np.clip(np.quantile(draws, [tail, 1 - tail], axis=0), 0, 1)
    return {
        "shift": shift,
        "unlabeled_shares": estimate,
        "expected_shares": np.column_stack([low, high]),
    }


def _resampled(probabilities, n_drawn, rng):
    return probabilities[rng.randint(len(probabilities), size=round(n_drawn))]


def _shares(probabilities, old):
    with warnings.catch_warnings():  # what does not settle lies in a wide interval
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimate_prior(
            probabilities, old, np.ones(len(probabilities)), tol=1e-5, max_iter=300
        )
