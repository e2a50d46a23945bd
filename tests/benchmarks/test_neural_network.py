import pandas as pd
import pytest

from benchmarks.label_efficiency.splits import side
from benchmarks.label_efficiency.tables import Table
from benchmarks.neural_network import __main__, study
from benchmarks.neural_network.report import report
from sklearn_featrix import EmbeddingTransformer, TabularNetClassifier


@pytest.fixture
def quick(monkeypatch):
    """The same study with short trainings."""
    monkeypatch.setattr(
        study,
        "EmbeddingTransformer",
        lambda **kw: EmbeddingTransformer("denoising", effort="low", max_steps=3, **kw),
    )
    monkeypatch.setattr(
        study,
        "TabularNetClassifier",
        lambda **kw: TabularNetClassifier(
            **{"n_members": 1, "max_epochs": 10, "learning_rate": 0.01, **kw}
        ),
    )


def test_every_method_is_scored_on_the_same_rows(quick, make_table):
    methods = ["logistic_regression", "random_forest", "net", "net, embedding=None"]
    rows = list(study.run_trial(make_table(n_classes=2), 0, [60, 5000], methods))
    assert [row["method"] for row in rows] == methods
    assert {row["budget"] for row in rows} == {60}  # the pool has no 5,000 rows
    assert all(row["auc"] > 0.6 for row in rows)


def test_tables_stand_on_their_side_of_the_split():
    for name, tables in __main__.TABLES.items():
        assert {side(table) for table in tables} == {name}


def test_every_net_differs_from_the_default():
    usual = TabularNetClassifier().get_params()
    for name, changed in study.NETS.items():
        assert all(usual[key] != value for key, value in changed.items()), name


def scored(method, table, auc, log_loss):
    return {
        "table": table, "seed": 0, "budget": 1000, "method": method, "auc": auc,
        "log_loss": log_loss, "balanced_accuracy": 0.5, "seconds": 1.0,
    }  # fmt: skip


def test_report_counts_wins_and_names_the_worst_table():
    rows = pd.DataFrame(
        [
            scored("net", "a", 0.90, 0.3),
            scored("net", "b", 0.80, 0.5),
            scored("peer", "a", 0.85, 0.4),
            scored("peer", "b", 0.82, 0.4),
        ]
    )
    text = report(rows, "net")
    peer = next(line for line in text.splitlines() if line.startswith("| peer"))
    assert "+1.50 ± 3.50 | 1/2 | -2.00 (b)" in peer
    assert "+0.0000 ± 0.1000 | 1/2 | -0.1000 (b)" in peer
    assert "| a | 90.00 | 85.00 |" in text


def test_files_are_written_as_the_study_goes(quick, make_table, tmp_path, monkeypatch):
    table = make_table(n_classes=2)
    frame = table.X.assign(target=table.y)
    frame.to_parquet(tmp_path / "blobs.parquet")
    out = tmp_path / "out.csv"
    arguments = [
        "prog", "run", "--data-dir", str(tmp_path), "--out", str(out), "--tables",
        "blobs", "--seeds", "0", "--budgets", "40", "--methods", "logistic_regression",
    ]  # fmt: skip
    monkeypatch.setattr("sys.argv", arguments)
    __main__.main()
    assert isinstance(table, Table)
    assert pd.read_csv(out).method.tolist() == ["logistic_regression"]
    monkeypatch.setattr(
        "sys.argv", ["prog", "report", str(out), "--baseline", "logistic_regression"]
    )
    __main__.main()
