"""TabularNetClassifier: a network for tables with some thousand labels."""

from __future__ import annotations

import time
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.validation import check_is_fitted

from ..losses._names import LOSS_NAMES, with_criterion
from ..preprocessing import TableEncoder
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
from ..utils._copies import distinct_rows, merge_copies, row_weights
from ..utils._device import resolve_device
from ..utils._labels import encode_labels
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ..utils._threads import one_thread
from ._pretraining import fit_embedding

__all__ = ["TabularNetClassifier"]

PREDICT_BATCH = 8192


class TabularNetClassifier(PartialLabelsClassifierMixin, BaseEstimator):
    """Network for tables with some hundred to many thousand labels.

    All rows, labelled or not, teach an embedding of the table; with a linear head on
    it, the network is trained on the labelled rows. It reads numbers also in bins, so
    that it can follow steps and bends of single columns [1]_.

    Parameters
    ----------
    embedding : {"auto"}, EmbeddingTransformer or None, default="auto"
        What the network begins with. "auto" is
        :class:`~sklearn_featrix.embedding.EmbeddingTransformer` as it comes; give one
        of your own for other settings, or a fitted one inside a
        :class:`~sklearn.frozen.FrozenEstimator`, so that folds can share it. None:
        begin with random weights; unlabeled rows then serve the encoding of the
        columns alone.
    fine_tuning : {"frozen", "last", "full"}, default="full"
        What learns from the labels beside the head: nothing, the last layer of the
        embedding, or all of it. Without an embedding all layers learn.
    loss : {"cross_entropy", "focal", "class_balanced", "cost_sensitive"} or \
            nn.Module, default="cross_entropy"
        A criterion of :mod:`sklearn_featrix.losses` by name or as an object, one of
        torch, or any module that takes logits and class shares, both of shape (batch,
        n_classes), and gives one loss per row. Parameters of the library's are set as
        ``loss__gamma``, for instance in a grid.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes, as in scikit-learn; they multiply `sample_weight`.
    batch_sampling : {"random", "balanced", "dynamic"}, default="random"
        Which labelled rows make a batch:

        - "random": all of them, once in each epoch;
        - "balanced": each class as often as the others;
        - "dynamic": first balanced; after each epoch, each class by what its F1 score
          on held-out rows lacks [2]_.
    mixup : float, default=0.0
        Mix each row of a batch and its target with another's, in shares drawn from
        Beta(mixup, mixup) [3]_. 0 mixes nothing, usual are 0.1 to 0.4.
    label_smoothing : float, default=0.0
        Share of each target that is spread evenly over all classes.
    early_stopping : "auto" or bool, default="auto"
        Whether to hold out labelled rows, to end once their loss stops falling, and to
        keep the weights with which it was lowest. "auto" does so from 40 labelled
        rows on, and makes no more than 20 epochs with fewer. Where none is held out,
        the learning rate rises and then falls to zero within the epochs.
    validation_fraction : float, default=0.15
        Share of each class's labelled rows that is held out, copies of a row together.
    n_iter_no_change : int, default=10
        Epochs without a lower loss on the held-out rows after which training ends.
    max_epochs : int, default=200
        Most passes over the labelled rows.
    batch_size : int, default=128
        About how many labelled rows make a step; all, if there are fewer.
    learning_rate : float, default=1e-3
        Of AdamW.
    weight_decay : float, default=1e-4
        Of AdamW.
    n_members : int, default=4
        Networks whose probabilities are averaged. All begin with the same embedding;
        what they hold out, the batches and what is drawn at random differ.
    time_limit : float, default=None
        Seconds after which no further step is made; at most half of them are for the
        embedding, unless it has a limit of its own. One step of each is always made. A
        member whose training is cut short is left out, unless it is the first.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.
    device : str, default="auto"
        Where to compute: "auto" takes cuda, then mps, then cpu, whichever is there
        first; any other string is handed to torch.
    random_state : int, RandomState instance or None, default=None
        Seeds the embedding, if it has no seed, the weights, the held-out rows and the
        batches. With an int, `fit` gives the same weights, bit by bit, on the same
        machine.
    verbose : int, default=0
        Above zero, writes to standard output how training goes on.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes among the labelled rows, in the dtype of `y`.
    n_labeled_ : int
        Number of labelled rows.
    embedding_ : EmbeddingTransformer or None
        The fitted embedding, as it was before the fine-tuning.
    encoder_ : TableEncoder
        The fitted encoding of columns that the network reads.
    history_ : list of dict
        One record per epoch of each `member`: `epoch`, `step`, mean `loss`, `seconds`;
        if rows were held out also their `validation_loss` and the `validation_f1` of
        each class (NaN where none of a class is held out), and the `class_shares` of
        the batches where `batch_sampling` sets them.
    n_iter_ : int
        Epochs that were made, by the member that made most.
    best_epochs_ : list of int
        The epoch that the weights are of, for each member.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    ConvergenceWarning
        If the loss on held-out rows was still falling at `max_epochs`.
    TrainingInterruptedWarning
        If the time limit or an interrupt (Ctrl-C) ended the training of the embedding
        or of the classifier early; the classifier can be used all the same. An
        interrupt ends the training under way: while the embedding is trained, it goes
        on with the labelled rows; after that, no further member is trained. An
        interrupt before the first step of a training is raised as ever, and leaves the
        classifier as it was before `fit`.
    DroppedColumnWarning
        If columns are constant or missing altogether; it names all of them.

    See Also
    --------
    sklearn_featrix.semi_supervised.SemiSupervisedClassifier : A vote for tables with
        few labels.
    sklearn_featrix.calibration.PriorCorrectedClassifier : Undoes the shift of class
        shares that balanced batches and class weights bring.

    Notes
    -----
    Only with ``loss="cross_entropy"``, random batches and no `class_weight` are the
    probabilities those of the table: every other loss, class weights, balanced and
    dynamic batches change them, mostly towards the rare classes.

    The labelled rows are taken once each, in an order that does not depend on that of
    the table; copies with the same label count by their number.

    References
    ----------
    .. [1] Y. Gorishniy, I. Rubachev and A. Babenko. On embeddings for numerical
       features in tabular deep learning. NeurIPS 2022.
    .. [2] S. Pouyanfar et al. Dynamic sampling in convolutional neural networks for
       imbalanced data classification. IEEE MIPR 2018.
    .. [3] H. Zhang, M. Cisse, Y. N. Dauphin and D. Lopez-Paz. mixup: Beyond empirical
       risk minimization. ICLR 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn_featrix import TabularNetClassifier, mask_labels
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> y_few = mask_labels(y, n_labeled=300, random_state=0)
    >>> classifier = TabularNetClassifier(embedding=None, random_state=0)
    >>> classifier = classifier.fit(X, y_few)
    >>> bool(classifier.score(X, y) > 0.95)
    True

    A loss and its parameters, as a search sets them:

    >>> focal = TabularNetClassifier(loss="focal").set_params(loss__gamma=1.0)
    >>> focal.get_params()["loss__gamma"]
    1.0
    """

    _parameter_constraints = {
        "embedding": [StrOptions({"auto"}), HasMethods(["fit", "transform"]), None],
        "fine_tuning": [StrOptions({"frozen", "last", "full"})],
        "loss": [StrOptions(set(LOSS_NAMES)), HasMethods(["forward"])],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "batch_sampling": [StrOptions({"random", "balanced", "dynamic"})],
        "mixup": [Interval(Real, 0, None, closed="left")],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "early_stopping": [StrOptions({"auto"}), "boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "n_members": [Interval(Integral, 1, None, closed="left")],
        "time_limit": [Interval(Real, 0, None, closed="neither"), None],
        "unlabeled": "no_validation",
        "device": [str],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        embedding="auto",
        *,
        fine_tuning="full",
        loss="cross_entropy",
        class_weight=None,
        batch_sampling="random",
        mixup=0.0,
        label_smoothing=0.0,
        early_stopping="auto",
        validation_fraction=0.15,
        n_iter_no_change=10,
        max_epochs=200,
        batch_size=128,
        learning_rate=1e-3,
        weight_decay=1e-4,
        n_members=4,
        time_limit=None,
        unlabeled="auto",
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.embedding = embedding
        self.fine_tuning = fine_tuning
        self.loss = loss
        self.class_weight = class_weight
        self.batch_sampling = batch_sampling
        self.mixup = mixup
        self.label_smoothing = label_smoothing
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.n_members = n_members
        self.time_limit = time_limit
        self.unlabeled = unlabeled
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Learn from all rows, then from the labelled ones.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The raw table: mixed types and missing values are welcome.
        y : array-like of shape (n_samples,)
            Labels, with marks in the unlabeled rows.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows. A row of weight 2 is as good as two copies of it, one
            of weight zero as none.

        Returns
        -------
        self : TabularNetClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If fewer than two classes are labelled, `y` and `X` differ in length, the
            table has no usable column, the embedding cannot be trained on, no row can
            be held out where one must be, or the training diverges.
        TypeError
            If `embedding` is no
            :class:`~sklearn_featrix.embedding.EmbeddingTransformer`.
        """
        # Imported on use: a fitted classifier is loaded and applied without skorch.
        from ._members import LabeledRows, train_members

        limit = self.time_limit
        deadline = None if limit is None else time.monotonic() + limit
        X = validate_table(self, X, reset=True)
        weights = row_weights(X, sample_weight)
        labels = encode_labels(
            y,
            unlabeled=self.unlabeled,
            n_samples=num_samples(X),
            min_classes=2,
            keep=weights > 0,
        )
        random_state = check_random_state(self.random_state)
        keys = row_keys_within(X)
        embedding, encoder = self._fit_embedding(
            index_rows(X, distinct_rows(keys, weights)), random_state, deadline
        )
        rows, codes, weights = merge_copies(keys, labels, weights)
        encoded = encoder._encode(index_rows(X, rows), "linear")
        labeled = LabeledRows(encoded, codes, weights, labels.classes)
        results = train_members(self, labeled, embedding, random_state, deadline)
        self._store(labels, embedding, encoder, results)
        return self

    def _fit_embedding(self, X, random_state, deadline):
        """Learn from all rows; gives the embedding, if any, and the column encoding."""
        seed = int(random_state.randint(np.iinfo(np.int32).max))
        if self.embedding is None:
            return None, TableEncoder(random_state=seed).fit(X)
        embedding = fit_embedding(
            self.embedding,
            X,
            seed=seed,
            deadline=deadline,
            device=self.device,
            verbose=self.verbose,
        )
        return embedding, embedding.encoder_

    def _store(self, labels, embedding, encoder, results):
        """Set all attributes at once: an interrupt leaves no mixture of two fits."""
        history = [
            {"member": member, **record}
            for member, result in enumerate(results)
            for record in result.history
        ]
        vars(self).update(
            classes_=labels.classes,
            n_labeled_=labels.n_labeled,
            embedding_=embedding,
            encoder_=encoder,
            history_=history,
            n_iter_=max(len(result.history) for result in results),
            best_epochs_=[result.best_epoch for result in results],
            _networks=[result.network for result in results],
        )

    def set_params(self, **params):
        """Set parameters.

        Parameters
        ----------
        **params : dict
            Values by name; ``loss__gamma`` makes a criterion of the name of a loss.

        Returns
        -------
        self : TabularNetClassifier
            The classifier.

        Raises
        ------
        ValueError
            If there is no such parameter, or the loss does not take the value.
        """
        return super().set_params(**with_criterion(params, self.loss))

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
        device = resolve_device(self.device)
        proba = np.empty((num_samples(X), len(self.classes_)))
        with one_thread():
            for batch in gen_batches(len(proba), PREDICT_BATCH):
                encoded = self.encoder_._encode(index_rows(X, batch), "linear")
                each = [net.predict_proba(encoded, device) for net in self._networks]
                proba[batch] = np.mean(each, axis=0)
        return proba
