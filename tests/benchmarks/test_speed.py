import csv

import pytest

from benchmarks.speed import ROW, __main__, import_time
from benchmarks.speed.measure import row

ROWS = [
    row("loop", "small", 1.0, 2.0, target=">= 0.85"),
    row("loop", "large", 3.0, 2.0, target="<= 1.6"),
    row("loop", "shown", 3.0, 2.0),
]


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.setattr(
        __main__, "discover", lambda: {"loop": lambda: ROWS, "other": lambda: ROWS[1:]}
    )


@pytest.mark.parametrize(
    ("ratio", "target", "expected"),
    [
        (1.1, "<= 1.1", "pass"),
        (1.2, "<= 1.1", "MISS"),
        (0.9, ">= 0.85", "pass"),
        (0.8, ">= 0.85", "MISS"),
        (2.0, None, ""),
    ],
)
def test_verdict(ratio, target, expected):
    assert __main__.verdict(ratio, target) == expected


def test_verdict_refuses_a_target_it_cannot_read():
    with pytest.raises(ValueError, match="'at most 1' is not understood"):
        __main__.verdict(1.0, "at most 1")


def test_discovers_only_modules_with_run():
    found = __main__.discover()
    assert found["import_time"] is import_time.run
    assert not {"measure", "__main__"} & found.keys()


def test_prints_an_aligned_table_and_writes_csv(benchmarks, tmp_path, capsys):
    path = tmp_path / "new" / "speed.csv"
    assert __main__.main(["--output", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [line.split()[-1] for line in lines[1:]][:2] == ["MISS", "pass"]
    with path.open() as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == [*ROW, "verdict"]
    assert [line["case"] for line in written] == [
        "small", "large", "shown", "large", "shown",
    ]  # fmt: skip


def test_runs_the_named_benchmarks_only(benchmarks, tmp_path, capsys):
    assert __main__.main(["other", "--output", str(tmp_path / "speed.csv")]) == 0
    assert "small" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        __main__.main(["unheard-of"])
    assert "unknown: unheard-of; there are: loop, other" in capsys.readouterr().err


def test_import_loads_nothing_heavy():
    assert import_time.heavy_modules_loaded_by(import_time.OURS) == []
    assert import_time.heavy_modules_loaded_by("pandas") == ["pandas"]


def test_import_time_is_within_its_target():
    (line,) = import_time.run(repeats=1)
    assert set(line) == set(ROW)
    assert __main__.verdict(line["ratio"], line["target"]) == "pass"


def test_import_time_names_heavy_modules(monkeypatch):
    monkeypatch.setattr(import_time, "heavy_modules_loaded_by", lambda _: ["torch"])
    with pytest.raises(AssertionError, match="loads torch; import it where"):
        import_time.run()
