import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sklearn_featrix import LabeledOnly, PriorCorrectedClassifier, is_labeled
from sklearn_featrix.calibration._prior import change_prior, estimate_prior, match_prior

RNG = np.random.default_rng(0)
SHARES = np.array([0.6, 0.3, 0.1])
Y = RNG.choice(3, size=600, p=SHARES)
X = RNG.normal(size=(600, 2)) + np.array([[0, 0], [1.5, 0], [0, 2]])[Y]
NAMES = np.array(["low", "middle", "high"])
WANTED = np.array([0.05, 0.15, 0.8])
WEIGHT = RNG.uniform(0.1, 3, size=600)
HIDDEN = RNG.uniform(size=600) < 0.7
PARTIAL = np.where(HIDDEN, -1, Y)


def fit(prior=WANTED, y=Y, **options):
    return PriorCorrectedClassifier(GaussianNB(), prior, **options).fit(X, y)


class TestRareEvents:
    """All events, one in some of the other rows: what a log of clicks looks like."""

    @pytest.fixture(scope="class")
    @staticmethod
    def world():
        rng = np.random.default_rng(7)
        y = (np.arange(200_000) < 200).astype(int)
        X = rng.normal(size=(200_000, 3)) + 0.3 * y[:, None]
        sample = (y == 1) | (rng.uniform(size=len(y)) < 0.0139)
        return X, y, sample

    def test_the_mean_comes_back_and_the_ranking_stays(self, world):
        X, y, sample = world
        plain = LogisticRegression().fit(X[sample], y[sample])
        corrected = PriorCorrectedClassifier(LogisticRegression(), {1: 0.001})
        corrected.fit(X[sample], y[sample])
        before, after = (each.predict_proba(X)[:, 1] for each in (plain, corrected))
        assert y.mean() == 0.001
        assert before.mean() == pytest.approx(0.0665, rel=0.02)
        assert after.mean() == pytest.approx(0.001, rel=0.1)
        np.testing.assert_array_equal(np.argsort(after), np.argsort(before))
        assert average_precision_score(y, after) == average_precision_score(y, before)


class TestFormula:
    """Naive Bayes takes priors: it knows the answer in closed form."""

    def test_stated_shares(self):
        expected = GaussianNB(priors=WANTED).fit(X, Y)
        corrected = fit()
        np.testing.assert_allclose(
            corrected.predict_proba(X), expected.predict_proba(X), rtol=1e-6
        )
        np.testing.assert_allclose(
            corrected.predict_log_proba(X), expected.predict_log_proba(X), rtol=1e-6
        )
        np.testing.assert_array_equal(corrected.predict(X), expected.predict(X))
        np.testing.assert_allclose(corrected.training_prior_, np.bincount(Y) / 600)

    def test_weights_count(self):
        corrected = PriorCorrectedClassifier(GaussianNB(), WANTED)
        corrected.fit(X, Y, sample_weight=WEIGHT)
        expected = GaussianNB(priors=WANTED).fit(X, Y, WEIGHT)
        np.testing.assert_allclose(
            corrected.predict_proba(X), expected.predict_proba(X), rtol=1e-6
        )
        shares = np.bincount(Y, WEIGHT) / WEIGHT.sum()
        np.testing.assert_allclose(corrected.training_prior_, shares)

    def test_only_labelled_rows_count(self):
        model = LabeledOnly(GaussianNB())
        corrected = PriorCorrectedClassifier(model, WANTED).fit(X, PARTIAL)
        expected = GaussianNB(priors=WANTED).fit(X[~HIDDEN], Y[~HIDDEN])
        np.testing.assert_allclose(
            corrected.predict_proba(X), expected.predict_proba(X), rtol=1e-6
        )

    def test_a_stated_training_prior(self):
        learnt = [0.2, 0.3, 0.5]
        corrected = PriorCorrectedClassifier(
            GaussianNB(priors=learnt), WANTED, training_prior=learnt
        ).fit(X, Y)
        np.testing.assert_allclose(
            corrected.predict_proba(X), fit().predict_proba(X), rtol=1e-6
        )

    def test_labelled_shares_undo_a_classifier_that_balances(self):
        balanced = GaussianNB(priors=np.full(3, 1 / 3))
        corrected = PriorCorrectedClassifier(
            balanced, "labeled", training_prior="balanced"
        ).fit(X, Y)
        np.testing.assert_allclose(
            corrected.predict_proba(X),
            GaussianNB().fit(X, Y).predict_proba(X),
            rtol=1e-6,
        )

    def test_labelled_shares_undo_weights(self):
        weight = 1 / np.bincount(Y)[Y]
        corrected = PriorCorrectedClassifier(GaussianNB(), "labeled")
        corrected.fit(X, Y, sample_weight=weight)
        np.testing.assert_allclose(corrected.training_prior_, 1 / 3)
        np.testing.assert_allclose(
            corrected.predict_proba(X),
            GaussianNB().fit(X, Y).predict_proba(X),
            rtol=1e-6,
        )

    def test_a_sure_row_stays_sure(self):
        model = fit({2: 1e-9})
        far = np.array([[-900.0, 900.0]])
        assert GaussianNB().fit(X, Y).predict_proba(far).max() == 1
        assert model.predict_proba(far).max() == 1
        assert np.isneginf(model.predict_log_proba(far)).any()


