import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency import report

# mean over seeds: easy .90 / .88, hard .60 / .66
CELLS = [
    ("easy", 0, 50, "vote3", 0.92, 0.30),
    ("easy", 1, 50, "vote3", 0.88, 0.30),
    ("easy", 0, 50, "ours", 0.88, 0.28),
    ("easy", 1, 50, "ours", 0.88, 0.28),
    ("hard", 0, 50, "vote3", 0.60, 0.70),
    ("hard", 0, 50, "ours", 0.66, 0.50),
    ("hard", 1, 50, "vote3", 0.99, 0.70),  # ours is missing here: does not count
]


@pytest.fixture
def cells():
    names = ["table", "seed", "budget", "method", "auc", "log_loss"]
    frame = pd.DataFrame(CELLS, columns=names)
    frame["n_pool"] = frame["table"].map({"easy": 100, "hard": 6000})
    frame["fit_seconds"] = 0.25
    frame["error"] = np.nan
    frame["error"] = frame["error"].astype(object)
    return frame


def test_summary_in_closed_form(cells):
    found = report.summary(cells, "auc", "vote3")
    assert list(found.index) == ["ours", "vote3"]
    ours = found.loc["ours"]
    assert ours["mean"] == pytest.approx((0.88 + 0.66) / 2)
    assert ours["difference"] == pytest.approx((-2 + 6) / 2)
    assert ours["se"] == pytest.approx(np.std([-2, 6], ddof=1) / np.sqrt(2))
    assert (ours["wins"], ours["losses"], ours["rank"]) == (1, 1, 1.5)
    assert ours["harm"] == pytest.approx(-2)
    assert ours["worst"] == "easy"


def test_a_difference_inside_the_noise_is_a_tie(cells):
    assert report.summary(cells, "auc", "vote3").loc["ours", "tie"]
    cells.loc[cells["method"] == "ours", "auc"] = [0.92, 0.92, 0.6201]
    found = report.summary(cells, "auc", "vote3")
    assert not found.loc["ours", "tie"]  # 2.00 and 2.01 points
    one = report.summary(cells[cells["table"] == "easy"], "auc", "vote3")
    assert one.loc["ours", "tie"]


def test_lower_log_loss_is_a_gain(cells):
    found = report.summary(cells, "log_loss", "vote3")
    assert found.loc["ours", "wins"] == 2
    assert found.loc["ours", "difference"] == pytest.approx(100 * (0.02 + 0.2) / 2)
    assert found.index[0] == "ours"


def test_only_trials_that_all_methods_finished_count(cells):
    assert report.by_table(cells, "auc").loc["hard", "vote3"] == pytest.approx(0.60)


def test_baseline_without_results_is_an_error(cells):
    with pytest.raises(ValueError, match=r"baseline 'catboost' is not .* ours, v"):
        report.summary(cells, "auc", "catboost")


def test_report_in_markdown(cells, tmp_path, capsys):
    cells.loc[len(cells)] = ["hard", 2, 50, "ours", np.nan, np.nan, 6000, np.nan, "Oh"]
    path, names = tmp_path / "cells.csv", tmp_path / "names.txt"
    cells.to_csv(path, index=False)
    names.write_text("hard\n")
    assert report.main([str(path)]) == 0
    text = capsys.readouterr().out
    assert "## auc, 50 labels, 2 tables" in text
    assert (
        "| ours | 0.7700 | 1.5 | 1/1 | +2.00 ± 4.00 tie | -2.0 easy (100 rows) |"
        in text
    )
    assert "| vote3 | 0.7500 | 1.5 |  |  |  |" in text
    assert "| ours | +2.00 ± 4.00 tie (1/1) |" in text
    assert "| vote3 | mean 0.7500 |" in text
    assert "| ours | 0.25 |" in text
    assert "- hard, seed 2, 50 labels, ours: Oh" in text

    report.main([str(path), "--tables-from", str(names), "--methods", "vote3"])
    text = capsys.readouterr().out
    assert "1 tables" in text
    assert "ours" not in text
    assert "Failed" not in text


def test_labels_that_the_baseline_needs():
    scores = {
        "vote3": [0.6, 0.7, 0.8],
        "ours": [0.65, 0.75, 0.9],
        "bad": [0.5, 0.6, 0.7],
    }
    cells = pd.DataFrame(
        [
            ("t", 0, budget, method, auc)
            for method, curve in scores.items()
            for budget, auc in zip([20, 80, 320], curve, strict=True)
        ],
        columns=["table", "seed", "budget", "method", "auc"],
    )
    found = report.labels_needed(cells, "auc", "vote3")
    np.testing.assert_allclose(found.loc["ours"], [40, 160, np.inf])
    np.testing.assert_allclose(found.loc["bad"], [np.nan, 20, 80])
    shown = report._shown_labels(cells, "auc", "vote3")
    assert "> 320" in shown
    assert "< 20" in shown
