import numpy as np
import pandas as pd
import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import LabeledOnly, PriorCorrectedClassifier, RareEventSampler
from sklearn_featrix.sampling import make_pipeline

RNG = np.random.default_rng(0)
Y = RNG.permutation(np.repeat([0, 1, 2, -1], [200, 80, 20, 100]))
X = RNG.normal(size=(400, 2))


def counts(y):
    return np.bincount(y[y >= 0]).tolist()


@pytest.mark.filterwarnings("ignore:A column-vector y")  # which they pass
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=check.func.__name__)
        for _, check in estimator_checks_generator(RareEventSampler())
    ],
)
def test_checks_of_imbalanced_learn(check):
    check(RareEventSampler(random_state=0))


class TestKeep:
    @pytest.mark.parametrize(
        ("keep", "expected"),
        [
            ("balanced", [20, 20, 20]),
            (0.1, [20, 8, 20]),
            (1, [200, 80, 20]),
            ({0: 0.05}, [10, 80, 20]),
            ({0: 0.5, 2: 0.5}, [100, 80, 10]),
            (1e-9, [1, 1, 20]),
        ],
    )
    def test_rows_kept(self, keep, expected):
        sampler = RareEventSampler(keep, random_state=0)
        X_new, y_new = sampler.fit_resample(X, Y)
        assert counts(y_new) == expected
        assert (y_new == -1).sum() == 100
        assert (np.diff(sampler.sample_indices_) > 0).all()
        np.testing.assert_array_equal(X_new, X[sampler.sample_indices_])
        np.testing.assert_array_equal(y_new, Y[sampler.sample_indices_])
        assert list(sampler.sampling_strategy_.values()) == expected

    def test_all_events_of_two_classes(self):
        y = np.where(Y == 2, 1, Y)
        sampler = RareEventSampler(0.25, random_state=0)
        _, y_new = sampler.fit_resample(X, y)
        assert counts(y_new) == [50, 100]

    def test_rows_are_drawn_at_random(self):
        drawn = [
            tuple(RareEventSampler(random_state=seed).fit(X, Y).fit_resample(X, Y)[1])
            for seed in (0, 0, 1)
        ]
        assert drawn[0] == drawn[1] != drawn[2]

    @pytest.mark.parametrize("keep", [{7: 0.5}, {0: 0}, {0: 1.5}, {0: "all"}])
    def test_wrong_shares_of_classes(self, keep):
        with pytest.raises(ValueError, match=r"but the classes are \[0, 1, 2\]"):
            RareEventSampler(keep).fit_resample(X, Y)

    @pytest.mark.parametrize("keep", [0, 1.5, "few", None])
    def test_wrong_share(self, keep):
        with pytest.raises(ValueError, match="The 'keep' parameter"):
            RareEventSampler(keep).fit(X, Y)


class TestWhatItRemembers:
    def test_rates_and_shares(self):
        names = pd.Series(np.array(["many", "some", "few", None], dtype=object)[Y])
        sampler = RareEventSampler(0.1).fit(X, names)
        assert sampler.sampling_rates_ == {"few": 1.0, "many": 0.1, "some": 0.1}
        np.testing.assert_allclose(sampler.prior_, np.array([20, 200, 80]) / 300)
        np.testing.assert_allclose(sampler.resampled_prior_, np.array([20, 20, 8]) / 48)

    def test_weights_follow(self):
        weights = RNG.uniform(size=400)
        sampler = RareEventSampler(random_state=0)
        sampler.fit_resample(X, Y, sample_weight=weights)
        np.testing.assert_array_equal(
            sampler.sample_weight_, weights[sampler.sample_indices_]
        )


class TestPriorCorrection:
    """All events, one in some of the other rows, and back."""

    @pytest.fixture(scope="class")
    @staticmethod
    def world():
        rng = np.random.default_rng(7)
        y = (np.arange(200_000) < 200).astype(int)
        X = rng.normal(size=(200_000, 3)) + 0.3 * y[:, None]
        return X, y

    def test_plain_attributes_undo_it(self, world):
        X, y = world
        sampler = RareEventSampler(keep=0.0139, random_state=0)
        X_few, y_few = sampler.fit_resample(X, y)
        plain = LogisticRegression().fit(X_few, y_few)
        corrected = PriorCorrectedClassifier(LogisticRegression(), sampler.prior_)
        corrected.fit(X_few, y_few)
        np.testing.assert_allclose(corrected.training_prior_, sampler.resampled_prior_)
        before, after = (each.predict_proba(X)[:, 1] for each in (plain, corrected))
        assert before.mean() == pytest.approx(0.0665, rel=0.02)
        assert after.mean() == pytest.approx(0.001, rel=0.1)
        np.testing.assert_array_equal(np.argsort(after), np.argsort(before))

    def test_a_pipeline_inside_the_correction(self, world):
        """The correction sees the whole table, the classifier the sample."""
        X, y = world
        hidden = np.arange(len(y)) % 2 == 1
        y_few = np.where(hidden, -1, y)
        pipeline = make_pipeline(
            RareEventSampler(random_state=0), LabeledOnly(LogisticRegression())
        )
        model = PriorCorrectedClassifier(
            pipeline, "labeled", training_prior="balanced"
        ).fit(X, y_few)
        assert model.predict_proba(X[hidden])[:, 1].mean() == pytest.approx(
            0.001, rel=0.15
        )
