import logging
import sys
from types import ModuleType

import pytest
from sklearn.dummy import DummyClassifier

from benchmarks.label_efficiency.pretrained import PACKAGES, make, runnable


class Peer(DummyClassifier):
    """Stands in for a pretrained classifier."""

    def __init__(self, device=None, random_state=None):
        super().__init__(strategy="prior", random_state=random_state)
        self.device = device


class WithoutWeights(Peer):
    def fit(self, X, y):
        raise OSError("cannot reach\nthe weights")


@pytest.fixture
def install(monkeypatch):
    def put(name, classifier):
        module = ModuleType(name)
        if classifier is not None:
            setattr(module, PACKAGES[name], classifier)
        monkeypatch.setitem(sys.modules, name, module if classifier else None)

    return put


def test_a_peer_that_runs_is_used(install, caplog):
    install("tabpfn", Peer)
    with caplog.at_level(logging.WARNING):
        assert runnable(["catboost", "tabpfn"]) == ["catboost", "tabpfn"]
    assert not caplog.records
    assert make("tabpfn", 3).get_params() == {"device": "cpu", "random_state": 3}


def test_peers_that_do_not_run_are_skipped_with_the_reason(install, caplog):
    install("tabpfn", None)
    install("tabicl", WithoutWeights)
    with caplog.at_level(logging.WARNING):
        assert runnable(["tabicl", "vote3", "tabpfn"]) == ["vote3"]
    first, second = caplog.messages
    assert first.startswith("tabicl is skipped: OSError: cannot reach the weights.")
    assert "pip install tabpfn" in second
