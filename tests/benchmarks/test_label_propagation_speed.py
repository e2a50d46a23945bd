import numpy as np
import pytest

from benchmarks.speed import ROW, __main__, label_propagation
from benchmarks.speed.measure import ChildUsage


@pytest.fixture
def small(monkeypatch):
    for name, value in {
        "N_ROWS": 3000,
        "MANY_ROWS": 6000,
        "N_NEW": 100,
    }.items():
        monkeypatch.setattr(label_propagation, name, value)
    usage = ChildUsage(1.0, 750_000_000, "")
    monkeypatch.setattr(label_propagation, "run_child", lambda _: usage)


def test_task_is_learnable_and_partly_labelled():
    X, labels, y = label_propagation.make_task(500, 12, n_labeled=40)
    assert X.shape == (500, 12)
    assert (labels >= 0).sum() == 40
    np.testing.assert_array_equal(labels[labels >= 0], y[labels >= 0])


def test_turns_are_taken_by_all():
    calls = []
    measures = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    medians = label_propagation.take_turns(measures, repeats=3)
    assert calls == ["a", "b"] * 3
    assert min(medians.values()) >= 0


def test_rows_compare_with_scikit_learn_and_with_fewer_rows(small):
    pytest.importorskip("faiss")
    rows = {row["case"]: row for row in label_propagation.run(repeats=1)}
    assert all(set(row) == set(ROW) for row in rows.values())
    (recall,) = (row for case, row in rows.items() if "recall" in case)
    assert __main__.verdict(recall["ratio"], recall["target"]) == "pass"
    (memory,) = (row for case, row in rows.items() if "memory" in case)
    assert memory["ratio"] == 0.5
    accuracies = [row["ratio"] for case, row in rows.items() if "accuracy" in case]
    assert min(accuracies) > 0.8
