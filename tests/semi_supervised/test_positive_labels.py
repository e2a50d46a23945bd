import numpy as np
import pytest

from sklearn_featrix.semi_supervised._positive_labels import read_positive_labels


def test_positives_negatives_and_marks():
    labels = read_positive_labels(["no", None, "yes", None], 4)
    assert labels.classes.tolist() == ["no", "yes"]
    assert labels.positive_label == "yes"
    assert labels.codes.tolist() == [0, -1, 1, -1]
    turned = read_positive_labels(["no", None, "yes", None], 4, positive_label="no")
    assert turned.codes.tolist() == [1, -1, 0, -1]


@pytest.mark.filterwarnings("ignore:y holds only -1 and 1")
def test_minus_one_is_a_mark_unless_it_is_a_class():
    few = read_positive_labels(np.array([1, -1, -1]), 3)
    assert few.classes.tolist() == [0, 1]
    assert few.codes.tolist() == [1, -1, -1]
    even = read_positive_labels(np.array([1, -1, 1, -1]), 4)
    assert even.classes.tolist() == [-1, 1]
    assert even.codes.tolist() == [1, 0, 1, 0]


def test_dtypes_of_the_labels_are_kept():
    for y, kind in (
        (np.array([2, -1], np.int8), np.int8),
        (np.array([1.0, np.nan], np.float32), np.float32),
        (np.array(["a", None], object), object),
        (np.array([True, None], object), bool),
    ):
        assert read_positive_labels(y, 2).classes.dtype == kind
    wide = read_positive_labels(np.array(["won", "nan"]), 2).classes
    assert wide.tolist() == ["not won", "won"]