def test_balanced_decides_for_balanced_accuracy():
    rng = np.random.default_rng(1)
    y = (rng.uniform(size=4000) < 0.05).astype(int)
    X = rng.normal(size=(4000, 2)) + y[:, None]
    plain = LogisticRegression().fit(X[:2000], y[:2000])
    corrected = PriorCorrectedClassifier(LogisticRegression(), "balanced")
    corrected.fit(X[:2000], y[:2000])
    before, after = (
        balanced_accuracy_score(y[2000:], model.predict(X[2000:]))
        for model in (plain, corrected)
    )
    assert after > before + 0.15


class TestStatedShares:
    def test_a_dict_goes_by_name(self):
        prior = dict(zip(NAMES.tolist(), WANTED, strict=True))
        model = fit(prior, NAMES[Y])
        assert model.classes_.tolist() == ["high", "low", "middle"]
        np.testing.assert_allclose(model.prior_, WANTED[[2, 0, 1]])

    def test_classes_left_out_share_the_rest_as_they_were(self):
        model = fit({2: 0.4})
        counts = np.bincount(Y)
        np.testing.assert_allclose(
            model.prior_, [*(0.6 * counts[:2] / counts[:2].sum()), 0.4]
        )

    @pytest.mark.parametrize(
        ("prior", "message"),
        [
            ({7: 0.1}, r"prior names \[7\], but the classes are \[0, 1, 2\]"),
            ({}, "prior names no class"),
            ([0.5, 0.5], r"shape \(2,\), but there are 3 classes"),
            ([0.5, 0.5, 0.5], "sum to 1.5, not to 1"),
            ([60, 30, 10], "above 0 and below 1"),
            ([0.5, 0.5, 0], "above 0 and below 1"),
            ({0: 0.5, 1: 0.5}, "above 0 and below 1"),
            ([np.nan, 0.5, 0.5], "above 0 and below 1"),
            (["a", "b", "c"], "holds no numbers"),
            ("uniform", "'prior' parameter"),
        ],
    )
    def test_wrong_shares(self, prior, message):
        with pytest.raises(ValueError, match=message):
            fit(prior)

    def test_wrong_training_shares_say_which(self):
        with pytest.raises(ValueError, match="training_prior names"):
            fit(training_prior={"a": 0.5})


