"""A vote of classifiers over several views of a table, one learnt from all rows."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..embedding import EmbeddingTransformer
from ..losses._names import LOSS_NAMES, to_criterion
from ..preprocessing._rows import row_keys_within
from ..preprocessing._validation import validate_table
from ..utils._compat import (
    HasMethods,
    Interval,
    StrOptions,
    fit_context,
    index_rows,
    num_samples,
)
from ..utils._copies import distinct_rows, row_weights
from ..utils._labels import encode_labels
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ._default_members import default_members, default_temperature, default_weights
from ._evidence_sample import EvidenceSample
from ._losses import implied_class_weight
from ._member_params import MemberParamsMixin
from ._members import check_members, check_weights, make_members
from ._out_of_fold import labeled_only
from ._safety import EvidenceMixin, compare_votes, judge_unlabeled
from ._spaces import TableSpaces
from ._training_rows import TrainingRows
from ._vote import Vote
from ._vote_fitter import VoteFitter


def _has_two_classes(self):
    return len(getattr(self, "classes_", ())) == 2


class SemiSupervisedClassifier(
    EvidenceMixin, PartialLabelsClassifierMixin, MemberParamsMixin
):
    """Classifier for tables with many rows and few labels.

    All rows, labelled or not, teach an embedding of the table; a few classifiers of
    different kinds learn from the labelled rows, some on the table and some on the
    embedding; with them votes a network that was trained on artificial tables. Their
    probabilities are averaged.

    Parameters
    ----------
    embedding : {"auto"}, transformer or None, default="auto"
        "auto" is ``EmbeddingTransformer()``; another transformer is cloned and fitted
        on all rows; one in a :class:`~sklearn.frozen.FrozenEstimator` is used as it
        is, so that folds can share it; None leaves the embedding out, and with it the
        use of unlabeled rows beyond the encoding of columns.
    members : list of {str, (str, estimator, str)}, default=None
        Name, classifier and space of each voter, or the name alone of a default member
        or of boosted trees that are installed: "catboost", "lightgbm", "xgboost".
        Spaces:

        - "embedding": the output of `embedding`;
        - "components": the first 8 principal components of it, fewer where these say
          all;
        - "linear" and "tree": the two encodings of
          :class:`~sklearn_featrix.preprocessing.TableEncoder`;
        - "raw": the table as it was given;
        - sums such as "tree+embedding" and "raw+components".

        A member is fitted on the labelled rows, unless its space ends in "+unlabeled",
        such as "raw+unlabeled": it is fitted on all rows, with the label -1 in those
        without one, and may be any classifier that learns from both.

        None stands for logistic regression on "linear" (its name is "linear") and on
        "embedding" ("linear_embedding"), ExtraTrees on "tree" ("trees") and on
        "tree+embedding" ("trees_embedding"), small boosted trees on "tree"
        ("boosting"), and :class:`~sklearn_featrix.in_context.InContextClassifier` on
        "raw+unlabeled" ("in_context") and on "raw+components+unlabeled"
        ("in_context_embedding"); with ``embedding=None``, for those of them that do not
        need one.
    weights : array-like of shape (n_members,), default=None
        How much each member's probabilities count. None is 1 for each, and 4 for an
        InContextClassifier.
    temperature : float, default=None
        The mean of the members' probabilities is raised to the power of
        ``1 / temperature`` and brought back to a sum of one: below 1 it becomes surer.
        A mean is less sure than it has a right to be [1]_. None is 0.87 for the default
        members from 100 labelled rows on; with fewer, members are too sure themselves,
        and None is 1, the plain mean, as for members of your own.
    effort : {"low", "auto"}, default="auto"
        "low" makes two members only, "linear" and "trees_embedding" (or "trees"), and a
        smaller "boosting" from 100 labelled rows on, with
        ``EmbeddingTransformer(effort="low")``: about a fifth of the work, and somewhat
        less accurate. A `members` or an `embedding` that is given stays as it is.
    distill : bool, default=False
        Train a small network, and boosted trees beside it for two classes, that answer
        as the vote does on up to 10,000 rows of the table [2]_, and predict with them:
        some ten times as fast, and small to store as `student_`.
    loss : {"cross_entropy", "focal", "class_balanced", "cost_sensitive"} or \
            torch.nn.Module, default="cross_entropy"
        What the member "linear_embedding", a linear head on the embedding, is trained
        with: a criterion of :mod:`sklearn_featrix.losses` by name or as an object, or
        one of torch. Its parameters are set as ``loss__gamma``, for instance in a grid.
        The other members get the class weights that it implies: those of a
        class-balanced loss, the `alpha` of a focal one, and for costs what the errors
        of a class cost. Any loss but cross-entropy draws probabilities away from
        shares of rows;
        :class:`~sklearn_featrix.calibration.PriorCorrectedClassifier` brings them back.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, as in scikit-learn, among the labelled rows. Those of
        the loss are multiplied with them.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.
    safe : bool or "auto", default="auto"
        Whether to predict with the labelled-only vote where the unlabeled rows are of
        another domain or hurt. That vote is of the members that see no embedding,
        fitted on the labelled rows alone, encodings included. Another domain is where a
        classifier tells labelled rows from unlabeled ones with an AUC that is surely
        above 0.8 (see `evidence_`). Hurting is for held-out labelled rows to say: the
        two votes are compared over five folds, in which the embedding is not learnt
        anew. "auto" compares only if the rows are unlike at all, and watches for
        nothing with ``effort="low"``. Without an embedding there is nothing to watch.
    evaluate : bool, default=False
        Whether to compare the two votes in any case and tell it in `evidence_`.
    n_jobs : int, default=None
        Number of members fitted at once; the result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds the embedding and the members that have no seed of their own.
    verbose : int, default=0
        Above zero, shows the progress of the embedding.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes among the labelled rows, in the dtype of `y`.
    estimators_ : list of classifiers
        The fitted members; they predict positions in `classes_`.
    named_estimators_ : Bunch
        The same by name.
    embedding_ : transformer or None
        The fitted embedding; None if the labelled-only vote predicts.
    uses_unlabeled_ : bool
        Whether the vote of all members predicts, not the labelled-only one.
    student_ : object
        With ``distill=True``, what predicts: the network, for two classes with boosted
        trees beside it. It has `predict`, `predict_proba` and `classes_`, takes raw
        rows, and can be pickled alone.
    evidence_ : Evidence
        What speaks for and against the fit; it has a readable repr. Computed when it
        is first asked for, or when the estimator is pickled.
    n_labeled_ : int
        Number of labelled rows with a weight above zero.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    sklearn_featrix.compose.LabeledOnly : Any classifier, on the labelled rows alone.
    sklearn_featrix.model_selection.LabeledSplit : Folds over labelled rows.

    Notes
    -----
    Copies of a row teach the embedding and the encoders nothing, so these are fitted on
    the distinct rows with a weight above zero. A weight of two and two copies of a
    row therefore mean the same.

    A one-class problem cannot be learnt: at least two classes need a label.

    References
    ----------
    .. [1] R. Ranjan, T. Gneiting, "Combining probability forecasts", Journal of the
       Royal Statistical Society B 72, 2010: a linear pool of calibrated forecasts is
       underconfident.
    .. [2] C. Bucila, R. Caruana, A. Niculescu-Mizil, "Model Compression", KDD 2006.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn_featrix import SemiSupervisedClassifier, mask_labels
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> y_few = mask_labels(y, n_labeled=40, random_state=0)
    >>> clf = SemiSupervisedClassifier(random_state=0).fit(X, y_few)
    >>> clf.n_labeled_
    40
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    _parameter_constraints = {
        "embedding": [StrOptions({"auto"}), HasMethods(["fit", "transform"]), None],
        "members": [list, None],
        "weights": ["array-like", None],
        "temperature": [Interval(Real, 0, None, closed="neither"), None],
        "effort": [StrOptions({"low", "auto"})],
        "loss": [StrOptions(set(LOSS_NAMES)), HasMethods(["forward"])],
        "distill": ["boolean"],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "unlabeled": "no_validation",
        "safe": ["boolean", StrOptions({"auto"})],
        "evaluate": ["boolean"],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        embedding="auto",
        members=None,
        *,
        weights=None,
        temperature=None,
        effort="auto",
        distill=False,
        loss="cross_entropy",
        class_weight=None,
        unlabeled="auto",
        safe="auto",
        evaluate=False,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.embedding = embedding
        self.members = members
        self.weights = weights
        self.temperature = temperature
        self.effort = effort
        self.distill = distill
        self.loss = loss
        self.class_weight = class_weight
        self.unlabeled = unlabeled
        self.safe = safe
        self.evaluate = evaluate
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Embed all rows and train the members on the labelled ones.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The raw table: mixed types and missing values are welcome.
        y : array-like of shape (n_samples,)
            Labels, with marks in the unlabeled rows.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the labelled rows. Rows of weight zero are left out altogether;
            of unlabeled rows, only whether the weight is zero matters.

        Returns
        -------
        SemiSupervisedClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If fewer than two classes are labelled, `y` and `X` differ in length, or
            the table has no usable column.
        """
        X = validate_table(self, X, reset=True)
        random_state = check_random_state(self.random_state)
        weights = row_weights(X, sample_weight)
        labels = encode_labels(
            y,
            unlabeled=self.unlabeled,
            n_samples=num_samples(X),
            min_classes=2,
            keep=weights > 0,
        )
        keys = row_keys_within(X)
        rows = TrainingRows.of(keys, labels, weights)
        vote = self._make_vote(rows, random_state)
        spaces = self._fit_spaces(X, keys, weights, vote, random_state)
        fitter = VoteFitter(
            X, rows, labels.classes, self.class_weight, random_state, self.n_jobs
        )
        fitted = fitter.fit(vote, spaces)
        sample = EvidenceSample.of_fit(X, rows, labels, spaces, random_state)
        seed = random_state.randint(np.iinfo(np.int32).max)
        alone = labeled_only(vote, self.members is None)
        comparison, uses_unlabeled = judge_unlabeled(
            lambda: compare_votes(
                X, rows, fitter.weights[: rows.n_pairs], keys, spaces, vote, alone, seed
            ),
            vote, sample,
            safe=self.safe, effort=self.effort, evaluate=self.evaluate,
        )  # fmt: skip
        if not uses_unlabeled:
            fitted = fitter.fit_labeled_only(alone)
        student = fitter.teach(fitted) if self.distill else None
        # only now: a fit that fails or is interrupted leaves what was there before
        self.classes_ = labels.classes
        self.n_labeled_ = labels.n_labeled
        self.embedding_ = fitted.spaces.embedding_
        self.uses_unlabeled_ = uses_unlabeled
        self._comparison = comparison
        self._evidence = sample
        self._fitted_vote = fitted
        vars(self).pop("student_", None)
        if student is not None:
            self.student_ = student
        self.estimators_ = fitted.estimators
        self.named_estimators_ = Bunch(**fitted.named_estimators)
        return self

    def _make_vote(self, rows, random_state):
        """Members, weights and temperature: those given, or the default ones."""
        criterion = to_criterion(self.loss)
        has_embedding = self.embedding is not None
        if self.members is None:
            members = default_members(
                criterion,
                effort=self.effort,
                n_labeled=rows.n_pairs,
                has_embedding=has_embedding,
            )
            temperature = default_temperature(rows.n_pairs)
        else:
            members = make_members(self.members, criterion, random_state)
            members = check_members(members, has_embedding)
            self._validate_names([name for name, _, _ in members])
            temperature = 1.0
        weights = default_weights(members)
        if self.weights is not None:
            weights = check_weights(self.weights, members)
        if self.temperature is not None:
            temperature = self.temperature
        class_weight = implied_class_weight(criterion, rows.class_weights())
        return Vote(members, weights, temperature, class_weight)

    def _fit_spaces(self, X, keys, weights, vote, random_state):
        spaces = TableSpaces(vote.bases, self._embedding_to_fit(), random_state)
        return spaces.fit(index_rows(X, distinct_rows(keys, weights)))

    def _embedding_to_fit(self):
        if isinstance(self.embedding, str):
            return EmbeddingTransformer(effort=self.effort, verbose=self.verbose)
        return self.embedding

    def predict_proba(self, X):
        """Average the members' class probabilities, or ask the student.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`, in any order if they have names.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of `classes_`.
        """
        check_is_fitted(self)
        X = validate_table(self, X, reset=False)
        return getattr(self, "student_", self._fitted_vote).predict_proba(X)

    def predict_log_proba(self, X):
        """Take the logarithm of the class probabilities.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the order of `classes_`.
        """
        with np.errstate(divide="ignore"):  # the log of 0 is -inf
            return np.log(self.predict_proba(X))

    @available_if(_has_two_classes)
    def decision_function(self, X):
        """Tell how much likelier the second of two classes is than the first.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Difference of the two probabilities, from -1 to 1; above 0 the second
            class is predicted.
        """
        probabilities = self.predict_proba(X)
        return probabilities[:, 1] - probabilities[:, 0]

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimators_")
