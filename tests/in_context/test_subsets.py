import numpy as np
import pytest

from sklearn_featrix.in_context._subsets import draw_subsets


def draw(codes, n_columns, seed=0, **changed):
    sizes = {"n_members": 3, "max_columns": 8, "max_context": 20, **changed}
    sizes["random_state"] = np.random.RandomState(seed)
    return draw_subsets(np.asarray(codes), n_columns, **sizes)


def test_one_member_sees_everything_where_it_can():
    (subset,) = draw([0, 1] * 10, 8)
    np.testing.assert_array_equal(subset.rows, np.arange(20))
    np.testing.assert_array_equal(subset.columns, np.arange(8))


@pytest.mark.parametrize("n_columns", [9, 16, 50, 101])
@pytest.mark.parametrize("n_members", [1, 5])
def test_members_together_see_all_columns(n_columns, n_members):
    subsets = draw([0, 1] * 10, n_columns, n_members=n_members)
    assert len(subsets) == max(n_members, -(-n_columns // 8))
    for subset in subsets:
        assert len(set(subset.columns)) == len(subset.columns) == 8
        np.testing.assert_array_equal(subset.rows, np.arange(20))
    assert {*np.concatenate([s.columns for s in subsets])} == {*range(n_columns)}


def test_columns_are_drawn_without_labels():
    drawn = [
        [subset.columns.tolist() for subset in draw(codes, 30)]
        for codes in ([0, 1] * 10, [1] * 5 + [0] * 15)
    ]
    assert drawn[0] == drawn[1]


def test_rows_are_stratified_distinct_and_few_enough():
    codes = np.repeat([0, 1, 2], [140, 50, 10])
    subsets = draw(codes, 4, n_members=10)
    assert len(subsets) == 10
    for subset in subsets:
        assert len(set(subset.rows)) == len(subset.rows) <= 20
        assert np.bincount(codes[subset.rows]).tolist() == [14, 5, 1]
    assert {*np.concatenate([s.rows for s in subsets])} == {*range(200)}


def test_a_class_of_one_row_is_always_there():
    codes = np.repeat([0, 1], [999, 1])
    for subset in draw(codes, 4, n_members=4):
        assert codes[subset.rows].sum() == 1


def test_more_classes_than_rows_in_the_context():
    codes = np.repeat(np.arange(30), 3)
    for subset in draw(codes, 4):
        assert np.bincount(codes[subset.rows]).tolist() == [1] * 30


def test_the_seed_draws():
    codes = [0, 1] * 10
    same = [[s.columns.tolist() for s in draw(codes, 30, seed=1)] for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != [s.columns.tolist() for s in draw(codes, 30, seed=2)]


def test_fewer_columns_where_many_rows_are_labeled():
    codes = [0, 1] * 500
    for max_context, width in ((800, 40), (500, 64), (100, 64)):
        subsets = draw(codes, 90, max_columns=64, max_context=max_context)
        assert {len(subset.columns) for subset in subsets} == {width}
    (subset,) = draw(codes, 32, max_context=1000, max_columns=64)
    assert len(subset.columns) == 32
    assert len(draw([0, 1] * 3000, 20, max_context=6000)[0].columns) == 8
