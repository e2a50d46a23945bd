import numpy as np
import pandas as pd
import pytest

from benchmarks.prior import ablations as module
from benchmarks.prior import training
from benchmarks.prior.ablations import ablate, as_markdown
from benchmarks.prior.checkpoints import latest_checkpoint
from benchmarks.prior.variants import VARIANTS
from sklearn_featrix.nn import InContextNetwork

CONFIG = {"width": 16, "n_layers": 1, "n_heads": 2}


@pytest.fixture
def small(monkeypatch, tmp_path):
    """One little table, one number of labels, short runs."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(300, 3)), columns=list("abc"))
    frame["target"] = np.where(frame["a"] > 0, "late", "on time")
    frame.to_parquet(tmp_path / "titanic.parquet")
    monkeypatch.setattr(module, "BUDGETS", (20, 60))
    monkeypatch.setattr(module, "DRAWS", (0,))
    monkeypatch.setattr(module, "N_CELLS", 1500)
    monkeypatch.setattr(module, "TABLES", ("titanic",))
    monkeypatch.setattr(training, "VALIDATION", (6,))
    monkeypatch.setattr(training, "VALIDATION_BATCHES", 1)
    monkeypatch.setattr(training, "VALIDATION_CELLS", 1000)

    def run(names, seeds=(0,)):
        return ablate(tmp_path / "runs", tmp_path, names, seeds, 3, CONFIG)

    return run


def test_runs_are_scored_and_go_on_where_they_ended(small, monkeypatch):
    first = small(["base", "linear_head"])
    assert list(zip(first.variant, first.seed, strict=True)) == [
        ("base", 0),
        ("linear_head", 0),
    ]
    assert (first.steps == 3).all()
    for name in ("auc_20", "auc_60"):
        assert first[name].between(0, 1).all()
    assert (first[["validation_loss", "log_loss_20"]] > 0).all().all()
    assert first.log_loss_20.nunique() == 2
    trained = []
    run = module.AblationTrainer.run
    monkeypatch.setattr(
        module.AblationTrainer, "run", lambda self: trained.append(self) or run(self)
    )
    second = small(["base", "linear_head"], seeds=(0, 1))
    assert [trainer.plan.seed for trainer in trained] == [1, 1]
    pd.testing.assert_frame_equal(second[:2], first)
    small(["base"])
    assert len(trained) == 2


def test_the_base_is_the_recipe_itself(small, tmp_path):
    found = small(["base"])
    plan = training.Plan(
        tmp_path / "plain", CONFIG, steps=3, n_cells=1500, decay_share=0.7
    )
    training.Trainer(plan).run()
    loss = module._last_validation_loss(tmp_path / "plain")
    assert found.validation_loss[0] == pytest.approx(loss)


def test_parts_are_taken_out_of_trained_weights(small, tmp_path):
    found = small(["base"])
    checkpoint = latest_checkpoint(tmp_path / "runs" / "base-0")
    scored = module.take_out(checkpoint, tmp_path).set_index("variant")
    base = scored.loc["base"]
    assert base.auc_20 == pytest.approx(found.auc_20[0], abs=0.01)  # float16
    networks = [
        name
        for name, variant in VARIANTS.items()
        if name == "base" or variant.network is not InContextNetwork
    ]
    assert scored.index.tolist() == networks
    assert (scored.log_loss_60.drop("base") != base.log_loss_60).sum() >= 4
    lines = as_markdown(scored.reset_index()).splitlines()
    assert lines[0].startswith("| variant | seeds | AUC 20 | AUC 60 | log loss 20 |")
    assert len(lines) == 2 + len(networks)


def test_unknown_variants_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Unknown variant bass; there are: base, "):
        ablate(tmp_path, tmp_path, ["bass"])


def test_table_shows_gains_over_the_base_of_the_same_seed(monkeypatch):
    monkeypatch.setattr(module, "BUDGETS", (20,))
    columns = ["variant", "seed", "validation_loss", "auc_20", "log_loss_20"]
    found = pd.DataFrame(
        [
            ("base", 0, 0.40, 0.80, 0.50),
            ("base", 1, 0.42, 0.70, 0.60),
            ("linear_head", 0, 0.41, 0.82, 0.49),
            ("linear_head", 1, 0.43, 0.70, 0.60),
            ("matching_head", 1, 0.42, 0.71, 0.58),
        ],
        columns=columns,
    )
    head, _, base, linear, matching = as_markdown(found).splitlines()
    assert head == "| variant | seeds | synthetic log loss | AUC 20 | log loss 20 |"
    assert "| 2 | 0.4100 ± 0.0141 | 0.7500 ± 0.0707 | 0.5500 ± 0.0707 |" in base
    assert "| 2 | -1.00 ± 0.00 | +1.00 ± 1.41 | +0.50 ± 0.71 |" in linear
    assert "| 1 | +0.00 | +1.00 | +2.00 |" in matching


def test_a_variant_can_be_told_of_regressions_at_once(small):
    found = small(["base", "told_at_once"]).set_index("variant")
    assert found.loc["base", "log_loss_20"] != found.loc["told_at_once", "log_loss_20"]
