import time

import pytest

from sklearn_featrix.embedding._clock import Clock


def test_half_of_the_time_that_is_left(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    clock = Clock(time_limit=60, verbose=0)
    assert (clock.began, clock.deadline) == (100, 160)
    monkeypatch.setattr(time, "monotonic", lambda: 120.0)
    assert clock.halfway() == 140


def test_no_limit_is_never_over():
    clock = Clock(time_limit=None, verbose=0)
    assert clock.deadline is clock.halfway() is None


@pytest.mark.parametrize(("verbose", "line"), [(0, ""), (1, "encoded  2.5 s\n")])
def test_lines_say_the_seconds_if_they_are_wanted(monkeypatch, capsys, verbose, line):
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    clock = Clock(time_limit=None, verbose=verbose)
    monkeypatch.setattr(time, "monotonic", lambda: 102.5)
    clock.say("encoded")
    assert capsys.readouterr().out == line
