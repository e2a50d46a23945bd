import warnings

import numpy as np
import pytest

from sklearn_featrix import EmbeddingTransformer, TableEncoder
from sklearn_featrix.exceptions import DroppedColumnWarning
from sklearn_featrix.utils._warnings import warn

X = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]])


@pytest.mark.parametrize(
    "estimator",
    [TableEncoder(), EmbeddingTransformer(max_steps=1)],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_points_at_the_line_that_called_the_library(estimator, method):
    with pytest.warns(DroppedColumnWarning) as record:
        getattr(estimator, method)(X)
    assert record[0].filename == __file__


def test_user_warning_from_outside_points_at_its_own_caller():
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        warn("look")
    assert record[0].category is UserWarning
    assert record[0].filename == __file__
