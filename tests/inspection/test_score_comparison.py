import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt

from sklearn_featrix.inspection import ScoreComparisonDisplay
from sklearn_featrix.model_selection import ScoreComparison

METHODS = ["plain", "forest", "ours"]
METRICS = ["AUC", "log loss"]
VALUES = [[0.70, 0.60], [0.75, 0.55], [0.80, 0.5504]]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def display():
    return ScoreComparisonDisplay(
        METHODS, METRICS, VALUES, lower_is_better=["log loss"]
    )


def written(panel):
    return {text.get_text(): text.get_weight() for text in panel.texts}


def dots(panel):
    return [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_color())
        for line in panel.lines
    ]


def test_init_only_assigns():
    display = ScoreComparisonDisplay("methods", "metrics", "values", intervals="i")
    assert (display.methods, display.values) == ("methods", "values")
    assert (display.intervals, display.lower_is_better) == ("i", ())


def test_one_panel_per_metric_one_dot_per_method(display):
    assert display.plot() is display
    assert [panel.get_title() for panel in display.axes_] == METRICS
    for column, panel in enumerate(display.axes_):
        places = [(x, y) for x, y, _ in dots(panel)]
        assert places == [(row[column], i) for i, row in enumerate(VALUES)]
        assert panel.get_ylim()[0] > panel.get_ylim()[1]  # the first method on top
    names = [label.get_text() for label in display.axes_[0].get_yticklabels()]
    assert names == METHODS


def test_best_figures_are_bold_in_the_direction_of_the_metric(display):
    auc, loss = display.plot().axes_
    assert written(auc) == {"0.700": "normal", "0.750": "normal", "0.800": "bold"}
    assert written(loss) == {"0.600": "normal", "0.550": "bold"}  # two read the same
    assert "higher" in auc.get_xlabel()
    assert "lower" in loss.get_xlabel()


def test_ties_with_the_best_are_bold_and_said():
    display = ScoreComparisonDisplay(
        METHODS, METRICS, VALUES, lower_is_better=["log loss"],
        ties=[[False, False], [True, False], [True, True]],
    )  # fmt: skip
    auc, loss = display.plot().axes_
    assert written(auc) == {"0.700": "normal", "0.750 tie": "bold", "0.800 tie": "bold"}
    assert written(loss) == {"0.600": "normal", "0.550": "bold"}  # no tie of one


def test_comparisons_bring_their_ties():
    gap = np.array([[0.0, 0.1], [-0.1, 0.0]])
    ends = np.array([[1.2, 1.8], [0.2, 0.8]])
    sure = ScoreComparison(("a", "b"), np.eye(2) + [[1], [0]], ends, gap, gap, gap, 0.9)
    tied = ScoreComparison(
        ("a", "b"), np.eye(2), ends - 0.1, gap, gap - 0.2, gap + 0.2, 0.9
    )
    display = ScoreComparisonDisplay.from_comparisons({"AUC": sure, "accuracy": tied})
    assert (display.methods, display.metrics) == (["a", "b"], ["AUC", "accuracy"])
    np.testing.assert_array_equal(display.values, [[1.5, 0.5], [0.5, 0.5]])
    np.testing.assert_array_equal(display.ties, [[True, True], [False, True]])
    np.testing.assert_array_equal(display.intervals[:, 0], ends)
    np.testing.assert_array_equal(display.intervals[:, 1], ends - 0.1)
    other = ScoreComparison(("a", "c"), np.eye(2), ends, gap, gap, gap, 0.9)
    with pytest.raises(ValueError, match="different estimators"):
        ScoreComparisonDisplay.from_comparisons({"AUC": sure, "accuracy": other})


def test_highlighted_method_alone_has_its_colour(display):
    colors = [color for *_, color in dots(display.plot(highlight="ours").axes_[0])]
    assert colors[0] == colors[1] != colors[2]


def test_formats_may_differ_by_metric(display):
    auc, loss = display.plot(values_format=[".1f", ".0%"]).axes_
    assert "0.8" in written(auc)
    assert "60%" in written(loss)


def test_intervals_are_lines_and_may_be_missing():
    intervals = np.full((3, 2, 2), np.nan)
    intervals[2, 0] = [0.76, 0.84]
    display = ScoreComparisonDisplay(METHODS, METRICS, VALUES, intervals=intervals)
    lines = [line.get_segments()[0] for line in display.plot().axes_[0].collections]
    drawn = [line for line in lines if len(line)]
    np.testing.assert_allclose(drawn, [[[0.76, 2], [0.84, 2]]])


def test_missing_value_is_left_blank():
    display = ScoreComparisonDisplay(["a", "b"], ["AUC"], [[np.nan], [0.6]]).plot()
    assert written(display.axes_[0]) == {"": "normal", "0.600": "bold"}


def test_draws_into_given_axes(display):
    figure, axes = plt.subplots(1, 2)
    assert list(display.plot(ax=axes).axes_) == list(axes)
    assert display.figure_ is figure


def test_shares_the_place_of_one_axes(display):
    figure, (ax, other) = plt.subplots(1, 2)
    display.plot(ax=ax)
    assert len(display.axes_) == 2
    right_end = max(panel.get_position().x1 for panel in display.axes_)
    assert right_end < other.get_position().x0
    assert display.figure_ is figure


def test_one_metric_takes_the_axes_itself():
    _, ax = plt.subplots()
    display = ScoreComparisonDisplay(["a"], ["AUC"], [[0.6]]).plot(ax=ax)
    assert display.axes_[0] is ax


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": [[0.7, 0.6]]}, r"shape \(1, 2\), but there are 3 methods"),
        ({"intervals": [[0, 1]]}, r"shape \(1, 2\); a lower and an upper end"),
        ({"lower_is_better": ["loss"]}, r"names \['loss'\]; known are \['AUC'"),
        ({"values": [[0.7, np.nan]] * 3}, "NaN alone"),
        ({"ties": [[True, False]]}, r"ties has shape \(1, 2\)"),
        ({"methods": [], "values": np.empty((0, 2))}, "at least one of each"),
    ],
)
def test_wrong_numbers_are_refused(changes, message):
    numbers = {"methods": METHODS, "metrics": METRICS, "values": VALUES} | changes
    with pytest.raises(ValueError, match=message):
        ScoreComparisonDisplay(**numbers).plot()


def test_unknown_highlight_is_refused(display):
    with pytest.raises(ValueError, match=r"highlight names \['theirs'\]"):
        display.plot(highlight="theirs")


def test_wrong_axes_are_refused(display):
    with pytest.raises(ValueError, match="3 axes for 2 metrics"):
        display.plot(ax=plt.subplots(1, 3)[1])
    with pytest.raises(ValueError, match="no place in a grid"):
        display.plot(ax=plt.figure().add_axes((0, 0, 1, 1)))


def test_matplotlib_is_imported_by_plot_alone():
    code = (
        "import sys\n"
        "from sklearn_featrix.inspection import ScoreComparisonDisplay\n"
        "ScoreComparisonDisplay(['a'], ['AUC'], [[0.6]])\n"
        "assert 'matplotlib' not in sys.modules\n"
        "sys.modules['matplotlib.pyplot'] = None\n"
        "ScoreComparisonDisplay(['a'], ['AUC'], [[0.6]]).plot()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "needs matplotlib" in done.stderr
    assert "sklearn-featrix[plot]" in done.stderr
