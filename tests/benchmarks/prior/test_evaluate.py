import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency.protocol import Trial
from benchmarks.label_efficiency.tables import Table
from benchmarks.prior import evaluate as module
from benchmarks.prior.checkpoints import export, load_network, write_checkpoint
from benchmarks.prior.evaluate import PEER, TABLES, Cells, evaluate, summarize
from benchmarks.prior.training import Plan, Trainer

N_ROWS = 300


@pytest.fixture
def weights(tmp_path):
    config = {"width": 16, "n_layers": 1, "n_heads": 2}
    trainer = Trainer(Plan(tmp_path, config, steps=30, n_cells=2000))
    for _ in range(5):
        trainer.step()
    export(write_checkpoint(tmp_path, trainer.state()), tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


@pytest.fixture
def frame():
    """Numbers, names and gaps; the first number decides."""
    random = np.random.default_rng(0)
    number = random.normal(size=(N_ROWS, 3))
    return pd.DataFrame(
        {
            "a": number[:, 0],
            "b": np.where(number[:, 1] > 1, np.nan, number[:, 1]),
            "c": random.choice(["x", "y", "z"], N_ROWS),
            "d": random.choice(["no", "yes"], N_ROWS),
            "target": np.where(number[:, 0] > 0, "late", "on time"),
        }
    )


@pytest.fixture
def cells(frame):
    y = (frame.pop("target") == "late").to_numpy().astype(int)
    return Cells(Trial(Table("titanic", frame, y), 0))


def test_cells_know_codes_from_numbers(cells):
    assert cells.nominal.tolist() == [False, False, True, False]
    assert cells.q.shape == (1, len(cells.x_pool) + len(cells.x_test), 4)
    assert cells.q[..., 1].isnan().any()


def test_probabilities_are_those_of_the_second_class(cells, weights):
    network, _ = load_network(weights)
    proba = cells.predict(network, np.arange(60), seed=0)
    np.testing.assert_allclose(proba.sum(1), 1)
    assert ((proba[:, 1] > 0.5) == cells.y_test).mean() > 0.7


def test_groups_of_columns_and_of_rows_are_averaged(cells, weights, monkeypatch):
    network, _ = load_network(weights)
    whole = cells.predict(network, np.arange(40), seed=0)
    monkeypatch.setattr(module, "MAX_CELLS", 50)
    np.testing.assert_allclose(
        cells.predict(network, np.arange(40), 0), whole, atol=1e-5
    )
    monkeypatch.setattr(module, "MAX_COLUMNS", 2)
    groups = cells.predict(network, np.arange(40), 0)
    assert np.abs(groups - whole).max() > 1e-3
    np.testing.assert_allclose(groups.sum(1), 1)


def test_one_line_per_method_budget_and_table(frame, weights, tmp_path):
    frame.to_parquet(tmp_path / "titanic.parquet")
    found = evaluate([weights], tmp_path, ["titanic"], [10, 20], [0])
    assert len(found) == 4
    assert set(found.method) == {PEER, str(weights)}
    assert (found.table == "titanic").all()
    assert found.auc.between(0, 1).all()
    assert found[found.method != PEER].step.eq(5).all()
    assert found[found.method == PEER].flop.isna().all()
    means = summarize(found)
    assert means.loc[PEER, ("auc", 20)] == pytest.approx(
        found.query("method == @PEER and budget == 20").auc.mean(), abs=1e-4
    )


def test_reported_tables_are_refused(tmp_path):
    with pytest.raises(ValueError, match="adult: not in the tuning split"):
        evaluate([], tmp_path, ["titanic", "adult"])


def test_default_tables_are_of_the_tuning_split():
    from benchmarks.label_efficiency.splits import side

    assert {side(name) for name in TABLES} == {"tuning"}
