"""LabelSpreading: labels diffuse along a graph of all rows."""

from __future__ import annotations

from numbers import Real

import numpy as np

from ..utils._compat import Interval
from ._base_propagation import BaseLabelPropagation
from ._propagation import anchored_spreading, conjugate_spreading, power_spreading


class LabelSpreading(BaseLabelPropagation):
    """Label spreading: labels diffuse along a graph, and labelled rows may change.

    Each row takes the share `alpha` of its distribution from its neighbours and keeps
    the rest from its own label. A drop-in for
    :class:`sklearn.semi_supervised.LabelSpreading` that scales to a million rows and
    says which rows it could not reach.

    Parameters
    ----------
    kernel : {"knn", "rbf"} or callable, default="rbf"
        How rows weigh for one another.

        - "knn": a row and its nearest neighbours, all with weight 1;
        - "rbf": ``exp(-gamma d^2)``, between all pairs up to 5,000 rows, as in
          scikit-learn; of more rows only the 30 nearest of each (or `n_neighbors`, if
          that is more) keep their weight, and no array of all pairs is made;
        - a callable takes two tables, as scikit-learn's does, and returns the weights
          of all pairs, dense or sparse. With ``metric="precomputed"`` it takes the
          stored distances and returns their weights.

    gamma : float, default=20
        Of the kernel "rbf". The default is scikit-learn's; it suits columns that
        reach from 0 to 1 and few of them.
    n_neighbors : int, default=7
        Number of nearest rows, the row itself among them, as in scikit-learn; with
        anchors, the number of anchors of a row.
    alpha : float, default=0.2
        Share of the neighbours, between 0 and 1: near 0 a label hardly leaves its row,
        near 1 it reaches far, and own labels count little.
    max_iter : int, default=30
        Most iterations; with "cg" it holds for each of several solutions,
        as rows with little mass are solved for again.
    tol : float, default=1e-3
        When to stop. With `solver="power"`, as in scikit-learn, the sum of absolute
        changes by one step over all rows and classes; with "cg", roughly
        the largest error of the probabilities of a row.
    n_jobs : int, default=None
        Number of threads of the search for neighbours; None means 1.
    neighbors : {"auto", "exact", "faiss", "anchors"} or transformer, default="auto"
        How the graph is found.

        - "exact": scikit-learn's search; slow beyond 50,000 rows;
        - "faiss": an approximate search that finds about 97 % of the neighbours;
          needs faiss, ``pip install 'sklearn-featrix[ann]'``;
        - "anchors": rows are joined through the centres of `n_anchors` clusters, in
          time and memory linear in the number of rows;
        - a transformer that makes a sparse graph of distances, such as
          :class:`~sklearn.neighbors.KNeighborsTransformer`;
        - "auto": all pairs for the kernel "rbf" up to 5,000 rows; otherwise "exact" up
          to 50,000 rows, "faiss" above if it is installed, "anchors" with a warning
          if not.

    n_anchors : int, default=1000
        Number of anchors. More are finer and slower.
    metric : {"euclidean", "precomputed"}, default="euclidean"
        "precomputed": `X` is a sparse graph of distances. For other metrics give a
        transformer as `neighbors`.
    solver : {"auto", "power", "cg"}, default="auto"
        "power" repeats one step, as scikit-learn does; "cg" solves the same equations
        by conjugate gradients, in fewer iterations where `alpha` is near 1.
        "auto": "power" between all pairs of rows, "cg" in sparse graphs; through
        anchors a small system that needs no iterations.
    class_mass_normalization : bool, default=False
        Weigh the classes so that their masses over all rows are as the class shares of
        the labelled rows.
    class_balance : float, default=0.0
        From 0 to 1: distributions are divided by the class shares of the labelled rows
        to this power. 1 lets a rare class count like a frequent one; more of its rows
        are found then, and fewer right answers are given in all.
    unlabeled : "auto", None or scalar, default="auto"
        What marks an unlabeled row in `y`, see
        :func:`~sklearn_featrix.utils.is_labeled`.
    random_state : int, RandomState instance or None, default=None
        Seeds "faiss" and "anchors", and the encoding of texts.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes among the labelled rows, in the dtype of `y`.
    label_distributions_ : ndarray of shape (n_samples, n_classes)
        Probabilities of the rows of `fit`.
    transduction_ : ndarray of shape (n_samples,)
        The likeliest class of each row of `fit`.
    reached_ : ndarray of shape (n_samples,)
        False for rows that no label reaches. They get the class shares of the labelled
        rows.
    n_iter_ : int
        Number of iterations, those for rows with little mass included.
    neighbors_ : str, transformer or None
        How the graph was found, "exact", "faiss", "anchors" or the fitted transformer;
        None between all pairs and for a precomputed graph.
    encoder_ : TableEncoder or None
        Encodes tables that are not plain numbers.
    X_ : {ndarray, sparse matrix} of shape (n_samples, n_features or n_encoded)
        The rows as the graph saw them.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    Warns
    -----
    UnreachedRowsWarning
        If no label reaches some rows; it says how many.
    ConvergenceWarning
        If `max_iter` was reached; it says how far from the solution.

    See Also
    --------
    LabelPropagation : Labelled rows keep their label.
    SemiSupervisedClassifier : Usually the better answer on a table.

    Notes
    -----
    A table of numbers without gaps is taken as it is, as in scikit-learn: scale it if
    its columns have different units. A table with texts, dates or missing values is
    encoded by :class:`~sklearn_featrix.preprocessing.TableEncoder`, and each of its
    columns weighs the same.

    The graph of neighbours is symmetric: rows are joined if either names the other.
    scikit-learn's is directed, so that labels cannot leave a row that nobody names.
    Copies of a row are one node of it. Between all pairs of rows, results are
    scikit-learn's.

    On most tables these methods do not beat a vote of classifiers on the labelled rows
    alone; see :ref:`label_propagation` for when they do.

    References
    ----------
    D. Zhou, O. Bousquet, T. N. Lal, J. Weston, B. Schölkopf (2004). Learning with local
    and global consistency. NeurIPS 16.

    W. Liu, J. He, S.-F. Chang (2010). Large graph construction for scalable
    semi-supervised learning. ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_featrix import LabelSpreading, mask_labels
    >>> X, y = load_digits(return_X_y=True)
    >>> y_few = mask_labels(y, n_labeled=50, random_state=0)
    >>> spreading = LabelSpreading("knn", n_neighbors=10).fit(X, y_few)
    >>> bool((spreading.transduction_ == y).mean() > 0.85)
    True
    >>> bool(spreading.reached_.all())
    True
    """

    _parameter_constraints = {
        **BaseLabelPropagation._parameter_constraints,
        "alpha": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        kernel="rbf",
        *,
        gamma=20,
        n_neighbors=7,
        alpha=0.2,
        max_iter=30,
        tol=1e-3,
        n_jobs=None,
        neighbors="auto",
        n_anchors=1000,
        metric="euclidean",
        solver="auto",
        class_mass_normalization=False,
        class_balance=0.0,
        unlabeled="auto",
        random_state=None,
    ):
        self.kernel = kernel
        self.gamma = gamma
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.n_jobs = n_jobs
        self.neighbors = neighbors
        self.n_anchors = n_anchors
        self.metric = metric
        self.solver = solver
        self.class_mass_normalization = class_mass_normalization
        self.class_balance = class_balance
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _solve(self, affinity, node_labels, solver):
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        if solver == "power":
            return power_spreading(affinity.spread(), node_labels, self.alpha, **limits)
        reachable = affinity.reach(node_labels.any(axis=1))
        if solver == "anchors":
            return anchored_spreading(affinity, node_labels, self.alpha, reachable)
        step = affinity.spread(np.float32)
        return conjugate_spreading(step, node_labels, self.alpha, reachable, **limits)
