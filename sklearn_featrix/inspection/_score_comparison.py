"""Several methods by several metrics: one panel per metric, one row per method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..utils._optional import import_optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ScoreComparisonDisplay"]

_ACCENT, _PLAIN, _INK, _FAINT = "#0b6e99", "#8a94a0", "#22272e", "#d9dee4"


class ScoreComparisonDisplay:
    """Picture of the scores of several methods, side by side for several metrics.

    Each metric has a panel with a scale of its own; each method has one row through
    all panels, with a dot, the score in figures and, if there is one, the interval as
    a line. The best figure of a panel is set in bold; where it is known which methods
    cannot be told from the best, all of these are, and marked as a tie.

    Parameters
    ----------
    methods : sequence of str of length n_methods
        Names of the methods, from top to bottom.
    metrics : sequence of str of length n_metrics
        Names of the metrics, from left to right.
    values : array-like of shape (n_methods, n_metrics)
        The scores; NaN where there is none.
    intervals : array-like of shape (n_methods, n_metrics, 2), default=None
        Lower and upper end around each score; NaN where there is none.
    lower_is_better : sequence of str, default=()
        The metrics of which the smallest value is the best, such as log loss.
    ties : array-like of bool of shape (n_methods, n_metrics), default=None
        Which methods cannot be told from the best of each metric, itself included.
        None where that is unknown.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure that holds the panels, once plotted.
    axes_ : ndarray of shape (n_metrics,) of matplotlib Axes
        The panels, once plotted.

    See Also
    --------
    sklearn_featrix.model_selection.cross_val_interval : A score and its interval.
    sklearn_featrix.model_selection.compare_estimators : Scores on the same folds, and
        who is a tie.

    Examples
    --------
    >>> from sklearn_featrix.inspection import ScoreComparisonDisplay
    >>> display = ScoreComparisonDisplay(
    ...     methods=["logistic regression", "ours"],
    ...     metrics=["AUC", "log loss"],
    ...     values=[[0.71, 0.52], [0.74, 0.49]],
    ...     lower_is_better=["log loss"],
    ... )
    >>> display.plot(highlight="ours").axes_.shape
    (2,)
    """

    def __init__(
        self,
        methods: Sequence[str],
        metrics: Sequence[str],
        values: ArrayLike,
        *,
        intervals: ArrayLike | None = None,
        lower_is_better: Sequence[str] = (),
        ties: ArrayLike | None = None,
    ) -> None:
        self.methods = methods
        self.metrics = metrics
        self.values = values
        self.intervals = intervals
        self.lower_is_better = lower_is_better
        self.ties = ties

    @classmethod
    def from_comparisons(cls, comparisons: dict[str, Any]) -> ScoreComparisonDisplay:
        """Take the numbers from comparisons of the same estimators by several metrics.

        Parameters
        ----------
        comparisons : dict of {str: ScoreComparison}
            By the name of the metric, each from
            :func:`~sklearn_featrix.model_selection.compare_estimators`. Greater is
            better, as of every scorer.

        Returns
        -------
        ScoreComparisonDisplay
            The display, with intervals and ties, not drawn yet. Ties are a matter of
            the paired differences: intervals of scores that are no tie may overlap.

        Raises
        ------
        ValueError
            If they are not of the same estimators.
        """
        methods = {comparison.names for comparison in comparisons.values()}
        if len(methods) != 1:
            raise ValueError(
                f"comparisons are of different estimators: {sorted(methods)}. Compare "
                "the same ones by each metric."
            )
        shown = list(comparisons.values())
        return cls(
            methods=list(methods.pop()),
            metrics=list(comparisons),
            values=np.column_stack([comparison.means for comparison in shown]),
            intervals=np.stack([comparison.intervals for comparison in shown], axis=1),
            ties=np.column_stack([comparison.is_tie() for comparison in shown]),
        )

    def plot(
        self,
        ax: Axes | Sequence[Axes] | None = None,
        *,
        highlight: str | None = None,
        values_format: str | Sequence[str] = ".3f",
    ) -> ScoreComparisonDisplay:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw: one per metric, or a single one, whose place the panels
            share. None makes a new figure.
        highlight : str, default=None
            The method to draw in colour.
        values_format : str or sequence of str, default=".3f"
            How to write the scores, for all metrics or for each.

        Returns
        -------
        ScoreComparisonDisplay
            Itself, with `figure_` and `axes_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the numbers do not have the stated shapes, or a name is unknown.
        """
        pyplot = import_optional(
            "matplotlib.pyplot", extra="plot", purpose="ScoreComparisonDisplay.plot"
        )
        values, intervals = self._check_numbers(highlight)
        ties = self._checked_ties(values.shape)
        if isinstance(values_format, str):
            values_format = [values_format] * len(self.metrics)
        self.axes_ = self._panels(pyplot, ax)
        self.figure_ = self.axes_[0].figure
        for column, panel in enumerate(self.axes_):
            scores = values[:, column]
            self._draw_scores(panel, scores, intervals[:, column], highlight)
            figures = [format(score, values_format[column]) for score in scores]
            best = np.nanargmin(scores) if self._falls(column) else np.nanargmax(scores)
            # methods that read the same are equally good
            bold = np.array([figure == figures[best] for figure in figures])
            tied = ties[:, column] & (ties[:, column].sum() > 1)
            self._write_figures(panel, figures, bold | tied, tied, highlight)
            self._style(panel, column)
        return self

    def _check_numbers(
        self, highlight: str | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        values = np.asarray(self.values, dtype=float)
        shape = (len(self.methods), len(self.metrics))
        if values.shape != shape or 0 in shape:
            raise ValueError(
                f"values has shape {values.shape}, but there are {shape[0]} methods "
                f"and {shape[1]} metrics. Give one row per method and one column per "
                "metric, and at least one of each."
            )
        if self.intervals is None:
            intervals = np.full((*shape, 2), np.nan)
        else:
            intervals = np.asarray(self.intervals, dtype=float)
        if intervals.shape != (*shape, 2):
            raise ValueError(
                f"intervals has shape {intervals.shape}; a lower and an upper end for "
                f"each score make {(*shape, 2)}. Use NaN where there is no interval."
            )
        if np.isnan(values).all(axis=0).any():
            raise ValueError(
                "values holds NaN alone for a metric. Leave out the metrics that were "
                "not measured."
            )
        _check_known("lower_is_better", self.lower_is_better, self.metrics)
        _check_known("highlight", [highlight] if highlight else [], self.methods)
        return values, intervals

    def _checked_ties(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        if self.ties is None:
            return np.zeros(shape, dtype=bool)
        ties = np.asarray(self.ties, dtype=bool)
        if ties.shape != shape:
            raise ValueError(
                f"ties has shape {ties.shape}; one entry per score makes {shape}."
            )
        return ties

    def _panels(self, pyplot: Any, ax: Axes | Sequence[Axes] | None) -> Any:
        n_metrics = len(self.metrics)
        if ax is None:
            size = (1.9 + 2.1 * n_metrics, 0.9 + 0.42 * len(self.methods))
            figure = pyplot.figure(figsize=size, layout="constrained")
            figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
            return figure.subplots(1, n_metrics, squeeze=False)[0]
        if hasattr(ax, "get_subplotspec"):
            if n_metrics == 1:
                return np.array([ax])
            return _share_place(ax, n_metrics)
        axes = np.ravel(np.asarray(ax, dtype=object))
        if len(axes) != n_metrics:
            raise ValueError(
                f"ax holds {len(axes)} axes for {n_metrics} metrics. Give one per "
                "metric, a single one to be shared, or None."
            )
        return axes

    def _draw_scores(
        self,
        panel: Axes,
        values: NDArray[np.float64],
        intervals: NDArray[np.float64],
        highlight: str | None,
    ) -> None:
        for row, name in enumerate(self.methods):
            color = _ACCENT if name == highlight else _PLAIN
            panel.hlines(row, *intervals[row], color=color, linewidth=2, alpha=0.55)
            panel.plot(values[row], row, "o", color=color, markersize=7, zorder=3)

    def _write_figures(
        self,
        panel: Axes,
        figures: list[str],
        bold: NDArray[np.bool_],
        tied: NDArray[np.bool_],
        highlight: str | None,
    ) -> None:
        for row, (name, figure) in enumerate(zip(self.methods, figures, strict=True)):
            text = "" if figure == "nan" else figure
            panel.annotate(
                f"{text} tie" if text and tied[row] else text,
                (1.0, row),
                xycoords=panel.get_yaxis_transform(),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
                weight="bold" if bold[row] else "normal",
                color=_ACCENT if name == highlight else _INK,
            )

    def _falls(self, column: int) -> bool:
        return self.metrics[column] in self.lower_is_better

    def _style(self, panel: Axes, column: int) -> None:
        hint = "← lower is better" if self._falls(column) else "higher is better →"
        panel.set_title(self.metrics[column], fontsize="medium", color=_INK)
        panel.set_xlabel(hint, fontsize="x-small", color=_PLAIN)
        panel.set_ylim(len(self.methods) - 0.5, -0.5)
        panel.set_yticks(range(len(self.methods)))
        panel.set_yticklabels(self.methods if column == 0 else [])
        panel.margins(x=0.12)
        panel.locator_params(axis="x", nbins=3)
        panel.tick_params(length=0, labelcolor=_INK, labelsize="small")
        panel.grid(axis="y", color=_FAINT, linewidth=0.8)
        panel.set_axisbelow(True)
        panel.spines[:].set_visible(False)
        panel.spines["bottom"].set(visible=True, color=_FAINT)


def _check_known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"{what} names {unknown}; known are {list(known)}.")


def _share_place(ax: Axes, n_panels: int) -> Any:
    """Divide the place of one Axes, which is left empty, among several."""
    ax.set_axis_off()
    place = ax.get_subplotspec()
    if place is None:
        raise ValueError(
            "ax has no place in a grid of subplots to be shared by several metrics. "
            "Make it with plt.subplots(), or give one Axes per metric."
        )
    grid = place.subgridspec(1, n_panels, wspace=0.4)
    return np.array([ax.figure.add_subplot(grid[i]) for i in range(n_panels)])
