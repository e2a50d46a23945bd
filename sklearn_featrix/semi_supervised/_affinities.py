"""Symmetric weights between rows, and what solvers ask of them."""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.csgraph import connected_components

LEAST_SHARE = 1e-8  # of an anchor in a row, for a walk of any length


def inverse_root(degrees):
    """Return 1 / sqrt of degrees, 0 for rows that nothing is joined to."""
    return np.divide(1, np.sqrt(degrees), where=degrees > 0, out=np.zeros_like(degrees))


class MatrixAffinity:
    """Weights that stand in a matrix.

    Parameters
    ----------
    weights : {ndarray, csr_array} of shape (n_nodes, n_nodes)
        Weights, none of them negative; without loops on the diagonal.
    """

    def __init__(self, weights):
        self.weights = weights
        self.degrees = np.ravel(weights.sum(axis=1)).astype(np.float64)

    @property
    def is_sparse(self):
        """Whether only some of the pairs have a weight."""
        return sparse.issparse(self.weights)

    def is_symmetric(self):
        """Tell whether each pair has one weight, up to rounding."""
        gap = abs(self.weights - self.weights.T)
        return bool(gap.max() <= 1e-6 * abs(self.weights).max())

    def reach(self, seeds):
        """Tell which nodes a path joins to some of the seeds, a mask of nodes."""
        # of symmetric weights, the strong components are the connected ones
        components = connected_components(
            self.weights, directed=True, connection="strong"
        )[1]
        return np.isin(components, components[seeds])

    def walk(self):
        """Return the step of a random walk: the mean over neighbours."""
        inverse = inverse_root(self.degrees)[:, np.newaxis] ** 2
        return lambda values: inverse * (self.weights @ values)

    def spread(self, dtype=np.float64):
        """Return the step of label spreading: the symmetric normalisation."""
        # as in scikit-learn, where a directed kernel counts by its columns
        degrees = np.ravel(self.weights.sum(axis=0)).astype(np.float64)
        root = inverse_root(degrees)
        if self.is_sparse:
            scaled = self.weights.astype(dtype)
            rows = np.repeat(root, np.diff(scaled.indptr))
            scaled.data = (self.weights.data * rows * root[scaled.indices]).astype(
                dtype, copy=False
            )
        else:
            scaled = (self.weights * root * root[:, np.newaxis]).astype(
                dtype, copy=False
            )
        return lambda values: scaled @ values


class AnchorAffinity:
    """Weights through anchors: two rows are joined as far as they share anchors.

    With `Z` the memberships and `m` their sums over rows, the weights are
    ``Z @ diag(1 / m) @ Z.T``. They are never written out.

    Parameters
    ----------
    memberships : csr_array of shape (n_nodes, n_anchors)
        Share that each anchor has in each node; each row sums to 1.

    References
    ----------
    W. Liu, J. He, S.-F. Chang (2010). Large graph construction for scalable
    semi-supervised learning. ICML.
    """

    def __init__(self, memberships):
        self.memberships = memberships
        self._mass = np.ravel(memberships.sum(axis=0)).astype(np.float64)
        self._inverse_mass = inverse_root(self._mass) ** 2
        self.degrees = np.ones(memberships.shape[0])

    def is_symmetric(self):
        """Tell whether each pair has one weight."""
        return True

    def prune(self):
        """Leave out shares so small that rounding loses what passes through them.

        Returns
        -------
        AnchorAffinity
            With shares of at least 1e-8.
        """
        kept = self.memberships.copy()
        kept.data[kept.data < LEAST_SHARE] = 0
        kept.eliminate_zeros()
        return AnchorAffinity(kept)

    def reach(self, seeds):
        """Tell which nodes a path joins to some of the seeds, a mask of nodes."""
        shares = self.memberships > 0
        n_before, n_reached = -1, 0
        while n_reached > n_before:
            anchors = shares.T @ seeds
            seeds = seeds | (shares @ anchors)
            n_before, n_reached = n_reached, np.count_nonzero(seeds)
        return seeds

    def anchor_means(self, values):
        """Average values of nodes around each anchor.

        Parameters
        ----------
        values : ndarray of shape (n_nodes, n_values)
            A row of values per node.

        Returns
        -------
        ndarray of shape (n_anchors, n_values)
            The means.
        """
        return (self.memberships.T @ values) * self._inverse_mass[:, np.newaxis]

    def solve(self, source, through, alpha, reachable):
        """Solve ``F = source + alpha * W @ (F where through)`` by way of the anchors.

        There are few of them: their means of F solve a small system of which no
        entry is lost to rounding, however little of a label arrives.

        Parameters
        ----------
        source : ndarray of shape (n_nodes, n_values)
            What the nodes bring in.
        through : ndarray of shape (n_nodes,)
            Mask of the nodes that pass on what arrives.
        alpha : float
            Share that is passed on.
        reachable : ndarray of shape (n_nodes,)
            Nodes that a path joins to a node with a source.

        Returns
        -------
        ndarray of shape (n_nodes, n_values)
            What arrives in each node, ``W @ (F where through, else source)``.
        """
        live = self.memberships.T @ reachable > 0
        passing = self.memberships[through][:, live]
        system = -alpha * (passing.T @ passing).toarray()
        system[np.diag_indices_from(system)] += self._mass[live]
        means = np.zeros((len(live), source.shape[1]))
        brought = (self.memberships.T @ source)[live]
        # no pivoting: the matrix is an M-matrix, its solution positive
        means[live] = linalg.solve(system, brought, assume_a="pos")
        return self.memberships @ np.maximum(means, 0, out=means)

    def walk(self):
        """Return the step of a random walk: the mean over neighbours."""
        return self.spread()

    def spread(self, dtype=np.float64):
        """Return the step of label spreading; all degrees are 1."""
        forth = self.memberships.astype(dtype)
        back = sparse.csr_array(forth.T)
        back.data = (
            back.data * np.repeat(self._inverse_mass, np.diff(back.indptr))
        ).astype(dtype, copy=False)
        return lambda values: forth @ (back @ values)
