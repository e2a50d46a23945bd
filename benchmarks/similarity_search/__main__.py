"""Precision of the 50 rows nearest to one row of the rare class."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.label_efficiency import splits
from benchmarks.label_efficiency.tables import Table, load_folder
from sklearn_featrix.embedding import EmbeddingTransformer
from sklearn_featrix.neighbors import SimilaritySearch

K = 50
MAX_ROWS = 20_000
SHARES = (0.0095, 0.205)  # of the rare class: 1 to 20 %, rounded
SCALED = "scaled features, scikit-learn"
EMBEDDINGS = {
    "SimilaritySearch": "auto",
    "SimilaritySearch, embedding": EmbeddingTransformer(random_state=0),
}


def scaled_features(X: pd.DataFrame) -> np.ndarray:
    """Scale numbers and dates, fill gaps with the mean, code other columns one-hot."""
    X = X.copy()
    for name in X.select_dtypes(["datetime", "datetimetz"]):
        X[name] = X[name].astype("int64")
    is_number = [pd.api.types.is_numeric_dtype(X[name]) for name in X]
    numbers = list(X.columns[is_number])
    others = [name for name in X if name not in numbers]
    X[others] = X[others].astype(object).where(X[others].notna(), "").astype(str)
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=25, sparse_output=False
    )
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers), (one_hot, others)
    ).fit_transform(X)


def neighbors_of(
    table: Table, queries: np.ndarray, embeddings: dict[str, object]
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each method with the K + 1 rows nearest to each query."""
    rows = scaled_features(table.X)
    search = NearestNeighbors(algorithm="brute").fit(rows)
    yield SCALED, search.kneighbors(rows[queries], K + 1)[1]
    for name, embedding in embeddings.items():
        search = SimilaritySearch(embedding).fit(table.X)
        yield name, search.kneighbors(table.X.iloc[queries], K + 1)[1]


def run(
    readers: Iterable, n_seeds: int, embeddings: dict[str, object]
) -> Iterator[dict[str, object]]:
    """Yield one line per table, method and query."""
    for reader in readers:
        table = reader()
        share = np.bincount(table.y).min() / len(table.y)
        if table.n_classes != 2 or not SHARES[0] <= share <= SHARES[1]:
            continue
        rng = np.random.default_rng(0)
        drawn = rng.permutation(len(table.y))[:MAX_ROWS]
        table = Table(table.name, table.X.iloc[drawn], table.y[drawn])
        rare = table.y == np.bincount(table.y).argmin()
        queries = rng.choice(np.flatnonzero(rare), n_seeds, replace=False)
        for method, found in neighbors_of(table, queries, embeddings):
            for seed, (query, near) in enumerate(zip(queries, found, strict=True)):
                others = near[near != query][:K]
                yield {
                    "table": table.name,
                    "method": method,
                    "seed": seed,
                    "base_rate": rare.mean(),
                    "precision": rare[others].mean(),
                }
        print(f"{table.name} done", file=sys.stderr, flush=True)


def report(results: pd.DataFrame) -> str:
    """Ratios to the base rate by table, and how many reach three."""
    means = results.pivot_table(index="table", columns="method", values="precision")
    base = results.groupby("table")["base_rate"].first()
    lines = ["| table | base rate | " + " | ".join(means.columns) + " |"]
    lines.append("| --- |" + " --- |" * (len(means.columns) + 1))
    for name, row in means.iterrows():
        cells = " | ".join(f"{value:.1%} ({value / base[name]:.1f}x)" for value in row)
        lines.append(f"| {name} | {base[name]:.1%} | {cells} |")
    ratios = means.div(base, axis=0)
    rivals = ratios.div(ratios[SCALED], axis=0)
    for method in means.columns:
        error = np.log(rivals[method]).std(ddof=1) / np.sqrt(len(rivals))
        lines.append(
            f"\n{method}: at least 3x the base rate on {(ratios[method] >= 3).sum()} "
            f"of {len(ratios)} tables; mean precision {means[method].mean():.1%}; "
            f"{np.exp(np.log(rivals[method]).mean()):.2f} times that of scaled "
            f"features (geometric mean, standard error {error:.2f}), above on "
            f"{(rivals[method] > 1).sum()}"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run, print the report, write all lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similarity_search")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--side", choices=["tuning", "reported"], default="reported")
    parser.add_argument("--tables", nargs="*", help="default: all of the side")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--no-embedding", action="store_true", help="nothing trained")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args(arguments)
    output = options.output or Path(
        f"benchmarks/results/similarity_search_{options.side}.csv"
    )
    names = options.tables or splits.read(splits.FOLDER / f"{options.side}.txt")
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dropped columns, categories never seen
        embeddings = dict(list(EMBEDDINGS.items())[: 1 if options.no_embedding else 2])
        readers = load_folder(options.data_dir, names)
        results = pd.DataFrame(run(readers, options.seeds, embeddings))
    output.parent.mkdir(parents=True, exist_ok=True)
    results.to_csv(output, index=False)
    print(report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