class TestEstimated:
    """Labelled rows half and half; of the unlabeled ones, one in ten is of class 1."""

    @pytest.fixture(scope="class")
    @staticmethod
    def shifted():
        rng = np.random.default_rng(3)
        y = np.r_[np.arange(400) % 2, (rng.uniform(size=3000) < 0.1)].astype(int)
        X = rng.normal(size=(3400, 1)) + 1.5 * y[:, None]
        return X, y, np.where(np.arange(3400) < 400, y, -1)

    def test_it_finds_the_share_of_the_unlabeled_rows(self, shifted):
        X, y, partial = shifted
        model = PriorCorrectedClassifier(LabeledOnly(LogisticRegression()), "estimated")
        model.fit(X, partial)
        new = ~is_labeled(partial)
        assert model.prior_[1] == pytest.approx(y[new].mean(), abs=0.03)
        plain = model.estimator_.predict_proba(X[new])[:, 1].mean()
        assert plain > 0.2
        assert model.predict_proba(X[new])[:, 1].mean() == pytest.approx(
            model.prior_[1], abs=1e-4
        )
        assert model.score(X[new], y[new]) > model.estimator_.score(X[new], y[new])

    def test_it_is_the_most_likely_share(self):
        proba = RNG.beta(0.5, 1.5, size=500)
        old, weights = np.array([0.3, 0.7]), RNG.uniform(size=500)

        def surprise(share):
            mixed = (1 - share) / old[0] * (1 - proba) + share / old[1] * proba
            return -weights @ np.log(mixed)

        expected = minimize_scalar(
            surprise, bounds=(0, 1), method="bounded", options={"xatol": 1e-9}
        )
        found = estimate_prior(np.column_stack([1 - proba, proba]), old, weights)
        assert found[1] == pytest.approx(expected.x, abs=1e-4)

    def test_no_unlabeled_row_corrects_nothing_and_warns(self):
        with pytest.warns(UserWarning, match="no unlabeled samples to estimate"):
            model = fit("estimated")
        np.testing.assert_allclose(
            model.predict_proba(X), model.estimator_.predict_proba(X)
        )

    def test_probabilities_that_tell_nothing_apart_warn(self):
        proba = np.full((50, 2), 0.5) + np.array([[1e-6, -1e-6]])
        with pytest.warns(ConvergenceWarning, match="State the prior"):
            estimate_prior(proba, np.array([0.3, 0.7]), np.ones(50), tol=0, max_iter=5)

    def test_an_absent_class_keeps_a_share_above_zero(self):
        found = estimate_prior(np.eye(2)[[0] * 9], np.full(2, 0.5), np.ones(9))
        assert 0 < found[1] < 1e-6


class TestMatched:
    @pytest.mark.parametrize("prior", [WANTED, {0: 0.9}, "labeled"])
    def test_the_mean_of_the_unlabeled_rows_is_the_prior(self, prior):
        model = PriorCorrectedClassifier(
            LabeledOnly(GaussianNB()), prior, training_prior="matched"
        ).fit(X, PARTIAL)
        mean = model.predict_proba(X[HIDDEN]).mean(axis=0)
        np.testing.assert_allclose(mean, model.prior_, rtol=1e-4)

    def test_right_probabilities_are_matched_to_the_shares_they_are_of(self):
        true = np.bincount(Y[HIDDEN]) / HIDDEN.sum()
        model = PriorCorrectedClassifier(
            LabeledOnly(GaussianNB()), true, training_prior="matched"
        )
        found = model.fit(X, PARTIAL).training_prior_
        np.testing.assert_allclose(found, SHARES, atol=0.05)

    def test_it_takes_up_what_labelled_shares_cannot(self):
        class Sharpened(GaussianNB):
            def predict_proba(self, X):
                proba = super().predict_proba(X) ** 2
                return proba / proba.sum(axis=1, keepdims=True)

        true = np.bincount(Y[HIDDEN]) / HIDDEN.sum()
        matched, counted = (
            PriorCorrectedClassifier(
                LabeledOnly(Sharpened()), true, training_prior=training_prior
            ).fit(X, PARTIAL).predict_proba(X[HIDDEN]).mean(axis=0)
            for training_prior in ("matched", "labeled")
        )  # fmt: skip
        assert np.abs(matched / true - 1).max() < 1e-4
        assert np.abs(counted / true - 1).max() > 0.05

    def test_two_classes_keep_their_ranking_and_weights_count(self):
        y = np.where(HIDDEN, -1, Y == 2)
        model = PriorCorrectedClassifier(
            LabeledOnly(GaussianNB()), {1: 0.02}, training_prior="matched"
        ).fit(X, y)
        before = model.estimator_.predict_proba(X)[:, 1]
        after = model.predict_proba(X)[:, 1]
        np.testing.assert_array_equal(np.argsort(after), np.argsort(before))
        weights = np.where(HIDDEN, WEIGHT, 1.0)
        model.fit(X, y, weights)
        mean = np.average(model.predict_proba(X[HIDDEN])[:, 1], weights=WEIGHT[HIDDEN])
        assert mean == pytest.approx(0.02, rel=1e-3)

    @pytest.mark.parametrize("matched", ["matched", "matched_pool"])
    def test_no_unlabeled_row_or_no_known_prior(self, matched):
        with pytest.raises(ValueError, match=f"'{matched}' needs unlabeled rows"):
            fit(training_prior=matched)
        with pytest.raises(ValueError, match="needs a prior that is known"):
            fit("estimated", training_prior=matched)

    def test_certainty_cannot_be_moved(self):
        proba = np.eye(2)[np.arange(10) % 2]
        with pytest.warns(UserWarning, match="No sound correction gives"):
            match_prior(proba, np.array([0.9, 0.1]), np.ones(10))


