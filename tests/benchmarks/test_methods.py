import numpy as np
import pytest
from sklearn.base import is_classifier

from benchmarks.label_efficiency.methods import METHODS, NAMES, VOTES, check_names
from benchmarks.label_efficiency.optional import runnable
from benchmarks.label_efficiency.protocol import Trial
from benchmarks.label_efficiency.study import Predictor, run_cell

SEMI_SUPERVISED = {name for name in METHODS if name.startswith("semi_supervised")}


@pytest.fixture
def predictor(make_table, stand_ins):
    return Predictor(Trial(make_table(), seed=0), budget=30)


@pytest.mark.parametrize("name", sorted(METHODS.keys() - SEMI_SUPERVISED))
def test_each_method_beats_chance_on_easy_blobs(name, predictor):
    if not runnable([name], VOTES):
        pytest.skip(f"{name} or its weights are not here")
    row = run_cell(predictor, name)
    assert "error" not in row
    chance = name == "hist_gradient_boosting"  # too few rows for its leaves
    assert row["auc"] > (0.49 if chance else 0.6)
    assert row["fit_seconds"] >= 0


def test_votes_are_weighted_means_of_what_is_fitted_anyway(predictor):
    pytest.importorskip("catboost")
    proba, seconds = predictor("vote3")
    members = [predictor(name) for name in VOTES["vote3"]]
    np.testing.assert_allclose(proba, np.mean([p for p, _ in members], axis=0))
    assert seconds == pytest.approx(sum(s for _, s in members))
    predictor._done["semi_supervised"] = members[0]
    proba, _ = predictor("semi_supervised_catboost")
    expected = (13 * members[0][0] + predictor("catboost")[0]) / 14
    np.testing.assert_allclose(proba, expected)
    members = [predictor(name)[0] for name in VOTES["labeled_only_five"]]
    assert len(members) == 5
    expected = np.mean(members, axis=0)
    np.testing.assert_allclose(predictor("labeled_only_five")[0], expected)


def test_unlabeled_rows_are_marked_and_test_rows_never_seen(make_table, stand_ins):
    seen = {}

    class Recorder:
        classes_ = np.arange(3)

        def fit(self, X, y):
            seen["X"], seen["y"] = X, y

        def predict_proba(self, X):
            return np.full((len(X), 3), 1 / 3)

    method = METHODS["semi_supervised"].__class__(
        "raw", lambda trial: Recorder(), all_rows=True
    )
    trial = Trial(make_table(), seed=0)
    METHODS["recorder"] = method
    try:
        Predictor(trial, 30)("recorder")
    finally:
        del METHODS["recorder"]
    assert seen["X"] is trial.X_pool
    assert (seen["y"] >= 0).sum() == 30
    labeled = seen["y"] >= 0
    np.testing.assert_array_equal(seen["y"][labeled], trial.y_pool[labeled])


def test_methods_are_classifiers_and_names_are_checked(make_table, stand_ins):
    trial = Trial(make_table(), seed=0)
    assert is_classifier(METHODS["extra_trees"].make(trial))
    assert check_names([]) == list(NAMES)
    assert check_names(["vote3"]) == ["vote3"]
    with pytest.raises(ValueError, match="Unknown method vote4; there are: logistic_"):
        check_names(["vote4"])


def test_histogram_boosting_takes_columns_without_a_value(make_table, stand_ins):
    trial = Trial(make_table(), seed=0)
    X = np.column_stack([np.full(30, np.nan), np.arange(30) % 3])
    boosting = METHODS["hist_gradient_boosting_small"].make(trial)
    boosting.fit(X, np.arange(30) % 3)
    assert boosting.score(X, np.arange(30) % 3) == 1


@pytest.mark.slow
def test_the_library_s_own_methods_run(make_table):
    predictor = Predictor(Trial(make_table(), seed=0), budget=30)
    for name in (
        "lr_on_embedding",
        "lr_on_denoising",
        "lr_on_scarf",
        *sorted(SEMI_SUPERVISED),
    ):
        row = run_cell(predictor, name)
        assert "error" not in row
        assert row["auc"] > 0.6
