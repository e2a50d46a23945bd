import numpy as np

from sklearn_featrix.calibration._held_out import deal_folds


def test_folds_hold_out_every_row_of_a_class_with_two():
    codes = np.array([0] * 12 + [1] * 5 + [2])
    keys = np.random.default_rng(0).permutation(18)
    folds = deal_folds(codes, keys, 4)
    assert len(folds) == 4
    assert sorted(np.concatenate(folds)) == list(range(17))
    for fold in folds:
        assert len(set(codes[fold])) == 2


def test_folds_do_not_depend_on_the_order():
    rng = np.random.default_rng(0)
    codes, keys = rng.integers(0, 2, 30), np.arange(30)
    order = rng.permutation(30)
    folds = {frozenset(keys[fold]) for fold in deal_folds(codes, keys, 3)}
    shuffled = deal_folds(codes[order], keys[order], 3)
    assert {frozenset(keys[order][fold]) for fold in shuffled} == folds


def test_fewer_folds_for_few_rows_and_none_for_single_ones():
    assert len(deal_folds(np.array([0, 0, 1, 1]), np.arange(4), 5)) == 2
    assert deal_folds(np.array([0, 1, 2]), np.arange(3), 5) == []
