import json
import logging
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from benchmarks.prior import training
from benchmarks.prior.checkpoints import latest_checkpoint, read_weights
from benchmarks.prior.tasks import draw_batch, generator_of
from benchmarks.prior.training import (
    CONFIGS,
    WARM_UP_STEPS,
    Plan,
    Progress,
    Trainer,
    make_optimizers,
    validation_batches,
)
from sklearn_featrix.nn import InContextNetwork
from sklearn_featrix.nn._cell_features import N_ROW_EVIDENCE

CONFIG = {"width": 16, "n_layers": 1, "n_heads": 2, "n_row_layers": 1}


@pytest.fixture(autouse=True)
def little_validation(monkeypatch):
    monkeypatch.setattr(training, "VALIDATION", (6, 16))
    monkeypatch.setattr(training, "VALIDATION_BATCHES", 1)
    monkeypatch.setattr(training, "VALIDATION_CELLS", 1500)


def make_plan(folder, **changes):
    settings = {"steps": 4, "n_cells": 1500, "log_every": 1e9, **changes}
    return Plan(folder, CONFIG, **settings)


def assert_same_state(one, other):
    for left, right in zip(one.values(), other.values(), strict=True):
        torch.testing.assert_close(left, right, rtol=0, atol=0)


def test_a_resumed_run_ends_with_the_same_weights(tmp_path):
    whole = Trainer(make_plan(tmp_path / "whole"))
    assert whole.run().step == 4
    first = Trainer(make_plan(tmp_path / "parts"))
    for _ in range(2):
        first.step()
    (tmp_path / "parts").mkdir()
    training.write_checkpoint(tmp_path / "parts", first.state())
    second = Trainer(make_plan(tmp_path / "parts"))
    assert second.run().step == 4
    assert_same_state(second.network.state_dict(), whole.network.state_dict())
    assert_same_state(second.average.state_dict(), whole.average.state_dict())
    assert second.progress.tables == whole.progress.tables
    assert second.progress.flop == whole.progress.flop


def test_a_step_learns_from_several_batches(tmp_path):
    trainer = Trainer(make_plan(tmp_path, n_batches=3, curriculum=0))
    batches = [draw_batch(generator_of(0, number), 1500) for number in range(6)]
    with torch.no_grad():
        losses = [float(trainer._loss(trainer.network, batch)) for batch in batches[:3]]
    assert trainer.step() == pytest.approx(np.mean(losses))
    trainer.step()
    assert trainer.progress.step == 2
    assert trainer.progress.tables == sum(len(batch.q) for batch in batches)


@pytest.mark.slow
def test_two_processes_do_what_one_does_with_twice_the_batches(tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["-m", "benchmarks.prior", "train", "--output", str(tmp_path / "two")]
    command += ["--steps", "3", "--cells", "500", "--decay-from", "0.7"]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    plan = Plan(tmp_path, CONFIGS["small"], steps=3, n_cells=500, n_batches=2)
    one = Trainer(plan)
    for _ in range(3):
        one.step()
    newest = latest_checkpoint(tmp_path / "two")
    two = torch.load(newest, map_location="cpu", weights_only=True)
    for name, weight in one.average.state_dict().items():
        torch.testing.assert_close(two["average"][name], weight, rtol=1e-3, atol=1e-4)
    assert two["progress"]["tables"] == one.progress.tables
    assert two["progress"]["flop"] == one.progress.flop


def test_seed_decides_first_weights_and_tables(tmp_path):
    one, same, other = (Trainer(make_plan(tmp_path, seed=s)) for s in (1, 1, 2))
    losses = [trainer.step() for trainer in (one, same, other)]
    assert losses[0] == losses[1] != losses[2]
    assert_same_state(one.network.state_dict(), same.network.state_dict())


def test_a_folder_of_another_run_is_refused(tmp_path):
    Trainer(make_plan(tmp_path, steps=1)).run()
    with pytest.raises(ValueError, match="Use another output folder"):
        Trainer(make_plan(tmp_path, seed=9)).run()


def test_log_says_what_was_spent_and_gained(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        progress = Trainer(make_plan(tmp_path, log_every=0)).run()
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["step"] for record in records] == [1, 2, 3, 4, 4]
    last = records[-1]
    assert last["tables"] == progress.tables
    assert last["validation_loss"] == pytest.approx(
        (last["validation_loss_6_rows"] + last["validation_loss_16_rows"]) / 2
    )
    for name in ("seconds", "cpu_seconds", "flop", "train_loss", "rate"):
        assert last[name] >= 0
    assert "step 4" in caplog.text


def test_a_run_exports_at_every_checkpoint(tmp_path):
    weights = tmp_path / "w.safetensors"
    Trainer(make_plan(tmp_path / "run", weights=weights)).run()
    assert weights.exists()
    assert latest_checkpoint(tmp_path / "run").name == "checkpoint-0000004.pt"


def test_a_run_begins_with_exported_weights(tmp_path):
    weights = tmp_path / "w.safetensors"
    first = Trainer(make_plan(tmp_path / "first", weights=weights))
    first.run()
    plan = make_plan(tmp_path / "second", weights=weights, initial=weights)
    second = Trainer(plan)
    for name, array in second.network.state_dict().items():
        torch.testing.assert_close(
            array, first.average.state_dict()[name].half().float()
        )
    drawn = draw_batch(generator_of(plan.seed, 4), plan.n_cells)
    assert second.step() == pytest.approx(
        float(Trainer(plan)._loss(Trainer(plan).network, drawn).detach())
    )
    second.run()
    assert int(read_weights(weights)[1]["step"]) == 8
    assert read_weights(weights)[1]["tables"] == str(
        first.progress.tables + second.progress.tables
    )


@pytest.fixture
def trained(tmp_path):
    """An exported network that has learnt a little."""
    weights = tmp_path / "trained.safetensors"
    Trainer(make_plan(tmp_path / "trained", weights=weights)).run()
    return weights


@pytest.mark.parametrize("added", [{"n_row_layers": 3}, {"n_layers": 3}])
def test_added_layers_change_nothing_at_first(trained, tmp_path, added):
    same = Trainer(make_plan(tmp_path, initial=trained))
    grown = Trainer(Plan(tmp_path, {**CONFIG, **added}, initial=trained))
    n_weights = [len(list(each.network.parameters())) for each in (same, grown)]
    assert n_weights[0] < n_weights[1]
    batch = draw_batch(generator_of(0), 1500)[:4]
    for name in ("network", "average"):
        before, after = getattr(same, name)(*batch), getattr(grown, name)(*batch)
        torch.testing.assert_close(before, after, rtol=1e-4, atol=1e-5)
    grown.step()
    assert grown.progress.step == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"width": 32},
        {"n_heads": 4},
        {"n_row_layers": 0},
        {"row_attention": False},
    ],
)
def test_a_network_does_not_grow_into_one_of_another_kind(trained, tmp_path, changed):
    with pytest.raises(ValueError, match=r"trained\.safetensors holds .* the --config"):
        Trainer(Plan(tmp_path, {**CONFIG, **changed}, initial=trained))


