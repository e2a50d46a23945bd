"""Decisions that serve a named goal."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.validation import check_is_fitted

from ..preprocessing._validation import validate_table
from ..utils._compat import Interval, StrOptions, fit_context
from ..utils._warnings import warn
from ._costs import balanced_costs, checked_costs
from ._goals import GOALS, Outcomes, choose
from ._held_out import held_out_probabilities
from ._probability_classifier import ProbabilityClassifier

__all__ = ["GoalThresholdClassifier"]

_MULTICLASS_GOALS = ("balanced", "minimize_cost")


class GoalThresholdClassifier(ProbabilityClassifier):
    """Classifier whose threshold serves a named goal, measured on held-out labels.

    The most probable class is seldom the right answer where one class is rare. A
    threshold on its probability decides how many rows raise an alarm; here it is
    chosen for a goal that has a name, on labelled rows that the classifier has not
    seen the labels of. Unlabeled rows help to fit and never count in the choice.

    Parameters
    ----------
    estimator : classifier
        Has `predict_proba`. It is given all rows; if some are unlabeled and it does not
        know them, wrap it in :class:`~sklearn_featrix.compose.LabeledOnly`.
    goal : str, default="balanced"
        What the threshold is for:

        - "balanced": highest balanced accuracy, both classes count alike;
        - "f1": highest F1 of the positive class;
        - "minimize_cost": lowest mean cost by `cost_matrix`;
        - "catch_everything": a recall of at least `min_recall`, with as few alarms as
          that takes;
        - "alert_only_when_sure": a precision of at least `min_precision`, with as many
          alarms as that allows. One more false alarm than was seen must leave it: a
          single alarm that is right is no evidence, nor are copies of it.

    min_recall : float, default=0.95
        Of "catch_everything", in (0, 1].
    min_precision : float, default=0.9
        Of "alert_only_when_sure", in (0, 1].
    cost_matrix : "balanced", array-like of shape (n_classes, n_classes) or None, \
            default=None
        Of "minimize_cost", which needs one: row i, column j is what it costs to predict
        class j where class i is true, in the order of `classes_`; see
        :class:`CostSensitiveClassifier`.
    pos_label : scalar, default=None
        Class that raises an alarm; None is the second of two, ``classes_[1]``.
    cv : int, splitter or iterable, default=5
        Folds of the labelled rows. A number makes stratified folds that keep copies of
        a row together, where these are all of one class, and do not depend on the order
        of the rows; anything else is as for
        :class:`~sklearn_featrix.model_selection.LabeledSplit`.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`. "auto" is what `estimator` says.

    Attributes
    ----------
    estimator_ : classifier
        The classifier, fitted on all rows.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    best_threshold_ : float or None
        Probability of the positive class from which on a row raises an alarm: 0 is
        always, infinity never. None with more than two classes.
    best_score_ : float
        What the goal is about, on the held-out rows: balanced accuracy, F1, minus the
        mean cost, recall, or precision with one more false alarm. If the goal is not
        feasible, the best reachable; NaN if nothing could be held out.
    goal_feasible_ : bool
        Whether the goal is reached on the held-out rows: the recall without an alarm on
        every row, the precision with any alarm; for the other goals, whether a
        threshold does better than the same answer for all rows.
    cv_results_ : dict of ndarray or None
        "thresholds", and on the held-out rows "scores", "recall", "precision" and
        "alarm_rate" at each. None with more than two classes, or if nothing could be
        held out.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    UserWarning
        If the goal is not feasible, naming the best that is; or if fewer than two
        different rows of a class are labelled, so that none can be held out.

    See Also
    --------
    CostSensitiveClassifier : Costs without held-out rows, from probabilities alone.
    SelectiveClassifier : Leaves rows that it is not sure of unanswered.
    sklearn.model_selection.TunedThresholdClassifierCV : Any metric, labelled rows only.

    Notes
    -----
    With more than two classes there is no threshold. "balanced" then predicts the class
    whose probability is highest beside its share among the labelled rows, and
    "minimize_cost" that of least expected cost; both are measured on held-out rows, and
    chosen without them. The other goals need two classes.

    A threshold of few labels promises too much: with 10 labelled rows of the positive
    class, a recall of .95 is not finer than steps of .1, and the best of many
    thresholds was the best by luck too. Scores of held-out rows are those of the choice
    among them; judge it on other rows, by cross-validation around the whole.

    A fit that has seen a copy of a row knows its label, so copies of one class are held
    out together, and raise one alarm together where "alert_only_when_sure" asks for one
    more. Copies of several classes are rows that happen to look alike, as where columns
    allow few different rows; each of them counts for itself. A splitter as `cv`, such
    as ``StratifiedKFold()``, lets all do so.

    The classifier is fitted once per fold and once on all rows. `score` is the
    accuracy, as everywhere in scikit-learn. `predict_proba` is that of `estimator`.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.metrics import recall_score
    >>> from sklearn_featrix import GoalThresholdClassifier, LabeledOnly, mask_labels
    >>> X, y = make_classification(3000, weights=[0.95], random_state=0)
    >>> y_few = mask_labels(y, n_labeled=400, random_state=0)
    >>> model = LabeledOnly(LogisticRegression()).fit(X, y_few)
    >>> bool(recall_score(y, model.predict(X)) < 0.5)
    True
    >>> careful = GoalThresholdClassifier(model, "catch_everything", min_recall=0.8)
    >>> careful = careful.fit(X, y_few)
    >>> careful.goal_feasible_, bool(recall_score(y, careful.predict(X)) > 0.7)
    (True, True)
    """

    _parameter_constraints: dict = {
        "estimator": "no_validation",  # checked in fit: a classifier
        "goal": [StrOptions(set(GOALS))],
        "min_recall": [Interval(Real, 0, 1, closed="right")],
        "min_precision": [Interval(Real, 0, 1, closed="right")],
        "cost_matrix": [StrOptions({"balanced"}), "array-like", None],
        "pos_label": "no_validation",  # checked in fit: one of the classes
        "cv": [Interval(Integral, 2, None, closed="left"), "cv_object"],
        "unlabeled": "no_validation",  # checked where the labels are read
    }

    def __init__(
        self,
        estimator,
        goal="balanced",
        *,
        min_recall=0.95,
        min_precision=0.9,
        cost_matrix=None,
        pos_label=None,
        cv=5,
        unlabeled="auto",
    ):
        self.estimator = estimator
        self.goal = goal
        self.min_recall = min_recall
        self.min_precision = min_precision
        self.cost_matrix = cost_matrix
        self.pos_label = pos_label
        self.cv = cv
        self.unlabeled = unlabeled

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **params):
        """Fit the classifier and choose the threshold.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            Partial labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, none negative. Handed to the classifier only if given;
            held-out rows count by their weight.
        **params : dict
            Parameters of the classifier's `fit`.

        Returns
        -------
        self : GoalThresholdClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If the estimator is no classifier, or has no `predict_proba`.
        ValueError
            If `y` has another length than `X` or labels of fewer than two classes, the
            classifier does not know unlabeled rows, there are more than two classes and
            the goal is for two, `pos_label` is no class, or the costs are missing or no
            finite numbers of shape (n_classes, n_classes).
        """
        self._check_estimator(" that has predict_proba.")  # its tags are asked next
        X = validate_table(self, X, reset=True)
        labels, weights, params = self._fit_estimator(X, y, sample_weight, params)
        self._positive = self._checked_positive()
        counted = np.bincount(labels.labeled_codes, weights[labels.labeled])
        self._costs = self._settled_costs(counted)
        # TunedThresholdClassifierCV does not fit here: it takes the mark of unlabeled
        # rows for a class, and refuses the then three classes.
        rows, probabilities, observations = held_out_probabilities(
            self.estimator, X, y, labels, cv=self.cv, mark=self._mark, params=params
        )
        kept = weights[rows] > 0
        rows, probabilities = rows[kept], probabilities[kept]
        codes = labels.codes[rows]
        self.best_threshold_ = self.cv_results_ = None
        self.best_score_, self.goal_feasible_ = np.nan, False
        if len(np.unique(codes)) < len(self.classes_):
            self._decide_unmeasured(np.bincount(labels.labeled_codes), counted)
        elif len(self.classes_) == 2:
            self._fit_threshold(probabilities, codes, weights[rows], observations[kept])
        else:
            self._measure(probabilities, codes, weights[rows])
        return self

    def _checked_positive(self):
        """Code of the positive class; None with more than two classes."""
        classes = self.classes_.tolist()
        if self.pos_label is not None and self.pos_label not in classes:
            raise ValueError(
                f"pos_label={self.pos_label!r} is none of the classes {classes}."
            )
        if len(classes) == 2:
            return 1 if self.pos_label is None else classes.index(self.pos_label)
        if self.goal not in _MULTICLASS_GOALS or self.pos_label is not None:
            what = f"goal={self.goal!r}"
            if self.pos_label is not None:
                what = f"pos_label={self.pos_label!r}"
            raise ValueError(
                f"{what} is for two classes, y has {len(classes)}: {classes}. Only "
                f"binary classification has a threshold. Allowed goals are "
                f"{_MULTICLASS_GOALS}, without pos_label; or make y two classes."
            )
        return None

    def _settled_costs(self, counted):
        if self.goal != "minimize_cost":
            return balanced_costs(counted)
        if self.cost_matrix is None:
            raise ValueError(
                "goal='minimize_cost' needs a cost_matrix: rows are the true classes, "
                f"columns the predicted ones, in the order {self.classes_.tolist()}."
            )
        if isinstance(self.cost_matrix, str):
            return balanced_costs(counted)
        return checked_costs(
            self.cost_matrix, [(len(self.classes_),) * 2], self.classes_
        )

    def _fit_threshold(self, probabilities, codes, weights, observations):
        positive = codes == self._positive
        outcomes = Outcomes.of(
            probabilities[:, self._positive], positive, weights, observations
        )
        levels = {
            "catch_everything": self.min_recall,
            "alert_only_when_sure": self.min_precision,
        }
        choice = choose(outcomes, self.goal, levels.get(self.goal), self._binary_costs)
        self.best_threshold_ = choice.threshold
        self.best_score_ = choice.score
        self.goal_feasible_ = choice.is_feasible
        self.cv_results_ = {
            "thresholds": outcomes.thresholds,
            "scores": choice.scores,
            "recall": outcomes.recall,
            "precision": outcomes.precision,
            "alarm_rate": outcomes.alarm_rate,
        }
        if not choice.is_feasible:
            warn(
                f"goal={self.goal!r} is not feasible on the {len(codes)} held-out "
                f"labelled rows, {positive.sum()} of them positive. {choice.problem} "
                "Label more rows, or ask for less."
            )

    @property
    def _binary_costs(self):
        order = [1 - self._positive, self._positive]
        return self._costs[np.ix_(order, order)]

    def _measure(self, probabilities, codes, weights):
        """Score the decision by costs on held-out rows, and the best constant one."""
        n_classes = len(self.classes_)
        decided = (probabilities @ self._costs).argmin(axis=1)
        scores = [
            self._score_of(codes, answer, weights)
            for answer in (decided, *(np.full(len(codes), c) for c in range(n_classes)))
        ]
        self.best_score_ = float(scores[0])
        self.goal_feasible_ = bool(scores[0] > max(scores[1:]))
        if not self.goal_feasible_:
            warn(
                f"goal={self.goal!r} is not feasible: on the {len(codes)} held-out "
                f"labelled rows the decision scores {scores[0]:.3f}, the best same "
                f"answer for every row {max(scores[1:]):.3f}. Label more rows."
            )

    def _score_of(self, codes, answers, weights):
        if self.goal == "balanced":
            return balanced_accuracy_score(codes, answers, sample_weight=weights)
        return -np.average(self._costs[codes, answers], weights=weights)

    def _decide_unmeasured(self, n_rows, counted):
        warn(
            f"Of the classes {self.classes_.tolist()}, {n_rows.tolist()} rows are "
            "labelled; rows of each must be held out to choose by "
            f"goal={self.goal!r}, so the probabilities alone decide. Label at least "
            "two different rows of each class."
        )
        if self._positive is None:
            return
        self.best_threshold_ = 0.5
        if self.goal in _MULTICLASS_GOALS:
            costs = self._binary_costs
            alarm = costs[0, 1] - costs[0, 0]
            both = alarm + costs[1, 0] - costs[1, 1]
            self.best_threshold_ = float(alarm / both) if both > 0 else 0.5

    def predict(self, X, **params):
        """Predict the class that serves the goal.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.
        **params : dict
            Parameters of the wrapped classifier's `predict_proba`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels, never the mark of an unlabeled row.
        """
        probabilities = self._wrapped_proba(X, params)
        if self._positive is None:
            return self.classes_[(probabilities @ self._costs).argmin(axis=1)]
        alarm = probabilities[:, self._positive] >= self.best_threshold_
        return self.classes_[np.where(alarm, self._positive, 1 - self._positive)]

    def _predict_with(self, method, X, params):
        check_is_fitted(self)
        return super()._predict_with(
            method, validate_table(self, X, reset=False), params
        )
