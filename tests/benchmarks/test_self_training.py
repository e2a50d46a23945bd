import csv

import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency.protocol import METRICS, Trial
from benchmarks.self_training import __main__, report, study
from benchmarks.speed import self_training as speed


@pytest.fixture
def trial(make_table, stand_ins):
    return Trial(make_table(n_classes=2), seed=0)


@pytest.mark.parametrize(
    ("base", "method"),
    [
        pytest.param(
            base,
            method,
            marks=[pytest.mark.slow] * (base == "extra_trees" and "calib" in method),
        )
        for base in study.BASES
        for method in study.METHODS
    ],
)
def test_every_cell_is_scored_and_better_than_chance(trial, base, method):
    row = study.run_cell(trial, 30, base, method)
    assert row.keys() <= set(study.COLUMNS)
    assert row["auc"] > 0.6
    assert row["share"] == pytest.approx(trial.y_test.mean(), abs=0.2)
    assert (row["n_rounds"] > 0) >= (method == "ours_soft")
    assert row["n_rounds"] == 0 or method != "base"


def test_all_methods_see_the_same_rows_and_no_hidden_label(trial, monkeypatch):
    seen = []

    class Recorder:
        classes_ = np.arange(2)

        def __init__(self, base):
            pass

        def fit(self, X, y):
            seen.append((X, y))

        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    monkeypatch.setattr(study, "MAX_POOL", 100)
    monkeypatch.setattr(study, "METHODS", {"one": Recorder, "other": Recorder})
    for method in ("one", "other"):
        study.run_cell(trial, 30, "logistic_regression", method)
    (X, y), (X_other, y_other) = seen
    assert X.shape == (100, 5)
    assert (y >= 0).sum() == 30
    np.testing.assert_array_equal(X, X_other)
    np.testing.assert_array_equal(y, y_other)


def test_a_method_that_fails_is_a_line_with_its_error(trial, monkeypatch):
    monkeypatch.setattr(study, "METHODS", {"bad": lambda base: base.nonsense})
    monkeypatch.setitem(study.METHODS, "worse", lambda base: type(base)(C=-1))
    row = study.run_cell(trial, 30, "logistic_regression", "worse")
    assert row["error"].startswith("InvalidParameterError")
    assert not set(METRICS) & row.keys()


def test_cells_in_the_file_are_not_run_again(
    make_table, stand_ins, monkeypatch, tmp_path
):
    reader = make_table(n_classes=2)
    monkeypatch.setattr(
        "benchmarks.label_efficiency.tables.load_folder",
        lambda *_: [type("Reader", (), {"name": "t", "__call__": lambda _: reader})()],
    )
    monkeypatch.setattr("benchmarks.label_efficiency.splits.side", lambda _: "tuning")
    path = tmp_path / "out.csv"
    common = [
        "--data-dir", str(tmp_path), "--side", "tuning", "--output", str(path),
        "--bases", "logistic_regression", "--budgets", "20", "--methods", "base",
    ]  # fmt: skip
    for extra in ([], ["ours"], ["ours"]):
        assert __main__.main([*common, *extra]) == 0
    with path.open(newline="") as file:
        assert [row["method"] for row in csv.DictReader(file)] == ["base", "ours"]


def test_speed_rows_name_the_rounds(monkeypatch):
    monkeypatch.setattr(speed, "CASES", [("tiny", 300, speed.CASES[0][2])])
    judged, unjudged = speed.run(repeats=1)
    assert judged["case"].startswith("tiny, judged: ")
    assert unjudged["case"].startswith("tiny, unjudged: ")
    assert judged["ours"] > 0


@pytest.fixture
def cells():
    common = {"seed": 0, "budget": 20, "base": "trees", "error": np.nan}
    rows = []
    for table, base_auc in (("a", 0.8), ("b", 0.6)):
        for method, gain in (("base", 0), ("ours", 0.01), ("scikit_learn", -0.1)):
            rows.append(
                common
                | {"table": table, "method": method, "auc": base_auc + gain}
                | dict.fromkeys(METRICS[1:], 0.5)
                | {"mean_probability": 0.1, "share": 0.05, "fit_seconds": 2.0}
                | {"average_precision": 0.3}
            )
    return pd.DataFrame(rows)


def test_the_report_tells_gains_harm_and_belief(cells):
    text = report.render(cells)
    assert "| ours | +1.00 ± 0.00 (2/0) |" in text
    assert "| base | mean 0.7000 |" in text
    assert "| scikit_learn | -10.0 a |" in text
    assert "| b | 20 | ours | 2.00 | 0.300 |" in text
    assert "| ours | 2.000 |" in text
    assert text.endswith("6 cells, 0 failed.\n")


def test_the_report_is_printed(cells, tmp_path, capsys):
    path = tmp_path / "cells.csv"
    cells.to_csv(path, index=False)
    assert report.main([str(path)]) == 0
    assert capsys.readouterr().out == report.render(cells)
