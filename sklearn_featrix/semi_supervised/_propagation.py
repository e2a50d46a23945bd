"""Solvers of label propagation and label spreading.

Label spreading is the solution of ``(I - alpha S) F = (1 - alpha) Y`` with the
symmetric normalisation S of the weights, label propagation that of ``F = P F`` on the
unlabeled nodes with the random walk P. Power iteration repeats the step; conjugate
gradient solves the symmetric system for all classes at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FAINT = 1e-3  # of the largest mass: below it, single precision knows little of a row


@dataclass(frozen=True)
class Solution:
    """What a solver found.

    Parameters
    ----------
    values : ndarray of shape (n_nodes, n_classes)
        Mass of each class in each node; all zero where no label arrived.
    n_iter : int
        Number of iterations.
    error : float
        How far from the solution the last iterate was, in the solver's own measure.
    converged : bool
        Whether that is within the tolerance.
    measure : str
        Says what `error` is.
    """

    values: np.ndarray
    n_iter: int
    error: float
    converged: bool
    measure: str


def power_spreading(step, labels, alpha, *, tol, max_iter):
    """Repeat the step of label spreading, as scikit-learn does.

    Parameters
    ----------
    step : callable
        The symmetric normalisation, applied to values.
    labels : ndarray of shape (n_nodes, n_classes)
        Labels per node and class.
    alpha : float
        Share of the neighbours in each step.
    tol : float
        Largest sum of absolute changes by a step at which to stop.
    max_iter : int
        Most steps.

    Returns
    -------
    Solution
        The last iterate.
    """
    static = (1 - alpha) * labels
    return _repeat(lambda F: alpha * step(F) + static, labels, tol, max_iter)


def power_propagation(step, labels, *, tol, max_iter):
    """Repeat the step of label propagation, as scikit-learn does.

    Parameters
    ----------
    step : callable
        The random walk, applied to values.
    labels : ndarray of shape (n_nodes, n_classes)
        Distributions of the labelled nodes, zero in all others.
    tol : float
        Largest sum of absolute changes by a step at which to stop.
    max_iter : int
        Most steps.

    Returns
    -------
    Solution
        The last iterate.
    """
    labeled = labels.any(axis=1, keepdims=True)

    def step_and_clamp(F):
        F = step(F)
        mass = F.sum(axis=1, keepdims=True)
        F /= np.where(mass > 0, mass, 1)
        return np.where(labeled, labels, F)

    return _repeat(step_and_clamp, labels, tol, max_iter)


def _repeat(step, values, tol, max_iter):
    n_iter, change = 0, np.inf
    while n_iter < max_iter and change >= tol:
        n_iter += 1
        before, values = values, step(values)
        change = float(np.abs(values - before).sum())
    measure = "sum of absolute changes in the last step"
    return Solution(values, n_iter, change, change < tol, measure)


def conjugate_spreading(step, labels, alpha, reachable, *, tol, max_iter):
    """Solve label spreading by conjugate gradients, near labels first.

    The mass of a label fades with every edge, while the error of the method is the
    same everywhere. So rows with little mass are solved for again, with the others
    held fast and the scale adapted, until all rows have a distribution.

    Parameters
    ----------
    step : callable
        The symmetric normalisation, applied to float32 values.
    labels : ndarray of shape (n_nodes, n_classes)
        Labels per node and class.
    alpha : float
        Share of the neighbours.
    reachable : ndarray of shape (n_nodes,)
        Nodes that a path joins to a label.
    tol : float
        Largest error of a node's distribution, roughly.
    max_iter : int
        Most iterations of each solution.

    Returns
    -------
    Solution
        Distributions, not masses.
    """
    values = np.zeros(labels.shape, dtype=np.float32)
    unsettled = reachable.copy()
    source = labels.astype(np.float32)
    n_iter, worst = 0, 0.0
    while unsettled.any():
        scale = source.max()
        if not scale > np.finfo(np.float32).tiny:
            break  # too far: nothing of a label arrives
        source /= scale
        mask = unsettled[:, np.newaxis].astype(np.float32)
        mass, n_steps, error = conjugate_gradient(
            lambda V, mask=mask: V - alpha * mask * step(V),
            source,
            lambda _, residual: float(np.abs(residual).max()) / FAINT,
            tol=tol,
            max_iter=max_iter,
        )
        n_iter, worst = n_iter + n_steps, max(worst, error)
        total = mass.sum(axis=1)
        settled = unsettled & (total > FAINT * total.max())
        values[settled] = np.maximum(mass[settled], 0)
        mass[~settled] = 0
        unsettled &= ~settled
        source += np.float32(alpha) * step(mass)
        source[~unsettled] = 0
    measure = "largest error of a row's distribution, roughly"
    return Solution(values, n_iter, worst, worst <= tol, measure)


def conjugate_propagation(step, degrees, labels, reachable, *, tol, max_iter):
    """Solve label propagation by conjugate gradients.

    Parameters
    ----------
    step : callable
        The symmetric normalisation, applied to float64 values.
    degrees : ndarray of shape (n_nodes,)
        Sums of the weights.
    labels : ndarray of shape (n_nodes, n_classes)
        Distributions of the labelled nodes, zero in all others.
    reachable : ndarray of shape (n_nodes,)
        Nodes that a path joins to a label.
    tol : float
        Largest amount by which the probabilities of a node may miss a sum of 1.
    max_iter : int
        Most iterations.

    Returns
    -------
    Solution
        Distributions.
    """
    free = reachable & ~labels.any(axis=1)
    values = np.where(reachable[:, np.newaxis], labels, 0.0)
    measure = "largest amount by which the probabilities of a row miss a sum of 1"
    if not free.any():
        return Solution(values, 1, 0.0, True, measure)
    root = np.sqrt(degrees)[:, np.newaxis]
    mask = free[:, np.newaxis]

    def missing_mass(x, _):
        return float(np.abs(x[free].sum(axis=1) / root[free, 0] - 1).max())

    x, n_iter, error = conjugate_gradient(
        lambda V: V - mask * step(V),
        mask * step(root * labels),
        missing_mass,
        tol=tol,
        max_iter=max_iter,
    )
    values[free] = np.maximum(x[free] / root[free], 0)
    return Solution(values, n_iter, error, error <= tol, measure)


def anchored_spreading(affinity, labels, alpha, reachable):
    """Solve label spreading through anchors, without iterations.

    Parameters
    ----------
    affinity : AnchorAffinity
        Weights through anchors.
    labels : ndarray of shape (n_nodes, n_classes)
        Labels per node and class.
    alpha : float
        Share of the neighbours.
    reachable : ndarray of shape (n_nodes,)
        Nodes that a path joins to a label.

    Returns
    -------
    Solution
        Masses.
    """
    source = (1 - alpha) * labels
    everywhere = np.ones(len(labels), dtype=bool)
    values = affinity.solve(source, everywhere, alpha, reachable)
    values *= alpha
    values += source
    return Solution(values, 1, 0.0, True, "")


def anchored_propagation(affinity, labels, reachable):
    """Solve label propagation through anchors, without iterations.

    Parameters
    ----------
    affinity : AnchorAffinity
        Weights through anchors.
    labels : ndarray of shape (n_nodes, n_classes)
        Distributions of the labelled nodes, zero in all others.
    reachable : ndarray of shape (n_nodes,)
        Nodes that a path joins to a label.

    Returns
    -------
    Solution
        Distributions.
    """
    labeled = labels.any(axis=1)
    values = affinity.solve(labels, ~labeled, 1.0, reachable)
    values[labeled] = labels[labeled]
    return Solution(values, 1, 0.0, True, "")


def conjugate_gradient(apply, b, error_of, *, tol, max_iter):
    """Solve symmetric systems with one matrix and several right sides.

    Parameters
    ----------
    apply : callable
        The positive definite matrix, applied to values.
    b : ndarray of shape (n, n_columns)
        Right sides.
    error_of : callable
        Takes the iterate and its residual, returns the error to compare with `tol`.
    tol : float
        Error at which to stop.
    max_iter : int
        Most iterations.

    Returns
    -------
    tuple of (ndarray of shape (n, n_columns), int, float)
        Solution, number of iterations, error of the solution.

    References
    ----------
    M. Hestenes, E. Stiefel (1952). Methods of conjugate gradients for solving linear
    systems. Journal of Research of the National Bureau of Standards 49.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.semi_supervised._propagation import conjugate_gradient
    >>> A = np.array([[2.0, 1.0], [1.0, 3.0]])
    >>> x, n_iter, error = conjugate_gradient(
    ...     A.__matmul__, A @ np.ones((2, 1)), lambda x, r: abs(r).max(),
    ...     tol=1e-9, max_iter=5,
    ... )
    >>> x.ravel().round(6), n_iter
    (array([1., 1.]), 2)
    """
    x = np.zeros_like(b)
    residual, direction = b.copy(), b.copy()
    squares = _column_dots(residual, residual)
    n_iter, error = 0, np.inf
    while n_iter < max_iter:
        n_iter += 1
        image = apply(direction)
        step = _ratio(squares, _column_dots(direction, image)).astype(b.dtype)
        x += step * direction
        residual -= step * image
        error = error_of(x, residual)
        if error <= tol:
            break
        before, squares = squares, _column_dots(residual, residual)
        direction *= _ratio(squares, before).astype(b.dtype)
        direction += residual
    return x, n_iter, error


def _column_dots(a, b):
    return np.einsum("ij,ij->j", a, b, dtype=np.float64)


def _ratio(a, b):
    """Divide, 0 for columns that are solved already."""
    return np.divide(a, b, where=b > 0, out=np.zeros_like(a))
