import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.neighbors import NearestNeighbors

from sklearn_featrix import EmbeddingTransformer, OneExampleClassifier, TableEncoder

MARK = -1
assumes = pytest.mark.filterwarnings("ignore:.*too few to estimate class_prior")


def customers(seed=0, n=1500, share=0.1):
    """A mixed table in which positives differ in a number and a category."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < share).astype(int)
    X = pd.DataFrame(
        {
            "spent": rng.normal(size=n) + 1.8 * truth,
            "plan": np.where(
                rng.random(n) < 0.15 + 0.6 * truth, "pro", rng.choice(["a", "b"], n)
            ),
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.normal(45, 12, n)),
            "visits": rng.poisson(5 + 4 * truth),
        }
    )
    return X, truth


def marked(truth, n_positives, seed=0):
    """Marks, but for some positives drawn at random."""
    rng = np.random.default_rng(seed)
    y = np.full(len(truth), MARK)
    y[rng.choice(np.flatnonzero(truth), n_positives, replace=False)] = 1
    return y


def quick(class_prior=0.1, **params):
    return OneExampleClassifier(
        class_prior, **{"n_estimators": 20, "random_state": 0} | params
    )


# ---------------------------------------------------------------------------- ranking


@pytest.mark.parametrize("n_positives", [1, 5, 20])
def test_it_ranks_positives_first(n_positives):
    gains = []
    for seed in range(2):
        X, truth = customers(seed)
        y = marked(truth, n_positives, seed)
        model = quick().fit(X, y)
        others = y == MARK
        scores = model.predict_proba(X)[others, 1]
        gains.append(average_precision_score(truth[others], scores))
        ranked = truth[model.ranking_]
        assert ranked[:30].mean() > 2 * truth.mean()
        assert set(model.ranking_) == set(np.flatnonzero(others))
    assert np.mean(gains) > {1: 0.2, 5: 0.45, 20: 0.5}[n_positives]


def test_few_positives_beat_the_nearest_rows():
    ours, nearest = [], []
    for seed in range(4):
        X, truth = customers(seed, 1000)
        y = marked(truth, 5, seed)
        ours.append(truth[quick().fit(X, y).propose(50)].mean())
        rows = TableEncoder().fit_transform(X)
        distances = NearestNeighbors(n_neighbors=1).fit(rows[y == 1]).kneighbors(rows)
        order = np.argsort(distances[0][:, 0] + 1e9 * (y == 1))
        nearest.append(truth[order[:50]].mean())
    assert np.mean(ours) > np.mean(nearest)


def test_the_direction_alone_is_enough_for_one_example():
    X, truth = customers(1)
    model = quick(n_estimators=0).fit(X, marked(truth, 1, 1))
    assert truth[model.propose(50)].mean() > 2 * truth.mean()


def test_rows_are_scored_by_trees_that_did_not_see_them():
    """Trees grown on all other rows would call each of them other."""
    X, truth = customers(0, n=120, share=0.3)
    y = marked(truth, 12)
    model = quick(0.25).fit(X, y)
    assert roc_auc_score(truth[model.ranking_], -np.arange(len(model.ranking_))) > 0.75


def test_an_embedding_may_take_the_place_of_the_columns():
    X, truth = customers(0, n=100, share=0.2)
    y = marked(truth, 5)
    embedding = EmbeddingTransformer(effort="low", max_steps=1, random_state=0)
    model = quick(embedding=embedding).fit(X, y)
    assert not hasattr(embedding, "encoder_")
    assert model.predict_proba(X).shape == (100, 2)
    frozen = FrozenEstimator(embedding.fit(X))
    again = quick(embedding=frozen, n_estimators=0).fit(X, y)
    assert again._space.embedding_ is frozen


# --------------------------------------------------------------------- probabilities


@pytest.mark.parametrize("n_positives", [1, 8, 60])
def test_probabilities_have_the_mean_of_the_prior(n_positives):
    X, truth = customers(2)
    y = marked(truth, n_positives)
    for prior in (0.03, 0.3):
        model = quick(prior).fit(X, y)
        assert model.class_prior_ == prior
        mean = model.predict_proba(X)[y == MARK, 1].mean()
        assert mean == pytest.approx(prior, rel=0.25)


def test_probabilities_are_good_where_the_assumption_holds():
    """Against the best constant, on new rows: 40 positives at random, right prior."""
    for seed in range(2):
        X, truth = customers(seed, 2000)
        X_new, truth_new = customers(seed + 100, 2000)
        y = marked(truth, 40, seed)
        model = quick(truth[y == MARK].mean(), n_estimators=50).fit(X, y)
        probabilities = model.predict_proba(X_new)[:, 1]
        constant = np.full(2000, truth_new.mean())
        loss = brier_score_loss(truth_new, probabilities)
        assert loss < 0.6 * brier_score_loss(truth_new, constant)


def test_the_prior_moves_probabilities_and_not_the_ranking():
    X, truth = customers(3)
    y = marked(truth, 10)
    low, high = quick(0.02).fit(X, y), quick(0.4).fit(X, y)
    np.testing.assert_array_equal(low.ranking_, high.ranking_)
    assert (low.predict_proba(X)[:, 1] <= high.predict_proba(X)[:, 1] + 0.05).all()
    assert low.predict(X).sum() < high.predict(X).sum()


def test_one_example_leaves_the_prior_to_an_assumption():
    X, truth = customers(0, 300)
    with pytest.warns(UserWarning, match=r"1 positives are too few .* 0.05 is assumed"):
        model = OneExampleClassifier(n_estimators=0).fit(X, marked(truth, 1))
    assert model.class_prior_ == 0.05


def test_the_log_odds_are_those_of_the_probabilities():
    X, truth = customers(0, 300)
    for positive in ("yes", "a"):  # "a" comes before "not a", "yes" after "not yes"
        y = np.where(marked(truth, 6) == 1, positive, None)
        model = quick(n_estimators=10).fit(X, y)
        log_odds = model.decision_function(X)
        probabilities = model.predict_proba(X)
        np.testing.assert_allclose(logit(probabilities[:, 1]), log_odds, atol=1e-6)
        is_second = model.predict(X) == model.classes_[1]
        np.testing.assert_array_equal(is_second, log_odds > 0)
        by_name = dict(zip(model.classes_, probabilities.T, strict=True))
        assert roc_auc_score(truth, by_name[positive]) > 0.7


# ---------------------------------------------------------------------------- propose


def test_checked_rows_make_it_better():
    """Rounds of 10 checked rows find more than 40 from the first ranking."""
    loops, once = [], []
    for seed in range(3):
        X, truth = customers(seed, 600, share=0.08)
        y = marked(truth, 1, seed)
        start = quick(n_estimators=10).fit(X, y)
        once.append(truth[start.propose(40)].sum())
        for _ in range(4):
            checked = quick(n_estimators=10).fit(X, y).propose(10)
            assert (y[checked] == MARK).all()
            y[checked] = truth[checked]
        loops.append((y == 1).sum() - 1)
    assert np.sum(loops) > np.sum(once)


def test_equal_rows_are_proposed_once():
    X, truth = customers(0, 200)
    X = pd.concat([X, X, X], ignore_index=True)
    y = marked(np.tile(truth, 3), 5)
    model = quick(n_estimators=10).fit(X, y)
    proposed = model.propose(600)
    assert len(X.loc[proposed].drop_duplicates()) == len(proposed) <= 200
    assert len(model.ranking_) == 595
    assert proposed[0] == model.ranking_[0]


def test_budgets_that_make_no_sense():
    X, truth = customers(0, 200)
    model = quick(n_estimators=0).fit(X, marked(truth, 5))
    for budget in (0, 2.5, True, None):
        with pytest.raises(ValueError, match="must be an int of at least 1"):
            model.propose(budget)
    model.fit(X, truth)
    with pytest.raises(ValueError, match="nothing left to check"):
        model.propose(3)


# ----------------------------------------------------------------------------- labels


@assumes
@pytest.mark.parametrize(
    ("positive", "rest", "classes"),
    [
        (1, -1, [0, 1]),
        (1.0, np.nan, [0.0, 1.0]),
        (7, -1, [0, 7]),
        (True, None, [False, True]),
        ("won", None, ["not won", "won"]),
        ("best", np.nan, ["best", "not best"]),
    ],
)
def test_the_other_class_gets_a_name(positive, rest, classes):
    X, truth = customers(0, 100, 0.3)
    y = [positive if i == np.argmax(truth) else rest for i in range(100)]
    model = OneExampleClassifier(n_estimators=0).fit(X, y)
    assert model.classes_.tolist() == classes
    assert model.positive_label_ == positive
    assert set(model.predict(X)) <= set(classes)


def test_zeros_may_mark_rows_of_unknown_class():
    X, truth = customers(0, 300)
    y = np.maximum(marked(truth, 8), 0)
    model = quick(unlabeled=0, n_estimators=10).fit(X, y)
    assert len(model.ranking_) == 292
    assert model.classes_.tolist() == [0, 1]
    assert model.score(X, truth) == np.mean(model.predict(X) == truth)


def test_the_positive_label_may_be_named():
    X, truth = customers(0, 300)
    y = np.where(marked(truth, 8) == 1, 0, -1)
    y[np.flatnonzero(truth == 0)[:8]] = 1
    model = quick(positive_label=0, n_estimators=10).fit(X, y)
    assert model.positive_label_ == 0
    assert roc_auc_score(truth, model.predict_proba(X)[:, 0]) > 0.7
    alone = quick(positive_label=0).fit(X, np.where(y == 0, 0, -1))
    assert alone.classes_.tolist() == [0, 1]


def test_wrong_labels_are_refused():
    X, truth = customers(0, 60)
    for y, params, message in (
        (np.full(60, -1), {}, "no label at all"),
        (np.where(truth == 0, 0, -1), {}, "reads as negative"),
        (np.arange(60) % 3, {}, "y has 3 classes"),
        (np.ones(60), {}, "All rows have one class"),
        (truth, {"positive_label": "yes"}, "No row has the class positive_label='yes'"),
        (truth[:9], {}, "inconsistent numbers of samples"),
    ):
        with pytest.raises(ValueError, match=message):
            quick(**params).fit(X, y)
    for prior in (0, 1, 1.5, "guess"):
        with pytest.raises(ValueError, match="'class_prior' parameter"):
            quick(prior).fit(X, truth)


def test_wrong_tables_are_refused():
    y = np.where(np.arange(30) == 3, 1, -1)
    with pytest.raises(ValueError, match="No column of the table"):
        quick().fit(np.full((30, 2), np.nan), y)
    with pytest.raises(ValueError, match="0 sample"):
        quick().fit(np.empty((0, 2)), [])
    model = quick(n_estimators=0).fit(pd.DataFrame({"a": range(30)}), y)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(pd.DataFrame({"b": range(3)}))


def test_copies_of_the_example_alone_tell_nothing():
    """All rows alike but for a column that the example shares: the prior for all."""
    X = np.column_stack([np.r_[np.zeros(20), np.ones(20)], np.ones(40)])
    y = np.where(np.arange(40) == 30, 1, -1)
    with pytest.warns(UserWarning, match="Dropped 1 of 2 columns"):
        model = quick(0.4).fit(X, y)
    probabilities = model.predict_proba(X)[:, 1]
    assert (probabilities[20:] > probabilities[:20].max()).all()
    assert probabilities.mean() == pytest.approx(0.4, abs=0.02)