def test_budget_in_seconds_ends_a_run(tmp_path):
    progress = Trainer(make_plan(tmp_path, steps=1e9, seconds=0.5)).run()
    assert progress.step >= 1
    assert 0.5 <= progress.seconds < 30


def test_rate_warms_up_stays_and_decays(tmp_path):
    plan = make_plan(tmp_path, steps=1000, decay_share=0.25)
    rates = {step: plan.rate(Progress(step=step)) for step in (0, 100, 750, 875, 1000)}
    expected = {0: 1 / WARM_UP_STEPS, 100: 1, 750: 1, 875: 0.5, 1000: 0}
    assert rates == pytest.approx(expected)
    timed = make_plan(tmp_path, steps=float("inf"), seconds=100)
    assert timed.rate(Progress(step=99, seconds=85)) == pytest.approx(0.5)


def test_rows_are_told_of_regressions_bit_by_bit(tmp_path):
    plan = make_plan(tmp_path, steps=1000, curriculum=0.5)
    draws = [i / 20 for i in range(20)]
    shares = {
        step: sum(plan.told(Progress(step=step), u) for u in draws) / len(draws)
        for step in (1, 100, 250, 500, 1000)
    }
    assert shares == pytest.approx({1: 0.05, 100: 0.25, 250: 0.55, 500: 1, 1000: 1})
    always = make_plan(tmp_path, steps=1000, curriculum=0)
    assert all(always.told(Progress(), u) for u in draws)


@pytest.mark.parametrize(
    ("given", "n_told"),
    [({}, 5), ({"initial": "w.safetensors"}, 20), ({"curriculum": 1}, 3)],
)
def test_a_run_with_first_weights_is_told_of_all_regressions(tmp_path, given, n_told):
    plan = make_plan(tmp_path, steps=1000, **given)
    early = Progress(step=100)
    assert sum(plan.told(early, i / 20) for i in range(20)) == n_told


def test_what_rows_are_not_told_of_nothing_is_learnt(tmp_path):
    learnt = {}
    for curriculum in (0, 1):
        trainer = Trainer(make_plan(tmp_path, steps=1e9, curriculum=curriculum))
        trainer.step()
        learnt[curriculum] = trainer.network.shortcut.weight[0]
    answers = slice(N_ROW_EVIDENCE, None)
    assert (learnt[0][answers] != 0).any()
    assert (learnt[1] != 0).any()
    assert (learnt[1][answers] == 0).all()


