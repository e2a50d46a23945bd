import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sklearn_featrix.compose import BoostedLossClassifier
from sklearn_featrix.model_selection import LabeledSplit

BOOSTERS = {
    "xgboost": ("XGBClassifier", {}),
    "lightgbm": ("LGBMClassifier", {"verbose": -1}),
}
RNG = np.random.default_rng(0)
HIDDEN = RNG.uniform(size=800) < 0.5


def table(n_classes):
    return make_classification(
        800, 6, n_informative=4, n_classes=n_classes, flip_y=0.05, random_state=0,
        weights=[0.8] + [0.2 / (n_classes - 1)] * (n_classes - 1),
    )  # fmt: skip


@pytest.fixture(params=BOOSTERS)
def booster(request):
    name, options = BOOSTERS[request.param]
    kind = getattr(pytest.importorskip(request.param), name)
    return kind(n_estimators=25, max_depth=3, n_jobs=1, random_state=0, **options)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("loss", ["focal", "class_balanced", "cross_entropy"])
def test_probabilities_sum_to_one_and_predict_is_their_best(booster, n_classes, loss):
    X, y = table(n_classes)
    names = np.array(["zebra", "ape", "mouse"], dtype=object)
    partial_labels = np.where(HIDDEN, None, names[y])
    model = BoostedLossClassifier(booster, loss).fit(X, partial_labels)
    assert model.classes_.tolist() == sorted(names[:n_classes])
    proba = model.predict_proba(X)
    assert proba.shape == (800, n_classes)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(
        model.predict(X), model.classes_[proba.argmax(axis=1)]
    )
    hidden = model.predict(X[HIDDEN]) == names[y][HIDDEN]
    assert hidden.mean() > 0.7
    assert model.score(X, partial_labels) == np.mean(
        model.predict(X[~HIDDEN]) == names[y][~HIDDEN]
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("loss", ["focal", "cross_entropy"])
def test_gamma_0_is_the_boosters_own_cross_entropy(booster, n_classes, loss):
    if n_classes == 3 and "XGB" in type(booster).__name__:
        pytest.skip("XGBoost has other Hessians for more than two classes")
    X, y = table(n_classes)
    model = BoostedLossClassifier(booster, loss, gamma=0).fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(X), booster.fit(X, y).predict_proba(X), atol=1e-5
    )


def test_unlabeled_rows_are_left_out(booster):
    X, y = table(2)
    expected = BoostedLossClassifier(booster).fit(X[~HIDDEN], y[~HIDDEN])
    for marked in (
        np.where(HIDDEN, -1, y),
        np.where(HIDDEN, np.nan, y),
        pd.Series(y, dtype="Int64").mask(HIDDEN),
    ):
        model = BoostedLossClassifier(booster).fit(X, marked)
        np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


def test_focus_and_weights_do_what_they_say(booster):
    X, y = table(2)
    fit = partial(BoostedLossClassifier, booster)
    rare = {
        name: model.fit(X, y).predict_proba(X)[:, 1].mean()
        for name, model in {
            "plain": fit("cross_entropy"),
            "focal": fit("focal"),
            "alpha": fit("focal", alpha=0.9),
            "list": fit("focal", alpha=[0.1, 0.9]),
            "balanced": fit("class_balanced", beta=1),
        }.items()
    }
    assert rare["plain"] == pytest.approx(y.mean(), abs=0.02)
    assert rare["focal"] > rare["plain"] + 0.01  # drawn to the middle
    assert rare["alpha"] > rare["focal"] + 0.1
    assert rare["alpha"] == rare["list"]
    assert rare["balanced"] > rare["plain"] + 0.05


def test_a_whole_weight_is_as_many_copies_to_the_last_bit():
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.XGBClassifier(n_estimators=5, n_jobs=1, tree_method="exact")
    X, y = table(3)
    weights = RNG.integers(0, 17, size=800)
    weighted = BoostedLossClassifier(booster, "class_balanced").fit(X, y, weights)
    copies = np.repeat(np.arange(800), weights)
    copied = BoostedLossClassifier(booster, "class_balanced").fit(X[copies], y[copies])
    np.testing.assert_array_equal(weighted.class_weight_, copied.class_weight_)
    np.testing.assert_array_equal(weighted.predict_proba(X), copied.predict_proba(X))


