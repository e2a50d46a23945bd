"""Score weights on real tables: the curve over compute, and choices of the recipe.

Only binary tables are read that the study of label efficiency keeps for tuning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.label_efficiency.protocol import Trial, draw_labeled, scores
from benchmarks.label_efficiency.splits import side
from benchmarks.label_efficiency.tables import load_folder
from benchmarks.prior.checkpoints import load_network
from benchmarks.prior.tasks import describe

TABLES = (
    "breast_cancer",
    "brfss_arthritis",
    "compas",
    "credit_data",
    "electricity",
    "fertility_morekids",
    "hmda_deny",
    "mammography",
    "mushroom",
    "spambase",
    "telco_churn",
    "titanic",
)
N_TEST = 500
MAX_COLUMNS = 32
MAX_CELLS = 20_000  # of the rows asked about, in one pass
PEER = "extra_trees"
COMPUTE = ("step", "tables", "seconds", "cpu_seconds", "flop")


class Cells:
    """A trial's table as the network sees it.

    Parameters
    ----------
    trial : Trial
        Its pool and `N_TEST` of its test rows are described together.
    """

    def __init__(self, trial: Trial):
        from sklearn_featrix import TableEncoder

        encoder = TableEncoder(encoding="tree", random_state=trial.seed)
        pool = encoder.fit_transform(trial.X_pool)
        random = np.random.default_rng(trial.seed)
        test = random.permutation(len(trial.X_test))[:N_TEST]
        shown = encoder.transform(trial.X_test.iloc[test])
        self.x_pool, self.x_test = np.asarray(pool), np.asarray(shown)
        self.y_pool, self.y_test = trial.y_pool, trial.y_test[test]
        kinds = list(encoder.column_kinds_.values())
        self.nominal = np.array([kinds[i] == "category" for i in encoder.column_index_])
        both = np.concatenate([self.x_pool, self.x_test]).astype(np.float32)
        self.nominal &= np.array([len(np.unique(column)) > 2 for column in both.T])
        self.z, self.q = describe(torch.from_numpy(both)[None])

    def peer(self, labeled: np.ndarray, seed: int) -> np.ndarray:
        """Probabilities of trees that learn from the same rows."""
        model = ExtraTreesClassifier(100, random_state=seed)
        model.fit(self.x_pool[labeled], self.y_pool[labeled])
        return model.predict_proba(self.x_test)

    def predict(
        self, network: torch.nn.Module, labeled: np.ndarray, seed: int
    ) -> np.ndarray:
        """Probabilities of the network, the mean over groups of columns."""
        random = np.random.default_rng(seed)
        order = random.permutation(len(self.nominal))
        n_groups = -(-len(order) // MAX_COLUMNS)
        members = [
            self._predict_columns(network, labeled, columns)
            for columns in np.array_split(order, n_groups)
        ]
        second = np.mean(members, axis=0)
        return np.column_stack([1 - second, second])

    @torch.no_grad()
    def _predict_columns(
        self, network: torch.nn.Module, labeled: np.ndarray, columns: np.ndarray
    ) -> np.ndarray:
        """Mean over both orders of the classes."""
        y = torch.from_numpy(self.y_pool[labeled]).float()
        y = torch.stack([1 - y, y])[None]
        nominal = torch.from_numpy(self.nominal[columns])[None]
        z, q = self.z[..., columns], self.q[..., columns]
        memory = network.read(z[:, labeled], q[:, labeled], nominal, y)
        chunk = max(1, MAX_CELLS // len(columns))
        parts = []
        for start in range(len(self.y_pool), self.q.shape[1], chunk):
            rows = slice(start, start + chunk)
            logit = network.answer(memory, z[:, rows], q[:, rows])[0]
            parts.append(torch.sigmoid((logit[1] - logit[0]) / 2))
        return torch.cat(parts).double().numpy()


def evaluate(
    weights: Iterable[Path],
    data_dir: Path,
    tables: Iterable[str] = (),
    budgets: Iterable[int] = (20, 50, 100),
    seeds: Iterable[int] = (0,),
) -> pd.DataFrame:
    """Score exported weights, and trees beside them, on real binary tables.

    Parameters
    ----------
    weights : iterable of Path
        Exported files or checkpoints; the method is named after each.
    data_dir : Path
        Folder of parquet files with the label in the column ``target``.
    tables : iterable of str, default=()
        Names from the tuning split; `TABLES` where empty.
    budgets : iterable of int, default=(20, 50, 100)
        Numbers of labelled rows.
    seeds : iterable of int, default=(0,)
        Draws of pool, test and labelled rows.

    Returns
    -------
    DataFrame
        Columns table, seed, budget, method, the metrics, and what the training of
        the weights has spent: step, tables, seconds, cpu_seconds, flop.
    """
    names = list(tables) or list(TABLES)
    reserved = sorted(name for name in names if side(name) != "tuning")
    if reserved:
        raise ValueError(
            f"{', '.join(reserved)}: not in the tuning split, the only tables that "
            "weights may be compared on."
        )
    networks, spent = {}, {PEER: {}}
    for path in weights:
        networks[str(path)], metadata = load_network(path)
        spent[str(path)] = {name: float(metadata[name]) for name in COMPUTE}
    seeds, budgets = list(seeds), list(budgets)
    found = []
    for reader in load_folder(data_dir, names):
        table = reader()
        for seed in seeds:
            cells = Cells(Trial(table, seed))
            for row in _scores(cells, networks, budgets, seed):
                row |= {"table": table.name, "seed": seed, **spent[row["method"]]}
                found.append(row)
    return pd.DataFrame(found)


def _scores(
    cells: Cells, networks: dict[str, torch.nn.Module], budgets: list[int], seed: int
) -> Iterator[dict]:
    for budget in budgets:
        labeled = draw_labeled(cells.y_pool, budget, seed)
        found = {PEER: cells.peer(labeled, seed)}
        for name, network in networks.items():
            found[name] = cells.predict(network, labeled, seed)
        for method, proba in found.items():
            yield {
                "budget": budget,
                "method": method,
                **scores(cells.y_test, proba),
            }


def summarize(found: pd.DataFrame) -> pd.DataFrame:
    """Mean AUC and log loss over tables and seeds, by method and budget."""
    means = found.groupby(["method", "budget"])[["auc", "log_loss"]].mean()
    return means.unstack("budget").round(4)
