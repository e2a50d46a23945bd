import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency.protocol import Trial
from benchmarks.label_propagation import __main__ as study

pytest.importorskip("faiss")  # one of the methods
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def results(make_table, stand_ins):
    readers = []
    for name in ("one", "two"):
        readers.append(lambda name=name: make_table(name))
        readers[-1].name = name
    return pd.DataFrame(study.run(readers, range(1), [20, 40]))


def test_every_method_is_scored_on_every_table(results):
    methods = {*study.make_models(0), study.VOTE}
    counts = results.groupby("method")[["accuracy", "unreached"]].count()
    assert set(counts.index) == methods
    assert (counts == 4).all(axis=None)
    assert set(study.REFERENCE_OF) | set(study.REFERENCE_OF.values()) == methods
    assert results[list(study.METRICS)].min(axis=None) > 0.2


def test_scores_are_those_of_the_unlabeled_rows(make_table, stand_ins):
    trial = Trial(make_table(), 0)
    rows = {row["method"]: row for row in study.measure(trial, 20)}
    model = study.make_models(0)["spreading"]
    labeled = study.draw_labeled(trial.y_pool, 20, 0)
    y = np.where(np.isin(np.arange(len(trial.y_pool)), labeled), trial.y_pool, -1)
    model.fit(trial.spaces("linear")[0], y)
    hits = (model.transduction_ == trial.y_pool)[y == -1]
    assert rows["spreading"]["accuracy"] == hits.mean()


def test_report_tells_differences_in_points(results):
    results = results.copy()
    results.loc[results["method"] == "spreading", "accuracy"] = 0.9
    results.loc[results["method"] == "spreading, scikit-learn", "accuracy"] = 0.8
    text = study.report(results)
    assert "| spreading | +10.0 ± 0.0 (2/0) |" in text
    assert "| one | 80.0 / " in text


def test_main_writes_the_cells(monkeypatch, tmp_path, capsys, results):
    monkeypatch.setattr(study, "load_folder", lambda folder, names: names)
    monkeypatch.setattr(study, "run", lambda *_: results.to_dict("records"))
    path = tmp_path / "new" / "cells.csv"
    assert study.main(["--data-dir", "somewhere", "--output", str(path)]) == 0
    assert "minus scikit-learn's" in capsys.readouterr().out
    assert len(pd.read_csv(path)) == len(results)
