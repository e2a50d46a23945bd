import numpy as np
import pytest

from sklearn_featrix.preprocessing._category import CategoryEncoder
from sklearn_featrix.preprocessing._table import Table


def text_column(values):
    return Table(np.array(values, dtype=object).reshape(-1, 1)).column(0)


def encode(values, train, encoding, max_categories=24):
    encoder = CategoryEncoder(max_categories).fit(text_column(train))
    names = getattr(encoder, f"{encoding}_names")()
    out = np.full((len(values), len(names)), 7, dtype=np.float32)
    getattr(encoder, encoding)(text_column(values), out)
    return out, names


def test_one_column_per_level_by_frequency_then_name():
    train = ["b", "c", "a", "c"]
    out, names = encode(train, train, "linear")
    assert names == ["=c", "=a", "=b"]
    np.testing.assert_array_equal(out, np.eye(3)[[2, 0, 1, 0]])


def test_missing_is_a_level_and_unseen_is_zeros():
    out, names = encode(["a", None, "new"], ["a", "b", "c", None], "linear")
    assert names[-1] == "__missing"
    np.testing.assert_array_equal(out, [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]])


def test_rare_and_unseen_levels_share_other():
    train = ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"]
    out, names = encode(["a", "c", "d", "new"], train, "linear", max_categories=3)
    assert names == ["=a", "=b", "=<other>"]
    np.testing.assert_array_equal(out, np.eye(3)[[0, 2, 2, 2]])


def test_as_many_levels_as_allowed_need_no_other():
    train = ["a", "b", "c"]
    assert encode(train, train, "linear", max_categories=3)[1] == ["=a", "=b", "=c"]


def test_two_levels_become_one_column():
    out, names = encode(["no", "yes", None, "new"], ["no", "yes", None], "linear")
    assert names == ["=yes", "__missing"]
    np.testing.assert_array_equal(out, [[-1, 0], [1, 0], [0, 1], [0, 0]])


@pytest.mark.parametrize("max_categories", [24, 3])
def test_tree_codes_by_frequency(max_categories):
    train = ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"]
    out, names = encode(["b", "a", None, "new"], train, "tree", max_categories)
    assert names == [""]
    unseen = 4 if max_categories == 24 else 2
    np.testing.assert_array_equal(out[:, 0], [1, 0, np.nan, unseen])
