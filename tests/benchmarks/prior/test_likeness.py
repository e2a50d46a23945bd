import numpy as np
import pandas as pd
import pytest

from benchmarks.prior import __main__
from benchmarks.prior import likeness as module
from benchmarks.prior.likeness import compare


@pytest.fixture
def folder(tmp_path):
    """Two real tables: one of codes, one of numbers whose first decides."""
    random = np.random.default_rng(0)
    codes = pd.DataFrame(random.choice(list("abc"), size=(400, 6))).add_prefix("x")
    codes["target"] = np.where(codes["x0"] == codes["x1"], "same", "other")
    codes.to_parquet(tmp_path / "mushroom.parquet")
    numbers = pd.DataFrame(random.normal(size=(400, 5))).add_prefix("x")
    numbers["target"] = np.where(numbers["x0"] > 0, "late", "on time")
    numbers.to_parquet(tmp_path / "spambase.parquet")
    return tmp_path


def test_statistics_are_those_of_the_tables(folder):
    found = compare(folder, ["mushroom", "spambase"], n_artificial=6)
    assert found.loc["nominal", "real"] == pytest.approx(0.5)
    assert found.loc["levels of codes", "real"] == pytest.approx(3)
    assert found.loc["mostly distinct", "real"] == pytest.approx(0.5)
    assert found.loc["columns", "real_0.5"] == pytest.approx(5.5)
    assert found.loc["boosting over stumps", "real_0.9"] > 0.1  # equal codes
    assert found.loc["best column's part", "real_0.9"] > 0.8
    assert found["real_larger"].between(0, 1).all()
    assert found.notna().all(axis=None)


def test_tables_alike_are_found_alike(monkeypatch, folder):
    """Artificial ones in the place of real ones: chances about one half."""
    monkeypatch.setattr(module, "N_ROWS", 200)
    monkeypatch.setattr(module, "_real", lambda *_: module._artificial(20, seed=1))
    chances = compare(folder, n_artificial=20)["real_larger"]
    assert chances.between(0.2, 0.8).all()
    assert chances.mean() == pytest.approx(0.5, abs=0.08)


def test_tables_of_the_other_side_are_refused(folder):
    with pytest.raises(ValueError, match="adult: not in the tuning split"):
        compare(folder, ["adult"])


def test_likeness_by_command(monkeypatch, capsys, tmp_path):
    found = pd.DataFrame({"real": [0.25]}, index=["nominal"])
    monkeypatch.setattr(module, "compare", lambda folder: found)
    __main__.main(["likeness", "--data-dir", str(tmp_path)])
    assert "0.25" in capsys.readouterr().out
