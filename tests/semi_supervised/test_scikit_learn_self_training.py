"""scikit-learn's own tests of its SelfTrainingClassifier, run on ours.

They run twice: with the parameters that select scikit-learn's algorithm, and with our
defaults. What is left out is argued below, test by test.
"""

from functools import partial
from importlib.util import find_spec, module_from_spec
from unittest import mock

import pytest
import sklearn.semi_supervised

from sklearn_featrix import SelfTrainingClassifier

PLAIN = {"class_shares": None, "pseudo_weight": None, "n_folds": None, "min_added": 0}

LEFT_OUT = {
    # Wants an error about numpy strings. Ours reads all kinds of labels, these too.
    "test_strings_dtype",
    # Both learn from one label, and so from one class, which we refuse: nothing can be
    # predicted but this class. Held with two labels in test_self_training.py.
    "test_k_best",
    "test_verbose_k_best",
}
LEFT_OUT_BY_DEFAULT = LEFT_OUT | {
    # Both want all rows labelled in the end. By default the rounds stop where
    # held-out rows say so, and the confident rows of no class may crowd out others.
    "test_none_iter",
    "test_warns_k_best",
    # Wants the ten most confident rows. By default they keep the class shares: the
    # most confident of each class.
    "test_k_best_selects_best",
    # Wants a round after one label a class. By default nothing happens unjudged.
    "test_early_stopping",
}

pytestmark = pytest.mark.filterwarnings("default")


def load_their_tests(classifier, without):
    spec = find_spec("sklearn.semi_supervised.tests.test_self_training")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SelfTrainingClassifier = classifier
    tests = {n: f for n, f in vars(module).items() if n.startswith("test_")}
    assert without <= set(tests)
    return {name: test for name, test in tests.items() if name not in without}


plain = load_their_tests(partial(SelfTrainingClassifier, **PLAIN), LEFT_OUT)
default = load_their_tests(SelfTrainingClassifier, LEFT_OUT_BY_DEFAULT)

for name, test in plain.items():
    globals()[f"{name}_plain"] = test
for name, test in default.items():
    globals()[f"{name}_default"] = test


# ------------------------------------------------------------------ metadata routing

ROUTING_LEFT_OUT = {
    # Wants no request by default. Ours may ask for sample_weight itself, as
    # LabeledOnly does, and says by default that it does not.
    "test_default_request",
}


def load_their_routing_tests():
    """Load their tests of all meta-estimators, with ours as the only one."""
    spec = find_spec("sklearn.tests.test_metaestimators_metadata_routing")
    module = module_from_spec(spec)
    with mock.patch.object(
        sklearn.semi_supervised, "SelfTrainingClassifier", SelfTrainingClassifier
    ):
        spec.loader.exec_module(module)
    names = [entry["metaestimator"].__name__ for entry in module.METAESTIMATORS]
    position = names.index("SelfTrainingClassifier")
    # the very lists that the tests are parametrized with
    module.METAESTIMATORS[:] = [module.METAESTIMATORS[position]]
    module.METAESTIMATOR_IDS[:] = ["SelfTrainingClassifier"]
    return {
        name: test
        for name, test in vars(module).items()
        if name.startswith("test_")
        and any(mark.args[0] == "metaestimator" for mark in _marks(test))
    }


def _marks(test):
    marks = getattr(test, "pytestmark", [])
    return [mark for mark in marks if mark.name == "parametrize"]


routing = load_their_routing_tests()
assert set(routing) > ROUTING_LEFT_OUT
for name in sorted(set(routing) - ROUTING_LEFT_OUT):
    globals()[f"{name}_routing"] = routing[name]
