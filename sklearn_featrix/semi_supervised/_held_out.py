"""How many rounds of self-training are worth it, by labelled rows held out."""

from __future__ import annotations

import numpy as np

from ..utils._folds import deal_folds

__all__ = ["best_round", "held_out_losses", "judge_rounds"]


# Below it a wrong prediction is as bad as can be: no single row decides alone.
LOWEST_PROBABILITY = 1e-3
PATIENCE = 3


def judge_rounds(
    make_run, keys, codes, labeled, unlabeled, *, n_folds, n_rounds, max_rows
):
    """Choose the number of rounds that held-out labelled rows speak for.

    Parameters
    ----------
    make_run : callable
        Takes positions of labelled and of unlabeled rows, makes a `SelfTrainingRun`.
    keys : ndarray of shape (n_samples,)
        Equal for equal rows; their order decides which rows are held out together.
    codes : ndarray of shape (n_samples,)
        Classes of the rows in `labeled`.
    labeled, unlabeled : ndarray of shape (n_labeled,), (n_unlabeled,)
        Positions of the rows.
    n_folds : int
        Folds of the labelled rows.
    n_rounds : int or None
        Most rounds to make.
    max_rows : int or None
        Unlabeled rows to make them with; None for all.

    Returns
    -------
    best : int or None
        The number of rounds; None where not two classes have rows to hold out.
    history : list of dict
        `held_out_loss` and `standard_error` by number of rounds.
    """
    folds = deal_folds(codes[labeled], keys[labeled], n_folds)
    if len(np.unique(codes[labeled[folds >= 0]])) < 2:
        return None, []
    sample = unlabeled[np.argsort(keys[unlabeled], kind="stable")[:max_rows]]
    losses = held_out_losses(
        lambda rows: make_run(rows, np.sort(sample)),
        labeled, codes[labeled], folds, n_rounds,
    )  # fmt: skip
    best, means, errors = best_round(losses, codes[labeled[folds >= 0]])
    return best, [
        {"held_out_loss": mean, "standard_error": error}
        for mean, error in zip(means.tolist(), errors.tolist(), strict=True)
    ]


def held_out_losses(make_run, labeled, codes, folds, n_rounds):
    """Log losses of held-out rows after each round.

    All folds make a round before any makes the next, and none is made once the mean
    loss has not fallen for `PATIENCE` rounds.

    Parameters
    ----------
    make_run : callable
        Takes the positions of labelled rows and makes a `SelfTrainingRun` on them.
    labeled : ndarray of shape (n_labeled,)
        Positions of the labelled rows.
    codes : ndarray of shape (n_labeled,)
        Their classes.
    folds : ndarray of shape (n_labeled,)
        Fold that holds each row out; -1 for none.
    n_rounds : int or None
        Most rounds to make; None for no bound.

    Returns
    -------
    ndarray of shape (n_rounds_made + 1, n_held_out)
        Row r: losses after r rounds; after fewer where a run came to its end.
    """
    runs = []
    for fold in np.unique(folds[folds >= 0]):
        run = make_run(labeled[folds != fold])
        run.fit()
        runs.append((run, np.flatnonzero(folds == fold)))
    losses = [np.full(len(labeled), np.nan)]
    for run, held_out in runs:
        losses[0][held_out] = _losses(run, labeled[held_out], codes[held_out])
    means = [losses[0][folds >= 0].mean()]
    while runs and len(losses) - 1 != n_rounds:
        losses.append(losses[-1].copy())
        goes_on = []
        for run, held_out in runs:
            if not len(run.open) or not run.label():
                continue
            run.fit()
            losses[-1][held_out] = _losses(run, labeled[held_out], codes[held_out])
            if not run.added_few():
                goes_on.append((run, held_out))
        runs = goes_on
        means.append(losses[-1][folds >= 0].mean())
        if len(means) - 1 - int(np.argmin(means)) >= PATIENCE:
            break
    return np.array(losses)[:, folds >= 0]


def _losses(run, rows, codes):
    proba = run.learner.predict_proba(run.fitted, rows)
    return -np.log(np.maximum(proba[np.arange(len(rows)), codes], LOWEST_PROBABILITY))


def best_round(losses, codes):
    """Round with the lowest mean loss, if it is clearly lower and no class pays for it.

    The mean alone would let a frequent class, surer of itself by the round, outvote the
    few held-out rows of a rare one.

    Parameters
    ----------
    losses : ndarray of shape (n_rounds + 1, n_held_out)
        As `held_out_losses` returns them.
    codes : ndarray of shape (n_held_out,)
        Classes of the held-out rows.

    Returns
    -------
    best : int
        Number of rounds: of those whose mean loss is more than a standard error of the
        difference below that of no round, and not above it in any class, the one with
        the lowest; 0 where there is none.
    means : ndarray of shape (n_rounds + 1,)
        Mean loss after each round.
    errors : ndarray of shape (n_rounds + 1,)
        Standard error of its difference from the mean loss with no round.
    """
    means = losses.mean(axis=1)
    differences = losses - losses[0]
    errors = differences.std(axis=1, ddof=1) / np.sqrt(losses.shape[1])
    by_class = [differences[:, codes == code].mean(axis=1) for code in np.unique(codes)]
    is_good = (means + errors < means[0]) & (np.max(by_class, axis=0) <= 0)
    best = int(np.where(is_good, means, np.inf).argmin()) if is_good.any() else 0
    return best, means, errors
