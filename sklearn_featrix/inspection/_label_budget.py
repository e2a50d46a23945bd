"""The learning curve over the labels there are, and over twice as many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..utils._optional import import_optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["LabelBudgetDisplay"]

_ACCENT, _PLAIN, _FAINT = "#0b6e99", "#8a94a0", "#d9dee4"


class LabelBudgetDisplay:
    """Picture of a learning curve, of plain supervised learning beside it, and beyond.

    Parameters
    ----------
    sizes : array-like of shape (n_sizes,)
        Numbers of labels that were learnt from.
    curve : array-like of shape (n_sizes, 3)
        Score at each size, with the ends of its interval.
    plain_curve : array-like of shape (n_sizes, 3), default=None
        The same of plain supervised learning.
    beyond : tuple of array-like of shape (n_points,), default=None
        Numbers of labels, extrapolated scores, and the ends of their intervals.
    n_labeled : int, default=None
        Number of labels there are, to be marked.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, once plotted.
    figure_ : matplotlib Figure
        Their figure, once plotted.

    See Also
    --------
    sklearn_featrix.model_selection.label_budget_report : The numbers.

    Examples
    --------
    >>> from sklearn_featrix.inspection import LabelBudgetDisplay
    >>> display = LabelBudgetDisplay(
    ...     [10, 20, 40],
    ...     [[0.6, 0.5, 0.7], [0.7, 0.6, 0.8], [0.75, 0.65, 0.85]],
    ...     beyond=([40, 80], [0.75, 0.78], [0.65, 0.66], [0.85, 0.9]),
    ...     n_labeled=50,
    ... )
    >>> display.plot().ax_.get_xlabel()
    'labels'
    """

    def __init__(
        self,
        sizes: ArrayLike,
        curve: ArrayLike,
        plain_curve: ArrayLike | None = None,
        *,
        beyond: tuple[ArrayLike, ...] | None = None,
        n_labeled: int | None = None,
    ) -> None:
        self.sizes = sizes
        self.curve = curve
        self.plain_curve = plain_curve
        self.beyond = beyond
        self.n_labeled = n_labeled

    @classmethod
    def from_report(cls, report: Any) -> LabelBudgetDisplay:
        """Take the numbers from a report.

        Parameters
        ----------
        report : LabelBudgetReport
            From :func:`~sklearn_featrix.model_selection.label_budget_report`.

        Returns
        -------
        LabelBudgetDisplay
            The display, not drawn yet.
        """
        n_labels = np.geomspace(report.sizes[-1], 2 * report.n_labeled, 25)
        return cls(
            report.sizes,
            report.curve,
            report.plain_curve,
            beyond=(n_labels, *report.predict(n_labels)),
            n_labeled=report.n_labeled,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        label: str = "with the unlabeled rows",
        plain_label: str = "labelled rows alone",
        score_name: str = "score",
    ) -> LabelBudgetDisplay:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        label, plain_label : str
            Names of the two curves.
        score_name : str, default="score"
            Name of the metric.

        Returns
        -------
        LabelBudgetDisplay
            Itself, with `ax_` and `figure_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If a curve does not have three numbers per size.
        """
        pyplot = import_optional(
            "matplotlib.pyplot", extra="plot", purpose="LabelBudgetDisplay.plot"
        )
        sizes = np.asarray(self.sizes, dtype=float)
        curve = self._checked("curve", self.curve)
        if ax is None:
            _, ax = pyplot.subplots(figsize=(6, 3.8), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        if self.plain_curve is not None:
            plain = self._checked("plain_curve", self.plain_curve)
            # a little aside, so that both intervals are seen
            _draw(ax, sizes * 1.03, plain, _PLAIN, "s--", plain_label)
        _draw(ax, sizes, curve, _ACCENT, "o-", label)
        if self.beyond is not None:
            n_labels, score, low, high = map(np.asarray, self.beyond)
            ax.plot(n_labels, score, ":", color=_ACCENT, label="extrapolated")
            ax.fill_between(n_labels, low, high, color=_ACCENT, alpha=0.12, linewidth=0)
        self._style(ax, score_name)
        return self

    def _checked(self, what: str, curve: ArrayLike) -> Any:
        numbers = np.asarray(curve, dtype=float)
        shape = (len(np.asarray(self.sizes)), 3)
        if numbers.shape != shape:
            raise ValueError(
                f"{what} has shape {numbers.shape}; a score and the ends of its "
                f"interval at each size make {shape}."
            )
        return numbers

    def _style(self, ax: Axes, score_name: str) -> None:
        ax.set_xscale("log")
        ticks = list(np.asarray(self.sizes))
        if self.n_labeled is not None:
            ax.axvline(self.n_labeled, color=_FAINT, linewidth=1.2, zorder=0)
            ticks += [self.n_labeled, 2 * self.n_labeled]
        ax.set_xticks(_apart(ticks), minor=False)
        ax.set_xticklabels([f"{tick:g}" for tick in _apart(ticks)])
        ax.set_xticks([], minor=True)
        ax.set(xlabel="labels", ylabel=score_name)
        ax.grid(axis="y", color=_FAINT, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize="small", loc="lower right")


def _draw(ax: Axes, sizes: Any, curve: Any, color: str, style: str, label: str) -> None:
    ax.plot(sizes, curve[:, 0], style, color=color, label=label, markersize=5)
    ax.vlines(sizes, curve[:, 1], curve[:, 2], color=color, linewidth=1.5, alpha=0.5)


def _apart(ticks: list[float]) -> list[float]:
    """Leave out ticks whose numbers would touch the one that follows."""
    ticks = sorted(set(ticks), reverse=True)
    kept = ticks[:1]
    for tick in ticks[1:]:
        if kept[-1] / tick > 1.15:
            kept.append(tick)
    return kept
