import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from sklearn_featrix import LabeledOnly
from sklearn_featrix.utils import class_weight_effective
from sklearn_featrix.utils._class_weight import effective_weights

Y = np.repeat([3, 5, 9], [70, 25, 5])


def test_beta_one_is_balanced():
    weights = class_weight_effective(Y, beta=1)
    balanced = compute_class_weight("balanced", classes=np.unique(Y), y=Y)
    assert weights == pytest.approx(dict(zip([3, 5, 9], balanced, strict=True)))
    assert class_weight_effective(Y, beta=1 - 1e-12) == pytest.approx(weights)


def test_beta_zero_is_none():
    assert class_weight_effective(Y, beta=0) == {3: 1.0, 5: 1.0, 9: 1.0}
    weights = class_weight_effective(Y, beta=1e-300)
    assert list(weights.values()) == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("beta", [0.3, 0.9, 0.99, 0.9999])
def test_agrees_with_the_formula(beta):
    weights = class_weight_effective(Y, beta=beta)
    paper = (1 - beta) / (1 - beta ** np.array([70.0, 25.0, 5.0]))
    ratio = np.array(list(weights.values())) / paper
    np.testing.assert_allclose(ratio, ratio[0])
    assert np.mean([weights[label] for label in Y.tolist()]) == pytest.approx(1)


def test_huge_counts_and_a_beta_next_to_one():
    weights = effective_weights([1e12, 1e9], 1 - 1e-14)
    # (1 - (1 - e)^n) / e = n (1 - e n / 2 + ...)
    assert weights[1] / weights[0] == pytest.approx(1e3 * (1 - 0.005), rel=1e-4)


@pytest.mark.parametrize(
    "y",
    [
        np.concatenate([Y, np.full(900, -1)]),
        pd.Series(Y).reindex(range(1000)).astype("Int64"),
        pl.Series([*Y.tolist(), *[None] * 900]),
    ],
    ids=["numpy", "pandas", "polars"],
)
def test_unlabeled_rows_do_not_count(y):
    assert class_weight_effective(y) == class_weight_effective(Y)


def test_mark_of_your_own():
    y = np.concatenate([Y, np.full(50, 99)])
    assert class_weight_effective(y, unlabeled=99) == class_weight_effective(Y)
    assert 99 in class_weight_effective(y)


@pytest.mark.parametrize("names", [[0, 1], ["a", "b"], [False, True]])
def test_classifiers_take_them(names):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.array(names)[(X[:, 0] > 1).astype(int)].tolist()
    y_few = y[:40] + [None] * 20
    weights = class_weight_effective(y_few, beta=1)
    ours = LabeledOnly(LogisticRegression(class_weight=weights)).fit(X, y_few)
    balanced = LogisticRegression(class_weight="balanced").fit(X[:40], y[:40])
    np.testing.assert_allclose(
        ours.predict_proba(X), balanced.predict_proba(X), atol=1e-4
    )


def test_refusals():
    for beta in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="beta must be between 0"):
            class_weight_effective(Y, beta=beta)
    with pytest.raises(ValueError, match="at least 2 classes are needed"):
        class_weight_effective([1, 1, 0, 1], unlabeled=0)
    with pytest.raises(ValueError, match="no label at all"):
        class_weight_effective([-1, -1])
