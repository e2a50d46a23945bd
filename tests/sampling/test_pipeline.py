import pickle

import numpy as np
import pandas as pd
import pytest
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from imblearn.utils.estimator_checks import (
    check_classifiers_with_encoded_labels,
    estimator_checks_generator,
)
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_featrix import LabeledOnly, LabeledSampler, LabeledSplit, is_labeled
from sklearn_featrix.sampling import Pipeline, make_pipeline

RNG = np.random.default_rng(0)
Y = RNG.permutation(np.repeat([0, 1, -1], [90, 30, 120]))
X = RNG.normal(size=(240, 3)) + (Y == 1)[:, None]
X[:, 2] = np.arange(240)  # who is who
SEEN = Y >= 0
WEIGHT = RNG.uniform(0.5, 2, size=240)


class Spy(ClassifierMixin, BaseEstimator):
    """Write down which rows each method is given."""

    log: list = []

    def __init__(self, constant=0):
        self.constant = constant

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.array([0, 1])
        Spy.log.append(("fit", np.asarray(X)[:, 2], np.asarray(y), sample_weight))
        return self

    def predict(self, X):
        Spy.log.append(("predict", np.asarray(X)[:, 2], None, None))
        return np.full(len(X), self.constant)


@pytest.fixture
def log():
    Spy.log = []
    yield Spy.log
    Spy.log = []


def halves(log):
    """Pairs of what was fitted on and what was predicted for."""
    for fit, predict in zip(log[::2], log[1::2], strict=True):
        assert (fit[0], predict[0]) == ("fit", "predict")
        yield fit, predict


OVERSAMPLED = make_pipeline(LabeledSampler(SMOTE(random_state=0)), Spy())


class TestNoTestFoldIsResampled:
    def check(self, log, folds):
        """Test rows are those of the folds; the fit saw rows made of the others."""
        assert len(log) == 2 * len(folds)
        for (fit, predict), (train, test) in zip(halves(log), folds, strict=True):
            np.testing.assert_array_equal(predict[1], test)
            made = ~np.isin(fit[1], train)
            assert made.sum() > 20
            assert not np.isin(fit[1], test).any()
            assert np.bincount(fit[2][fit[2] >= 0]).tolist()[0] == (fit[2] == 1).sum()

    def test_in_cross_val_score(self, log):
        folds = list(StratifiedKFold(3).split(X[SEEN], Y[SEEN]))
        rows = np.flatnonzero(SEEN)
        cross_val_score(OVERSAMPLED, X[SEEN], Y[SEEN], cv=folds)
        self.check(log, [(rows[train], rows[test]) for train, test in folds])

    def test_in_cross_val_score_with_unlabeled_rows(self, log):
        folds = list(LabeledSplit(3).split(X, Y))
        cross_val_score(OVERSAMPLED, X, Y, cv=LabeledSplit(3))
        self.check(log, folds)
        for fit, _ in halves(log):
            np.testing.assert_array_equal(
                np.sort(fit[1][~is_labeled(fit[2])]), np.flatnonzero(~SEEN)
            )

    def test_in_a_search(self, log):
        search = GridSearchCV(
            OVERSAMPLED,
            {"labeledsampler__sampler__k_neighbors": [2, 4]},
            cv=LabeledSplit(2),
            error_score="raise",
        ).fit(X, Y)
        folds = list(LabeledSplit(2).split(X, Y))
        last = log.pop()  # the best one, on all rows
        assert last[0] == "fit"
        self.check(log, folds * 2)
        assert np.isin(last[1], X[:, 2]).sum() == 240
        assert search.best_estimator_.named_steps["labeledsampler"].sampler_

    def test_no_fold_is_undersampled(self, log):
        pipeline = make_pipeline(RandomUnderSampler(random_state=0), Spy())
        predicted = cross_val_predict(pipeline, X[SEEN], Y[SEEN], cv=3)
        assert len(predicted) == 120
        for fit, predict in halves(log):
            assert np.bincount(fit[2]).tolist() == [20, 20]
            assert len(predict[1]) == 40


