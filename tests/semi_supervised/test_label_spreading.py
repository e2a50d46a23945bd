"""What label spreading and label propagation have in common, and spreading alone."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import semi_supervised as theirs
from sklearn.datasets import load_digits, make_blobs, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_featrix import LabeledSplit, LabelPropagation, LabelSpreading, mask_labels
from sklearn_featrix.exceptions import UnreachedRowsWarning
from sklearn_featrix.semi_supervised import _graph_choice

BOTH = pytest.mark.parametrize("cls", [LabelSpreading, LabelPropagation])
WAYS = {
    "all pairs": {"gamma": 5},
    "sparse rbf": {"gamma": 5, "neighbors": "exact"},
    "exact": {"kernel": "knn"},
    "faiss": {"kernel": "knn", "neighbors": "faiss"},
    "anchors": {"kernel": "knn", "neighbors": "anchors", "n_anchors": 100},
    "rbf anchors": {"gamma": 5, "neighbors": "anchors", "n_anchors": 100},
    "transformer": {"kernel": "knn", "neighbors": KNeighborsTransformer(n_neighbors=6)},
}


@pytest.fixture(autouse=True)
def faiss_or_skip(request):
    parameters = getattr(request.node, "callspec", None)
    if parameters is not None and parameters.params.get("way") == "faiss":
        pytest.importorskip("faiss")


@pytest.fixture(scope="module")
def moons():
    X, y = make_moons(600, noise=0.05, random_state=0)
    return X, y, mask_labels(y, n_labeled=12, random_state=0)


@BOTH
@pytest.mark.parametrize("way", WAYS)
def test_follows_the_moons(cls, way, moons):
    X, y, y_few = moons
    model = cls(**WAYS[way], random_state=0).fit(X, y_few)
    assert (model.transduction_ == y).mean() > 0.95
    assert model.reached_.all()
    np.testing.assert_allclose(model.label_distributions_.sum(axis=1), 1)
    new, truth = make_moons(300, noise=0.05, random_state=1)
    assert model.score(new, truth) > 0.95


@BOTH
@pytest.mark.parametrize("way", WAYS)
def test_predictions_of_the_rows_themselves_are_theirs(cls, way, moons):
    X, _, y_few = moons
    model = cls(**WAYS[way], random_state=0).fit(X, y_few)
    assert (model.predict(X) == model.transduction_).mean() > 0.95


@BOTH
@pytest.mark.parametrize("way", WAYS)
def test_pickle_answers_the_same(cls, way, moons):
    X, _, y_few = moons
    model = cls(**WAYS[way], random_state=0).fit(X, y_few)
    revived = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(revived.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("gamma", [0.5, 20])
@pytest.mark.parametrize("kernel", ["rbf", "callable"])
@pytest.mark.parametrize("name", ["LabelSpreading", "LabelPropagation"])
def test_is_scikit_learns_between_all_pairs(name, kernel, gamma, moons):
    X, _, y_few = moons
    params = {"max_iter": 200}
    if kernel == "callable":
        params["kernel"] = lambda A, B: rbf_kernel(A, B, gamma=gamma)
    else:
        params["gamma"] = gamma
    ours = {"LabelSpreading": LabelSpreading, "LabelPropagation": LabelPropagation}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # both stop at max_iter
        model = ours[name](**params).fit(X, y_few)
        expected = getattr(theirs, name)(**params).fit(X, y_few)
    # their propagation goes from each row to itself too, and is slower for it
    atol = 1e-9 if name == "LabelSpreading" else 5e-3
    new = X[::7] + 0.01
    for answers, right in (
        (model.label_distributions_, expected.label_distributions_),
        (model.predict_proba(new), expected.predict_proba(new)),
    ):
        np.testing.assert_allclose(answers, right, atol=atol)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
def test_is_the_closed_form_of_zhou(alpha):
    """Their closed-form test, whose graph is private, in public terms."""
    X, y = make_blobs(120, n_features=5, centers=2, cluster_std=3, random_state=0)
    y[::3] = -1
    W = rbf_kernel(X, gamma=0.1)
    np.fill_diagonal(W, 0)
    root = W.sum(axis=0) ** -0.5
    S = W * root * root[:, np.newaxis]
    expected = np.linalg.inv(np.eye(len(X)) - alpha * S) @ np.eye(3)[y][:, :2]
    expected /= expected.sum(axis=1, keepdims=True)
    model = LabelSpreading(gamma=0.1, alpha=alpha, max_iter=1000, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(model.label_distributions_, expected)
    by_cg = LabelSpreading(gamma=0.1, alpha=alpha, solver="cg").fit(X, y)
    np.testing.assert_allclose(by_cg.label_distributions_, expected, atol=2e-3)


@BOTH
def test_kernel_matrix_is_normalized(cls):
    """The scale of a kernel does not count: its rows are normalised."""
    X, y = np.arange(4.0)[:, np.newaxis], [0, 1, -1, -1]
    once = cls(kernel=rbf_kernel).fit(X, y)
    thrice = cls(kernel=lambda A, B: 3 * rbf_kernel(A, B)).fit(X, y)
    np.testing.assert_allclose(
        once.label_distributions_, thrice.label_distributions_, atol=1e-9
    )


def test_chain_of_three_rows_is_the_closed_form():
    """The one case of scikit-learn's tests that a symmetric graph answers otherwise."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.5]])
    S = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / np.sqrt(2)
    expected = np.linalg.inv(np.eye(3) - 0.2 * S)[:, :2]
    expected /= expected.sum(axis=1, keepdims=True)
    model = LabelSpreading("knn", n_neighbors=2).fit(X, [0, 1, -1])
    np.testing.assert_allclose(model.label_distributions_, expected, atol=1e-3)
    np.testing.assert_allclose(
        model.predict_proba([[1.0, 1.0]]), [expected[:2].mean(axis=0)], atol=1e-3
    )


