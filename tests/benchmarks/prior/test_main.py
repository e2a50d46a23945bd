import json

import pytest

from benchmarks.prior import __main__, training


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(
        training.CONFIGS, "tiny", {"width": 16, "n_layers": 1, "n_heads": 2}
    )
    monkeypatch.setattr(training, "VALIDATION", (6, 8))
    monkeypatch.setattr(training, "VALIDATION_BATCHES", 1)
    monkeypatch.setattr(training, "VALIDATION_CELLS", 1000)


def test_training_and_export_by_command(tiny, tmp_path, capsys):
    run, weights = tmp_path / "run", tmp_path / "w.safetensors"
    arguments = "--config tiny --device cpu --steps 2 --cells 1000 --seed 3"
    assert __main__.main(["train", "--output", str(run), *arguments.split()]) == 0
    assert __main__.main(["export", str(run), "--weights", str(weights)]) == 0
    printed = dict(
        line.split(": ", 1)
        for line in capsys.readouterr().out.splitlines()
        if ": " in line and not line.startswith("step")
    )
    assert printed["seed"] == "3"
    assert json.loads(printed["config"])["width"] == 16
    assert weights.stat().st_size > 1000


def test_decay_is_given_by_where_it_begins(tiny, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(training.Trainer, "run", lambda self: seen.append(self.plan))
    __main__.main(
        ["train", "--output", str(tmp_path), "--config", "tiny", "--decay-from", "0.6"]
    )
    assert seen[0].decay_share == pytest.approx(0.4)
    assert seen[0].steps == float("inf")
    assert seen[0].curriculum is None


def test_evaluation_prints_means_and_writes_scores(tmp_path, monkeypatch, capsys):
    import pandas as pd

    from benchmarks.prior import evaluate

    row = {"table": "t", "seed": 0, "budget": 20, "method": "m"}
    found = pd.DataFrame([{**row, "auc": 0.75, "log_loss": 0.5}])
    monkeypatch.setattr(evaluate, "evaluate", lambda *arguments: found)
    output = tmp_path / "scores.csv"
    __main__.main(
        ["evaluate", "w", "--data-dir", str(tmp_path), "--output", str(output)]
    )
    assert "0.75" in capsys.readouterr().out
    assert pd.read_csv(output).auc.tolist() == [0.75]


def test_ablation_prints_a_table(tmp_path, monkeypatch, capsys):
    from benchmarks.prior import ablations

    seen = []
    monkeypatch.setattr(ablations, "ablate", lambda *given: seen.append(given))
    monkeypatch.setattr(ablations, "as_markdown", lambda found: "| variant |")
    folders = ["--output", str(tmp_path), "--data-dir", str(tmp_path)]
    arguments = ["--variants", "base", "linear_head", "--seeds", "2", "--steps", "9"]
    __main__.main(["ablate", *folders, *arguments])
    assert capsys.readouterr().out == "| variant |\n"
    assert seen == [(tmp_path, tmp_path, ["base", "linear_head"], range(2), 9)]