class TestScoreOfResampledRows:
    def fitted(self, sampler):
        return make_pipeline(sampler, LogisticRegression()).fit(X[SEEN], Y[SEEN])

    def test_made_rows_are_refused(self):
        for sampler in (SMOTE(random_state=0), LabeledSampler(SMOTE(random_state=0))):
            pipeline = self.fitted(sampler)
            X_new, y_new = pipeline[:-1].fit_resample(X[SEEN], Y[SEEN])
            with pytest.raises(ValueError, match="60 of the 180 rows to score were"):
                pipeline.score(X_new, y_new)
            with pytest.raises(ValueError, match="1 of the 2 rows"):
                pipeline.score(X_new[[0, 150]], y_new[[0, 150]])
            pipeline.score(X[SEEN], Y[SEEN])
            pipeline.score(X_new[:120], y_new[:120])

    @pytest.mark.parametrize("kind", [RandomOverSampler, RandomUnderSampler])
    def test_the_resampled_table_is_refused(self, kind):
        pipeline = self.fitted(kind(random_state=0))
        X_new, y_new = pipeline[:-1].fit_resample(X[SEEN], Y[SEEN])
        order = np.random.default_rng(0).permutation(len(X_new))
        with pytest.raises(ValueError, match="are the resampled ones of fit"):
            pipeline.score(X_new[order], y_new[order])
        pipeline.score(X[SEEN], Y[SEEN])
        pipeline.score(X_new[1:], y_new[1:])

    def test_nothing_resampled_nothing_refused(self):
        pipeline = self.fitted(FunctionSampler())
        pipeline.score(X[SEEN], Y[SEEN])
        again = make_pipeline(StandardScaler(), GaussianNB()).fit(X[SEEN], Y[SEEN])
        again.score(X[SEEN], Y[SEEN])

    def test_dataframes_and_pickles(self):
        frame = pd.DataFrame(X, columns=list("abc"))
        sampler = LabeledSampler(SMOTE(random_state=0))
        model = LabeledOnly(LogisticRegression())
        pipeline = make_pipeline(sampler, model).fit(frame, Y)
        X_new, y_new = clone(sampler).fit_resample(frame, Y)
        for each in (pipeline, pickle.loads(pickle.dumps(pipeline))):
            with pytest.raises(ValueError, match="rows as they were"):
                each.score(X_new, y_new)
            each.score(frame, Y)

    def test_predictions_are_for_any_rows(self):
        pipeline = self.fitted(SMOTE(random_state=0))
        X_new, _ = pipeline[:-1].fit_resample(X[SEEN], Y[SEEN])
        assert pipeline.predict(X_new).shape == (180,)
        assert pipeline.predict_proba(X).shape == (240, 2)


class TestWhatIsNotThere:
    def test_a_sampler_at_the_end(self):
        with pytest.raises(TypeError, match=r"ends in a sampler, SMOTE\(\)"):
            make_pipeline(StandardScaler(), SMOTE()).fit(X[SEEN], Y[SEEN])
        assert not hasattr(make_pipeline(SMOTE()), "score")

    def test_results_for_resampled_rows(self):
        sampling = make_pipeline(RandomUnderSampler(), KMeans(2, n_init=1))
        for method in ("fit_predict", "fit_transform"):
            with pytest.raises(AttributeError) as caught:
                getattr(sampling, method)
            assert "fit followed by transform or predict" in str(caught.value.__cause__)
        plain = make_pipeline(StandardScaler(), KMeans(2, n_init=1, random_state=0))
        np.testing.assert_array_equal(plain.fit_predict(X), plain.predict(X))
        np.testing.assert_array_equal(plain.fit_transform(X), plain.transform(X))

    def test_wrong_parameters(self):
        with pytest.raises(ValueError, match="does not know the parameter 'nonsense'"):
            OVERSAMPLED.fit(X, Y, nonsense=1)
        with pytest.raises(TypeError, match="intermediate steps"):
            make_pipeline(GaussianNB(), GaussianNB()).fit(X, Y)


class TestWeights:
    def test_they_follow_the_rows(self, log):
        OVERSAMPLED.fit(X, Y, sample_weight=WEIGHT)
        (_, rows, y, weights), *_ = log
        known = np.isin(rows, X[:, 2])
        np.testing.assert_array_equal(weights[known], WEIGHT[rows[known].astype(int)])
        np.testing.assert_allclose(weights[~known], WEIGHT[Y == 1].mean())
        assert len(weights) == len(y)

    def test_bare_samplers_that_tell_their_rows(self, log):
        pipeline = make_pipeline(
            FunctionTransformer(), RandomUnderSampler(random_state=0), Spy()
        )
        pipeline.fit(X[SEEN], Y[SEEN], sample_weight=WEIGHT[SEEN])
        (_, rows, _, weights), *_ = log
        np.testing.assert_array_equal(weights, WEIGHT[rows.astype(int)])

    def test_bare_samplers_that_do_not(self):
        pipeline = make_pipeline(SMOTE(), GaussianNB())
        with pytest.raises(ValueError, match="Put it in a LabeledSampler"):
            pipeline.fit(X[SEEN], Y[SEEN], sample_weight=WEIGHT[SEEN])

    def test_weights_of_one_step_would_be_of_other_rows(self):
        with pytest.raises(ValueError, match="Pass sample_weight instead"):
            OVERSAMPLED.fit(X, Y, spy__sample_weight=WEIGHT)

    def test_without_samplers_it_is_as_ever(self, log):
        pipeline = make_pipeline(FunctionTransformer(), Spy())
        pipeline.fit(X, Y, spy__sample_weight=WEIGHT).fit(X, Y, sample_weight=WEIGHT)
        for _, _, _, weights in log:
            np.testing.assert_array_equal(weights, WEIGHT)

    def test_in_a_search(self, log):
        search = GridSearchCV(OVERSAMPLED, {"spy__constant": [0, 1]}, cv=2)
        search.fit(X[SEEN], Y[SEEN], sample_weight=WEIGHT[SEEN])
        assert all(len(entry[3]) == len(entry[1]) for entry in log if entry[0] == "fit")

    def test_metadata_routing(self, log):
        with config_context(enable_metadata_routing=True):
            sampler = LabeledSampler(SMOTE(random_state=0))
            sampler.set_fit_resample_request(sample_weight=True)
            spy = Spy().set_fit_request(sample_weight=True)
            spy.set_score_request(sample_weight=True)
            cross_validate(
                make_pipeline(FunctionTransformer(), sampler, spy), X[SEEN], Y[SEEN],
                params={"sample_weight": WEIGHT[SEEN]}, cv=2, error_score="raise",
            )  # fmt: skip
        for fit, _ in halves(log):
            known = np.isin(fit[1], X[:, 2])
            np.testing.assert_array_equal(
                fit[3][known], WEIGHT[fit[1][known].astype(int)]
            )
            assert len(fit[3]) == len(fit[1])


