import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest

CONTAINERS = {
    "pandas": pd.DataFrame,
    "polars": lambda data: pl.DataFrame(data, strict=False),
    "numpy": lambda data: pd.DataFrame(data, dtype=object).to_numpy(),
}


@pytest.fixture(params=CONTAINERS)
def container(request):
    """Make a table of a dict of lists, in every container in turn."""
    return CONTAINERS[request.param]


def mixed_columns(n_rows=120, seed=0):
    """Make one column of each kind, with gaps, as lists of Python objects."""
    rng = np.random.default_rng(seed)
    gaps = rng.random((n_rows, 5)) < 0.1
    start = dt.datetime(2021, 3, 1, 8, 30)

    def with_gaps(values, j):
        return [None if gone else v for v, gone in zip(values, gaps[:, j], strict=True)]

    return {
        "amount": with_gaps(rng.lognormal(size=n_rows).tolist(), 0),
        "count": rng.integers(0, 5, n_rows).tolist(),
        "color": with_gaps(rng.choice(["red", "green", "blue"], n_rows).tolist(), 1),
        "member": with_gaps((rng.random(n_rows) < 0.4).tolist(), 2),
        "when": with_gaps(
            [start + dt.timedelta(hours=int(h)) for h in rng.integers(0, 9000, n_rows)],
            3,
        ),
        "street": with_gaps(
            [f"{rng.choice(['Oak', 'Elm'])} street {i}" for i in range(n_rows)], 4
        ),
    }


@pytest.fixture
def columns():
    """A table of mixed columns as a dict of lists."""
    return mixed_columns()
