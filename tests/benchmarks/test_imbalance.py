import csv

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

pytest.importorskip("lightgbm")
pytest.importorskip("xgboost")

from benchmarks.imbalance import __main__, report, study, tables
from benchmarks.imbalance.methods import METHODS, Cell
from sklearn_featrix import (
    EmbeddingTransformer,
    LabeledOnly,
    PriorCorrectedClassifier,
)

# one of each kind; the others when there is time
QUICK = {"logistic", "logistic, SMOTE in the embedding", "xgboost, focal", "net"}
CHEAP = [
    pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow])
    for name in METHODS
    if not name.startswith("ours")
]


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    y = (rng.uniform(size=400) < 0.06).astype(int)
    X = rng.normal(size=(400, 3)) + 2 * y[:, None]
    return pd.DataFrame(X, columns=list("abc")), y


@pytest.fixture(scope="module")
def draw(frame):
    draw = tables.draw(*frame, seed=0)
    small = EmbeddingTransformer(effort="low", max_steps=2, random_state=0)
    # a cached property is an entry of the instance, which is how it can be replaced
    draw.__dict__["embedding"] = FrozenEstimator(small.fit(draw.X))
    return draw


def test_rows_are_dealt_out_with_the_rare_class_in_proportion(frame, draw):
    assert len(draw.X) == len(draw.y) == 200
    assert len(draw.X_test) == 200
    assert abs(int(draw.y.sum()) - int(draw.y_test.sum())) <= 1


def test_few_labels_are_among_many_and_the_rare_class_is_there(draw):
    few, many = draw.partial_labels(20), draw.partial_labels(100)
    assert ((few >= 0).sum(), (many >= 0).sum()) == (20, 100)
    assert (few == 1).sum() >= tables.MIN_POSITIVE
    np.testing.assert_array_equal(few[few >= 0], draw.y[few >= 0])
    lost = (few >= 0) & (many < 0)
    assert lost.sum() <= tables.MIN_POSITIVE


@pytest.mark.parametrize("name", CHEAP)
def test_every_cheap_cell_is_scored_and_ranks(draw, name):
    row = study.run_cell(Cell(draw, 60), METHODS[name])
    assert not row.get("error")
    assert set(row) <= set(study.COLUMNS)
    assert row["average_precision"] > 2 * row["true_share"]


def test_what_reads_probabilities_shares_one_fit(draw, monkeypatch):
    fits = []

    class Stub:
        classes_ = np.array([0, 1])

        def __init__(self, *args, **options):
            pass

        def fit(self, X, y):
            fits.append(len(X))
            return self

        def predict_proba(self, X):
            share = np.linspace(0, 1, len(X))
            return np.column_stack([1 - share, share])

    monkeypatch.setattr("benchmarks.imbalance.methods.SemiSupervisedClassifier", Stub)
    cell = Cell(draw, 60)
    rows = {
        name: study.run_cell(cell, METHODS[name])
        for name in ("ours", "ours, prior balanced", "ours, prior known")
    }
    assert fits == [200]
    ranks = {row["average_precision"] for row in rows.values()}
    assert len(ranks) == 1
    assert (
        rows["ours, prior balanced"]["mean_probability"]
        > rows["ours, prior known"]["mean_probability"]
    )


def test_a_method_that_fails_is_a_line_with_its_error(draw):
    row = study.run_cell(Cell(draw, 60), lambda cell: cell.nonsense)
    assert row["error"].startswith("AttributeError")


def test_cells_in_the_file_are_not_run_again(frame, tmp_path):
    X, y = frame
    X.assign(target=np.where(y == 1, "rare", "usual")).to_parquet(
        tmp_path / "t.parquet"
    )
    path = tmp_path / "out.csv"
    common = [
        "--data-dir", str(tmp_path), "--tables", "t", "--labels", "40", "--seeds", "0",
        "--output", str(path), "--methods", "logistic",
    ]  # fmt: skip
    for extra in ([], ["xgboost"], ["xgboost"]):
        assert __main__.main([*common, *extra]) == 0
    with path.open(newline="") as file:
        assert [row["method"] for row in csv.DictReader(file)] == [
            "logistic",
            "xgboost",
        ]


