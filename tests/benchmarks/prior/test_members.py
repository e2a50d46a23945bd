import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency.splits import side
from benchmarks.prior import __main__
from benchmarks.prior import members as module
from benchmarks.prior.members import TABLES, compare_members


@pytest.fixture
def wide(tmp_path, monkeypatch):
    """A table of 70 columns, of which one decides."""
    monkeypatch.setattr(module, "N_MEMBERS", (1, 4))
    monkeypatch.setattr(module, "N_TEST", 30)
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 70))).add_prefix("x")
    frame["target"] = np.where(frame["x0"] > 0, "late", "on time")
    frame.to_parquet(tmp_path / "sylva.parquet")
    return tmp_path


def test_one_line_for_each_number_of_members(wide):
    found = compare_members(wide, ["sylva"], [20, 80], [0])
    assert found.budget.tolist() == [20, 20]  # 80 is more than half of the pool
    assert found.n_members.tolist() == [1, 4]
    assert found.readings.tolist() == [2, 4]  # 2 see all columns
    assert found.auc.between(0, 1).all()
    assert found.log_loss.nunique() == 2


def test_members_by_command(wide, monkeypatch, capsys, tmp_path):
    row = {"table": "sylva", "budget": 20, "n_members": 4, "readings": 4}
    found = pd.DataFrame([{**row, "auc": 0.75, "log_loss": 0.5}])
    monkeypatch.setattr(module, "compare_members", lambda folder: found)
    output = tmp_path / "members.csv"
    __main__.main(["members", "--data-dir", str(wide), "--output", str(output)])
    assert "0.75" in capsys.readouterr().out
    assert pd.read_csv(output).auc.tolist() == [0.75]


def test_only_tables_of_the_tuning_split_are_read():
    assert {side(name) for name in TABLES} == {"tuning"}
    with pytest.raises(ValueError, match="adult: not in the tuning split"):
        compare_members(None, ["adult"])