# ------------------------------------------------------------------- rows not reached


@pytest.fixture
def islands():
    """Three clusters far apart; the third has no label, class 1 has most labels."""
    X, island = make_blobs(
        [30, 30, 30], centers=np.eye(3) * 100, n_features=3, random_state=0
    )
    y = np.full(90, -1)
    y[np.flatnonzero(island == 0)[:1]] = 0
    y[np.flatnonzero(island == 1)[:3]] = 1
    return X, island, y


@BOTH
@pytest.mark.parametrize(
    "way", ["exact", "faiss", "transformer", "sparse rbf", "all pairs"]
)
def test_rows_that_no_label_reaches(cls, way, islands):
    X, island, y = islands
    with pytest.warns(UnreachedRowsWarning, match=r"reaches 30 of 90 rows \(33.3%\)"):
        model = cls(**WAYS[way]).fit(X, y)
    np.testing.assert_array_equal(model.reached_, island < 2)
    np.testing.assert_array_equal(model.transduction_[island < 2], island[island < 2])
    np.testing.assert_allclose(
        model.label_distributions_[island == 2], [[0.25, 0.75]] * 30
    )
    assert (model.transduction_[island == 2] == 1).all()  # never silently class 0


@BOTH
def test_new_rows_beside_unreached_ones_get_the_class_shares(cls, islands):
    X, island, y = islands
    with pytest.warns(UnreachedRowsWarning):
        model = cls("knn").fit(X, y)
    answers = model.predict_proba(X[island == 2] + 0.01)
    np.testing.assert_allclose(answers, [[0.25, 0.75]] * 30)


@BOTH
def test_unreached_neighbors_do_not_count(cls):
    """Between an unreached cluster and a labelled one, the labelled one decides."""
    X = np.array([[0.0], [1], [2], [10], [11], [12.0], [100], [101]])
    y = [0, -1, -1, -1, -1, -1, 1, -1]
    with pytest.warns(UnreachedRowsWarning, match="3 of 8"):
        model = cls("knn", n_neighbors=2).fit(X, y)
    np.testing.assert_allclose(model.predict_proba([[6.0]]), [[1, 0]])


