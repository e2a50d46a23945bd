"""What label propagation and label spreading share: a graph, and its answers."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted

from ..exceptions import UnreachedRowsWarning
from ..preprocessing import TableEncoder
from ..preprocessing._numbers import plain_numbers
from ..preprocessing._validation import validate_table
from ..utils._compat import HasMethods, Interval, StrOptions, fit_context
from ..utils._labels import encode_labels
from ..utils._partial_classifier import PartialLabelsClassifierMixin
from ..utils._warnings import warn
from ._graph_choice import choose_graph
from ._graphs import AnchorGraph, KernelGraph
from ._spaces import seeded_clone

LARGEST_NUMBER = 1e150  # squares of larger ones are infinite


class BaseLabelPropagation(
    PartialLabelsClassifierMixin, BaseEstimator, metaclass=ABCMeta
):
    """What label propagation and label spreading share.

    Subclasses solve for the distributions of the nodes of a graph.
    """

    _parameter_constraints = {
        "kernel": [StrOptions({"knn", "rbf"}), callable],
        "gamma": [Interval(Real, 0, None, closed="left")],
        "n_neighbors": [Interval(Integral, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 0, None, closed="neither")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "n_jobs": [None, Integral],
        "neighbors": [
            StrOptions({"auto", "exact", "faiss", "anchors"}),
            HasMethods(["fit", "transform"]),
        ],
        "n_anchors": [Interval(Integral, 2, None, closed="left")],
        "metric": [StrOptions({"euclidean", "precomputed"})],
        "solver": [StrOptions({"auto", "power", "cg"})],
        "class_mass_normalization": ["boolean"],
        "class_balance": [Interval(Real, 0, 1, closed="both")],
        "unlabeled": "no_validation",
        "random_state": ["random_state"],
    }

    @abstractmethod
    def _solve(self, affinity, node_labels, solver):
        """Solve for the mass or distribution of each node; a Solution."""

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Join the rows to a graph and let the labels walk along it.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The rows, labelled or not. With ``metric="precomputed"``, a sparse graph of
            shape (n_samples, n_samples).
        y : array-like of shape (n_samples,)
            Labels, with marks in the unlabeled rows.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If fewer than two classes are labelled, `y` and `X` differ in length, the
            table has infinite values or no usable column, or parameters contradict
            one another.
        ImportError
            If ``neighbors="faiss"`` and faiss is not installed.
        """
        random_state = check_random_state(self.random_state)
        X = self._fit_matrix(X, random_state)
        labels = encode_labels(
            y, unlabeled=self.unlabeled, n_samples=X.shape[0], min_classes=2
        )
        graph, self.neighbors_ = choose_graph(self, X, random_state)
        balance = self._choose_balance(graph)
        graph.fit(X)
        node_labels = _sum_by_node(labels, graph.node_of_row)
        solution = self._solve(graph.affinity, node_labels, self._choose_solver(graph))
        self.X_ = X
        self.classes_ = labels.classes
        self.n_iter_ = solution.n_iter
        self._prior = np.bincount(labels.labeled_codes) / labels.n_labeled
        self._store_distributions(graph, solution, labels, balance)
        self._warn_not_converged(solution)
        self._warn_unreached()
        return self

    def _fit_matrix(self, X, random_state):
        """Read the table as numbers; leaves `encoder_`."""
        X = validate_table(self, X, reset=True)
        self.encoder_ = None
        if self.metric == "precomputed":
            return self._check_graph(X, X.shape[0])
        numbers = plain_numbers(X)
        if numbers is not None:
            return _check_finite(numbers)
        self.encoder_ = seeded_clone(TableEncoder(), random_state).fit(X)
        encoded = self.encoder_._encode(X, "linear")
        groups = self.encoder_.column_index_
        variances = np.bincount(groups, weights=encoded.var(axis=0, dtype=np.float64))
        # every column of the table weighs the same, however many it was encoded as
        self._scale = (1 / np.sqrt(np.maximum(variances, 1e-12)))[groups]
        return encoded * self._scale.astype(np.float32)

    def _matrix(self, X):
        X = validate_table(self, X, reset=False)
        if self.metric == "precomputed":
            return self._check_graph(X, self.X_.shape[0])
        if self.encoder_ is not None:
            encoded = self.encoder_._encode(X, "linear")
            return encoded * self._scale.astype(np.float32)
        numbers = plain_numbers(X)
        if numbers is None:
            raise ValueError(
                "X has missing values or values that are no numbers, while the table "
                "given to fit held numbers only. Fill the gaps, or fit on a table that "
                "has some too: it is encoded then."
            )
        return _check_finite(numbers)

    @staticmethod
    def _check_graph(X, n_nodes):
        if not sparse.issparse(X):
            raise ValueError(
                "metric='precomputed' needs a sparse graph of distances, got "
                f"{type(X).__name__}. Make one with KNeighborsTransformer, or pass "
                "rows with metric='euclidean'."
            )
        X = sparse.csr_array(check_array(X, accept_sparse="csr"))
        if X.shape[1] != n_nodes:
            raise ValueError(
                f"metric='precomputed' needs a graph with {n_nodes} columns, one per "
                f"row of fit; got shape {X.shape}."
            )
        if X.nnz and X.data.min() < 0:
            raise ValueError(
                "metric='precomputed' needs distances of zero or more, got "
                f"{X.data.min():.3g}."
            )
        return X

    def _choose_solver(self, graph):
        has_all_pairs = isinstance(graph, KernelGraph)
        if self.solver == "auto" and isinstance(graph, AnchorGraph):
            return "anchors"
        if self.solver == "auto":
            return "power" if has_all_pairs else "cg"
        is_given = has_all_pairs and callable(self.kernel)
        if self.solver == "cg" and is_given and not graph.affinity.is_symmetric():
            raise ValueError(
                "solver='cg' needs a symmetric kernel, and the weights that the "
                "callable returned are not. Pass solver='power'."
            )
        return self.solver

    def _choose_balance(self, graph):
        """Power of the class shares by which distributions are divided."""
        if self.class_balance and self.class_mass_normalization:
            raise ValueError(
                f"class_balance={self.class_balance!r} moves the masses of the classes "
                "away from their shares, class_mass_normalization=True to them. Leave "
                "one of them out."
            )
        return self.class_balance

    def _store_distributions(self, graph, solution, labels, balance):
        """Leave `label_distributions_`, `transduction_` and `reached_`."""
        nodes = solution.values.astype(np.float64)
        totals = nodes.sum(axis=1, keepdims=True)
        nodes /= np.where(totals > 0, totals, 1)
        if self.class_mass_normalization:
            nodes = _normalize_class_mass(nodes, graph.node_of_row, self._prior)
        elif balance:
            nodes = _weigh_classes(nodes, self._prior**-balance)
        distributions = self._finish_rows(nodes[graph.node_of_row], labels)
        graph.keep(nodes)
        self._graph = graph
        self.reached_ = distributions.any(axis=1)
        distributions[~self.reached_] = self._prior
        self.label_distributions_ = distributions
        self.transduction_ = self.classes_[distributions.argmax(axis=1)]

    def _finish_rows(self, distributions, labels):
        return distributions

    def predict_proba(self, X):
        """Average the distributions of the rows around each new row.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns seen in `fit`. With ``metric="precomputed"``, a
            sparse graph of their distances to the rows of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of `classes_`; the class shares of the labelled
            rows where no neighbour was reached by a label.
        """
        check_is_fitted(self)
        sums = self._graph.average(self._matrix(X))
        totals = sums.sum(axis=1, keepdims=True)
        return np.where(totals > 0, sums / np.where(totals > 0, totals, 1), self._prior)

    def _warn_not_converged(self, solution):
        if solution.converged:
            return
        warn(
            f"max_iter={self.max_iter} was reached without convergence. The "
            f"{solution.measure} is {solution.error:.2g}, tol is {self.tol:.2g}. "
            f"Increase max_iter or tol{self._hint_at_solver()}.",
            ConvergenceWarning,
        )

    def _hint_at_solver(self):
        return ", or pass solver='cg'" if self.solver != "cg" else ""

    def _warn_unreached(self):
        n_unreached = int((~self.reached_).sum())
        if not n_unreached:
            return
        warn(
            f"No label reaches {n_unreached} of {len(self.reached_)} rows "
            f"({n_unreached / len(self.reached_):.1%}): no path in the graph leads to "
            "them, or it is too long. They get the class shares of the labelled rows; "
            "reached_ tells which they are. Label a row among them, or raise "
            "n_neighbors (kernel='knn') or lower gamma (kernel='rbf').",
            UnreachedRowsWarning,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        is_name = isinstance(self.neighbors, str)
        tags.input_tags.sparse = not (is_name and self.neighbors == "faiss")
        return tags


def _check_finite(X):
    X = check_array(
        X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), input_name="X"
    )
    numbers = X.data if sparse.issparse(X) else X
    largest = float(max(numbers.max(initial=0), -numbers.min(initial=0)))
    if largest > LARGEST_NUMBER:
        raise ValueError(
            f"X has numbers as large as {largest:.3g}, of which no distance can be "
            "computed. Scale the columns, for example by StandardScaler."
        )
    return X


def _sum_by_node(labels, node_of_row):
    """Count the labels of each class in each node."""
    rows = np.flatnonzero(labels.labeled)
    counts = np.zeros((node_of_row.max() + 1, len(labels.classes)))
    np.add.at(counts, (node_of_row[rows], labels.labeled_codes), 1.0)
    return counts


def _normalize_class_mass(nodes, node_of_row, prior):
    """Weigh the classes so that their masses over all rows are as the prior says."""
    mass = np.bincount(node_of_row, minlength=len(nodes)) @ nodes
    return _weigh_classes(nodes, prior / mass)


def _weigh_classes(nodes, weights):
    weighted = nodes * weights
    totals = weighted.sum(axis=1, keepdims=True)
    return np.divide(weighted, totals, where=totals > 0, out=weighted)
