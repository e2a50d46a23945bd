"""How like real tables the artificial ones are, in what can be counted of both.

Training on artificial tables helps as far as they resemble real ones. This compares
columns (how many are codes, how many distinct values, how correlated), what single
columns tell of the label, and what simple models make of all of them. Only tables of
the side "tuning" are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.label_efficiency.splits import side
from benchmarks.label_efficiency.tables import load_folder
from benchmarks.prior.evaluate import Cells, Trial
from benchmarks.prior.tasks import describe, draw_tables, generator_of

N_ROWS = 1000  # half of them to learn from
MAX_COLUMNS = 32
COLUMNS = (4, 33)  # of artificial tables
RAREST = 0.015
N_BINS = 12
N_LEVELS = 23  # told apart by the linear model
QUANTILES = (0.1, 0.5, 0.9)


def compare(
    data_dir: Path, tables: Iterable[str] = (), n_artificial: int = 150, seed: int = 0
) -> pd.DataFrame:
    """Compare real and artificial tables, statistic by statistic.

    Parameters
    ----------
    data_dir : Path
        Folder of parquet files with the label in the column ``target``.
    tables : iterable of str, default=()
        Names from the tuning split; all of them where empty.
    n_artificial : int, default=150
        Number of artificial tables.
    seed : int, default=0
        Draws rows, classes and artificial tables.

    Returns
    -------
    DataFrame
        A line per statistic: mean and quantiles of both, and ``real_larger``, the
        chance that a real table has more of it than an artificial one; .5 if alike.
    """
    real = pd.DataFrame(_real(data_dir, list(tables), seed))
    artificial = pd.DataFrame(_artificial(n_artificial, seed))
    return pd.DataFrame(
        {name: _compared(real[name], artificial[name]) for name in real}
    ).T


def _compared(real: pd.Series, artificial: pd.Series) -> dict[str, float]:
    real, artificial = real.dropna(), artificial.dropna()
    larger = real.to_numpy()[:, None] - artificial.to_numpy()
    found = {"real": real.mean(), "artificial": artificial.mean()}
    for name, values in (("real", real), ("artificial", artificial)):
        found |= {f"{name}_{q}": values.quantile(q) for q in QUANTILES}
    chance = (larger > 0).mean() + (larger == 0).mean() / 2
    return {**found, "real_larger": float(chance)}


def _real(data_dir: Path, names: list[str], seed: int) -> Iterator[dict[str, float]]:
    reserved = [name for name in names if side(name) != "tuning"]
    if reserved:
        raise ValueError(f"{', '.join(reserved)}: not in the tuning split.")
    for reader in load_folder(data_dir, names):
        if side(reader.name) != "tuning":
            continue
        cells = Cells(Trial(reader(), seed))
        random = np.random.default_rng(seed)
        rows = random.permutation(len(cells.y_pool))[:N_ROWS]
        columns = random.permutation(len(cells.nominal))[:MAX_COLUMNS]
        codes = cells.y_pool[rows]
        label = (codes == random.choice(np.unique(codes))).astype(int)
        z, q = (each[0, rows][:, columns].numpy() for each in (cells.z, cells.q))
        yield from _described(z, q, cells.nominal[columns], label)


def _artificial(n_tables: int, seed: int) -> Iterator[dict[str, float]]:
    for number in range(n_tables):
        g = generator_of(seed, number)
        low, high = np.log(COLUMNS)
        share = number / max(n_tables - 1, 1)
        n_columns = int(np.exp(low + share * (high - low)))
        x, y, nominal = draw_tables(g, 2, N_ROWS, n_columns)
        z, q = describe(x)
        label = y[0].numpy().astype(int)
        yield from _described(z[0].numpy(), q[0].numpy(), nominal[0].numpy(), label)


def _described(
    z: np.ndarray, q: np.ndarray, nominal: np.ndarray, y: np.ndarray
) -> Iterator[dict[str, float]]:
    half = len(y) // 2
    rarest = min(min(part.mean(), 1 - part.mean()) for part in (y[:half], y[half:]))
    if rarest >= RAREST:
        yield {
            "columns": q.shape[1],
            "rarer class": min(y.mean(), 1 - y.mean()),
            **_of_columns(q, nominal),
            **_of_label(z, q, nominal, y),
        }


def _of_columns(q: np.ndarray, nominal: np.ndarray) -> dict[str, float]:
    n_rows = len(q)
    counts = [
        np.unique(column[~np.isnan(column)], return_counts=True)[1] for column in q.T
    ]
    n_distinct = np.array([len(count) for count in counts])
    most = np.array([count.max(initial=0) / n_rows for count in counts])
    numbers = np.nan_to_num(q[:, ~nominal & (n_distinct > 1)])
    found = {
        "nominal": nominal.mean(),
        "missing": np.isnan(q).mean(),
        "two values": (n_distinct == 2).mean(),
        "mostly distinct": ((n_distinct > n_rows / 2) & ~nominal).mean(),
        "levels of codes": n_distinct[nominal].mean() if nominal.any() else np.nan,
        "most frequent value": most[~nominal].mean() if (~nominal).any() else np.nan,
        "correlation": np.nan,
        "largest correlation": np.nan,
    }
    if numbers.shape[1] > 1:
        pairs = np.abs(np.corrcoef(numbers.T))[np.triu_indices(numbers.shape[1], 1)]
        found |= {"correlation": pairs.mean(), "largest correlation": pairs.max()}
    return found


def _of_label(
    z: np.ndarray, q: np.ndarray, nominal: np.ndarray, y: np.ndarray
) -> dict[str, float]:
    half = len(y) // 2
    alone = np.array([_alone(q[:, c], nominal[c], y) for c in range(q.shape[1])])
    wide, plain = _one_hot(z, q, nominal), np.nan_to_num(z, nan=-9)
    models = {
        "linear": (LogisticRegression(max_iter=1000), wide),
        "extra trees": (ExtraTreesClassifier(100, random_state=0), plain),
        "boosting": (HistGradientBoostingClassifier(random_state=0), plain),
        "stumps": (HistGradientBoostingClassifier(max_depth=1, random_state=0), plain),
    }
    auc = {
        name: roc_auc_score(
            y[half:], model.fit(x[:half], y[:half]).predict_proba(x[half:])[:, 1]
        )
        for name, (model, x) in models.items()
    }
    best = max(auc.values())
    return {
        "best column, AUC": alone.max(),
        "useless columns": (alone < 0.53).mean(),
        "best column's part": (alone.max() - 0.5) / max(best - 0.5, 0.01),
        **{f"{name}, AUC": value for name, value in auc.items()},
        "boosting over linear": auc["boosting"] - auc["linear"],
        "boosting over stumps": auc["boosting"] - auc["stumps"],
        "extra trees over boosting": auc["extra trees"] - auc["boosting"],
    }


def _alone(ranks: np.ndarray, is_code: bool, y: np.ndarray) -> float:
    """AUC of the shares of the label by value, or by twelfth of the ranks."""
    half = len(y) // 2
    filled = np.nan_to_num(ranks, nan=2.0)
    bins = filled if is_code else np.floor((filled + 1) / 2 * N_BINS)
    known = pd.Series(y[:half]).groupby(bins[:half])
    base = y[:half].mean()
    share = (known.sum() + 2 * base) / (known.count() + 2)
    return roc_auc_score(y[half:], pd.Series(bins[half:]).map(share).fillna(base))


def _one_hot(z: np.ndarray, q: np.ndarray, nominal: np.ndarray) -> np.ndarray:
    parts = [np.nan_to_num(z[:, ~nominal]), np.nan_to_num(q[:, ~nominal])]
    parts.append(np.isnan(q))
    for column in q[:, nominal].T:
        levels, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        frequent = levels[np.argsort(-counts)[:N_LEVELS]]
        parts.append(column[:, None] == frequent)
    return np.hstack(parts).astype(float)