@BOTH
def test_isolated_labelled_rows_keep_their_label(cls):
    X = np.array([[0.0], [50.0], [50.1], [90.0]])
    with pytest.warns(UnreachedRowsWarning, match="1 of 4 rows"):
        model = cls(gamma=20).fit(X, [0, 1, -1, -1])
    np.testing.assert_array_equal(model.transduction_[:3], [0, 1, 1])
    np.testing.assert_array_equal(model.reached_, [True, True, True, False])


@BOTH
def test_a_class_with_one_label(cls, moons):
    X, y, _ = moons
    y_few = np.full(len(y), -1)
    y_few[np.flatnonzero(y == 0)[:1]] = 0
    y_few[np.flatnonzero(y == 1)[:20]] = 1
    model = cls("knn").fit(X, y_few)
    assert (model.transduction_ == y).mean() > 0.9


@BOTH
def test_copies_get_the_same_answer(cls, moons):
    X, y, y_few = moons
    copies = np.repeat(np.arange(50), 12)
    X_copies = np.vstack([X, X[copies]])
    y_copies = np.concatenate([y_few, np.full(len(copies), -1)])
    model = cls("knn").fit(X_copies, y_copies)
    answers = model.label_distributions_
    unlabeled = y_few[copies] == -1
    np.testing.assert_array_equal(answers[600:][unlabeled], answers[copies][unlabeled])
    assert (model.transduction_[:600] == y).mean() > 0.95


def test_copies_with_two_labels():
    X = np.array([[0.0], [0.0], [0.0], [1.0], [2.0]])
    y = [0, 0, 1, -1, -1]
    spreading = LabelSpreading("knn", n_neighbors=2).fit(X, y)
    np.testing.assert_allclose(spreading.label_distributions_[:3], [[2 / 3, 1 / 3]] * 3)
    propagation = LabelPropagation("knn", n_neighbors=2, class_balance=0).fit(X, y)
    np.testing.assert_array_equal(propagation.transduction_[:3], [0, 0, 1])
    np.testing.assert_allclose(propagation.label_distributions_[3], [2 / 3, 1 / 3])


# ------------------------------------------------------------------------ convergence


@BOTH
@pytest.mark.filterwarnings("ignore::sklearn_featrix.exceptions.UnreachedRowsWarning")
def test_non_convergence_says_how_far_it_was(cls, moons):
    X, _, y_few = moons
    with pytest.warns(ConvergenceWarning) as caught:
        cls("knn", max_iter=2, tol=1e-6, solver="cg").fit(X, y_few)
    message = str(caught[0].message)
    assert "max_iter=2 was reached without convergence" in message
    assert "tol is 1e-06" in message
    assert "solver='cg'" not in message


@pytest.mark.filterwarnings("ignore::sklearn_featrix.exceptions.UnreachedRowsWarning")
def test_non_convergence_of_power_iteration_names_the_better_solver(moons):
    X, _, y_few = moons
    with pytest.warns(ConvergenceWarning, match="or pass solver='cg'"):
        LabelPropagation("knn", max_iter=2, solver="power").fit(X, y_few)


def test_asymmetric_kernel_is_refused_by_cg(moons):
    X, _, y_few = moons

    def kernel(A, B):
        return rbf_kernel(A, B) * np.linspace(1, 2, len(B))

    with pytest.raises(ValueError, match="cg' needs a symmetric kernel"):
        LabelSpreading(kernel=kernel, solver="cg").fit(X, y_few)
    assert LabelSpreading(kernel=kernel).fit(X, y_few).reached_.all()


@BOTH
def test_solvers_agree_in_a_sparse_graph(cls):
    X, y = load_digits(return_X_y=True)
    y_few = mask_labels(y, n_labeled=100, random_state=0)
    power, cg = (
        cls("knn", solver=solver, tol=tol, n_neighbors=12, max_iter=20_000)
        for solver, tol in (("power", 1e-9), ("cg", 1e-4))
    )
    np.testing.assert_allclose(
        cg.fit(X, y_few).label_distributions_,
        power.fit(X, y_few).label_distributions_,
        atol=1e-3,
    )


# -------------------------------------------------------------- class mass, tables


