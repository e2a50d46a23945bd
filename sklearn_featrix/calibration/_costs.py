"""Matrices of what answers cost: checked, or made from the class shares."""

from __future__ import annotations

import numpy as np

from ..utils._warnings import warn

__all__ = ["balanced_costs", "checked_costs"]


def checked_costs(cost_matrix, shapes, classes):
    """Read costs that a caller gave.

    Parameters
    ----------
    cost_matrix : array-like
        Rows are true classes, columns predicted ones.
    shapes : list of tuple
        Allowed shapes.
    classes : ndarray of shape (n_classes,)
        The classes, for the message.

    Returns
    -------
    ndarray of one of the shapes
        A copy, in floats.

    Raises
    ------
    ValueError
        If it holds no finite numbers or has another shape.

    Warns
    -----
    UserWarning
        If a right answer costs more than a wrong one.
    """
    try:
        costs = np.array(cost_matrix, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"cost_matrix holds no numbers: {cost_matrix!r}.") from error
    if costs.shape not in shapes:
        allowed = " or ".join(map(str, shapes))
        raise ValueError(
            f"cost_matrix has shape {costs.shape}; allowed is {allowed}, with rows "
            "(true) and columns (predicted) in the order of the classes "
            f"{classes.tolist()}."
        )
    if not np.isfinite(costs).all():
        raise ValueError(
            "cost_matrix holds NaN or infinity. Give a finite cost; one that is "
            "large beside the others forbids an answer too."
        )
    right = np.diagonal(costs, axis1=-2, axis2=-1)
    if (right > costs.min(axis=-1)).any():
        warn(
            "In cost_matrix a right answer costs more than a wrong one. Rows are the "
            "true classes, columns the predicted ones: transpose it if it stands the "
            "other way."
        )
    return costs


def balanced_costs(counted):
    """Costs of errors in inverse proportion to the shares of the true classes."""
    costs = np.tile((counted.sum() / (len(counted) * counted))[:, None], len(counted))
    np.fill_diagonal(costs, 0)
    return costs
