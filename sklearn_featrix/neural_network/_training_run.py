"""One training of the classifier's network on its labelled rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight

from .._training import local_seed, train
from ..nn import PiecewiseLinear, TabularNet
from ._batch_sampling import BATCH_SAMPLINGS
from ._criterion import make_criterion
from ._held_out import HeldOutRows, hold_out
from ._labeled_batches import LabeledBatches, LabeledTable
from ._weights import FittedNetwork, load_pretrained

__all__ = ["LabeledRows", "NetworkTraining", "TrainingResult"]

WIDTH, N_LAYERS, N_BINS = 128, 3, 8
CHUNK = 4096
MIN_ROWS_TO_HOLD_OUT = 40
MAX_EPOCHS_IF_FEW = 20  # more learn a few rows by heart
ADVICE = "fit again with a longer time_limit"


@dataclass(frozen=True)
class LabeledRows:
    """The distinct labelled rows, in an order that is not that of the table.

    Parameters
    ----------
    encoded : ndarray of shape (n_rows, n_encoded)
        Encoded rows, float32.
    codes : ndarray of shape (n_rows,)
        Their classes.
    weights : ndarray of shape (n_rows,)
        Their weights.
    classes : ndarray of shape (n_classes,)
        The labels that the codes stand for.
    origin : ndarray of shape (n_rows,), default=None
        Equal for rows that were one; None: there are none.
    """

    encoded: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    classes: np.ndarray
    origin: np.ndarray | None = None

    @property
    def n_classes(self):
        """Number of classes."""
        return len(self.classes)

    def without_heavy(self):
        """Make several lighter rows of those heavier than others.

        One row that a table has many copies of would else decide the loss of the
        batches that it is in, or of all held-out rows.

        Returns
        -------
        LabeledRows
            At most twice as many rows, of the same sum of weights.
        """
        times = (self.weights / self.weights.mean()).round().clip(1).astype(np.intp)
        rows = np.repeat(np.arange(len(times)), times)
        return replace(
            self,
            encoded=self.encoded[rows],
            codes=self.codes[rows],
            weights=(self.weights / times)[rows],
            origin=rows,
        )

    def class_counts(self):
        """Sum the weights of each class."""
        return np.bincount(self.codes, self.weights, minlength=self.n_classes)


@dataclass(frozen=True)
class TrainingResult:
    """What the training leaves behind.

    Parameters
    ----------
    network : FittedNetwork
        The weights.
    history : list of dict
        One record per epoch.
    best_epoch : int
        The epoch that the weights are of.
    settled : bool
        Whether the held-out loss had stopped falling, or nothing was held out.
    complete : bool
        Whether neither a deadline nor an interrupt cut the training short.
    """

    network: FittedNetwork
    history: list[dict[str, Any]]
    best_epoch: int
    settled: bool
    complete: bool


class NetworkTraining:
    """Train a network on labelled rows; the steps of `run` say how.

    Parameters
    ----------
    settings : TabularNetClassifier
        Holds the parameters.
    labeled : LabeledRows
        The rows to learn from.
    embedding : EmbeddingTransformer or None
        Where the encoder's weights come from; None draws them.
    random_state : RandomState
        Draws the seeds.
    """

    def __init__(self, settings, labeled, embedding, random_state):
        self.settings = settings
        self.distinct = labeled
        self.labeled = labeled.without_heavy()
        self.embedding = embedding
        self.random_state = random_state

    def run(self, device, deadline):
        """Train.

        Parameters
        ----------
        device : torch.device
            Where to compute.
        deadline : float or None
            Moment on the clock of :func:`time.monotonic` to end at.

        Returns
        -------
        TrainingResult
            Weights and history.
        """
        seeds = self.random_state.randint(np.iinfo(np.int32).max, size=3)
        module = self._build_module(int(seeds[0]))
        trained, inputs = self._part_to_train(module)
        held_out = self._held_out()
        table = self._table(inputs, ~held_out, self.settings.label_smoothing)
        sampling = BATCH_SAMPLINGS[self.settings.batch_sampling](
            table.codes, self.labeled.n_classes
        )
        criterion = self._criterion()
        watch = self._watch(trained, criterion, inputs, held_out, sampling)
        source = LabeledBatches(
            table, sampling, mixup=self.settings.mixup, seed=int(seeds[1])
        )
        record, complete = self._train(
            trained, criterion, source, watch,
            seed=int(seeds[2]), device=device, deadline=deadline,
        )  # fmt: skip
        return self._result(module, record, complete, watch)

    def _build_module(self, seed):
        """Make the network, with the weights that are there already."""
        width, n_layers = WIDTH, N_LAYERS
        if self.embedding is not None:
            layers = self.embedding._network.layers
            width, n_layers = len(layers[0][1]), len(layers)
        encoded = torch.from_numpy(self.distinct.encoded)
        with local_seed(seed):
            module = TabularNet(
                encoded.shape[1],
                self.labeled.n_classes,
                width=width,
                n_layers=n_layers,
                bins=PiecewiseLinear.from_quantiles(encoded, n_bins=N_BINS),
            )
        if self.embedding is not None:
            load_pretrained(module, self.embedding)
        return module

    def _part_to_train(self, module):
        """Freeze what is to stay; return what learns and its input.

        If the encoder stays as it is, what it makes of the rows is computed once.
        """
        encoded = torch.from_numpy(self.labeled.encoded)
        if self.embedding is None or self.settings.fine_tuning == "full":
            return module, encoded
        for layer in module.encoder.layers:
            layer.requires_grad_(False)
        if self.settings.fine_tuning == "last":
            module.encoder.layers[-1].requires_grad_(True)
            return module, encoded
        with torch.no_grad():
            features = [module.features(x) for x in encoded.split(CHUNK)]
        return module.head, torch.cat(features)

    def _held_out(self):
        """Mark the rows to hold out."""
        settings, codes = self.settings, self.labeled.codes
        needed = settings.early_stopping is True or settings.batch_sampling == "dynamic"
        is_auto = settings.early_stopping == "auto"
        if not (needed or (is_auto and len(codes) >= MIN_ROWS_TO_HOLD_OUT)):
            return np.zeros(len(codes), dtype=bool)
        held_out = hold_out(
            codes,
            settings.validation_fraction,
            self.random_state,
            self.labeled.origin,
        )
        if needed and not held_out.any():
            raise ValueError(
                f"validation_fraction={settings.validation_fraction} of "
                f"{len(codes)} labelled rows holds out none, which "
                "early_stopping=True and batch_sampling='dynamic' need. Label more "
                "rows, hold out more, or set early_stopping='auto' and another "
                "batch_sampling."
            )
        return held_out

    def _table(self, inputs, rows, label_smoothing):
        """Rows to train on or to look at, of mean weight one."""
        weights = self._loss_weights()[rows]
        mean = weights.mean()
        return LabeledTable(
            inputs[torch.from_numpy(rows)],
            self.labeled.codes[rows],
            weights / (mean if mean > 0 else 1),
            self.labeled.n_classes,
            label_smoothing,
        )

    def _loss_weights(self):
        labeled = self.labeled
        class_weight = compute_class_weight(
            self.settings.class_weight,
            classes=labeled.classes,
            y=labeled.classes[labeled.codes],
            sample_weight=labeled.weights,
        )
        return labeled.weights * class_weight[labeled.codes]

    def _criterion(self):
        return make_criterion(self.settings.loss, self.labeled.class_counts())

    def _watch(self, trained, criterion, inputs, held_out, sampling):
        """Look at the held-out rows as the batches look at the others."""
        if not held_out.any():
            return None
        table = self._table(inputs, held_out, 0.0)
        if sampling.shares is not None:
            per_class = torch.bincount(table.codes)  # rows: weights stay, as in batches
            table.weights = table.weights / per_class[table.codes]
        stops = self.settings.early_stopping is not False
        return HeldOutRows(
            trained,
            criterion,
            table,
            self.labeled.weights[held_out],
            sampling,
            self.settings.n_iter_no_change if stops else None,
        )

    def _train(self, trained, criterion, source, watch, *, seed, device, deadline):
        """Run the epochs, in batches of one size that leave out next to no row."""
        settings = self.settings
        steps_per_epoch = max(1, round(len(source) / settings.batch_size))
        batch_size = len(source) // steps_per_epoch
        n_steps = self._max_epochs(watch) * steps_per_epoch
        record = train(
            trained,
            criterion,
            source,
            n_steps=n_steps,
            batch_size=batch_size,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            device=device,
            seed=seed,
            deadline=deadline,
            verbose=settings.verbose,
            block=steps_per_epoch,
            cycle=watch is None or watch.patience is None,
            after_block=watch,
            advice=ADVICE,
        )
        if watch is not None:
            watch.restore()
        return record, record.stopped or record.n_steps == n_steps

    def _max_epochs(self, watch):
        if watch is None and self.settings.early_stopping == "auto":
            return min(self.settings.max_epochs, MAX_EPOCHS_IF_FEW)
        return self.settings.max_epochs

    def _result(self, module, record, complete, watch):
        network = FittedNetwork.from_module(module)
        if not network.is_finite:
            raise ValueError(
                "The training diverged: weights are not finite. Set a lower "
                f"learning_rate, now {self.settings.learning_rate}."
            )
        history = [{"epoch": i, **block} for i, block in enumerate(record.history, 1)]
        stops = watch is not None and watch.patience is not None
        return TrainingResult(
            network,
            history,
            best_epoch=watch.best_epoch_ or len(history) if stops else len(history),
            settled=record.stopped or not (stops and complete),
            complete=complete,
        )
