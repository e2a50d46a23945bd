"""What one column alone says about the domain of a row."""

from __future__ import annotations

import numpy as np

__all__ = ["column_scores"]

N_BINS = 10
PSEUDO_ROWS = 4.0


def column_scores(source, target, source_folds, target_folds, groups, n_columns):
    """Score held-out rows by the log ratio of the domains' histograms of a column.

    The bins of an encoded column are cut at quantiles of either domain; a gap is a bin
    of its own. Counts are smoothed towards the histogram of both, by four rows' worth.
    What the encoded columns of one input column say is added up.

    Parameters
    ----------
    source, target : ndarray of shape (n_source, n_encoded), (n_target, n_encoded)
        Encoded rows; NaN where missing.
    source_folds, target_folds : ndarray of shape (n_source,), (n_target,)
        Fold that holds each row out.
    groups : ndarray of shape (n_encoded,)
        Input column that each encoded column came from.
    n_columns : int
        Number of input columns.

    Returns
    -------
    source_scores, target_scores : ndarray of shape (n_source, n_columns), ...
        Higher where the column looks like that of a target row.
    """
    values = np.concatenate([source, target])
    scores = np.zeros((len(values), n_columns))
    is_source = np.arange(len(values)) < len(source)
    folds = np.concatenate([source_folds, target_folds])
    for fold in np.unique(folds):
        held_out = folds == fold
        domains = values[~held_out & is_source], values[~held_out & ~is_source]
        for position, group in enumerate(groups):
            sides = [rows[:, position] for rows in domains]
            edges = _edges(sides)
            counts = [_bin_counts(side, edges) for side in sides]
            bins = _bins(values[held_out, position], edges)
            scores[held_out, group] += _log_ratio(*counts)[bins]
    return scores[is_source], scores[~is_source]


def _edges(sides):
    """Cut at the quantiles of either domain, gaps left out."""
    quantiles = np.linspace(0, 1, N_BINS + 1)
    present = [side[~np.isnan(side)] for side in sides]
    edges = [np.quantile(side, quantiles) for side in present if len(side)]
    return np.unique(np.concatenate(edges)) if edges else np.empty(0)


def _bins(values, edges):
    bins = np.searchsorted(edges, values, side="right")
    bins[np.isnan(values)] = len(edges) + 1
    return bins


def _bin_counts(values, edges):
    return np.bincount(_bins(values, edges), minlength=len(edges) + 2)


def _log_ratio(source_counts, target_counts):
    source, target = source_counts.sum(), target_counts.sum()
    both = (source_counts / source + target_counts / target) / 2 + 1e-9
    smoothed_source = (source_counts + PSEUDO_ROWS * both) / (source + PSEUDO_ROWS)
    smoothed_target = (target_counts + PSEUDO_ROWS * both) / (target + PSEUDO_ROWS)
    return np.log(smoothed_target / smoothed_source)
