"""Self-training that keeps the class shares and judges its own rounds."""

from __future__ import annotations

from functools import cache
from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..compose._wrapped_classifier import WrappedClassifier
from ..exceptions import TrainingInterruptedWarning
from ..preprocessing._rows import row_keys_within
from ..preprocessing._validation import validate_table
from ..utils._compat import (
    Interval,
    StrOptions,
    check_sample_weight,
    fit_context,
    num_samples,
    raise_for_params,
)
from ..utils._erase_labels import erase_labels
from ..utils._labels import encode_labels
from ..utils._warnings import warn
from ._calibration import CalibratedFit
from ._round_report import RoundReport
from ._rounds import judged_rounds, run_maker
from ._self_training_run import Learner, refuses_weights


class SelfTrainingClassifier(WrappedClassifier):
    """Classifier that labels the rows it is sure of and learns from them too.

    Takes the place of :class:`sklearn.semi_supervised.SelfTrainingClassifier`: in
    rounds, the wrapped classifier predicts the unlabeled rows, the confident
    predictions become labels, and it is fitted again. What is added keeps the rounds
    from believing in their own mistakes: rows labelled in rounds keep the class shares
    of the labelled rows, together they weigh no more than these, and labelled rows
    held out decide how many rounds are made, if any.

    Parameters
    ----------
    estimator : classifier
        Any scikit-learn classifier with `predict_proba`, a pipeline that ends in one
        included.
    threshold : float or dict, default=0.75
        Probability in [0, 1) that a prediction has to exceed to become a label; with
        ``criterion="quantile"``, the quantile of these probabilities among the
        unlabeled rows predicted alike. A dict gives one for each class.
    criterion : {"threshold", "quantile", "k_best"}, default="threshold"
        Whether a round labels all rows above the threshold; of each predicted class
        the surest rows, such as a quarter of them for a threshold of 0.75 [5]_; or the
        `k_best` most confident ones of all.
    k_best : int or float, default=10
        Rows that a round labels with ``criterion="k_best"``; a float is a share of the
        rows unlabeled at first.
    max_iter : int or None, default=10
        Most rounds to make; 0 fits on the labelled rows alone, None is no bound.
    verbose : bool or int, default=False
        Whether to write a line to standard output for each round, judged or made.
    class_shares : {"labeled"}, dict or None, default="labeled"
        Class shares that the rows labelled in rounds keep, all rounds together: those
        of the labelled rows, or a share for each class. None takes what comes; then
        the frequent classes crowd out the rare ones.
    pseudo_labels : {"hard", "soft"}, default="hard"
        Whether a row labelled in a round counts for its most probable class alone, or
        for each class with its probability.
    pseudo_weight : {"auto"}, float or None, default="auto"
        Weight of all rows labelled in rounds together, in units of all labelled rows;
        none of them ever weighs more than a labelled row. None counts each like a
        labelled row. "auto" is 1.0 if the estimator takes weights, otherwise None.
    n_folds : int or None, default=5
        Folds of the labelled rows that judge the rounds, see Notes. None makes all
        rounds.
    min_added : float, default=0.05
        Stop after a round that labels a smaller share than this of the rows unlabeled
        at first, unless `criterion` is "k_best".
    calibration : {"sigmoid", "temperature"} or None, default=None
        Puts right the probabilities of each fit, on which thresholds, judging and
        predictions then stand. Five more fits leave out a fold of the labelled rows
        each, and what they say of these decides: "temperature" makes all probabilities
        less or more sure, "sigmoid" moves classes up or down as well, so that their
        mean probabilities come near the class shares of the labels. The ranking of
        rows by one of two classes stays as it is; there is no `decision_function`.
    callbacks : callable, list of callable or None, default=None
        Called after each round that is made with the round's entry of `history_`, a
        dict; what they return does not matter. One that raises KeyboardInterrupt ends
        the rounds, the last of which is kept. In a clone, functions are the same, and
        other objects are copies.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.

    Attributes
    ----------
    estimator_ : classifier
        The last fit; with `calibration` it is the `estimator` inside this.
    classes_ : ndarray of shape (n_classes,)
        The class labels, in the caller's dtype; "unlabeled" is none of them.
    transduction_ : ndarray of shape (n_samples,)
        Labels that `estimator_` learnt from; rows that got none have the mark.
    labeled_iter_ : ndarray of shape (n_samples,)
        Round that labelled each row; 0 for rows labelled in `y`, -1 for rows without.
    n_iter_ : int
        Number of rounds made.
    termination_condition_ : str
        Why no further round was made:

        - "all_labeled": every row has a label;
        - "no_change": the last round labelled no row;
        - "few_added": the last round labelled fewer than `min_added`;
        - "held_out": held-out rows spoke against another;
        - "unjudged": no rows could be held out to speak for one;
        - "max_iter": `max_iter` rounds were made;
        - "interrupted": by the user, or by a callback.
    history_ : list of dict
        One entry for each number of rounds from 0 on: `n_iter`; `n_added`, rows that
        this round labelled, None where it was only judged; `held_out_loss`, mean log
        loss of the held-out rows, and `standard_error` of its difference from the one
        after 0 rounds, None where nothing was held out.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    SemiSupervisedClassifier : Learns from unlabeled rows without labelling them.
    sklearn_featrix.compose.LabeledOnly : The wrapped classifier without any round.

    Notes
    -----
    Judging: a fold of the labelled rows is held out, rounds are made on the others and
    up to 2,000 of the unlabeled rows (all of them if rows weigh one each), and after
    each round the held-out rows are predicted. The number of rounds with the lowest log
    loss is made on the whole table, provided that it is lower than without rounds by
    more than a standard error, and not higher in any class; otherwise none is made.
    Which rows are held out depends on their values, not on their order or a seed. Rows
    of a class with one label are never held out; where not two classes have two labels,
    no round is made.

    ``class_shares=None, pseudo_weight=None, n_folds=None, min_added=0`` selects the
    algorithm of scikit-learn, round by round.

    An estimator with ``warm_start=True`` goes on from the fit of the round before. That
    suits those that go on from their coefficients; forests and boosting would add
    nothing.

    References
    ----------
    .. [1] D. Yarowsky. Unsupervised word sense disambiguation rivaling supervised
       methods. ACL 1995.
    .. [2] J. Platt. Probabilistic outputs for support vector machines. Advances in
       Large Margin Classifiers, 1999. (``calibration="sigmoid"``.)
    .. [3] C. Guo, G. Pleiss, Y. Sun, K. Weinberger. On calibration of modern neural
       networks. ICML 2017. (``calibration="temperature"``.)
    .. [4] Y. Zou, Z. Yu, B. Kumar, J. Wang. Unsupervised domain adaptation for semantic
       segmentation via class-balanced self-training. ECCV 2018.
    .. [5] P. Cascante-Bonilla, F. Tan, Y. Qi, V. Ordonez. Curriculum labeling:
       revisiting pseudo-labeling for semi-supervised learning. AAAI 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_featrix.datasets import mask_labels
    >>> from sklearn_featrix.semi_supervised import SelfTrainingClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=20, random_state=0)
    >>> model = make_pipeline(StandardScaler(), LogisticRegression())
    >>> clf = SelfTrainingClassifier(model).fit(X, y_few)
    >>> clf.classes_
    array([0, 1])
    >>> clf.score(X, y) > 0.9
    True
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "threshold": [Interval(Real, 0.0, 1.0, closed="left"), dict],
        "criterion": [StrOptions({"threshold", "quantile", "k_best"})],
        "k_best": [
            Interval(Integral, 1, None, closed="left"),
            Interval(Real, 0.0, 1.0, closed="neither"),
        ],
        "max_iter": [Interval(Integral, 0, None, closed="left"), None],
        "verbose": ["verbose"],
        "class_shares": [StrOptions({"labeled"}), dict, None],
        "pseudo_labels": [StrOptions({"hard", "soft"})],
        "pseudo_weight": [
            StrOptions({"auto"}),
            Interval(Real, 0.0, None, closed="neither"),
            None,
        ],
        "n_folds": [Interval(Integral, 2, None, closed="left"), None],
        "min_added": [Interval(Real, 0.0, 1.0, closed="left")],
        "calibration": [StrOptions({"sigmoid", "temperature"}), None],
        "callbacks": [callable, list, None],  # of a list each: checked in fit
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(
        self,
        estimator=None,
        threshold=0.75,
        criterion="threshold",
        k_best=10,
        max_iter=10,
        verbose=False,
        *,
        class_shares="labeled",
        pseudo_labels="hard",
        pseudo_weight="auto",
        n_folds=5,
        min_added=0.05,
        calibration=None,
        callbacks=None,
        unlabeled="auto",
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.criterion = criterion
        self.k_best = k_best
        self.max_iter = max_iter
        self.verbose = verbose
        self.class_shares = class_shares
        self.pseudo_labels = pseudo_labels
        self.pseudo_weight = pseudo_weight
        self.n_folds = n_folds
        self.min_added = min_added
        self.calibration = calibration
        self.callbacks = callbacks
        self.unlabeled = unlabeled

    @property
    def _hidden_methods(self):
        return () if self.calibration is None else ("decision_function",)

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit on the labelled rows, label others in rounds and fit again.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all rows, those to be labelled included. Rows of weight zero are
            left out altogether.
        **params : dict
            Parameters of the wrapped classifier's `fit`, with metadata routing; what
            has one entry per row is cut to the rows of each fit.

        Returns
        -------
        self : SelfTrainingClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the wrapped estimator is no classifier, or a callback cannot be called.
        AttributeError
            If it has no `predict_proba` to label rows with.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, a
            parameter speaks of other classes, weights are given to a classifier that
            takes none, or it works on a precomputed matrix.
        """
        params = self._route("fit", sample_weight, params)
        self._check_estimator(
            " with predict_proba, such as LogisticRegression(); numbers as targets "
            "have no class to be sure of, so regressors cannot be trained this way."
        )
        report = RoundReport(self.verbose, self.callbacks)
        X = validate_table(self, X, reset=True)
        labels = encode_labels(
            y, unlabeled=self.unlabeled, n_samples=num_samples(X), min_classes=2
        )
        weights, kept = self._row_weights(X, params.pop("sample_weight", None))
        labeled = np.flatnonzero(labels.labeled & kept)
        unlabeled = np.flatnonzero(~labels.labeled & kept)
        self._check_rows(labeled, unlabeled)
        learner = Learner(self.estimator, X, labels.classes, weights, params)
        keys = cache(lambda: row_keys_within(X))  # after a fit: its errors come first
        make_run = run_maker(self, learner, labels.codes, labeled, len(unlabeled), keys)
        n_rounds, judged = judged_rounds(
            self, make_run, keys, labels.codes, labeled, unlabeled
        )
        report.tell_judged(judged)
        run = make_run(labeled, unlabeled)
        self.termination_condition_ = self._make_rounds(run, n_rounds, report)
        self.estimator_ = run.fitted
        self._warn_uncalibrated()
        self.classes_ = run.fitted.classes_
        self.labeled_iter_ = np.where(labels.labeled, 0, run.labeled_iter)
        self.transduction_ = self._write_labels(y, labels.classes[run.codes])
        self.n_iter_ = run.n_iter
        self.history_ = report.history(run.n_added)
        return self

    # ---------------------------------------------------------------- what is given

    def _row_weights(self, X, sample_weight):
        """Weights, or None for ones, and which rows have one above zero."""
        if sample_weight is None:
            return None, np.ones(num_samples(X), dtype=bool)
        if refuses_weights(self.estimator):
            raise ValueError(
                f"sample_weight was given, and {self.estimator!r} takes none in fit. "
                "Leave it out, or pass another classifier."
            )
        weights = check_sample_weight(sample_weight, X, ensure_non_negative=True)
        return weights, weights > 0

    def _check_rows(self, labeled, unlabeled):
        if not len(labeled):
            raise ValueError(
                "sample_weight is zero in every labelled row. Give a weight above zero "
                "to the labelled rows that shall count."
            )
        self._refuse_pairwise(len(unlabeled))
        if not len(unlabeled):
            warn("y contains no unlabeled samples")
        elif self.criterion == "k_best" and self.k_best > len(unlabeled):
            warn(
                "k_best is larger than the amount of unlabeled samples. All unlabeled "
                "samples will be labeled in the first iteration",
            )

    # -------------------------------------------------------------------- the rounds

    def _make_rounds(self, run, n_rounds, report):
        reason = run.make_rounds(n_rounds, report)
        if reason == "interrupted":
            warn(
                f"Interrupted after {run.n_iter} rounds, the last of which is kept.",
                TrainingInterruptedWarning,
            )
        if reason == "max_iter" and n_rounds != self.max_iter:
            return "held_out" if report.judged else "unjudged"
        return reason

    def _warn_uncalibrated(self):
        fits = isinstance(self.estimator_, CalibratedFit)
        if self.calibration is not None and not fits:
            warn(
                f"calibration={self.calibration!r} has no labelled rows to hold out: "
                "it takes two classes with two different labelled rows each. "
                "Probabilities are those of the estimator. Label more rows."
            )

    def _write_labels(self, y, labels):
        """Labels after the rounds, with the marks of `y` where there is none."""
        if type(y) is np.ndarray and y.ndim == 1:
            given = self.labeled_iter_ > 0
            transduction = y.copy()
            transduction[given] = labels[given]
            return transduction
        return erase_labels(labels, self.labeled_iter_ < 0, unlabeled=self.unlabeled)

    # ---------------------------------------------------------------- after the fit

    def _route(self, method, sample_weight, params):
        raise_for_params(params, self, method)
        return super()._route(method, sample_weight, params)

    def _predict_with(self, method, X, params):
        check_is_fitted(self)
        params = self._route(method, None, params)
        X = validate_table(self, X, reset=False)
        return getattr(self.estimator_, method)(X, **params)
