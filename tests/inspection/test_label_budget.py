import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt

from sklearn_featrix.inspection import LabelBudgetDisplay
from sklearn_featrix.model_selection import LabelBudgetReport

SIZES = np.array([10, 20, 40])
NOISE = np.random.default_rng(0).normal(scale=0.01, size=(3, 5))
REPORT = LabelBudgetReport(
    sizes=SIZES,
    scores=np.array([[0.6], [0.7], [0.75]]) + NOISE,
    plain_scores=np.array([[0.5], [0.6], [0.7]]) + NOISE,
    intervals=np.array([[0.5, 0.7], [0.6, 0.8], [0.65, 0.85]]),
    plain_intervals=np.array([[0.4, 0.6], [0.5, 0.7], [0.6, 0.8]]),
    ratio=0.25,
    n_labeled=50,
    confidence=0.9,
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_both_curves_and_what_is_beyond():
    display = LabelBudgetDisplay.from_report(REPORT).plot(score_name="accuracy")
    lines = {line.get_label(): line for line in display.ax_.lines}
    ours = lines["with the unlabeled rows"]
    np.testing.assert_allclose(ours.get_xdata(), SIZES)
    np.testing.assert_allclose(ours.get_ydata(), REPORT.scores.mean(axis=1))
    np.testing.assert_allclose(
        lines["labelled rows alone"].get_ydata(), REPORT.plain_scores.mean(axis=1)
    )
    beyond = lines["extrapolated"]
    assert (beyond.get_xdata()[0], beyond.get_xdata()[-1]) == pytest.approx((40, 100))
    np.testing.assert_allclose(beyond.get_ydata()[-1], REPORT.predict(100)[0])
    ticks = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert ticks[:2] == ["100", "50"]
    assert display.ax_.get_ylabel() == "accuracy"


def test_names_of_the_curves():
    display = LabelBudgetDisplay.from_report(REPORT)
    ax = display.plot(label="ours", plain_label="trees alone").ax_
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_allclose(
        lines["trees alone"].get_ydata(), REPORT.plain_curve.T[0]
    )
    np.testing.assert_allclose(lines["ours"].get_ydata(), REPORT.curve.T[0])
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["trees alone", "ours", "extrapolated"]


def test_a_curve_alone():
    _, ax = plt.subplots()
    display = LabelBudgetDisplay(SIZES, REPORT.curve).plot(ax)
    assert display.ax_ is ax
    assert len(ax.lines) == 1


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"plain_curve has shape \(3, 2\)"):
        LabelBudgetDisplay(SIZES, REPORT.curve, REPORT.curve[:, :2]).plot()
