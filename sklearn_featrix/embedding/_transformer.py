"""EmbeddingTransformer: a vector for every row, learnt from all rows."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..exceptions import TrainingInterruptedWarning
from ..preprocessing import TableEncoder
from ..preprocessing._rows import row_keys
from ..preprocessing._validation import validate_table
from ..utils._compat import (
    Interval,
    StrOptions,
    fit_context,
    index_rows,
    num_samples,
)
from ..utils._device import resolve_device
from ..utils._threads import one_thread
from ..utils._warnings import warn
from ._clock import Clock
from ._effort import EFFORTS
from ._network import EmbeddingNetwork
from ._rows import canonical_order, order_of_keys

__all__ = ["EmbeddingTransformer"]

MAX_TRAINED_ROWS = 200_000  # 800 steps of 256 rows see no more
MAX_SCALED_ROWS = 10_000


class EmbeddingTransformer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Vectors for the rows of a table, learnt without labels.

    A small network is trained on tasks made from the table itself; its hidden layers
    are the vectors. A linear classifier on them needs fewer labels than one on the
    encoded columns, because what serves to tell one part of a row from the rest often
    serves to tell its label.

    Parameters
    ----------
    objective : {"hidden_clusters", "denoising", "scarf"}, default="hidden_clusters"
        What the network learns from rows in which cells were replaced by those of
        other rows:

        - "hidden_clusters": a block of columns is hidden; tell which k-means cluster
          the block falls in, for many blocks and clusterings [1]_, and reconstruct
          the row;
        - "denoising": reconstruct the row [2]_;
        - "scarf": find the intact row among those of the batch [3]_.
    n_components : int, default=None
        Reduce the vectors to this many principal components, centred but not
        whitened. None keeps all hidden units (384, or 768 for ``effort="high"``).
    effort : {"low", "auto", "high"}, default="auto"
        Size of the network and length of training, the same for every number of
        rows:

        ======  =====  ======  =====  ==============================
        effort  width  layers  steps  groups (for "hidden_clusters")
        ======  =====  ======  =====  ==============================
        low     128    3       200    8
        auto    128    3       800    32
        high    256    3       1600   64
        ======  =====  ======  =====  ==============================
    max_steps : int, default=None
        Number of training steps of 256 rows; None takes that of `effort`.
    warm_start : bool, default=False
        Go on from the weights and the column encoding of the previous fit, on a table
        with the same columns.
    time_limit : float, default=None
        Seconds after which `fit` makes no further step of training; what was learnt by
        then is kept, with a warning. Groups of "hidden_clusters" are made until half
        of the time is over that encoding the table has left. One group and one step are
        always made. Not cut short: reading and encoding the table before, and scaling
        the vectors after the training.
    device : str, default="auto"
        Where to compute: "auto" takes cuda, then mps, then cpu, whichever is there
        first; any other string is handed to torch.
    random_state : int, RandomState instance or None, default=None
        Seeds the text encoding, the tasks, the weights and the batches. With an int,
        `fit` gives the same weights, bit by bit, on the same machine with the same
        number of threads, whatever the order of the rows.
    verbose : int, default=0
        Above zero, writes to standard output when the table is encoded and the tasks
        are made, then loss and seconds as training goes on.

    Attributes
    ----------
    encoder_ : TableEncoder
        The fitted encoding of columns that the network reads.
    history_ : list of dict
        Twenty records of the training: `step`, mean `loss` since the last record and
        `seconds` since training began.
    n_iter_ : int
        Steps that the weights were trained for.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    TrainingInterruptedWarning
        If the time limit or an interrupt (Ctrl-C) ended the training early; the
        transformer can be used all the same. An interrupt before the first step is
        raised as ever, and leaves the transformer as it was before `fit`.

    See Also
    --------
    sklearn_featrix.preprocessing.TableEncoder : The encoding of columns alone.
    sklearn_featrix.semi_supervised.SemiSupervisedClassifier : Votes of classifiers on
        the table and on its embedding.

    Notes
    -----
    The vectors have a mean squared norm of one over the training rows (in tables of
    more than 10,000 rows: over a sample of these). Training reads at most 200,000
    rows, chosen by a hash of their content; the encoding of columns is learnt from all.

    An interrupt ends the training under way, not what called `fit`: a cross-validation
    or a search goes on with its next fit. To stop these with one interrupt, make
    :class:`~sklearn_featrix.exceptions.TrainingInterruptedWarning` an error beforehand
    (``warnings.simplefilter("error", TrainingInterruptedWarning)``) and give them
    ``error_score="raise"``.

    References
    ----------
    .. [1] Nam et al., "STUNT: Few-shot tabular learning with self-generated tasks
       from unlabeled tables", ICLR 2023.
    .. [2] Vincent et al., "Extracting and composing robust features with denoising
       autoencoders", ICML 2008.
    .. [3] Bahri et al., "SCARF: Self-supervised contrastive learning using random
       feature corruption", ICLR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn_featrix import EmbeddingTransformer
    >>> X, _ = load_wine(return_X_y=True, as_frame=True)
    >>> embedding = EmbeddingTransformer(max_steps=50, random_state=0).fit(X)
    >>> vectors = embedding.transform(X)
    >>> vectors.shape, vectors.dtype
    ((178, 384), dtype('float32'))
    >>> embedding.n_iter_
    50
    """

    _parameter_constraints = {
        "objective": [StrOptions({"hidden_clusters", "denoising", "scarf"})],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "effort": [StrOptions(set(EFFORTS))],
        "max_steps": [Interval(Integral, 1, None, closed="left"), None],
        "warm_start": ["boolean"],
        "time_limit": [Interval(Real, 0, None, closed="neither"), None],
        "device": [str],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        objective="hidden_clusters",
        *,
        n_components=None,
        effort="auto",
        max_steps=None,
        warm_start=False,
        time_limit=None,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.objective = objective
        self.n_components = n_components
        self.effort = effort
        self.max_steps = max_steps
        self.warm_start = warm_start
        self.time_limit = time_limit
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn the embedding from all rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The table: columns of any kind, missing values included.
        y : None
            Ignored: labels do not enter.

        Returns
        -------
        self : EmbeddingTransformer
            The fitted transformer.
        """
        clock = Clock(self.time_limit, self.verbose)
        former = self if self.warm_start and hasattr(self, "_network") else None
        rng = check_random_state(self.random_state)
        table_encoder = self._table_encoder(X, rng, former)
        encoded = _rows_to_train_on(table_encoder, X)
        clock.say(f"encoded {len(encoded)} rows as {encoded.shape[1]} columns")
        self._check_sizes(encoded)
        if former:
            self._check_same_network()
        with one_thread():
            objective = self._objective(encoded, table_encoder, rng, clock)
            clock.say(f"prepared {self.objective}")
            encoder, record = self._train(objective, rng, former, clock)
            network = EmbeddingNetwork.from_encoder(
                encoder,
                encoded[:MAX_SCALED_ROWS],
                self.n_components,
                resolve_device(self.device),
            )
        self._store(table_encoder, network, record, former)
        return self

    def transform(self, X):
        """Embed rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            A table with the columns of the one given to `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The vectors, float32. The vector of a row does not depend on the other
            rows in `X`.
        """
        check_is_fitted(self)
        encoded = self.encoder_._encode(X, "linear")
        with one_thread():
            return self._network.embed(encoded, resolve_device(self.device))

    @staticmethod
    def _table_encoder(X, rng, former):
        if former:
            return former.encoder_
        return TableEncoder("linear", random_state=rng.randint(2**31 - 1)).fit(X)

    def _check_sizes(self, encoded):
        settings = EFFORTS[self.effort]
        if len(encoded) < 2:
            raise ValueError(
                f"Found array with {len(encoded)} sample(s) while a minimum of 2 is "
                "required: an embedding is learnt from how rows differ."
            )
        n_hidden = settings.width * settings.n_layers
        if self.n_components is not None and self.n_components > n_hidden:
            raise ValueError(
                f"n_components={self.n_components} is more than the {n_hidden} units "
                f"of effort={self.effort!r}. Use at most {n_hidden}, or None for all."
            )

    def _check_same_network(self):
        trained = len(self._network.layers[0][1])
        if trained != EFFORTS[self.effort].width:
            raise ValueError(
                f"warm_start=True goes on from a network of width {trained}, but "
                f"effort={self.effort!r} asks for {EFFORTS[self.effort].width}. Set "
                "effort back, or warm_start=False to begin anew."
            )

    def _objective(self, encoded, table_encoder, rng, clock):
        """Make the tasks; preparing them may take half of the time that is left."""
        # Imported on use: a fitted embedding is loaded and applied without skorch.
        from ._objectives import OBJECTIVES

        return OBJECTIVES[self.objective](
            encoded,
            _column_groups(table_encoder),
            n_groups=EFFORTS[self.effort].n_groups,
            rng=rng,
            deadline=clock.halfway(),
        )

    def _train(self, objective, rng, former, clock):
        """Train an encoder; gives it and the record of its training."""
        from .._training import local_seed, train
        from ..nn import ResidualEncoder
        from ._objectives import Pretext

        settings = EFFORTS[self.effort]
        n_steps = self.max_steps or settings.n_steps
        with local_seed(rng.randint(2**31 - 1)):
            encoder = ResidualEncoder(
                objective.table.shape[1],
                width=settings.width,
                n_layers=settings.n_layers,
            )
            head = objective.build_head(settings.width)
        if former:
            former._network.load_into(encoder)
        record = train(
            Pretext(encoder, head),
            objective.criterion,
            objective,
            n_steps=n_steps,
            device=resolve_device(self.device),
            seed=rng.randint(2**31 - 1),
            deadline=clock.deadline,
            verbose=self.verbose,
        )
        if objective.n_groups < settings.n_groups and record.n_steps == n_steps:
            warn(
                f"Training did all its steps on {objective.n_groups} of "
                f"{settings.n_groups} groups: half of the time limit's rest went by "
                "while they were made. The result can be used, but more time usually "
                "makes it better.",
                TrainingInterruptedWarning,
            )
        return encoder, record

    def _store(self, table_encoder, network, record, former):
        """Set all attributes at once: an interrupt leaves no mixture of two fits."""
        history, n_iter = (former.history_, former.n_iter_) if former else ([], 0)
        seconds = history[-1]["seconds"] if history else 0.0
        blocks = [
            {
                "step": n_iter + block["step"],
                "loss": block["loss"],
                "seconds": seconds + block["seconds"],
            }
            for block in record.history
        ]
        names = getattr(table_encoder, "feature_names_in_", None)
        vars(self).update(
            encoder_=table_encoder,
            n_features_in_=table_encoder.n_features_in_,
            **({} if names is None else {"feature_names_in_": names}),
            history_=history + blocks,
            n_iter_=n_iter + record.n_steps,
            _network=network,
        )
        if names is None:
            vars(self).pop("feature_names_in_", None)

    @property
    def _n_features_out(self):
        return self._network.n_outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = TableEncoder().__sklearn_tags__().input_tags
        tags.transformer_tags.preserves_dtype = []
        return tags


def _rows_to_train_on(table_encoder, X):
    """Encode the rows to train on, in an order that says nothing of theirs in X."""
    if num_samples(X) > MAX_TRAINED_ROWS:
        X = validate_table(table_encoder, X, reset=False)
        sample = order_of_keys(row_keys(X))[:MAX_TRAINED_ROWS]
        return table_encoder._encode(index_rows(X, sample), "linear")
    encoded = table_encoder._encode(X, "linear")
    return encoded[canonical_order(encoded)]


def _column_groups(table_encoder):
    """Give each encoded column its input column's number; split a lone one."""
    _, groups = np.unique(table_encoder.column_index_, return_inverse=True)
    return groups if groups.max() > 0 else np.arange(len(groups))
