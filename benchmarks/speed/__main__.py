"""Run the speed benchmarks: ``python -m benchmarks.speed [names...]``."""

from __future__ import annotations

import argparse
import csv
import operator
import pkgutil
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from benchmarks import speed

_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def discover() -> dict[str, object]:
    """Functions ``run`` of the modules in this folder, by module name."""
    names = sorted(module.name for module in pkgutil.iter_modules(speed.__path__))
    modules = {
        name: import_module(f"{speed.__name__}.{name}")
        for name in names
        if not name.startswith("_")
    }
    return {name: module.run for name, module in modules.items() if _is_one(module)}


def _is_one(module: object) -> bool:
    return callable(getattr(module, "run", None))


def verdict(ratio: float, target: str | None) -> str:
    """Say "pass" or "MISS"; nothing where there is no target."""
    if target in (None, ""):
        return ""
    sign, _, bound = str(target).strip().partition(" ")
    if sign not in _COMPARE:
        raise ValueError(
            f"target {target!r} is not understood; write a sign, a blank and a number, "
            'e.g. "<= 1.1".'
        )
    return "pass" if _COMPARE[sign](float(ratio), float(bound)) else "MISS"


def as_table(rows: Iterable[dict[str, object]]) -> str:
    """Align the rows for the eye, with the verdict at the end."""
    lines = [(*speed.ROW, "verdict")]
    for row in rows:
        cells = (_shown(row[key]) for key in speed.ROW)
        lines.append((*cells, verdict(row["ratio"], row["target"])))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def write_csv(rows: Iterable[dict[str, object]], path: Path) -> None:
    """Write the rows with the columns of `speed.ROW` and the verdict."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*speed.ROW, "verdict"])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "verdict": verdict(row["ratio"], row["target"])})


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write; the number of missed targets is the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("names", nargs="*", help="benchmarks to run (default: all)")
    parser.add_argument(
        "--output", type=Path, default=Path("benchmarks/results/speed.csv")
    )
    options = parser.parse_args(arguments)
    known = discover()
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
    rows = [row for name in options.names or known for row in known[name]()]
    print(as_table(rows))
    write_csv(rows, options.output)
    return sum(verdict(row["ratio"], row["target"]) == "MISS" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
