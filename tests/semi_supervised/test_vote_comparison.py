import numpy as np
import pytest

from sklearn_featrix.semi_supervised import VoteComparison
from sklearn_featrix.semi_supervised._out_of_fold import OutOfFold


def test_comparison_of_given_probabilities():
    codes, folds = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    sure = np.where(np.arange(2) == codes[:, None], 0.8, 0.2)
    even = np.full((4, 2), 0.5)
    told = VoteComparison.of(OutOfFold(sure, even, codes, np.ones(4), folds))
    assert told.difference == pytest.approx(np.log(0.8 / 0.5))
    assert told.verdict == "helps"
    assert (told.accuracy, told.accuracy_labeled_only) == (1, 0.5)
    low, high = told.accuracy_interval_labeled_only
    assert 0 < low < 0.5 < high < 1
    low, high = told.accuracy_interval
    assert 0.3 < low < high == 1  # four rows say little
    assert f"accuracy 1.000 [{low:.3f}, 1.000] with" in repr(told)
    told = VoteComparison.of(OutOfFold(even, sure, codes, np.ones(4), folds))
    assert told.verdict == "hurts"
    told = VoteComparison.of(OutOfFold(even, even, codes, np.ones(4), folds))
    assert told.verdict == "tie"
