import numpy as np
import pytest

from sklearn_featrix.utils._folds import deal_folds, keys_of_observations


def test_folds_are_stratified_and_even():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], [40, 12, 8])
    folds = deal_folds(codes, rng.permutation(60), 5)
    assert np.bincount(folds).tolist() == [12] * 5
    for code, low in ((0, 8), (1, 2), (2, 1)):
        counts = np.bincount(folds[codes == code], minlength=5)
        assert counts.min() >= low
        assert np.ptp(counts) <= 1


def test_folds_hold_out_every_row_of_a_class_with_two():
    codes = np.array([0] * 12 + [1] * 5 + [2])
    folds = deal_folds(codes, np.random.default_rng(0).permutation(18), 4)
    assert (folds[:17] >= 0).all()
    assert folds[17] == -1
    for fold in range(4):
        assert set(codes[folds == fold]) == {0, 1}


def test_copies_are_held_out_together_and_single_rows_never():
    codes = np.array([0, 0, 0, 0, 1, 1, 2])
    keys = np.array([7, 7, 3, 9, 5, 5, 1])
    folds = deal_folds(codes, keys, 3)
    assert folds[0] == folds[1] != folds[2]
    assert (folds[4:] == -1).all()  # of class 1 there are copies of one row only


def test_copies_stay_together_whatever_their_classes():
    # 6 is of both classes, and all that there is of class 2
    codes = np.array([0, 1, 0, 1, 0, 1, 2, 0])
    keys = np.array([3, 3, 4, 4, 5, 9, 6, 6])
    folds = deal_folds(codes, keys, 2)
    assert folds[0] == folds[1]
    assert folds[2] == folds[3]
    assert folds[6:].tolist() == [-1, -1]


@pytest.mark.parametrize("seed", range(20))
def test_no_fold_takes_a_copy_or_the_last_row_of_a_class(seed):
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, 12, size=30)
    codes, n_folds = rng.integers(0, 4, size=30), int(rng.integers(2, 6))
    folds = deal_folds(codes, keys, n_folds)
    for fold in range(n_folds):
        out = folds == fold
        assert not set(keys[out]) & set(keys[~out])
        assert set(codes[out]) <= set(codes[~out])


def test_folds_follow_the_keys_and_not_the_order():
    rng = np.random.default_rng(0)
    codes, keys = rng.integers(0, 3, 50), rng.integers(0, 40, 50)
    order = rng.permutation(50)
    np.testing.assert_array_equal(
        deal_folds(codes, keys, 4)[order], deal_folds(codes[order], keys[order], 4)
    )


def test_few_rows_leave_folds_empty():
    codes = np.array([0, 0, 1, 1])
    assert sorted(deal_folds(codes, np.arange(4), 9)) == [0, 1, 2, 3]
    assert (deal_folds(np.arange(3), np.arange(3), 5) == -1).all()
    assert deal_folds(codes[:0], np.arange(0), 5).shape == (0,)


@pytest.mark.parametrize("seed", range(10))
def test_copies_of_several_classes_are_observations_of_their_own(seed):
    rng = np.random.default_rng(seed)
    keys, codes = rng.integers(0, 12, size=30), rng.integers(0, 2, size=30)
    found = keys_of_observations(codes, keys)
    for i in range(30):
        copies = keys == keys[i]
        alone = len(set(codes[copies])) > 1
        np.testing.assert_array_equal(
            found == found[i], np.arange(30) == i if alone else copies
        )
    assert (np.diff(keys[np.argsort(found, kind="stable")]) >= 0).all()


def test_observations_of_no_rows():
    assert keys_of_observations(np.arange(0), np.arange(0)).shape == (0,)