@pytest.mark.parametrize("seed", [0, 1, 4, 6, 7])
def test_splits_that_are_equally_good_are_not_told_apart_by_rounding(seed):
    """Many columns part few rows alike; LightGBM takes the first, if it is a tie."""
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.LGBMClassifier(
        n_estimators=3, n_jobs=1, min_child_samples=0, min_data_in_bin=1, verbose=-1
    )
    rng = np.random.default_rng(seed)
    X, y = rng.uniform(size=(15, 30)), rng.integers(0, 3, size=15)
    weights = rng.integers(0, 5, size=15)
    weighted = BoostedLossClassifier(booster).fit(X, y, weights)
    copied = BoostedLossClassifier(booster).fit(
        np.repeat(X, weights, axis=0), np.repeat(y, weights)
    )
    np.testing.assert_allclose(
        weighted.predict_proba(X), copied.predict_proba(X), rtol=0, atol=1e-12
    )


def test_weights_that_are_shares_count_no_rows(booster):
    X, y = table(2)
    with pytest.raises(ValueError, match="Divide sample_weight by its mean"):
        BoostedLossClassifier(booster, "class_balanced").fit(X, y, np.full(800, 1e-4))


def test_pickle_holds_no_rows_and_clone_is_alike(booster):
    X, y = table(2)
    model = BoostedLossClassifier(booster).fit(X, y)
    stored = pickle.dumps(model)
    proba = model.predict_proba(X)
    np.testing.assert_array_equal(pickle.loads(stored).predict_proba(X), proba)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict_proba(X), proba)
    larger = np.tile(X, (20, 1)), np.tile(y, 20)
    assert len(pickle.dumps(model.fit(*larger))) < 2 * len(stored)


def test_missing_values_and_categories(booster):
    X, y = table(2)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    frame.loc[::7, "a"] = np.nan
    frame["kind"] = pd.Categorical(np.where(y == 1, "rare", "usual"))
    if "XGB" in type(booster).__name__:
        booster.set_params(enable_categorical=True)
    model = BoostedLossClassifier(booster).fit(frame, np.where(HIDDEN, -1, y))
    assert model.score(frame, y) > 0.97
    assert model.feature_names_in_.tolist() == [*"abcdef", "kind"]


def test_text_is_told_where_to_go(booster):
    frame = pd.DataFrame({"kind": ["rare", "usual"] * 10, "size": range(20)})
    for table in (frame, frame.to_numpy()):
        with pytest.raises(ValueError, match=r"'(rare|kind)'.*Put TableEncoder\(\) be"):
            BoostedLossClassifier(booster).fit(table, [0, 1] * 10)


def test_infinity_is_lightgbms_alone(booster):
    X, y = table(2)
    X[0, 0] = np.inf
    model = BoostedLossClassifier(booster)
    if "XGB" not in type(booster).__name__:
        assert model.fit(X, y).score(X, y) > 0.7
        return
    with pytest.raises(ValueError, match="contains infinity"):
        model.fit(X, y)


def test_a_search_over_the_loss_and_the_booster(booster):
    X, y = table(2)
    search = GridSearchCV(
        BoostedLossClassifier(booster),
        {"gamma": [0, 2], "estimator__max_depth": [1, 3]},
        scoring="average_precision", cv=LabeledSplit(2), error_score="raise",
    ).fit(X, np.where(HIDDEN, -1, y))  # fmt: skip
    assert search.best_params_["estimator__max_depth"] == 3


def test_none_is_xgboost():
    pytest.importorskip("xgboost")
    X, y = table(2)
    model = BoostedLossClassifier().fit(X, y)
    assert type(model.estimator_).__name__ == "XGBClassifier"


def test_none_without_xgboost_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "xgboost", None)
    with pytest.raises(ImportError, match=r"needs xgboost.*sklearn-featrix\[boosting"):
        BoostedLossClassifier().fit(*table(2))


@pytest.mark.parametrize("estimator", [LogisticRegression(), "xgboost", 3])
def test_other_estimators_are_refused(estimator):
    with pytest.raises(TypeError, match=r"takes an xgboost.XGBClassifier"):
        BoostedLossClassifier(estimator).fit(*table(2))


def test_weights_of_the_boosters_own_objective_are_refused(booster):
    booster.set_params(scale_pos_weight=9)
    with pytest.raises(ValueError, match=r"would be ignored. Weigh classes by alpha"):
        BoostedLossClassifier(booster).fit(*table(2))


@pytest.mark.parametrize(
    ("options", "n_classes", "message"),
    [
        ({"loss": "hinge"}, 2, "loss"),
        ({"gamma": -1}, 2, "gamma"),
        ({"beta": 1.5}, 2, "beta"),
        ({"alpha": 0.3}, 3, "must be 3 numbers"),
        ({"alpha": [0.3, -1]}, 2, "must be 2 numbers"),
    ],
)
def test_wrong_parameters(booster, options, n_classes, message):
    with pytest.raises(ValueError, match=message):
        BoostedLossClassifier(booster, **options).fit(*table(n_classes))
