import numpy as np
import pytest

from benchmarks.speed import ROW, resampling


@pytest.fixture
def _small(monkeypatch):
    for name, value in {"N_ROWS": 600, "N_LABELED": 300, "SHARE": 0.2}.items():
        monkeypatch.setattr(resampling, name, value)


@pytest.mark.usefixtures("_small")
def test_table_is_partly_labelled():
    X, y = resampling.make_table(300)
    assert X.shape == (600, 20)
    assert (y >= 0).sum() == 300
    assert np.bincount(y[y >= 0]).min() > 30


@pytest.mark.usefixtures("_small")
def test_rows_compare_with_the_bare_sampler():
    rows = resampling.run(repeats=1)
    assert all(set(row) == set(ROW) for row in rows)
    assert len({row["case"] for row in rows}) == len(rows)
    assert {row["target"] for row in rows if "600 of 600" in row["case"]} == {"<= 1.1"}
    assert sum(row["target"] is not None for row in rows) == 4
