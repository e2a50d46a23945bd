"""The rounds of self-training: how each is made, and how many."""

from __future__ import annotations

import warnings
from numbers import Integral

import numpy as np

from ..utils._warnings import warn
from ._calibration import CrossCalibration
from ._held_out import judge_rounds
from ._pseudo_labels import SelectionRule, read_shares, read_thresholds
from ._self_training_run import SelfTrainingRun, pseudo_weighting

__all__ = ["judged_rounds", "run_maker"]

# Unlabeled rows in the rounds that are judged: their number decides what that costs.
MAX_JUDGING_ROWS = 2000


def run_maker(settings, learner, codes, labeled, n_unlabeled, keys):
    """Make a function that starts self-training on given rows.

    Parameters
    ----------
    settings : SelfTrainingClassifier
        Its parameters say how rounds are made.
    learner : Learner
        Fits the estimator.
    codes : ndarray of shape (n_samples,)
        Classes of the rows in `labeled`.
    labeled : ndarray of shape (n_labeled,)
        Positions of all rows with a label.
    n_unlabeled : int
        Number of all rows without one.
    keys : callable
        Gives the keys of all rows, equal for equal rows.

    Returns
    -------
    callable
        Takes positions of labelled and of unlabeled rows, makes a `SelfTrainingRun`.

    Raises
    ------
    ValueError
        If a parameter speaks of other classes, or asks for weights that the estimator
        does not take.
    """
    classes, weights = learner.classes, learner.weights
    thresholds = read_thresholds(settings.threshold, classes)
    shares = read_shares(
        settings.class_shares,
        classes,
        codes[labeled],
        None if weights is None else weights[labeled],
    )
    options = _weighting(settings)
    if settings.calibration is not None:
        options["calibration"] = CrossCalibration(settings.calibration, keys)
    by_number = settings.criterion == "k_best"
    options["min_added"] = 0 if by_number else settings.min_added
    share = settings.k_best
    if isinstance(share, Integral):
        share = share / max(1, n_unlabeled)

    def make_run(labeled, unlabeled):
        k_best = max(1, int(np.ceil(share * len(unlabeled) - 1e-9)))
        rule = SelectionRule(settings.criterion, thresholds, k_best, shares)
        return SelfTrainingRun(learner, rule, codes, labeled, unlabeled, **options)

    return make_run


def _weighting(settings):
    return pseudo_weighting(
        settings.estimator, settings.pseudo_labels, settings.pseudo_weight
    )


def judged_rounds(settings, make_run, keys, codes, labeled, unlabeled):
    """Choose the number of rounds.

    Parameters
    ----------
    settings : SelfTrainingClassifier
        Its parameters say whether and how rounds are judged.
    make_run : callable
        Made by `run_maker`.
    keys : callable
        Gives the keys of all rows, equal for equal rows.
    codes : ndarray of shape (n_samples,)
        Classes of the rows in `labeled`.
    labeled, unlabeled : ndarray of shape (n_labeled,), (n_unlabeled,)
        Positions of the rows.

    Returns
    -------
    n_rounds : int or None
        Most rounds to make, None for no bound; 0, with a warning, where no row can be
        held out to judge them.
    judged : list of dict
        What held-out rows say by number of rounds; empty where none were held out.
    """
    if settings.n_folds is None or settings.max_iter == 0 or not len(unlabeled):
        return settings.max_iter, []
    # Rows that weigh one each outweigh the labels in a large table only.
    is_bounded = _weighting(settings)["pseudo_weight"] is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the fits that count repeat them
            best, judged = judge_rounds(
                make_run, keys(), codes, labeled, unlabeled,
                n_folds=settings.n_folds, n_rounds=settings.max_iter,
                max_rows=MAX_JUDGING_ROWS if is_bounded else None,
            )  # fmt: skip
    except ValueError as error:
        best, judged = None, []
        reason = f"{settings.estimator!r} does not learn from the others. {error}"
    else:
        reason = "it takes two classes with two different labelled rows each."
    if best is None:
        warn(
            "No labelled rows can be held out to judge the rounds, so none is made: "
            f"{reason} Label more rows, or pass n_folds=None for rounds that nothing "
            "judges.",
        )
        return 0, []
    return best, judged
