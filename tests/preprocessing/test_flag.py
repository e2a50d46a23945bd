import numpy as np
import pytest

from sklearn_featrix.preprocessing._flag import FlagEncoder, Missing
from sklearn_featrix.preprocessing._table import Column


@pytest.mark.parametrize("gap", [True, False])
def test_flag_is_there_only_if_fit_saw_a_gap(gap):
    flag = Missing().fit(np.array([False, gap]))
    out = np.full((2, 1), 7.0)
    flag.encode(np.array([True, False]), out)
    assert flag.names() == (["__missing"] if gap else [])
    np.testing.assert_array_equal(out[:, 0], [1, 0] if gap else [7, 7])


@pytest.mark.parametrize("encoding", ["linear", "tree"])
def test_flag_of_a_constant_with_gaps(encoding):
    column = Column("x", "number", np.array([3.0, np.nan]))
    encoder = FlagEncoder().fit(column)
    out = np.empty((2, 1))
    getattr(encoder, encoding)(column, out)
    np.testing.assert_array_equal(out[:, 0], [0, 1])
    assert getattr(encoder, f"{encoding}_names")() == ["__missing"]
