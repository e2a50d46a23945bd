"""The networks of one classifier, one after the other."""

from __future__ import annotations

from sklearn.exceptions import ConvergenceWarning

from ..exceptions import TrainingInterruptedWarning
from ..utils._device import resolve_device
from ..utils._threads import one_thread
from ..utils._warnings import warn
from ._training_run import LabeledRows, NetworkTraining, TrainingResult

__all__ = ["train_members"]


def train_members(
    settings, labeled: LabeledRows, embedding, random_state, deadline
) -> list[TrainingResult]:
    """Train the members, until time or patience is over.

    Parameters
    ----------
    settings : TabularNetClassifier
        Holds the parameters.
    labeled : LabeledRows
        The rows to learn from.
    embedding : EmbeddingTransformer or None
        What all of them begin with.
    random_state : RandomState
        Draws the seeds.
    deadline : float or None
        Moment on the clock of :func:`time.monotonic` to end at.

    Returns
    -------
    list of TrainingResult
        One or more: a member that is cut short is left out, unless it is the first.

    Warns
    -----
    TrainingInterruptedWarning
        If members are left out.
    ConvergenceWarning
        If members had not settled.
    """
    device = resolve_device(settings.device)
    results: list[TrainingResult] = []
    while len(results) < settings.n_members:
        training = NetworkTraining(settings, labeled, embedding, random_state)
        try:
            with one_thread():
                result = training.run(device, deadline)
        except KeyboardInterrupt:
            if not results:
                raise
            break
        if result.complete or not results:
            results.append(result)
        if not result.complete:
            break
    _warn_of_missing(settings, results)
    _warn_of_unsettled(settings, results)
    return results


def _warn_of_missing(settings, results):
    if len(results) < settings.n_members:
        warn(
            f"{len(results)} of n_members={settings.n_members} were trained: the time "
            "limit was reached, or an interrupt came. The classifier can be used.",
            TrainingInterruptedWarning,
        )


def _warn_of_unsettled(settings, results):
    n_unsettled = sum(not result.settled for result in results)
    if n_unsettled:
        warn(
            f"{type(settings).__name__}: in {n_unsettled} of {len(results)} members "
            "the loss on held-out rows was still falling within the last "
            f"n_iter_no_change={settings.n_iter_no_change} of "
            f"max_epochs={settings.max_epochs} epochs. The classifier can be used; "
            "raise max_epochs or learning_rate.",
            ConvergenceWarning,
        )
