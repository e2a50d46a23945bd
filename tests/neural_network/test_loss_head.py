import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from sklearn_featrix.losses import FocalLoss
from sklearn_featrix.neural_network._loss_head import LossHead


@pytest.fixture
def rows():
    return make_classification(
        300, 8, n_informative=4, weights=[0.85], flip_y=0.02, random_state=0
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_head_with_cross_entropy_is_logistic_regression(rows, n_classes):
    X, y = rows
    y = y + (X[:, 0] > 1) * (n_classes - 2)
    weights = np.linspace(0.5, 2, len(y))
    head = LossHead(FocalLoss(0), C=0.5).fit(X, y, weights)
    other = LogisticRegression(C=0.5, tol=1e-8, max_iter=5000).fit(X, y, weights)
    np.testing.assert_allclose(head.predict_proba(X), other.predict_proba(X), atol=1e-3)


def test_a_head_says_where_it_did_not_converge(rows):
    X, y = rows
    with pytest.warns(ConvergenceWarning, match="FocalLoss did not converge in 1 "):
        LossHead(FocalLoss(2), max_iter=1).fit(X, y)
