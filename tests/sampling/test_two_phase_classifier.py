import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_featrix import LabeledSampler, RareEventSampler, TwoPhaseClassifier

RNG = np.random.default_rng(0)
Y = RNG.permutation(np.repeat([0, 1, -1], [180, 20, 100]))
X = RNG.normal(size=(300, 3)) + 1.5 * (Y == 1)[:, None]
SEEN = Y >= 0
WEIGHT = RNG.uniform(0.5, 2, size=300)


class Diary(ClassifierMixin, BaseEstimator):
    """Write down what each phase is given."""

    def __init__(self, warm_start=False, rate=1.0):
        self.warm_start = warm_start
        self.rate = rate

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        before = getattr(self, "phases_", []) if self.warm_start else []
        self.phases_ = [*before, (X, y, sample_weight, self.rate)]
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


class TestPhases:
    def test_balanced_rows_then_all(self):
        model = TwoPhaseClassifier(Diary(), random_state=0).fit(X, Y)
        (X_first, y_first, *_), (X_second, y_second, *_) = model.estimator_.phases_
        assert np.bincount(y_first).tolist() == [20, 20]
        np.testing.assert_array_equal(X_second, X[SEEN])
        np.testing.assert_array_equal(y_second, Y[SEEN])
        taken = model.sampler_.sample_indices_
        np.testing.assert_array_equal(X_first, X[SEEN][taken])

    @pytest.mark.parametrize(
        "sampler",
        [
            SMOTE(),
            LabeledSampler(SMOTE()),
            RandomUnderSampler(),
            RareEventSampler(),
        ],
    )
    def test_any_sampler(self, sampler):
        model = TwoPhaseClassifier(Diary(), sampler, random_state=0).fit(X, Y)
        first = model.estimator_.phases_[0][1]
        assert len(np.unique(np.bincount(first))) == 1
        again = TwoPhaseClassifier(Diary(), sampler, random_state=0).fit(X, Y)
        np.testing.assert_array_equal(
            again.estimator_.phases_[0][0], model.estimator_.phases_[0][0]
        )
        assert not hasattr(sampler, "sample_indices_")

    def test_second_phase_changes_parameters(self):
        model = TwoPhaseClassifier(Diary(), second_phase={"rate": 0.1}).fit(X, Y)
        assert [phase[3] for phase in model.estimator_.phases_] == [1.0, 0.1]

    @pytest.mark.parametrize("solver", ["adam", "sgd"])
    def test_a_network_takes_its_new_learning_rate(self, solver):
        net = MLPClassifier([4], solver=solver, random_state=0)
        model = TwoPhaseClassifier(net, n_passes=3, random_state=0)
        model.set_params(second_phase={"learning_rate_init": 1e-12}).fit(X, Y)
        rows = model.sampler_.sample_indices_
        first = clone(net)
        for _ in range(3):
            first.partial_fit(X[SEEN][rows], Y[SEEN][rows], classes=[0, 1])
        np.testing.assert_allclose(
            model.estimator_.coefs_[0], first.coefs_[0], atol=1e-9
        )

    def test_weights_follow(self):
        model = TwoPhaseClassifier(Diary(), random_state=0)
        model.fit(X, Y, sample_weight=WEIGHT)
        first, second = (phase[2] for phase in model.estimator_.phases_)
        np.testing.assert_array_equal(second, WEIGHT[SEEN])
        np.testing.assert_array_equal(
            first, WEIGHT[SEEN][model.sampler_.sample_indices_]
        )

    def test_rows_of_weight_zero_are_not_there(self):
        weights = np.where(np.arange(300) % 2, 1.0, 0.0)
        model = TwoPhaseClassifier(Diary(), random_state=0)
        model.fit(X, Y, sample_weight=weights)
        kept = SEEN & (weights > 0)
        (_, y_first, *_), (X_second, *_) = model.estimator_.phases_
        assert np.ptp(np.bincount(y_first)) == 0
        np.testing.assert_array_equal(X_second, X[kept])
        with pytest.raises(ValueError, match="hold 1 class"):
            model.fit(X, Y, sample_weight=(Y == 1).astype(float))

    def test_a_class_called_minus_one(self):
        y = np.where(SEEN, np.where(Y == 1, -1, 1), 0)
        model = TwoPhaseClassifier(Diary(), unlabeled=0).fit(X, y)
        np.testing.assert_array_equal(model.classes_, [-1, 1])
        assert np.bincount(model.estimator_.phases_[0][1] + 1).tolist() == [20, 0, 20]


