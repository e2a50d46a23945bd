"""Which tables recipes may be tuned on, and which are for reporting only.

The side of a table is a hash of its name, so it was chosen by nobody and does not
move when tables are added. Tables cut from the same source stay on one side.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

SIDES = ("tuning", "reported")
FOLDER = Path(__file__).parent / "splits"
_SOURCES = {
    "nsl_kdd_u2r": "nsl_kdd",
    "nyc_taxis_color": "nyc_taxis",
    "nyc_taxis_payment": "nyc_taxis",
}


def side(table: str) -> str:
    """Return "tuning" or "reported" for the name of a table."""
    source = _SOURCES.get(table, table)
    return SIDES[sha256(source.encode()).digest()[0] % 2]


def write(tables: Iterable[str], folder: Path = FOLDER) -> None:
    """Write one file per side with its tables, one name a line."""
    tables = sorted(tables)
    for name in SIDES:
        chosen = [table for table in tables if side(table) == name]
        (folder / f"{name}.txt").write_text("\n".join(chosen) + "\n")


def read(path: str | Path) -> list[str]:
    """Names in a file, one a line; text after # does not count."""
    lines = Path(path).read_text().splitlines()
    lines = (line.partition("#")[0].strip() for line in lines)
    return [line for line in lines if line]
