import pytest

from benchmarks.speed.measure import alternate, row, run_child, seconds_of


def test_alternate_takes_turns_and_the_medians():
    calls = []
    ours, reference = iter([9, 1, 3, 2]), iter([9, 6, 4, 5])

    def take(name, values):
        calls.append(name)
        return next(values)

    medians = alternate(
        lambda: take("ours", ours), lambda: take("reference", reference), repeats=3
    )
    assert medians == (2, 5)
    assert calls.count("ours") == calls.count("reference") == 4
    assert {tuple(calls[i : i + 2]) for i in range(0, 8, 2)} == {
        ("ours", "reference"),
        ("reference", "ours"),
    }


def test_child_reports_time_output_and_peak_memory():
    small = run_child("import time; time.sleep(0.05); print('done')")
    large = run_child("held = bytearray(200_000_000)")
    assert small.output == "done\n"
    assert small.seconds > 0.05
    assert large.peak_bytes - small.peak_bytes == pytest.approx(200e6, rel=0.2)


def test_child_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match=r"ended with 3:raise SystemExit\(3\)"):
        run_child("raise SystemExit(3)")


def test_seconds_of_and_row():
    assert seconds_of(lambda: None) >= 0
    assert row("a", "b", 3.0, 2.0)["ratio"] == 1.5
    assert row("a", "b", 3.0, 2.0, ratio=7.0)["ratio"] == 7.0