class TestMatchedPool:
    """The share of a pool is known, and many of its rare rows have a label."""

    @staticmethod
    def fit(X, y, prior, training_prior, weights=None):
        model = PriorCorrectedClassifier(
            LabeledOnly(LogisticRegression()), prior, training_prior=training_prior
        )
        return model.fit(X, y, weights)

    def test_the_mean_of_new_rows_is_the_share_of_the_pool(self):
        rng = np.random.default_rng(5)

        def rows(n):
            y = (np.arange(n) < n // 100).astype(int)
            X = rng.normal(size=(n, 2))
            X[:, 0] += 4 * y
            return X, y

        ratios = []
        X_new, y_new = rows(20_000)
        for _ in range(10):
            X, y = rows(2000)
            labeled = np.zeros(2000, dtype=bool)
            labeled[:10] = True  # half of the rare rows
            labeled[rng.choice(np.arange(20, 2000), size=90, replace=False)] = True
            partial = np.where(labeled, y, -1)
            ratios.append(
                [
                    self.fit(X, partial, {1: 0.01}, how)
                    .predict_proba(X_new)[:, 1]
                    .mean()
                    / y_new.mean()
                    for how in ("matched", "matched_pool")
                ]
            )
        matched, pool = np.exp(np.log(ratios).mean(axis=0))
        assert matched > 1.2
        assert pool == pytest.approx(1, abs=0.1)

    def test_the_unlabeled_rows_have_what_is_left(self):
        y = np.where(HIDDEN, -1, Y)
        true = np.bincount(Y) / 600
        model = self.fit(X, y, true, "matched_pool")
        left = np.bincount(Y[HIDDEN]) / HIDDEN.sum()
        proba = change_prior(
            model.estimator_.predict_proba(X[HIDDEN]), model.training_prior_, left
        )
        np.testing.assert_allclose(proba.mean(axis=0), left, rtol=1e-4)
        np.testing.assert_allclose(model.prior_, true)

    def test_labels_in_proportion_make_no_difference(self):
        first, second = (
            self.fit(X, PARTIAL, "labeled", how)
            for how in ("matched", "matched_pool")
        )  # fmt: skip
        np.testing.assert_allclose(first.training_prior_, second.training_prior_)

    def test_rows_count_by_weight_whatever_its_scale(self):
        y = np.where(HIDDEN, -1, Y == 2)
        once, scaled = (
            self.fit(X, y, {1: 0.1}, "matched_pool", weights)
            for weights in (WEIGHT, 7 * WEIGHT)
        )
        repeated = np.repeat(np.arange(600), 1 + (np.arange(600) % 2))
        copies = self.fit(X[repeated], y[repeated], {1: 0.1}, "matched_pool")
        weighted = self.fit(X, y, {1: 0.1}, "matched_pool", 1.0 + (np.arange(600) % 2))
        left = 0.1 * WEIGHT.sum() - WEIGHT[y == 1].sum()
        for model, weights in ((once, WEIGHT), (scaled, 7 * WEIGHT)):
            share = left / WEIGHT[HIDDEN].sum()
            proba = change_prior(
                model.estimator_.predict_proba(X[HIDDEN]),
                model.training_prior_,
                np.array([1 - share, share]),
            )
            mean = np.average(proba[:, 1], weights=weights[HIDDEN])
            assert mean == pytest.approx(share, rel=1e-3)
        np.testing.assert_allclose(
            copies.training_prior_, weighted.training_prior_, rtol=1e-3
        )

    def test_a_class_whose_rows_are_all_labelled_warns(self):
        y = np.where(np.isin(np.arange(600), [1, 2, 3]), -1, 0)
        y[np.flatnonzero(Y == 2)[:6]] = 1
        with pytest.warns(UserWarning, match="class 1 has 6 rows .* 6 are labelled"):
            model = self.fit(X, y, {1: 0.01}, "matched_pool")
        mean = change_prior(
            model.estimator_.predict_proba(X[y < 0]),
            model.training_prior_,
            np.array([3, 0.5]) / 3.5,
        ).mean(axis=0)
        np.testing.assert_allclose(mean, np.array([3, 0.5]) / 3.5, rtol=1e-3)


def test_score_is_the_accuracy_of_predict():
    model = fit()
    right = model.predict(X) == Y
    assert model.score(X, Y, sample_weight=WEIGHT) == pytest.approx(
        np.average(right, weights=WEIGHT)
    )
    assert model.score(X, PARTIAL) == right[~HIDDEN].mean()
    assert model.score(X, Y) != model.estimator_.score(X, Y)


def test_a_fitted_classifier_is_corrected_as_it_is():
    fitted = GaussianNB().fit(X, Y)
    few = [np.flatnonzero(label == Y)[0] for label in range(3)]
    model = PriorCorrectedClassifier(
        FrozenEstimator(fitted), WANTED, training_prior=np.bincount(Y) / 600
    ).fit(X[few], Y[few])
    np.testing.assert_allclose(model.predict_proba(X), fit().predict_proba(X))


def test_in_a_pipeline_in_a_search_with_a_frame():
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = PriorCorrectedClassifier(LabeledOnly(LogisticRegression()), "balanced")
    search = GridSearchCV(
        make_pipeline(StandardScaler(), model),
        {
            "priorcorrectedclassifier__prior": ["labeled", "balanced"],
            "priorcorrectedclassifier__estimator__estimator__C": [0.1, 1],
        },
        cv=2,
        error_score="raise",
    ).fit(frame, PARTIAL)
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert search.predict_proba(frame).shape == (600, 3)
    # the plain shares win in accuracy
    assert search.best_params_["priorcorrectedclassifier__prior"] == "labeled"


def test_clone_pickle_and_names():
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = PriorCorrectedClassifier(GaussianNB(), {2: 0.5}).fit(frame, Y)
    assert clone(model).prior == {2: 0.5}
    revived = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(
        revived.predict_proba(frame), model.predict_proba(frame)
    )
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert model.n_features_in_ == 2


@pytest.mark.parametrize("on_wrapper", [True, False])
def test_sample_weight_is_routed(on_wrapper):
    expected = PriorCorrectedClassifier(GaussianNB(), WANTED).fit(X, Y, WEIGHT)
    with config_context(enable_metadata_routing=True):
        inner = GaussianNB()
        if on_wrapper:
            model = PriorCorrectedClassifier(inner, WANTED)
            model.set_fit_request(sample_weight=True)
        else:
            inner.set_fit_request(sample_weight="w")
            model = PriorCorrectedClassifier(inner, WANTED)
        model.set_score_request(sample_weight=False)
        params = {"sample_weight" if on_wrapper else "w": WEIGHT}
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        piped = make_pipeline(scaler, model).fit(X, Y, **params)
        direct = clone(model).fit(X, Y, **params)
        scores = cross_val_score(model, X, Y, params=params, error_score="raise")
    for fitted in (piped[-1], direct):
        np.testing.assert_allclose(fitted.training_prior_, expected.training_prior_)
    np.testing.assert_allclose(direct.predict_proba(X), expected.predict_proba(X))
    assert np.isfinite(scores).all()


def test_no_decision_function_contradicts_predict():
    model = PriorCorrectedClassifier(LogisticRegression(), WANTED).fit(X, Y)
    assert not hasattr(model, "decision_function")
    with pytest.raises(AttributeError, match="Use predict_proba"):
        _ = model.decision_function


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (GaussianNB(), ValueError, "took 'unlabeled' for a class.*LabeledOnly"),
        (LabeledOnly(LinearSVC()), TypeError, "no predict_proba"),
        (GaussianNB, TypeError, "wraps a classifier"),
        (StandardScaler(), TypeError, "wraps a classifier"),
    ],
)
def test_wrong_classifiers(estimator, error, message):
    with pytest.raises(error, match=message):
        PriorCorrectedClassifier(estimator, "balanced").fit(X, PARTIAL)


def test_a_frozen_classifier_of_other_classes():
    frozen = FrozenEstimator(GaussianNB().fit(X, Y))
    with pytest.raises(ValueError, match=r"learnt the classes \[0, 1, 2\]"):
        PriorCorrectedClassifier(frozen, "balanced").fit(X[Y < 2], Y[Y < 2])


def test_negative_weights_are_refused():
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        PriorCorrectedClassifier(GaussianNB(), WANTED).fit(X, Y, -WEIGHT)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        PriorCorrectedClassifier(GaussianNB(), WANTED).predict_proba(X)