def test_training_lowers_the_loss(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "WARM_UP_STEPS", 1)
    monkeypatch.setattr(training, "ADAM_RATE", 3e-3)
    monkeypatch.setattr(training, "VALIDATION", (24, 64))
    trainer = Trainer(make_plan(tmp_path, steps=60, seed=1))
    validation = validation_batches(24_000)
    before = trainer.validate(validation)
    for _ in range(30):
        trainer.step()
    after = trainer.validate(validation)
    assert set(after) == {"24_rows", "64_rows"}
    for name, loss in after.items():
        assert loss < before[name] - 0.02


def test_validation_tasks_are_fixed():
    one, other = validation_batches(1500), validation_batches(1500)
    assert list(one) == ["6_rows", "16_rows"]
    assert [batch.y.shape[2] for (batch,) in one.values()] == [6, 16]
    for name, (batch,) in one.items():
        torch.testing.assert_close(batch.target, other[name][0].target)


def test_loss_of_one_question_is_that_of_its_log_odds(tmp_path):
    batch = draw_batch(generator_of(0), 1500)
    logit = torch.randn(len(batch.y), 1, batch.target.shape[1])
    loss = Trainer(make_plan(tmp_path))._loss(lambda *_: logit, batch)
    right = torch.where(batch.target == 1, logit[:, 0], -logit[:, 0])
    torch.testing.assert_close(loss, -right.sigmoid().log().mean())


def test_a_step_whose_gradient_is_not_finite_is_left_out(tmp_path, monkeypatch):
    trainer = Trainer(make_plan(tmp_path))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}

    def broken(g, n_cells, **_):
        batch = draw_batch(g, n_cells)
        return batch._replace(y=batch.y * torch.nan)

    monkeypatch.setattr(training, "draw_batch", broken)
    trainer.step()
    assert_same_state(trainer.network.state_dict(), before)
    assert trainer.progress.step == 1


def test_muon_gets_the_matrices_of_the_layers():
    network = InContextNetwork(**CONFIG)
    muon, adam = make_optimizers(network)
    matrices = muon.param_groups[0]["params"]
    assert {matrix.ndim for matrix in matrices} == {2}
    n_others = len(adam.param_groups[0]["params"])
    assert len(matrices) + n_others == len(list(network.parameters()))
    assert len(matrices) == 2 * 4 + 2 + 4 + 2


@pytest.mark.parametrize("name", CONFIGS)
def test_configurations_build(name):
    with torch.device("meta"):
        network = InContextNetwork(**CONFIGS[name])
    n_bytes = 2 * sum(weight.numel() for weight in network.parameters())
    assert n_bytes < 10e6 or name == "large"


@pytest.fixture
def values_unknown(monkeypatch):
    """Let a run on the meta device, which has no values, ask for some."""
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda self: True)
    monkeypatch.setattr(torch.Tensor, "__float__", lambda self: 0.5)


def test_training_stays_on_its_device(tmp_path, values_unknown):
    trainer = Trainer(make_plan(tmp_path, device="meta"))
    for _ in range(4):
        trainer.step()
    trainer.validate(validation_batches(1500))
    weights = [*trainer.network.parameters(), *trainer.average.parameters()]
    muon, adam = trainer.optimizers
    sums = [state["momentum"] for state in muon.state.values()]
    sums += [state["exp_avg"] for state in adam.state.values()]
    assert len(sums) > 20
    assert {tensor.device.type for tensor in weights + sums} == {"meta"}


@pytest.mark.filterwarnings("ignore:.*meta parameter:UserWarning")
def test_a_run_goes_on_on_another_device(tmp_path, values_unknown):
    """Counts of steps stay on the CPU: elsewhere each would be waited for."""
    Trainer(make_plan(tmp_path, steps=1)).run()
    second = Trainer(make_plan(tmp_path, steps=2, device="meta"))
    second._resume()
    muon, adam = second.optimizers
    states = [*muon.state.values(), *adam.state.values()]
    assert len(states) > 20
    for state in states:
        for name, tensor in state.items():
            assert tensor.device.type == ("cpu" if name == "step" else "meta")
    second.step()
    assert second.progress.step == 2


def test_a_gpu_computes_in_bfloat16_and_scores_in_full_precision(tmp_path, monkeypatch):
    """As far as a CPU can tell: what CUDA is asked for, done by the CPU."""
    batch = draw_batch(generator_of(0), 1500)
    trainer = Trainer(make_plan(tmp_path))
    trainer.step()
    exact = trainer._loss(trainer.network, batch)
    asked = []

    def autocast(device, dtype=None, enabled=True):
        asked.append((device, dtype, enabled))
        return torch.amp.autocast("cpu", torch.bfloat16, enabled)

    monkeypatch.setattr(torch, "autocast", autocast)
    monkeypatch.setattr(trainer, "device", torch.device("cuda"))
    loss = trainer._loss(trainer.network, batch)
    assert asked[0] == ("cuda", torch.bfloat16, True)
    assert loss.dtype == torch.float32
    assert loss != exact
    assert float(loss.detach()) == pytest.approx(float(exact.detach()), abs=0.01)
    loss.backward()
    weights = trainer.network.parameters()
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
