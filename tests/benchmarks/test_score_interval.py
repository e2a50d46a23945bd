import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from benchmarks.score_interval import __main__ as command
from benchmarks.score_interval import report, study
from sklearn_featrix import LabeledOnly, cross_val_interval

RNG = np.random.default_rng(0)
Y = np.arange(400) % 2
X = RNG.normal(size=(400, 3)) + Y[:, None]


@pytest.fixture
def bayes(monkeypatch):
    monkeypatch.setattr(
        study, "CLASSIFIERS", {"bayes": ("linear", 0, GaussianNB)}
    )  # fmt: skip


def test_folds_are_those_of_cross_val_interval():
    scores = study.fold_scores(GaussianNB(), X[:40], Y[:40], seed=3, has_auc=True)
    for metric, scoring in {"accuracy": "accuracy", "auc": "roc_auc"}.items():
        interval = cross_val_interval(
            LabeledOnly(GaussianNB()), X[:40], Y[:40], scoring=scoring, n_repeats=3,
            random_state=3,
        )  # fmt: skip
        np.testing.assert_allclose(scores[metric], interval.scores)


def test_draws_are_random_and_have_two_of_each_class():
    rare = (np.arange(400) < 40).astype(int)
    rows = [study.draw_rows(rare, 20, draw) for draw in range(5)]
    assert len({tuple(each) for each in rows}) == 5
    for draw, each in enumerate(rows):
        assert np.bincount(rare[each]).min() >= 2
        np.testing.assert_array_equal(each, study.draw_rows(rare, 20, draw))


def test_a_cell_and_its_report(bayes, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study, "artificial", lambda name: (X, Y))
    path = tmp_path / "cells.csv"
    arguments = ["--tables", "rare", "--classifiers", "bayes", "--output", str(path)]
    command.main([*arguments, "--draws", "2"])
    command.main([*arguments, "--draws", "3"])  # goes on where it was
    cells = pd.read_csv(path)
    accuracy = cells[cells["metric"] == "accuracy"]
    assert accuracy["draw"].tolist() == [0, 1, 2]
    capsys.readouterr()
    report.main([str(path)])
    text = capsys.readouterr().out
    assert "## accuracy, 20 labels" in text
    assert "| rare | bayes | 3 |" in text


def test_share_of_intervals_that_hold_the_truth():
    cells = pd.DataFrame(
        {
            "table": "t", "classifier": "c", "draw": [0, 1], "truth": [0.75, 0.05],
            "class_counts": "10 10", "scores": " ".join(["0.75"] * 15),
        }
    )  # fmt: skip
    (line,) = report.lines(cells, "accuracy")
    assert line[:5] == ("t", "c", "2", "0.400", "+0.350")
    assert line[5] == "0.500 (0.00)"
    assert line[6].startswith("0.500 (0.3")