@BOTH
def test_class_masses_are_those_of_the_labels(cls):
    """One of the classes has its labels in a dense place, and would take too much."""
    rng = np.random.default_rng(0)
    y = (rng.random(500) < 0.2).astype(int)
    X = rng.normal(size=(500, 2)) + 1.5 * y[:, np.newaxis]
    y_few = mask_labels(y, n_labeled=40, random_state=0)
    shares = np.bincount(y_few[y_few >= 0]) / 40
    gaps = [
        np.abs(model.fit(X, y_few).label_distributions_.mean(axis=0) - shares).max()
        for model in (cls("knn"), cls("knn", class_mass_normalization=True))
    ]
    assert gaps[1] < gaps[0]
    assert gaps[1] < 0.05


WAYS_TO_BALANCE = pytest.mark.parametrize(
    "params",
    [
        {"gamma": 5},
        {"kernel": "knn"},
        {"kernel": "knn", "neighbors": "anchors", "n_anchors": 100, "random_state": 0},
    ],
)


@BOTH
@WAYS_TO_BALANCE
@pytest.mark.parametrize("power", [0.3, 1])
def test_class_balance_divides_by_the_class_shares(cls, params, power, moons):
    X, _, y_few = moons
    y_few = np.where((y_few == 1) & (np.cumsum(y_few == 1) > 2), -1, y_few)
    shares = np.bincount(y_few[y_few >= 0]) / (y_few >= 0).sum()
    plain = cls(**params, class_balance=0).fit(X, y_few).label_distributions_
    balanced = cls(**params, class_balance=power).fit(X, y_few)
    expected = plain / shares**power
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(balanced.label_distributions_, expected, atol=1e-9)
    np.testing.assert_array_equal(balanced.transduction_, expected.argmax(axis=1))


@BOTH
def test_class_balance_finds_more_of_a_rare_class(cls):
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.1).astype(int)
    X = rng.normal(size=(600, 2)) + 1.2 * y[:, np.newaxis]
    y_few = mask_labels(y, n_labeled=60, random_state=0)
    found = [
        (cls("knn", class_balance=power).fit(X, y_few).predict(X)[y == 1] == 1).mean()
        for power in (0, 0.5, 1)
    ]
    assert found[0] < found[1] < found[2]


@BOTH
def test_rows_not_reached_have_the_class_shares_whatever_the_balance(cls, islands):
    X, island, y = islands
    with pytest.warns(UnreachedRowsWarning):
        model = cls("knn", class_balance=1).fit(X, y)
    np.testing.assert_allclose(
        model.label_distributions_[island == 2], [[0.25, 0.75]] * 30
    )


@BOTH
def test_balance_and_class_masses_contradict_one_another(cls, moons):
    X, _, y_few = moons
    model = cls("knn", class_balance=0.5, class_mass_normalization=True)
    with pytest.raises(ValueError, match="Leave one of them out"):
        model.fit(X, y_few)


def mixed_table(X, y):
    return pd.DataFrame(
        {
            "number": np.where(np.arange(len(X)) % 9 == 0, np.nan, X[:, 0]),
            "other": X[:, 1],
            "color": np.array(["red", "blue"], dtype=object)[y],
        }
    )


@BOTH
@pytest.mark.parametrize("way", ["exact", "anchors"])
def test_mixed_table_is_encoded(cls, way, moons):
    X, y, y_few = moons
    frame = mixed_table(X, y)
    model = cls(**WAYS[way], random_state=0).fit(frame, y_few)
    assert set(model.encoder_.column_kinds_.values()) == {"numeric", "category"}
    assert (model.transduction_ == y).mean() > 0.95
    assert model.predict(frame[["color", "other", "number"]].head()).shape == (5,)


def test_columns_of_an_encoded_table_weigh_the_same(moons):
    X, y, y_few = moons
    model = LabelSpreading("knn").fit(mixed_table(X, y), y_few)
    groups = model.encoder_.column_index_
    weights = np.bincount(groups, weights=model.X_.var(axis=0))
    np.testing.assert_allclose(weights, 1, rtol=1e-3)


