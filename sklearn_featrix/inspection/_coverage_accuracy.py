"""Accuracy of a classifier that abstains, against the share of rows it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..metrics import coverage_accuracy_curve
from ..utils._labels import is_labeled
from ..utils._optional import import_optional
from ..utils._wilson import wilson_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["CoverageAccuracyDisplay"]

_ACCENT, _PLAIN, _FAINT = "#0b6e99", "#8a94a0", "#d9dee4"


class CoverageAccuracyDisplay:
    """Picture of what abstaining buys: accuracy by the share of rows answered.

    Parameters
    ----------
    coverage : array-like of shape (n_thresholds,)
        Shares of rows answered, increasing.
    accuracy : array-like of shape (n_thresholds,)
        Accuracy among them.
    n_rows : int, default=None
        Number of rows that the curve rests on, without copies of the same; draws 90 %
        intervals (Wilson's).
    chosen : float, default=None
        Coverage of the threshold in use, to be marked.
    target : float, default=None
        The wanted accuracy, to be marked.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, once plotted.
    figure_ : matplotlib Figure
        Their figure, once plotted.
    line_ : matplotlib Line2D
        The curve, once plotted.

    See Also
    --------
    sklearn_featrix.metrics.coverage_accuracy_curve : The numbers.

    Examples
    --------
    >>> from sklearn_featrix.inspection import CoverageAccuracyDisplay
    >>> display = CoverageAccuracyDisplay([0.25, 0.5, 1.0], [1.0, 0.9, 0.8], n_rows=20)
    >>> display.plot(label="held-out rows").ax_.get_ylabel()
    'accuracy of the answers'
    """

    def __init__(
        self,
        coverage: ArrayLike,
        accuracy: ArrayLike,
        *,
        n_rows: int | None = None,
        chosen: float | None = None,
        target: float | None = None,
    ) -> None:
        self.coverage = coverage
        self.accuracy = accuracy
        self.n_rows = n_rows
        self.chosen = chosen
        self.target = target

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        confidence: ArrayLike,
        *,
        unlabeled: Any = "auto",
        ax: Axes | None = None,
        label: str | None = None,
    ) -> CoverageAccuracyDisplay:
        """Draw the curve of predictions.

        Its intervals are those of rows that are no copies of one another.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Partial labels; rows without one do not count.
        y_pred : array-like of shape (n_samples,)
            Predicted labels.
        confidence : array-like of shape (n_samples,)
            How sure each prediction is.
        unlabeled : "auto", None or scalar, default="auto"
            What marks an unlabeled row.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        label : str, default=None
            Name of the curve.

        Returns
        -------
        CoverageAccuracyDisplay
            The display, drawn.
        """
        coverage, accuracy, _ = coverage_accuracy_curve(
            y_true, y_pred, confidence, unlabeled=unlabeled
        )
        n_rows = int(is_labeled(y_true, unlabeled=unlabeled).sum())
        return cls(coverage, accuracy, n_rows=n_rows).plot(ax=ax, label=label)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, label: str | None = None
    ) -> CoverageAccuracyDisplay:
        """Draw the curve that a SelectiveClassifier chose its threshold on.

        Parameters
        ----------
        estimator : SelectiveClassifier
            Fitted, and not with ``criterion="confidence"``, which has no curve.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        label : str, default=None
            Name of the curve.

        Returns
        -------
        CoverageAccuracyDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the classifier has no curve.
        """
        if getattr(estimator, "curve_", None) is None:
            raise ValueError(
                f"{estimator!r} has no curve_: fit it with criterion='accuracy' or "
                "'coverage', or use from_predictions."
            )
        coverage, accuracy, thresholds = estimator.curve_
        answered = coverage[thresholds >= estimator.threshold_]
        target = estimator.target if estimator.criterion == "accuracy" else None
        chosen = float(answered[-1]) if len(answered) else None
        return cls(coverage, accuracy, chosen=chosen, target=target).plot(ax, label)

    def plot(
        self, ax: Axes | None = None, label: str | None = None, color: str = _ACCENT
    ) -> CoverageAccuracyDisplay:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        label : str, default=None
            Name of the curve.
        color : str, default="#0b6e99"
            Colour of the curve.

        Returns
        -------
        CoverageAccuracyDisplay
            Itself, with `ax_`, `figure_` and `line_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If coverage and accuracy are not of the same length.
        """
        pyplot = import_optional(
            "matplotlib.pyplot", extra="plot", purpose="CoverageAccuracyDisplay.plot"
        )
        coverage = np.asarray(self.coverage, dtype=float)
        accuracy = np.asarray(self.accuracy, dtype=float)
        if coverage.shape != accuracy.shape or coverage.ndim != 1 or not len(coverage):
            raise ValueError(
                f"coverage has shape {coverage.shape}, accuracy {accuracy.shape}. Give "
                "one value of each per threshold, and at least one."
            )
        if ax is None:
            _, ax = pyplot.subplots(figsize=(5.2, 3.6), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        (self.line_,) = ax.plot(
            coverage, accuracy, color=color, label=label, drawstyle="steps-post"
        )
        if self.n_rows is not None:
            n_answered = np.maximum(coverage * self.n_rows, 1e-9)
            _, low, high = wilson_interval(accuracy, n_answered, 0.9).T
            ax.fill_between(coverage, low, high, color=color, alpha=0.15, linewidth=0)
        if self.target is not None:
            ax.axhline(self.target, color=_PLAIN, linewidth=1, linestyle=":")
            _note(ax, "target", (1, self.target), ("right", "bottom"))
        if self.chosen is not None:
            ax.axvline(self.chosen, color=color, linewidth=1, linestyle="--")
        ax.set(xlabel="share of rows answered", ylabel="accuracy of the answers")
        ax.set_xlim(0, 1.02)
        ax.grid(axis="y", color=_FAINT, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
        if label is not None:
            ax.legend(frameon=False)
        return self


def _note(ax: Axes, text: str, place: tuple[float, float], align: tuple) -> None:
    ax.text(
        *place, text, color=_PLAIN, fontsize="small", ha=align[0], va=align[1]
    )  # fmt: skip
