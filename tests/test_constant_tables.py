"""What is said of a table without any usable column, wherever it is given."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_featrix import (
    EmbeddingTransformer,
    InContextClassifier,
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
    SemiSupervisedClassifier,
    SimilaritySearch,
    TableEncoder,
    TabularNetClassifier,
)

LINEAR = [("linear", LogisticRegression(), "linear")]
PIPELINE = make_pipeline(TableEncoder(), LogisticRegression())
LEARNERS = [
    TableEncoder(),
    TableEncoder("tree"),
    EmbeddingTransformer(effort="low", max_steps=3),
    SemiSupervisedClassifier(embedding=None, members=LINEAR),
    SemiSupervisedClassifier(effort="low"),
    InContextClassifier(),
    TabularNetClassifier(embedding=None),
    TabularNetClassifier(),
    LabelSpreading(),
    LabelPropagation(),
    SelfTrainingClassifier(PIPELINE, n_folds=None),
    SimilaritySearch(),
]
Y = np.tile([0, 1, -1, -1], 10)


def named(learner):
    return type(learner).__name__


@pytest.mark.parametrize("learner", LEARNERS, ids=named)
def test_it_is_said_which_columns_are_constant_and_which_are_empty(learner):
    table = pd.DataFrame({"a": [1.0] * 40, "b": ["x"] * 40, "c": [np.nan] * 40})
    with pytest.raises(ValueError, match="No column of the table carries info") as told:
        learner.fit(table, Y)
    message = str(told.value)
    assert "'a' (constant), 'b' (constant), 'c' (all values are missing)" in message
    assert "copies of 1 sample" in message
    assert "differ in at least one column" in message
    # one row is left where copies count once: that is not what was given
    assert "with 1 sample" not in message


@pytest.mark.parametrize("learner", LEARNERS[:4], ids=named)
def test_a_value_that_is_missing_elsewhere_is_enough(learner):
    table = pd.DataFrame({"a": [1.0] * 20 + [np.nan] * 20, "b": ["x"] * 40})
    with pytest.warns(UserWarning, match=r"'b' \(constant\)"):
        learner.fit(table, Y)