@pytest.mark.parametrize("as_frame", [False, True])
def test_plain_numbers_are_taken_as_they_are(as_frame, moons):
    X, _, y_few = moons
    X = X * [1, 1000]
    model = LabelSpreading("knn").fit(pd.DataFrame(X) if as_frame else X, y_few)
    assert model.encoder_ is None
    np.testing.assert_array_equal(model.X_, X)


def test_gaps_in_new_rows_of_a_table_of_numbers_are_an_error(moons):
    X, _, y_few = moons
    model = LabelSpreading().fit(X, y_few)
    with pytest.raises(ValueError, match="given to fit held numbers only"):
        model.predict([[np.nan, 1.0]])


@BOTH
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_numbers_too_large_for_distances_are_an_error(cls, container, moons):
    X, _, y_few = moons
    with pytest.raises(ValueError, match=r"as large as 2\.\d+e\+200.*StandardScaler"):
        cls("knn").fit(container(X * 1e200), y_few)


@BOTH
@pytest.mark.parametrize(
    ("kernel", "match"),
    [
        (lambda A, B: np.ones((3, 3)), r"shape \(3, 3\), expected \(600, 600\)"),
        (lambda A, B: A @ B.T, "negative, infinite or NaN"),
        (lambda A, B: sparse.csr_array(-rbf_kernel(A, B)), "negative, infinite"),
        (lambda A, B: np.full((len(A), len(B)), np.nan), "negative, infinite or NaN"),
    ],
)
def test_kernels_that_are_no_weights_are_an_error(cls, kernel, match, moons):
    X, _, y_few = moons
    with pytest.raises(ValueError, match=f"callable given as kernel.*{match}"):
        cls(kernel=kernel).fit(X, y_few)


@BOTH
def test_kernel_of_new_rows_is_checked_too(cls, moons):
    X, _, y_few = moons
    model = cls(kernel=lambda A, B: rbf_kernel(A, B[:600])).fit(X, y_few)
    with pytest.raises(ValueError, match=r"expected \(600, 1200\)"):
        model.predict_proba(np.vstack([X, X]))


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity_is_an_error(bad, moons):
    X, _, y_few = moons
    X = X.copy()
    X[0, 0] = bad
    with pytest.raises(ValueError, match="infinity"):
        LabelSpreading().fit(X, y_few)


def test_sparse_rows_give_what_dense_ones_give(moons):
    X, _, y_few = moons
    for way in ("exact", "anchors", "all pairs"):
        dense, thin = (
            LabelSpreading(**WAYS[way], random_state=0)
            .fit(container(X), y_few)
            .predict_proba(container(X))
            for container in (np.asarray, sparse.csr_array)
        )
        np.testing.assert_allclose(dense, thin, atol=1e-3)


# ------------------------------------------------------------------------ precomputed


@BOTH
def test_precomputed_graph_in_a_pipeline(cls, moons):
    X, y, y_few = moons
    model = make_pipeline(
        KNeighborsTransformer(n_neighbors=6), cls("knn", metric="precomputed")
    ).fit(X, y_few)
    searched = cls("knn").fit(X, y_few)
    np.testing.assert_allclose(
        model[-1].label_distributions_, searched.label_distributions_, atol=1e-3
    )
    assert model.score(X + 0.01, y) > 0.95


def test_precomputed_graph_in_cross_validation(moons):
    X, y, _ = moons
    graph = KNeighborsTransformer(n_neighbors=10).fit_transform(X)
    scores = cross_val_score(LabelSpreading("knn", metric="precomputed"), graph, y)
    assert scores.min() > 0.95


def test_callable_weighs_a_precomputed_graph():
    graph = sparse.csr_array([[0, 3.0, 0], [0, 0, 1.0], [0, 0, 0]])
    y = [0, -1, 1]
    weights = LabelPropagation(kernel=lambda d: d, metric="precomputed").fit(graph, y)
    np.testing.assert_allclose(weights.label_distributions_[1], [0.75, 0.25])
    rbf = LabelPropagation(gamma=0.1, metric="precomputed").fit(graph, y)
    share = 1 / (1 + np.exp(0.9 - 0.1))
    np.testing.assert_allclose(rbf.label_distributions_[1], [share, 1 - share])


