"""scikit-learn's own tests of label propagation, run against our classes."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from sklearn.semi_supervised import _label_propagation as theirs

from sklearn_featrix.semi_supervised import LabelPropagation, LabelSpreading

OURS = {"LabelPropagation": LabelPropagation, "LabelSpreading": LabelSpreading}

EXCLUDED = {
    # They read `_build_graph`, a private method that returns one n x n matrix; our
    # graphs may have none. Held in public terms in test_label_propagation.py: the
    # closed forms in test_is_the_closed_form_of_..., the normalisation of a given
    # kernel matrix in test_kernel_matrix_is_normalized.
    "test_label_spreading_closed_form",
    "test_label_propagation_closed_form",
    "test_label_propagation_build_graph_normalized",
}

# Rows that no label reaches are a warning of ours only.
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn_featrix.exceptions.UnreachedRowsWarning"
)


def load_their_tests():
    """Import their test file anew, with our classes where it looks for its own."""
    path = Path(theirs.__file__).parent / "tests" / "test_label_propagation.py"
    spec = importlib.util.spec_from_file_location("their_label_propagation", path)
    module = importlib.util.module_from_spec(spec)
    with mock.patch.multiple(theirs, **OURS):  # while their parameter lists are made
        spec.loader.exec_module(module)
    module.label_propagation = SimpleNamespace(**OURS)  # and while they run
    return {
        name: member
        for name, member in vars(module).items()
        if name.startswith("test_")
    }


THEIR_TESTS = load_their_tests()
globals().update(
    {name: test for name, test in THEIR_TESTS.items() if name not in EXCLUDED}
)


@pytest.fixture(autouse=True)
def _skip_the_case_that_needs_a_directed_graph(request):
    """Skip one half for the row between two chained ones.

    Their graph of neighbours is directed: nothing flows back from the third row, which
    nobody names, and both labels weigh the same. In a symmetric graph the middle row
    of the chain has two neighbours, and the answer is 0.499 (see
    test_chain_of_three_rows_is_the_closed_form).
    """
    case = getattr(request.node, "callspec", None)
    if request.node.originalname == "test_predict_proba" and (
        case.params["Estimator"] is LabelSpreading
        and case.params["parameters"]["kernel"] == "knn"
    ):
        pytest.skip("exactly one half in a directed graph only")


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def global_dtype(request):
    return request.param


def test_the_excluded_tests_exist_and_the_others_are_collected():
    assert set(THEIR_TESTS) > EXCLUDED
    assert len(set(THEIR_TESTS) - EXCLUDED) >= 8
