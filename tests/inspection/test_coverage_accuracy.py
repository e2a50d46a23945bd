import matplotlib as mpl
import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.naive_bayes import GaussianNB

mpl.use("Agg")
from matplotlib import pyplot as plt

from sklearn_featrix import LabeledOnly, SelectiveClassifier
from sklearn_featrix.inspection import CoverageAccuracyDisplay

RNG = np.random.default_rng(0)
Y = np.arange(200) % 2
X = RNG.normal(size=(200, 2)) + Y[:, None]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_curve_is_drawn():
    display = CoverageAccuracyDisplay([0.5, 1.0], [0.9, 0.8], target=0.85, chosen=0.5)
    assert display.plot(label="ours") is display
    np.testing.assert_array_equal(display.line_.get_xydata(), [[0.5, 0.9], [1, 0.8]])
    assert [text.get_text() for text in display.ax_.texts] == ["target"]
    heights = [line.get_ydata()[0] for line in display.ax_.lines]
    assert 0.85 in heights
    assert display.figure_ is display.ax_.figure


def test_intervals_are_wilsons():
    display = CoverageAccuracyDisplay([0.5, 1.0], [0.9, 0.8], n_rows=40).plot()
    band = display.ax_.collections[0].get_paths()[0].vertices
    expected = binomtest(32, 40).proportion_ci(0.9, method="wilson")
    at_all = band[np.isclose(band[:, 0], 1.0), 1]
    np.testing.assert_allclose([at_all.min(), at_all.max()], expected)


def test_from_predictions_leaves_out_unlabeled_rows():
    proba = GaussianNB().fit(X, Y).predict_proba(X)
    partial = np.where(np.arange(200) < 50, Y, -1)
    _, ax = plt.subplots()
    display = CoverageAccuracyDisplay.from_predictions(
        partial, proba.argmax(axis=1), proba.max(axis=1), ax=ax
    )
    assert display.ax_ is ax
    assert display.n_rows == 50


def test_a_mark_of_your_own_and_a_label_for_the_legend():
    answers = np.where(np.arange(200) < 20, 9, Y)
    display = CoverageAccuracyDisplay.from_predictions(
        answers, Y, np.linspace(0, 1, 200), unlabeled=9, label="ours"
    )
    assert display.n_rows == 180
    (text,) = display.ax_.get_legend().get_texts()
    assert text.get_text() == "ours"


def test_from_estimator_marks_the_threshold():
    selective = SelectiveClassifier(LabeledOnly(GaussianNB()), target=0.8).fit(X, Y)
    display = CoverageAccuracyDisplay.from_estimator(selective)
    coverage, _, thresholds = selective.curve_
    answered = coverage[thresholds >= selective.threshold_]
    assert (display.target, display.chosen) == (0.8, answered[-1])
    stated = SelectiveClassifier(LabeledOnly(GaussianNB()), criterion="confidence")
    with pytest.raises(ValueError, match="no curve_"):
        CoverageAccuracyDisplay.from_estimator(stated.fit(X, Y))


def test_two_estimators_side_by_side_with_their_names():
    _, ax = plt.subplots()
    for target in (0.8, 0.7):
        selective = SelectiveClassifier(LabeledOnly(GaussianNB()), target=target)
        display = CoverageAccuracyDisplay.from_estimator(
            selective.fit(X, Y), ax=ax, label=f"{target:.0%}"
        )
        assert display.ax_ is ax
        assert display.line_.get_label() == f"{target:.0%}"
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["80%", "70%"]
    unnamed = CoverageAccuracyDisplay.from_estimator(selective)
    assert unnamed.ax_ is not ax
    assert unnamed.ax_.get_legend() is None


def test_wrong_lengths():
    with pytest.raises(ValueError, match="one value of each"):
        CoverageAccuracyDisplay([0.5, 1.0], [0.9]).plot()
