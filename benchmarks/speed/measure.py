"""How to measure on a machine that is never quiet: alternate, take medians."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class ChildUsage:
    """What one fresh interpreter used."""

    seconds: float
    peak_bytes: int
    output: str


def seconds_of(function: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def alternate(
    ours: Callable[[], float], reference: Callable[[], float], *, repeats: int = 5
) -> tuple[float, float]:
    """Medians of two measurements taken in turn, so that both meet the same noise.

    Parameters
    ----------
    ours, reference : callable
        Take one measurement and return it. Each is called once before, unmeasured.
    repeats : int, default=5
        Number of measurements of each.

    Returns
    -------
    tuple of float
        Median of ours, median of the reference.
    """
    taken: dict[Callable[[], float], list[float]] = {ours: [], reference: []}
    for measure in (ours, reference):
        measure()
    for turn in range(repeats):
        for measure in (ours, reference) if turn % 2 else (reference, ours):
            taken[measure].append(measure())
    return median(taken[ours]), median(taken[reference])


def run_child(code: str) -> ChildUsage:
    """Run Python code in a fresh interpreter.

    Parameters
    ----------
    code : str
        Program for ``python -c``; it sees the current directory and environment, and
        ends its last line of output with a newline.

    Returns
    -------
    ChildUsage
        Wall seconds, peak resident memory in bytes, standard output.

    Raises
    ------
    RuntimeError
        If the interpreter ends with an error.
    """
    child = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, code], stdout=subprocess.PIPE, text=True
    )
    if child.returncode:
        raise RuntimeError(f"The measured program ended with {child.returncode}:{code}")
    *output, report = child.stdout.splitlines(keepends=True)
    seconds, peak = report.split()
    return ChildUsage(float(seconds), int(peak) * _RSS_UNIT, "".join(output))


# A process inherits the peak of the one that starts it, so a small one stands between.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", sys.argv[1]])
_, status, usage = os.wait4(pid, 0)
print(time.perf_counter() - start, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def row(
    benchmark: str,
    case: str,
    ours: float,
    reference: float,
    *,
    target: str | None = None,
    unit: str = "s",
    ratio: float | None = None,
) -> dict[str, object]:
    """One line of the table; the ratio is ours / reference unless it is given."""
    return {
        "benchmark": benchmark,
        "case": case,
        "ours": ours,
        "reference": reference,
        "ratio": ours / reference if ratio is None else ratio,
        "target": target,
        "unit": unit,
    }