class TestGoingOn:
    def test_partial_fit_by_hand(self):
        net = SGDClassifier(loss="log_loss", random_state=0)
        model = TwoPhaseClassifier(net, n_passes=3, random_state=0).fit(X, Y)
        expected = clone(net)
        for rows in (model.sampler_.sample_indices_, np.arange(SEEN.sum())):
            for _ in range(3):
                expected.partial_fit(X[SEEN][rows], Y[SEEN][rows], classes=[0, 1])
        np.testing.assert_array_equal(model.estimator_.coef_, expected.coef_)

    def test_warm_start_by_hand(self):
        linear = LogisticRegression(max_iter=3, warm_start=True)
        model = TwoPhaseClassifier(LogisticRegression(max_iter=3), random_state=0)
        with pytest.warns(Warning, match="converge"):
            model.fit(X, Y)
        rows = model.sampler_.sample_indices_
        with pytest.warns(Warning, match="converge"):
            linear.fit(X[SEEN][rows], Y[SEEN][rows]).fit(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(model.estimator_.coef_, linear.coef_)

    def test_what_is_counted_is_counted_in_both_phases(self):
        model = TwoPhaseClassifier(GaussianNB(), n_passes=1).fit(X, Y)
        np.testing.assert_array_equal(model.estimator_.class_count_, [200, 40])

    @pytest.mark.parametrize(
        ("forest", "name"),
        [
            (RandomForestClassifier(5), "n_estimators"),
            (GradientBoostingClassifier(n_estimators=5), "n_estimators"),
            (HistGradientBoostingClassifier(max_iter=5), "max_iter"),
        ],
    )
    def test_ensembles_grow(self, forest, name):
        forest.set_params(random_state=0)
        model = TwoPhaseClassifier(forest, random_state=0).fit(X, Y)
        assert getattr(model.estimator_, name) == 10
        trees = getattr(model.estimator_, "estimators_", None)
        assert len(model.estimator_._predictors if trees is None else trees) == 10
        more = TwoPhaseClassifier(forest, second_phase={name: 7}).fit(X, Y)
        assert getattr(more.estimator_, name) == 7
        assert getattr(forest, name) == 5

    def test_the_second_phase_brings_the_shares_back(self):
        net = MLPClassifier([16], learning_rate_init=0.02, random_state=0)
        model = TwoPhaseClassifier(net, random_state=0).fit(X, Y)
        rows = model.sampler_.sample_indices_
        balanced = clone(net)
        for _ in range(50):
            balanced.partial_fit(X[SEEN][rows], Y[SEEN][rows], classes=[0, 1])
        first, both = (
            each.predict_proba(X[SEEN])[:, 1].mean() for each in (balanced, model)
        )
        assert first > 0.2
        assert both == pytest.approx(0.1, abs=0.04)

    @pytest.mark.parametrize(
        "estimator",
        [KNeighborsClassifier(), make_pipeline(StandardScaler(), GaussianNB())],
    )
    def test_what_cannot_go_on(self, estimator):
        with pytest.raises(TypeError, match="neither warm_start nor partial_fit"):
            TwoPhaseClassifier(estimator).fit(X, Y)

    def test_pipelines_are_told_where_to_put_it(self):
        estimator = make_pipeline(StandardScaler(), GaussianNB())
        with pytest.raises(TypeError, match="put TwoPhaseClassifier there"):
            TwoPhaseClassifier(estimator).fit(X, Y)
        model = make_pipeline(StandardScaler(), TwoPhaseClassifier(GaussianNB()))
        assert model.fit(X, Y).score(X, Y) > 0.7

    def test_no_classifier(self):
        with pytest.raises(TypeError, match="that can go on"):
            TwoPhaseClassifier(StandardScaler()).fit(X, Y)