class TestAsAnyPipeline:
    def test_names_and_slices(self):
        pipeline = make_pipeline(StandardScaler(), SMOTE(), GaussianNB())
        assert isinstance(pipeline, Pipeline)
        assert list(pipeline.named_steps) == ["standardscaler", "smote", "gaussiannb"]
        assert type(pipeline[:2]) is Pipeline

    def test_same_as_imbalanced_learn(self):
        from imblearn.pipeline import make_pipeline as theirs

        steps = StandardScaler(), SMOTE(random_state=0), LogisticRegression()
        ours = make_pipeline(*steps).fit(X[SEEN], Y[SEEN])
        expected = theirs(*map(clone, steps)).fit(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(ours.predict_proba(X), expected.predict_proba(X))

    def test_memory_and_passthrough(self, tmp_path):
        steps = [
            ("scale", StandardScaler()),
            ("nothing", "passthrough"),
            ("sample", LabeledSampler(SMOTE(random_state=0))),
            ("classify", LabeledOnly(LogisticRegression())),
        ]
        plain = Pipeline(steps).fit(X, Y).predict_proba(X)
        scaler = StandardScaler()
        cached = Pipeline([("scale", scaler), *steps[1:]], memory=str(tmp_path))
        for _ in range(2):
            np.testing.assert_array_equal(cached.fit(X, Y).predict_proba(X), plain)
        assert not hasattr(scaler, "mean_")
        assert list(tmp_path.iterdir())
        ends_early = Pipeline([*steps[:2], ("end", "passthrough")]).fit(X, Y)
        assert ends_early.transform(X).shape == X.shape

    def test_memory_of_a_pipeline_without_names(self, tmp_path):
        class Memory:
            """Has the interface of joblib's, and remembers what it was asked."""

            fitted: list = []

            def cache(self, function):
                def remember(step, *args):
                    self.fitted.append(type(step).__name__)
                    return function(step, *args)

                return remember

        steps = StandardScaler(), LabeledSampler(SMOTE(random_state=0)), GaussianNB()
        plain = make_pipeline(*map(clone, steps)).fit(X[SEEN], Y[SEEN])
        cached = make_pipeline(*steps, memory=Memory()).fit(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(cached.predict_proba(X), plain.predict_proba(X))
        assert Memory.fitted == ["StandardScaler", "LabeledSampler"]
        assert not hasattr(steps[0], "mean_")
        make_pipeline(*steps, memory=str(tmp_path)).fit(X[SEEN], Y[SEEN])
        assert list(tmp_path.iterdir())

    def test_verbose(self, capsys):
        make_pipeline(RandomUnderSampler(), GaussianNB(), verbose=True).fit(
            X[SEEN], Y[SEEN]
        )
        out = capsys.readouterr().out
        assert "randomundersampler: 60 rows" in out
        assert "gaussiannb: 60 rows" in out

    def test_transform_input(self):
        with config_context(enable_metadata_routing=True):
            pipeline = make_pipeline(
                FunctionTransformer(),
                GaussianNB().set_fit_request(sample_weight=True),
                transform_input=["X_val"],
            )
            pipeline.fit(X[SEEN], Y[SEEN], sample_weight=WEIGHT[SEEN])
        assert pipeline.predict(X).shape == (240,)

    def test_checks_of_imbalanced_learn(self):
        sampler = LabeledSampler(RandomUnderSampler(random_state=0))
        pipeline = make_pipeline(sampler, LogisticRegression(max_iter=1000))
        checks = [check for _, check in estimator_checks_generator(pipeline)]
        assert len(checks) == 2
        checks[0](pipeline)
        check_classifiers_with_encoded_labels("Pipeline", pipeline)