@pytest.fixture
def cells():
    common = {"n_labels": 100, "true_share": 0.02, "error": np.nan, "brier": 0.01}
    common |= {"n_unlabeled": 1900, "n_test": 3000, "noise": 0.001}
    gains = {
        "ours": (0.6, 0.5, 0.02),
        "ours, prior balanced": (0.7, 0.5, 0.2),
        "ours, prior known": (0.6, 0.5, 0.021),
        "BalancedRandomForest": (0.7, 0.4, 0.3),
        "EasyEnsemble": (0.7, 0.3, 0.4),
    }
    rows = [
        common | {"table": table, "seed": seed, "method": method}
        | {"balanced_accuracy": b, "average_precision": a - 0.1 * (table == "u")}
        | {"mean_probability": p}
        for table in "tu"
        for seed in (0, 1)
        for method, (b, a, p) in gains.items()
    ]  # fmt: skip
    return pd.DataFrame([*rows, rows[0] | {"method": "late", "average_precision": 0.9}])


def test_the_report_says_what_was_asked_for(cells):
    text = report.render(cells)
    assert "## 100 labels: 2 tables, 4 draws" in text
    assert "average precision of 'ours' 0.450, of the best peer 0.350 (Bal" in text
    assert "higher in 8 of 8 comparisons" in text
    assert "over none: +10.0 points; by draw at least 4 in 4 of 4" in text
    assert "mean share of the rare class: 0.0200" in text
    assert "0.0210; off by x 1.05 in the median, within 10 % in 100% of the d" in text
    assert "where chance allows 96%" in text
    assert (
        "| EasyEnsemble | 0.700 | 0.250 | 0.0100 | 0.4000 | x 20.00 | 0% |  |" in text
    )
    assert "| u | 0.300 | 0.200 | 0.400 |" in text
    assert "On 1 draws only" in text
    assert "| late | 0.600 | 0.900 |" in text


def test_chance_is_what_a_right_mean_of_so_many_rows_has():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [2970, 30])
    proba = np.where(rng.uniform(size=(400, 3000)) < 0.5, 0.6, 0.2) * y
    proba = np.maximum(proba, 0.002)
    expected = 0.01 * 0.4 + 0.99 * 0.002
    near = np.abs(proba.mean(axis=1) / expected - 1) <= report.NEAR
    values = study.scores(y, proba[0], proba[0] > 0.5)
    assert values["noise"] == pytest.approx(proba.mean(axis=1).std(), rel=0.15)
    cell = values | {"mean_probability": expected, "n_unlabeled": 3000, "n_test": 3000}
    names = ["ours, prior known", "ours, prior known, matched", "ours"]
    chance = report.by_chance(pd.DataFrame([cell | {"method": n} for n in names]))
    assert chance[0] == pytest.approx(near.mean(), abs=0.05)
    assert 0.05 < chance[1] < chance[0] - 0.05  # the rows matched by have a chance too
    assert np.isnan(chance[2])


@pytest.mark.slow
def test_matching_to_the_pool_leaves_little_but_chance():
    rng = np.random.default_rng(1)

    def rows(n):
        y = (np.arange(n) < n // 100).astype(int)
        return rng.normal(size=(n, 3)) + [3.5, 0, 0] * y[:, None], y

    lines = []
    for _ in range(80):
        (X, y), (X_test, y_test) = rows(2000), rows(3000)
        seen = np.r_[:10, 20 + rng.choice(1980, 90, replace=False)]  # 10 of 20 rare
        partial = np.full(2000, -1)
        partial[seen] = y[seen]
        for how in ("matched", "matched_pool"):
            model = PriorCorrectedClassifier(
                LabeledOnly(LogisticRegression()), {1: 0.01}, training_prior=how
            ).fit(X, partial)
            proba = model.predict_proba(X_test)[:, 1]
            scores = study.scores(y_test, proba, proba > 0.5)
            cell = {"method": f"ours, prior known, {how}", "table": "t"}
            lines.append(cell | scores | {"n_unlabeled": 1900, "n_test": 3000})
    means = report.figures(pd.DataFrame(lines)).reset_index(drop=True)
    matched, pool = means["near"]
    assert matched < pool - 0.3
    assert means["could"][1] - 0.25 < pool < means["could"][1] + 0.1
    assert means["mean_probability"][0] > 0.0115
    assert means["mean_probability"][1] == pytest.approx(0.01, rel=0.1)


def test_the_report_is_printed_without_failed_cells(cells, tmp_path, capsys):
    path = tmp_path / "cells.csv"
    failed = cells.iloc[[0]].assign(error="ValueError", average_precision=np.nan)
    pd.concat([cells, failed]).to_csv(path, index=False)
    assert report.main([str(path)]) == 0
    assert capsys.readouterr().out == report.render(cells)
