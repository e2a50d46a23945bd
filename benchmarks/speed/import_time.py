"""`import sklearn_featrix` costs no more than importing scikit-learn's own room."""

from __future__ import annotations

from benchmarks.speed.measure import alternate, row, run_child

OURS = "sklearn_featrix"
REFERENCE = "sklearn.semi_supervised"
HEAVY = ("torch", "skorch", "skrub", "pandas", "matplotlib")


def heavy_modules_loaded_by(module: str) -> list[str]:
    """Names among `HEAVY` that importing `module` loads."""
    code = f"import sys, {module}; print(*sorted({{*sys.modules}} & {{*{HEAVY!r}}}))"
    return run_child(code).output.split()


def import_seconds(module: str) -> float:
    """Seconds of the import alone, without the interpreter's start."""
    code = (
        "from time import perf_counter; start = perf_counter(); "
        f"import {module}; print(perf_counter() - start)"
    )
    return float(run_child(code).output)


def run(repeats: int = 7) -> list[dict[str, object]]:
    """Measure the import of both packages in fresh interpreters, in turn."""
    loaded = heavy_modules_loaded_by(OURS)
    if loaded:
        raise AssertionError(
            f"import {OURS} loads {', '.join(loaded)}; import it where it is used."
        )
    ours, reference = alternate(
        lambda: import_seconds(OURS), lambda: import_seconds(REFERENCE), repeats=repeats
    )
    return [
        row("import_time", f"{OURS} / {REFERENCE}", ours, reference, target="<= 1.1")
    ]
