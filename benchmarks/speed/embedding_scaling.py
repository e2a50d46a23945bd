"""What five times as many rows cost EmbeddingTransformer, in time and memory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.speed.measure import alternate, row, run_child, seconds_of
from sklearn_featrix.embedding import EmbeddingTransformer

FEW, MANY = 20_000, 100_000


def make_table(n_rows: int) -> pd.DataFrame:
    """Make 20 columns: 14 of numbers, some with gaps, and 6 of categories."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(n_rows, 4)) @ rng.normal(size=(4, 14))
    numbers += rng.normal(size=numbers.shape)
    table = pd.DataFrame(numbers, columns=[f"number{i}" for i in range(14)])
    table.loc[rng.random(n_rows) < 0.1, ["number0", "number1"]] = np.nan
    for i, n_levels in enumerate((2, 3, 5, 8, 12, 20)):
        codes = (numbers[:, i] * 3 + rng.normal(size=n_rows)).astype(int) % n_levels
        table[f"category{i}"] = np.array([f"level {c}" for c in range(n_levels)])[codes]
    return table


def peak_bytes(n_rows: int, call: str) -> int:
    """Peak memory of a fresh interpreter that makes the table and then does `call`."""
    return run_child(
        "from benchmarks.speed.embedding_scaling import *\n"
        f"X = make_table({n_rows})\n"
        "embedding = EmbeddingTransformer(random_state=0, max_steps=100)\n"
        f"{call}\n"
        "print()"
    ).peak_bytes


def bytes_per_row(call: str) -> float:
    """Peak memory that each further row needs."""
    return (peak_bytes(MANY, call) - peak_bytes(FEW, call)) / (MANY - FEW)


def run(repeats: int = 3) -> list[dict[str, object]]:
    """Measure fit and transform of a table and of one five times as long."""
    few, many = make_table(FEW), make_table(MANY)
    embedding = EmbeddingTransformer(random_state=0)
    fit = alternate(
        lambda: seconds_of(lambda: embedding.fit(many)),
        lambda: seconds_of(lambda: embedding.fit(few)),
        repeats=repeats,
    )
    transform = alternate(
        lambda: seconds_of(lambda: embedding.transform(many)),
        lambda: seconds_of(lambda: embedding.transform(few)),
        repeats=repeats,
    )
    encoded = 4 * len(embedding.encoder_.get_feature_names_out())
    vectors = 4 * len(embedding.get_feature_names_out())
    table = bytes_per_row("")
    case = f"{MANY:,} / {FEW:,} rows"
    return [
        row("embedding_scaling", f"fit, {case}", *fit, target="<= 1.6"),
        row("embedding_scaling", f"transform, {case}", *transform),
        row(
            "embedding_scaling",
            "fit, memory beyond the table / encoded rows",
            bytes_per_row("embedding.fit(X)") - table,
            encoded,
            unit="bytes/row",
        ),
        row(
            "embedding_scaling",
            "transform, memory beyond the table / vectors and encoded rows",
            bytes_per_row("embedding.fit(X[:9000]).transform(X)") - table,
            vectors + encoded,
            unit="bytes/row",
        ),
    ]
