import logging
import sys
from types import ModuleType

import pytest
from sklearn.dummy import DummyClassifier

from benchmarks.label_efficiency.methods import METHODS, VOTES
from benchmarks.label_efficiency.optional import (
    PACKAGES,
    PRETRAINED,
    make_pretrained,
    runnable,
)


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
            setattr(module, PRETRAINED.get(name, "Classifier"), classifier)
        package = PACKAGES[name]
        monkeypatch.setitem(sys.modules, package, module if classifier else None)

    return put


def test_a_peer_that_runs_is_used(install, caplog):
    install("tabpfn", Peer)
    install("tabm", Peer)
    with caplog.at_level(logging.WARNING):
        assert runnable(["svc", "tabpfn", "tabm"], VOTES) == ["svc", "tabpfn", "tabm"]
    assert not caplog.records
    made = make_pretrained("tabpfn", 3)
    assert made.get_params() == {"device": "cpu", "random_state": 3}


def test_peers_that_do_not_run_are_skipped_with_the_reason(install, caplog):
    install("tabpfn", None)
    install("tabicl", WithoutWeights)
    install("tri_training", None)
    with caplog.at_level(logging.WARNING):
        names = ["tabicl", "svc", "tabpfn", "tri_training"]
        assert runnable(names, VOTES) == ["svc"]
    first, second, third = caplog.messages
    assert "tabicl is skipped" in first
    assert "OSError: cannot reach the weights. It needs `pip install tabicl` and" in (
        first
    )
    assert "pip install tabpfn" in second
    assert third.endswith("It needs `pip install sslearn`.")


def test_a_vote_whose_member_does_not_run_is_skipped(install, caplog):
    install("catboost", None)
    with caplog.at_level(logging.WARNING):
        names = ["vote3", "extra_trees", "labeled_only_five"]
        assert runnable(names, VOTES) == ["extra_trees"]
    (message,) = caplog.messages
    assert message.startswith("catboost is skipped, and votes it is in: ")


def test_packages_are_of_methods():
    assert PACKAGES.keys() <= METHODS.keys()
    assert PRETRAINED.keys() <= PACKAGES.keys()
