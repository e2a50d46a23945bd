import csv
import time
from dataclasses import dataclass, replace

import pytest

from benchmarks.label_efficiency import __main__, study, tables
from benchmarks.label_efficiency.study import COLUMNS, Plan, Results, run_study

pytestmark = pytest.mark.usefixtures("stand_ins")
METHODS = ("logistic_regression", "extra_trees")


@dataclass(frozen=True)
class Reader:
    name: str
    table: object

    def __call__(self):
        if self.table is None:
            raise OSError("no such file")
        return self.table


@pytest.fixture
def readers(make_table):
    return [Reader(name, make_table(name)) for name in ("first", "second")]


@pytest.fixture
def plan(tmp_path):
    return Plan((20, 50, 500), METHODS, tmp_path / "results" / "cells.csv")


def lines(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_one_line_per_cell_seed_by_seed(readers, plan):
    run_study(readers, 2, plan)
    found = lines(plan.output)
    assert list(found[0]) == list(COLUMNS)
    # of 140 pool rows at most half are labelled: the budget of 500 is left out
    assert [(row["seed"], row["table"], row["budget"]) for row in found[::2]] == [
        (seed, table, budget)
        for seed in "01"
        for table in ("first", "second")
        for budget in ("20", "50")
    ]
    assert {row["method"] for row in found} == set(METHODS)
    assert all(0.5 < float(row["auc"]) <= 1 and not row["error"] for row in found)


def test_a_second_run_adds_only_what_is_missing(readers, plan):
    run_study(readers[:1], 1, plan)
    before = plan.output.read_text()
    run_study(readers, 1, plan)
    after = plan.output.read_text()
    assert after.startswith(before)
    assert len(after.splitlines()) == 1 + 2 * 2 * len(METHODS)
    run_study(readers, 1, plan)
    assert plan.output.read_text() == after


def test_a_line_cut_by_a_kill_is_written_again(readers, plan):
    run_study(readers[:1], 1, plan)
    whole = lines(plan.output)
    plan.output.write_bytes(plan.output.read_bytes()[:-7])
    run_study(readers[:1], 1, plan)
    again = lines(plan.output)
    assert [row["auc"] for row in again] == [row["auc"] for row in whole]


def test_a_failing_method_is_a_line_and_can_be_tried_again(readers, plan, monkeypatch):
    def fail(trial):
        raise RuntimeError("out of\nluck")

    broken = study.METHODS["extra_trees"].__class__("tree", fail)
    with monkeypatch.context() as patch:
        patch.setitem(study.METHODS, "extra_trees", broken)
        run_study(readers[:1], 1, plan)
    errors = [row["error"] for row in lines(plan.output)]
    assert errors == ["", "RuntimeError: out of luck"] * 2
    run_study(readers[:1], 1, plan)
    assert [row["error"] for row in lines(plan.output)] == errors
    Results(plan.output).forget_errors()
    run_study(readers[:1], 1, plan)
    found = lines(plan.output)
    assert len(found) == 4
    assert not any(row["error"] for row in found)


def test_an_unreadable_table_does_not_stop_the_others(readers, plan, caplog):
    caplog.set_level("INFO")
    run_study([Reader("gone", None), *readers], 1, plan)
    assert {row["table"] for row in lines(plan.output)} == {"first", "second"}
    assert "gone seed 0: OSError: no such file" in caplog.text


def test_dropped_classes_are_named(make_table, plan, caplog):
    table = replace(make_table("first"), dropped_classes=["yeti"])
    run_study([Reader("first", table)], 1, plan)
    assert "first: class yeti is too rare, dropped" in caplog.text


def test_nothing_begins_after_the_deadline(readers, plan):
    late = Plan(plan.budgets, plan.methods, plan.output, deadline=time.time() - 1)
    run_study(readers, 1, late)
    assert lines(plan.output) == []


@pytest.mark.slow
def test_two_processes_write_the_same_cells(readers, plan, tmp_path):
    run_study(readers, 1, plan)
    other = Plan(plan.budgets, METHODS, tmp_path / "parallel.csv")
    run_study([tables.INSTALLED["wine"]], 1, other, n_jobs=2)
    assert {row["table"] for row in lines(other.output)} == {"wine"}


def test_command_line(monkeypatch, make_table, tmp_path, capsys):
    reader = Reader("blobs", make_table("blobs"))
    monkeypatch.setattr(tables, "INSTALLED", {"blobs": reader})
    output = tmp_path / "cells.csv"
    arguments = ["--budgets", "20", "--seeds", "1", "--methods", "extra_trees"]
    arguments += ["--output", str(output), "--retry-errors"]
    assert __main__.main(arguments) == 0
    (line,) = lines(output)
    assert (line["table"], line["n_labeled"], line["n_pool"]) == ("blobs", "20", "140")


def test_command_line_reads_a_folder(tmp_path):
    with pytest.raises(ValueError, match="No table at all in the folder"):
        __main__.main(["--data-dir", str(tmp_path)])
