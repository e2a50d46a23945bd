"""What five times as many rows cost EmbeddingTransformer, in time and memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

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


def peak_bytes(path: Path, call: str) -> int:
    """Peak memory of a fresh interpreter that loads a table and then does `call`."""
    return run_child(
        "import pandas as pd\n"
        "from sklearn_featrix.embedding import EmbeddingTransformer\n"
        f"X = pd.read_pickle({str(path)!r})\n"
        "embedding = EmbeddingTransformer(random_state=0, max_steps=100)\n"
        f"{call}\n"
        "print()"
    ).peak_bytes


def bytes_per_row(tables: list[pd.DataFrame], calls: list[str]) -> list[float]:
    """Peak memory that each row needs, beyond the table itself, for each call."""
    peaks = []
    with TemporaryDirectory() as folder:
        for table in tables:
            path = Path(folder, f"{len(table)}.pkl")
            table.to_pickle(path)
            peaks.append([peak_bytes(path, call) for call in ["", *calls]])
    n_more = len(tables[1]) - len(tables[0])
    alone, *used = ((many - few) / n_more for few, many in zip(*peaks, strict=True))
    return [each - alone for each in used]


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
    fit_bytes, transform_bytes = bytes_per_row(
        [few, many], ["embedding.fit(X)", "embedding.fit(X[:9000]).transform(X)"]
    )
    name, rows = "embedding_scaling", f"{MANY:,} / {FEW:,} rows"
    return [
        row(name, f"fit, {rows}", *fit, target="<= 1.6"),
        row(name, f"transform, {rows}", *transform),
        row(name, "memory: fit / encoded row", fit_bytes, encoded, unit="bytes/row"),
        row(
            name,
            "memory: transform / encoded row and vector",
            transform_bytes,
            encoded + vectors,
            unit="bytes/row",
        ),
    ]
