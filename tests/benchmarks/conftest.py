import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits

from benchmarks.label_efficiency.tables import Table


class StandInEncoder:
    """What the study needs of TableEncoder, without its work."""

    def _encode(self, X, encoding):
        return X.to_numpy(dtype=np.float32)


class StandInEmbedding:
    def transform(self, X):
        return X.to_numpy(dtype=np.float32)


@pytest.fixture
def make_table():
    def make(name="blobs", n_rows=200, n_classes=3):
        X, y = make_classification(
            n_rows, 5, n_informative=4, n_redundant=0, n_classes=n_classes,
            random_state=0,
        )  # fmt: skip
        return Table(name, pd.DataFrame(X, columns=list("abcde")), y)

    return make


@pytest.fixture
def stand_ins(monkeypatch):
    """Replace the library's estimators, so that only the study itself is tested.

    In one thread, as the study runs its cells.
    """
    from benchmarks.label_efficiency.protocol import Trial

    monkeypatch.setattr(Trial, "_encoder", StandInEncoder())
    monkeypatch.setattr(Trial, "_fit_embedding", lambda *_: StandInEmbedding())
    with threadpool_limits(1):
        yield
