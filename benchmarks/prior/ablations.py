"""What each part of the recipe is worth: short runs that differ in one thing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from torch import nn

from benchmarks.label_efficiency.protocol import Trial, draw_labeled, scores
from benchmarks.label_efficiency.tables import load_folder
from benchmarks.prior.checkpoints import load_network
from benchmarks.prior.evaluate import TABLES, Cells
from benchmarks.prior.tasks import Batch, draw_batch, generator_of
from benchmarks.prior.training import Plan, Trainer
from benchmarks.prior.variants import BASE, VARIANTS, Variant

BUDGETS = (20, 50, 100)
DRAWS = (0, 1)  # of pool, test and labelled rows
# half as wide as the shipped network, on half as many cells: more steps fit into
# the time, and before some hundred the layers have hardly learnt anything
CONFIG = {"width": 32, "n_layers": 2, "n_readout": 2, "n_row_layers": 2}
N_CELLS = 3000
DECAY_SHARE = 0.7
LOWER_IS_BETTER = ("validation_loss", "log_loss")

_logger = logging.getLogger(__name__)


class AblationTrainer(Trainer):
    """Trains a variant.

    Parameters
    ----------
    plan : Plan
        What to do.
    variant : Variant
        The network, and the families of tables it learns from.
    """

    def __init__(self, plan: Plan, variant: Variant):
        self.variant = variant
        super().__init__(plan)

    def _make_network(self) -> nn.Module:
        return self.variant.network(**self.plan.config)

    def _draw_batch(self, position: int) -> Batch:
        random = generator_of(self.plan.seed, position)
        return draw_batch(random, self.plan.n_cells, families=self.variant.families)


class RealTables:
    """The tuning tables with their labelled draws, encoded once for all networks."""

    def __init__(self, data_dir: Path):
        self._shown = {
            (reader.name, seed): Cells(Trial(reader(), seed))
            for reader in load_folder(data_dir, list(TABLES))
            for seed in DRAWS
        }

    def score(self, network: nn.Module) -> dict[str, float]:
        """Mean AUC and log loss at each number of labels."""
        found = [
            {"budget": budget, **self._score(network, key, budget)}
            for key in self._shown
            for budget in BUDGETS
        ]
        means = pd.DataFrame(found).groupby("budget")[["auc", "log_loss"]].mean()
        return {
            f"{metric}_{budget}": means.loc[budget, metric]
            for metric in means
            for budget in BUDGETS
        }

    def _score(self, network: nn.Module, key: tuple[str, int], budget: int) -> dict:
        cells, seed = self._shown[key], key[1]
        labeled = draw_labeled(cells.y_pool, budget, seed)
        return scores(cells.y_test, cells.predict(network, labeled, seed))


def ablate(
    output: Path,
    data_dir: Path,
    names: Iterable[str] = (),
    seeds: Iterable[int] = (0, 1, 2),
    n_steps: int = 600,
    config: dict | None = None,
) -> pd.DataFrame:
    """Train variants and score them; go on where an earlier call ended.

    Parameters
    ----------
    output : Path
        Folder of the runs and of ``ablations.csv``.
    data_dir : Path
        Folder of parquet files with the label in the column ``target``.
    names : iterable of str, default=()
        Names of `VARIANTS`; all where empty.
    seeds : iterable of int, default=(0, 1, 2)
        Seeds of first weights and tables; the same for all variants.
    n_steps : int, default=600
        Length of each run.
    config : dict, default=None
        Parameters of the network, `CONFIG` where None.

    Returns
    -------
    DataFrame
        A line for each variant and seed: the loss on fixed synthetic tasks of all
        families, AUC and log loss on real tables, what training has spent.
    """
    names = list(names) or list(VARIANTS)
    unknown = [name for name in names if name not in VARIANTS]
    if unknown:
        raise ValueError(
            f"Unknown variant {', '.join(unknown)}; there are: {', '.join(VARIANTS)}."
        )
    output.mkdir(parents=True, exist_ok=True)
    path = output / "ablations.csv"
    found = pd.read_csv(path).to_dict("records") if path.exists() else []
    done = {(row["variant"], row["seed"]) for row in found}
    missing = [(s, n) for s in seeds for n in names if (n, s) not in done]
    tables = RealTables(data_dir) if missing else None
    for seed, name in missing:
        run = output / f"{name}-{seed}"
        plan = Plan(
            run,
            config or CONFIG,
            seed,
            steps=n_steps,
            decay_share=DECAY_SHARE,
            n_cells=N_CELLS,
            curriculum=VARIANTS[name].curriculum,
            log_every=float("inf"),
        )
        trainer = AblationTrainer(plan, VARIANTS[name])
        spent = trainer.run()
        found.append(
            {
                "variant": name,
                "seed": seed,
                "steps": spent.step,
                "tables": spent.tables,
                "cpu_seconds": round(spent.cpu_seconds, 1),
                "validation_loss": _last_validation_loss(run),
                **tables.score(trainer.average.eval()),
            }
        )
        pd.DataFrame(found).to_csv(path, index=False)
        _logger.info("%s, seed %d: done", name, seed)
    return pd.DataFrame(found)


def take_out(weights: Path, data_dir: Path) -> pd.DataFrame:
    """Score trained weights in the networks of the variants, without more training.

    Parameters
    ----------
    weights : Path
        An exported file, or a checkpoint.
    data_dir : Path
        Folder of parquet files with the label in the column ``target``.

    Returns
    -------
    DataFrame
        A line for each variant of the network: AUC and log loss on real tables.
    """
    trained, _ = load_network(weights)
    tables, found = RealTables(data_dir), []
    for name, variant in VARIANTS.items():
        if name != BASE and variant.network is type(trained):
            continue
        network = variant.network(**trained.config)
        fixed = [each for each in network.parameters() if not each.requires_grad]
        network.load_state_dict(trained.state_dict())
        for parameter in fixed:
            parameter.zero_()
        network.eval().requires_grad_(False)
        found.append({"variant": name, "seed": 0, **tables.score(network)})
        _logger.info("%s: done", name)
    return pd.DataFrame(found)


def _last_validation_loss(run: Path) -> float:
    last = (run / "log.jsonl").read_text().splitlines()[-1]
    return json.loads(last)["validation_loss"]


def as_markdown(found: pd.DataFrame) -> str:
    """Show how each variant differs from the base run of the same seed.

    Points (x100, positive is better), the mean over seeds ± their standard deviation;
    of the base, its own means and how far its seeds lie apart.
    """
    titles = {
        "validation_loss": "synthetic log loss",
        **{
            f"{metric}_{budget}": f"{name} {budget}"
            for metric, name in (("auc", "AUC"), ("log_loss", "log loss"))
            for budget in BUDGETS
        },
    }
    columns = {metric: name for metric, name in titles.items() if metric in found}
    runs = found.set_index(["variant", "seed"])
    base = runs.loc[BASE]
    lines = [("variant", "seeds", *columns.values()), ("---",) * (2 + len(columns))]
    for name, run in runs.groupby("variant", sort=False):
        run = run.loc[name]
        shared = run.index.intersection(base.index)
        cells = []
        for metric in columns:
            if name == BASE:
                cells.append(_shown(run[metric], "{:.4f}"))
                continue
            sign = -1 if metric.startswith(LOWER_IS_BETTER) else 1
            gain = 100 * sign * (run[metric] - base[metric]).loc[shared]
            cells.append(_shown(gain, "{:+.2f}"))
        lines.append((VARIANTS[name].about, str(len(shared)), *cells))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(values: pd.Series, form: str) -> str:
    spread = f" ± {form.replace('+', '').format(values.std())}"
    return form.format(values.mean()) + (spread if len(values) > 1 else "")
