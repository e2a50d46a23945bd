import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from sklearn_featrix import LabeledOnly, LabelSpreading, SemiSupervisedClassifier
from sklearn_featrix.covariate_shift import DomainFilter

FOREIGN = slice(500, 700)


class Recorder(LabeledOnly):
    """Remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y, sample_weight
        return super().fit(X, y)


def table(seed, shift, n_foreign=200):
    """100 labelled rows, 400 like them, and some of another domain."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(500 + n_foreign, 5))
    X[500:, 1:3] += shift
    y = np.where(np.arange(len(X)) < 100, X[:, 0] > 0, -1)
    return X, y


def fitted(X, y, **params):
    settings = {"n_estimators": 10, "random_state": 0} | params
    return DomainFilter(Recorder(LogisticRegression()), **settings).fit(X, y)


@pytest.mark.slow
def test_rows_drawn_alike_are_all_kept_in_95_of_100_runs():
    silent = [
        not fitted(*table(seed, 0, 100), n_estimators=5).is_filtered_
        for seed in range(60)
    ]
    assert sum(silent) >= 55  # 57 at least expected


def test_rows_drawn_alike_are_all_kept():
    model = fitted(*table(0, 0))
    assert (model.domain_weight_ == 1).all()
    assert len(model.estimator_.seen_[0]) == 700


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_domain_is_found_and_left_out(seed):
    X, y = table(seed, 4)
    model = fitted(X, y)
    foreign = np.arange(700)[100:] >= 500
    assert roc_auc_score(foreign, model.domain_report_.target_ratio) > 0.9
    assert model.is_filtered_
    assert model.domain_weight_[FOREIGN].mean() < 0.1
    assert model.domain_weight_[100:500].mean() > 0.9
    assert (model.domain_weight_[:100] == 1).all()
    seen_X, seen_y, _ = model.estimator_.seen_
    kept = model.domain_weight_ > 0
    np.testing.assert_array_equal(seen_X, X[kept])
    np.testing.assert_array_equal(seen_y, y[kept])


def test_weights_fall_with_unlikeness():
    X, y = table(0, 3)
    model = fitted(X, y, action="weight")
    weight = model.estimator_.seen_[2]
    np.testing.assert_array_equal(weight, model.domain_weight_)
    assert weight.max() == 1
    assert weight[FOREIGN].mean() < 0.5 * weight[100:500].mean()
    given = np.linspace(1, 2, 700)
    again = DomainFilter(
        Recorder(LogisticRegression()), action="weight", n_estimators=10, random_state=0
    ).fit(X, y, sample_weight=given)
    np.testing.assert_allclose(again.estimator_.seen_[2], given * weight)


def test_the_domain_of_use_may_be_given():
    """Labels from one end of the domain: the rest of it stays, the foreign goes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(700, 3))
    X[:100, 0] = np.abs(X[:100, 0])
    X[500:, 1] += 6
    y = np.where(np.arange(700) < 100, X[:, 2] > 0, -1)
    by_labels = fitted(X, y)
    model = DomainFilter(
        Recorder(LogisticRegression()), n_estimators=10, random_state=0
    )
    model.fit(X, y, X_domain=rng.normal(size=(300, 3)))
    there = (X[:, 0] < -1) & (np.arange(700) < 500)
    assert by_labels.domain_weight_[there].mean() < 0.5
    assert model.domain_weight_[there].mean() > 0.9
    assert model.domain_weight_[FOREIGN].mean() < 0.1


def test_the_classifier_gains_where_the_foreign_rows_mislead():
    """Foreign rows bridge the classes; propagation goes astray over them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 2)) * 0.5
    truth = np.arange(600) % 2
    X[:, 0] += np.where(truth, 3, -3)
    foreign = rng.uniform([-4, 1.5], [4, 6], size=(1500, 2))
    y = np.full(2100, -1)
    y[:60] = truth[:60]
    both = np.vstack([X, foreign])
    model = DomainFilter(LabelSpreading("knn"), random_state=0).fit(both, y)
    assert model.is_filtered_
    assert model.score(X, truth) >= LabelSpreading("knn").fit(both, y).score(X, truth)


@pytest.mark.filterwarnings("ignore:Dropped 1 of 3 columns")
def test_it_wraps_the_vote_on_a_raw_table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "size": rng.normal(size=400),
            "country": np.where(np.arange(400) < 250, "CH", "BR"),
            "gap": np.where(rng.random(400) < 0.3, np.nan, rng.normal(size=400)),
        }
    )
    y = pd.Series(np.where(X["size"] > 0, "yes", "no")).where(np.arange(400) < 60)
    vote = SemiSupervisedClassifier(embedding=None, random_state=0)
    model = DomainFilter(vote, n_estimators=10, random_state=0).fit(X, y)
    assert model.domain_report_.unlike_columns[0] == "country"
    assert model.domain_weight_[250:].sum() == 0
    assert set(model.classes_) == {"yes", "no"}
    assert model.predict_proba(X[:5]).shape == (5, 2)


def test_nothing_to_tell_apart():
    X = np.vstack([np.random.default_rng(0).normal(size=(20, 2)), np.ones((9, 2))])
    y = np.where(np.arange(29) < 20, np.arange(29) % 2, -1)
    model = fitted(X, y)  # the unlabeled rows are copies of one
    assert model.domain_report_ is None
    assert not model.is_filtered_
    model = fitted(X[:20], y[:20])
    assert model.domain_report_ is None


def test_wrong_estimators_are_refused():
    X, y = table(0, 0)
    with pytest.raises(TypeError, match="takes no sample_weight"):
        DomainFilter(KNeighborsClassifier(), action="weight").fit(X, y)
    with pytest.raises(TypeError, match="wraps a classifier"):
        DomainFilter(LogisticRegression).fit(X, y)