@BOTH
@pytest.mark.parametrize("weigh", [np.negative, lambda d: d[:3]])
def test_wrong_weights_of_a_precomputed_graph_are_an_error(cls, weigh):
    graph = sparse.csr_array([[0, 3.0, 0], [0, 0, 1.0], [2.0, 0, 4.0]])
    with pytest.raises(ValueError, match="callable given as kernel returned weights"):
        cls(kernel=weigh, metric="precomputed").fit(graph, [0, -1, 1])


@BOTH
def test_transformer_that_makes_no_graph_is_an_error(cls, moons):
    X, _, y_few = moons
    with pytest.raises(ValueError, match=r"made a ndarray of shape \(600, 2\)"):
        cls("knn", neighbors=StandardScaler()).fit(X, y_few)


@pytest.mark.parametrize(
    ("graph", "match"),
    [
        (np.eye(3), "needs a sparse graph"),
        (sparse.csr_array(np.ones((3, 2))), "with 3 columns"),
        (sparse.csr_array(-np.eye(3)), "distances of zero or more"),
    ],
)
def test_wrong_precomputed_graph_is_an_error(graph, match):
    with pytest.raises(ValueError, match=match):
        LabelSpreading("knn", metric="precomputed").fit(graph, [0, 1, -1])


# ----------------------------------------------------------------------------- others


def test_works_behind_other_steps_and_in_our_splits(moons):
    X, _, y_few = moons
    model = make_pipeline(
        StandardScaler(), FunctionTransformer(), LabelSpreading("knn")
    )
    scores = cross_val_score(model, X, y_few, cv=LabeledSplit(3))
    assert np.mean(scores) > 0.8


@BOTH
def test_wide_sparse_rows_with_copies(cls):
    """As of texts: a key by columns would take as long as there are columns."""
    topic = np.repeat([0, 1], 100)
    rng = np.random.default_rng(0)
    X = np.zeros((200, 5000))
    for row in range(200):
        X[row, 2500 * topic[row] + rng.choice(200, 60)] = rng.random(60)
    X[150:] = X[100:150]
    y = np.full(200, -1)
    y[[0, 1, 100, 101]] = topic[[0, 1, 100, 101]]
    model = cls("knn", n_neighbors=10).fit(sparse.csr_array(X), y)
    assert (model.transduction_ == topic).mean() > 0.95
    answers = model.label_distributions_
    np.testing.assert_array_equal(answers[152:], answers[102:150])


def test_says_how_it_found_neighbors(moons, monkeypatch):
    X, _, y_few = moons
    assert LabelSpreading().fit(X, y_few).neighbors_ is None
    assert LabelSpreading("knn").fit(X, y_few).neighbors_ == "exact"
    monkeypatch.setattr(_graph_choice, "MAX_KERNEL_ROWS", 100)
    assert LabelSpreading(gamma=5).fit(X, y_few).neighbors_ == "exact"
    model = LabelSpreading(**WAYS["transformer"]).fit(X, y_few)
    assert isinstance(model.neighbors_, KNeighborsTransformer)


def test_fit_that_is_refused_leaves_what_was_there(moons):
    X, _, y_few = moons
    model = LabelSpreading("knn").fit(X, y_few)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="no label"):
        model.fit(X, np.full(len(X), -1))
    np.testing.assert_array_equal(model.predict_proba(X), before)


@pytest.mark.parametrize(
    "params",
    [
        {"kernel": "linear"},
        {"alpha": 1.0},
        {"n_neighbors": 0},
        {"neighbors": "annoy"},
        {"n_anchors": 1},
        {"metric": "cosine"},
        {"solver": "lu"},
        {"class_balance": 1.5},
        {"class_balance": "auto"},
    ],
)
def test_wrong_parameters_are_errors(params, moons):
    X, _, y_few = moons
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter"):
        LabelSpreading(**params).fit(X, y_few)
