import numpy as np

from benchmarks.speed import ROW, __main__, in_context
from benchmarks.speed.measure import ChildUsage


def test_task_has_labels_in_its_first_rows():
    X, y = in_context.make_task(200, 10, n_labeled=50)
    assert X.shape == (200, 10)
    assert set(y[:50]) == {0, 1}
    assert (y[50:] == -1).all()


def test_a_pass_takes_time():
    assert in_context.cpu_seconds_per_member() > 0


def test_rows_say_whether_the_bounds_are_kept(monkeypatch):
    asked = []

    def run_child(code):
        asked.append(code)
        return ChildUsage(1.0, 2**29, "")

    monkeypatch.setattr(in_context, "run_child", run_child)
    monkeypatch.setattr(in_context, "cpu_seconds_per_member", lambda: 0.2)
    rows = in_context.run(repeats=1)
    assert all(set(row) == set(ROW) for row in rows)
    verdicts = [__main__.verdict(row["ratio"], row["target"]) for row in rows]
    assert verdicts == ["MISS", "pass", ""]
    np.testing.assert_allclose([row["ratio"] for row in rows], [2, 0.5, 0.5])
    assert [".predict_proba(X)" in code for code in asked] == [False, True]
