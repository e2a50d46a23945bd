"""Where the data ends: which rows lie near labelled ones, near others, near nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..embedding._rows import canonical_order
from ..preprocessing._stack import stack_tables
from ..utils._compat import index_rows, num_samples
from ._backends import ExactIndex
from ._query import check_count
from ._scaled_table import ScaledTable

__all__ = ["REGIONS", "Coverage", "CoverageReport", "coverage_report"]

REGIONS = ("near labelled", "near unlabeled only", "near nothing")
FAR = 0.01  # share of rows like the reference that are called far from everything
FAR_FROM_LABELS = 0.05  # share of rows like the labelled ones, from these
MAX_ROWS = 20_000
MAX_PROBES = 2_000
ROUNDING = 1e-6


class Coverage:
    """Tell in which of three regions around the reference rows a row lies.

    The yardstick is how far the reference rows are from one another: the distance of
    each to the nearest other one, copies counting once. A row is

    - *near nothing* if its nearest reference row, labelled or not, is farther away
      than that of 99 % of the reference rows;
    - *near labelled* if, beyond that, its nearest labelled row is no farther away than
      that of 95 % of the labelled rows among themselves;
    - *near unlabeled only* otherwise.

    So about 1 % of rows drawn like the table are near nothing, and if the labelled
    rows were drawn at random too, about 5 % of the rest are near unlabeled only.
    Among a few labelled rows the yardstick is the largest of their distances; a lone
    one takes that of the table.

    Tables of more than 20,000 distinct rows are represented by as many of them, chosen
    by a hash of their content, labelled and unlabeled apart.

    Parameters
    ----------
    scaled_table : ScaledTable, default=None
        A fitted encoding; None fits one on the reference rows.
    far : float, default=0.01
        Share of rows like the reference rows that may be called near nothing.
    far_from_labels : float, default=0.05
        Share of rows like the labelled ones that may be called not near these.
    random_state : int, RandomState instance or None, default=None
        Seeds the text components of an encoder fitted here.

    Attributes
    ----------
    scaled_table_ : ScaledTable
        The encoding.
    radius_ : float
        Distance to the nearest reference row above which a row is near nothing.
    radius_labeled_ : float
        Distance to the nearest labelled row up to which a row is near labelled; NaN
        without a labelled row.

    References
    ----------
    .. [1] Angelopoulos and Bates, "Conformal prediction: a gentle introduction",
       Foundations and Trends in Machine Learning, 2023. (Ranks as guarantees.)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors._coverage import REGIONS, Coverage
    >>> X = np.random.default_rng(0).normal(size=(400, 2))
    >>> coverage = Coverage().fit(X, labeled=X[:, 0] > 0)
    >>> codes = coverage.regions([[1.0, 0.0], [-1.0, 0.0], [9.0, -9.0]])
    >>> [REGIONS[code] for code in codes]
    ['near labelled', 'near unlabeled only', 'near nothing']
    """

    def __init__(
        self,
        scaled_table=None,
        *,
        far=FAR,
        far_from_labels=FAR_FROM_LABELS,
        random_state=None,
    ):
        self.scaled_table = scaled_table
        self.far = far
        self.far_from_labels = far_from_labels
        self.random_state = random_state

    def fit(self, X, labeled):
        """Measure the distances among the reference rows.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The reference rows: all that a model has seen.
        labeled : array-like of bool of shape (n_samples,)
            Which of them have a label; none may.

        Returns
        -------
        Coverage
            Itself.
        """
        self.scaled_table_ = self.scaled_table or ScaledTable(
            random_state=self.random_state
        ).fit(X)
        rows = self.scaled_table_.transform(X)
        labeled = np.asarray(labeled, dtype=bool)
        # positions of the rows kept: a distance is told with the row it leads to
        self._kept_labeled = _distinct_sample(rows, np.flatnonzero(labeled))
        kept = _distinct_sample(rows, np.flatnonzero(~labeled))
        self._kept = np.concatenate([self._kept_labeled, kept])
        self._all = _Reference(rows[self._kept])
        self._labeled = _Reference(rows[self._kept_labeled])
        self.radius_ = self._all.radius(self.far)
        self.radius_labeled_ = self._labeled.radius(self.far_from_labels)
        if len(self._kept_labeled) == 1:
            self.radius_labeled_ = self.radius_
        return self

    def distances(self, X):
        """Measure how far rows are from the reference.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        to_any, to_labeled : ndarray of shape (n_samples,)
            Distances to the nearest reference row and to the nearest labelled one; inf
            where there is none.
        """
        rows = self.scaled_table_.transform(X)
        return self._all.nearest(rows)[0], self._labeled.nearest(rows)[0]

    def regions(self, X):
        """Tell the region of each row.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Positions in `REGIONS`: 0 near labelled, 1 near unlabeled only, 2 near
            nothing.
        """
        return self._regions(*self.distances(X))

    def _regions(self, to_any, to_labeled):
        near_labeled = to_labeled <= np.nan_to_num(self.radius_labeled_, nan=-1.0)
        return np.where(to_any > self.radius_, 2, np.where(near_labeled, 0, 1))


class _Reference:
    """Distinct rows, and how far from one another they are."""

    def __init__(self, rows):
        self.rows = rows
        self._index = ExactIndex(algorithm="brute").fit(rows) if len(rows) else None

    def nearest(self, queries):
        """Distances and positions of the nearest row."""
        if self._index is None:
            shape = len(queries)
            return np.full(shape, np.inf), np.full(shape, -1)
        distances, positions = self._index.kneighbors(queries, 1)
        return distances[:, 0], positions[:, 0]

    def radius(self, share):
        """Distance to the nearest other row that a share of the rows exceeds."""
        if len(self.rows) < 2:
            return 0.0 if len(self.rows) else np.nan
        probes = self.rows[:: -(-len(self.rows) // MAX_PROBES)]
        gaps = np.sort(self._index.kneighbors(probes, 2)[0][:, 1])
        # the rank that a new row of the same kind exceeds with this probability
        rank = int(np.ceil((1 - share) * (len(gaps) + 1)))
        return float(gaps[min(rank, len(gaps)) - 1]) * (1 + ROUNDING)


def _distinct_sample(rows, positions):
    """Choose at most MAX_ROWS distinct rows, by a hash of their content."""
    encoded = np.ascontiguousarray(rows[positions], dtype=np.float32)
    order = canonical_order(encoded)
    _, first = np.unique(encoded[order], axis=0, return_index=True)
    return positions[order[np.sort(first)[:MAX_ROWS]]]


@dataclass(frozen=True, repr=False)
class CoverageReport:
    """What :func:`coverage_report` found.

    Parameters
    ----------
    regions : ndarray of shape (n_new,)
        Region of each new row, one of "near labelled", "near unlabeled only" and "near
        nothing".
    distance : ndarray of shape (n_new,)
        Distance to the nearest reference row.
    distance_labeled : ndarray of shape (n_new,)
        Distance to the nearest labelled row.
    radius : float
        Distance above which a row is near nothing.
    radius_labeled : float
        Distance to a labelled row up to which a row is near labelled.
    expected_far : float
        Share of rows near nothing to be expected if the new rows are like the others.
    examples : dict of str to {DataFrame, ndarray, sparse matrix}
        For each region that has rows, up to `n_examples` of them: the farthest ones
        for "near nothing", typical ones (around the median distance) for the others.

    Attributes
    ----------
    counts : dict of str to int
        Number of new rows in each region.
    shares : dict of str to float
        Share of new rows in each region.
    """

    regions: np.ndarray
    distance: np.ndarray
    distance_labeled: np.ndarray
    radius: float
    radius_labeled: float
    expected_far: float
    examples: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self):
        """Number of new rows in each region."""
        return {name: int((self.regions == name).sum()) for name in REGIONS}

    @property
    def shares(self):
        """Share of new rows in each region."""
        return {name: count / len(self.regions) for name, count in self.counts.items()}

    def __repr__(self):
        lines = [f"Coverage of {len(self.regions):,} new rows"]
        for name, count in self.counts.items():
            lines.append(f"  {name:<20} {count:>7,}  {count / len(self.regions):6.1%}")
        lines[-1] += f"  ({self.expected_far:.0%} expected of rows like the others)"
        for name, rows in self.examples.items():
            lines += ["", f"{name}, examples:"]
            lines += [f"  {line}" for line in str(rows).splitlines()]
        return "\n".join(lines)


def coverage_report(
    X_labeled,
    X_unlabeled,
    X_new,
    *,
    far=FAR,
    far_from_labels=FAR_FROM_LABELS,
    n_examples=3,
    random_state=0,
):
    """Report where new rows lie: near labelled, near unlabeled only, or near nothing.

    A classifier guesses on rows that are unlike all it has seen, and knows less on
    rows that are unlike the labelled ones. Distances are measured in the encoded
    table, in which every column has the same say, and compared with the distances of
    the reference rows to one another:

    - "near nothing": the nearest row, labelled or not, is farther away than that of
      99 % of the reference rows;
    - "near labelled": otherwise, if the nearest labelled row is no farther away than
      that of 95 % of the labelled rows among themselves;
    - "near unlabeled only": all others.

    Parameters
    ----------
    X_labeled : DataFrame, array-like or sparse matrix of shape (n_labeled, n_features)
        The rows with a label.
    X_unlabeled : DataFrame, array-like, sparse matrix or None
        The rows without one, of the same columns; None if there are none.
    X_new : DataFrame, array-like or sparse matrix of shape (n_new, n_features)
        The rows in question.
    far : float, default=0.01
        Share of rows like the reference rows that may be called near nothing.
    far_from_labels : float, default=0.05
        Share of rows like the labelled ones that may be called not near these.
    n_examples : int, default=3
        How many example rows of each region to keep; 0 keeps none.
    random_state : int, RandomState instance or None, default=0
        Seeds the encoding of texts.

    Returns
    -------
    CoverageReport
        Region and distances of each new row, counts, and example rows; its `repr` is
        readable.

    Raises
    ------
    ValueError
        If a table is empty, or their columns differ; if `far` or `far_from_labels` is
        no share between 0 and 1, or `n_examples` no int of at least 0.

    See Also
    --------
    sklearn_featrix.neighbors.SimilaritySearch : Rows like a given one.

    Notes
    -----
    Copies count once, and the unit of a column does not matter. Of more than 20,000
    distinct labelled or unlabeled rows, as many are compared with, chosen by a hash of
    their content. The regions are as good as the distance: in tables with many columns
    a row that is strange in one of them alone may still be near others.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_featrix.neighbors import coverage_report
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(500, 2))
    >>> report = coverage_report(
    ...     X[X[:, 0] > 0], X[X[:, 0] <= 0], [[1.0, 0.0], [-1.0, 0.0], [9.0, -9.0]]
    ... )
    >>> report.regions.tolist()
    ['near labelled', 'near unlabeled only', 'near nothing']
    >>> report.examples["near nothing"]
    array([[ 9., -9.]])
    """
    _check_shares(far, far_from_labels)
    check_count(n_examples, "n_examples", least=0)
    X, labeled = X_labeled, np.ones(num_samples(X_labeled), dtype=bool)
    if X_unlabeled is not None and num_samples(X_unlabeled):
        X = stack_tables(X_labeled, X_unlabeled)
        labeled = np.arange(num_samples(X)) < num_samples(X_labeled)
    coverage = Coverage(
        far=far, far_from_labels=far_from_labels, random_state=random_state
    ).fit(X, labeled)
    to_any, to_labeled = coverage.distances(X_new)
    codes = coverage._regions(to_any, to_labeled)
    return CoverageReport(
        regions=np.array(REGIONS)[codes],
        distance=to_any,
        distance_labeled=to_labeled,
        radius=coverage.radius_,
        radius_labeled=coverage.radius_labeled_,
        expected_far=far,
        examples=_examples(X_new, codes, to_any, n_examples),
    )


def _check_shares(far, far_from_labels):
    for name, share in (("far", far), ("far_from_labels", far_from_labels)):
        if not 0 < share < 1:
            raise ValueError(
                f"{name}={share!r} must be a share between 0 and 1, both excluded. Use "
                "0.01 for one row in a hundred."
            )


def _examples(X, codes, distance, n_examples):
    X = np.asarray(X) if isinstance(X, (list, tuple)) else X
    examples = {}
    for code, name in enumerate(REGIONS):
        inside = np.flatnonzero(codes == code)
        if not len(inside) or not n_examples:
            continue
        shown = distance[inside]
        order = -shown if code == 2 else np.abs(shown - np.median(shown))
        first = np.argsort(order, kind="stable")[:n_examples]
        examples[name] = index_rows(X, inside[first])
    return examples
