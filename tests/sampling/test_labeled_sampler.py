import numpy as np
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import (
    ClusterCentroids,
    NearMiss,
    OneSidedSelection,
    RandomUnderSampler,
    TomekLinks,
)
from imblearn.utils.estimator_checks import (
    check_param_validation,
    estimator_checks_generator,
)
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer

from sklearn_featrix import (
    EmbeddingTransformer,
    LabeledOnly,
    LabeledSampler,
    LabeledSplit,
    SelfTrainingClassifier,
    SemiSupervisedClassifier,
    is_labeled,
)

RNG = np.random.default_rng(0)
Y = RNG.permutation(np.repeat([0, 1, 2, -1], [60, 20, 12, 108]))
X = RNG.normal(size=(200, 4)) + np.eye(4)[Y] * 1.5
SEEN = Y >= 0
WEIGHT = RNG.uniform(0.5, 2, size=200)
OVER = [
    SMOTE(random_state=1),
    ADASYN(random_state=1),
    BorderlineSMOTE(random_state=1),
    SVMSMOTE(random_state=1),
    KMeansSMOTE(random_state=1, cluster_balance_threshold=0.01),
    RandomOverSampler(random_state=1),
    RandomOverSampler(random_state=1, shrinkage=0.5),
]
UNDER = [
    RandomUnderSampler(random_state=1),
    TomekLinks(),
    NearMiss(),
    OneSidedSelection(random_state=1),
]
OTHER = [
    SMOTETomek(random_state=1),
    SMOTEENN(random_state=1),
    ClusterCentroids(random_state=1),
]


def label(sampler):
    return type(sampler).__name__


def sorted_rows(X):
    return X[np.lexsort(X.T)]


def checks_of_imbalanced_learn():
    for sampler in (*OVER[:2], OVER[5], *UNDER[:2], UNDER[3], SMOTETomek()):
        for _, check in estimator_checks_generator(LabeledSampler(sampler)):
            name = f"{label(sampler)}-{check.func.__name__}"
            is_quick = isinstance(sampler, SMOTE | RandomUnderSampler)
            marks = [] if is_quick else [pytest.mark.slow]
            yield pytest.param(sampler, check, id=name, marks=marks)


@pytest.mark.filterwarnings("ignore:A column-vector y")  # which they pass
@pytest.mark.parametrize(("sampler", "check"), list(checks_of_imbalanced_learn()))
def test_checks_of_imbalanced_learn(sampler, check):
    check(LabeledSampler(sampler, random_state=0))


def test_parameters_are_validated():
    check_param_validation("LabeledSampler", LabeledSampler(SMOTE()))


class TestBareSampler:
    """With all rows labelled it is the sampler; else the sampler on labelled rows."""

    @pytest.mark.parametrize("sampler", OVER, ids=label)
    def test_over_samplers_give_the_same_bits(self, sampler):
        expected = clone(sampler).fit_resample(X[SEEN], Y[SEEN])
        given = LabeledSampler(sampler).fit_resample(X[SEEN], Y[SEEN])
        for ours, theirs in zip(given, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)

    @pytest.mark.parametrize("sampler", UNDER, ids=label)
    def test_under_samplers_give_the_same_rows_in_their_old_order(self, sampler):
        bare = clone(sampler)
        bare.fit_resample(X[SEEN], Y[SEEN])
        ours = LabeledSampler(sampler)
        X_new, _ = ours.fit_resample(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(
            ours.sample_indices_, np.sort(bare.sample_indices_)
        )
        np.testing.assert_array_equal(X_new, X[SEEN][ours.sample_indices_])

    @pytest.mark.parametrize("sampler", OTHER, ids=label)
    def test_the_others_give_the_same_rows(self, sampler):
        expected, y_expected = clone(sampler).fit_resample(X[SEEN], Y[SEEN])
        given, y_given = LabeledSampler(sampler).fit_resample(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(
            sorted_rows(np.column_stack([given, y_given])),
            sorted_rows(np.column_stack([expected, y_expected])),
        )

    @pytest.mark.parametrize("names", [[3, 1, 2], [-7, 300, 5], [9, 8, 2**40]])
    @pytest.mark.parametrize("sampler", [OVER[5], UNDER[0]], ids=label)
    def test_samplers_that_look_at_labels_alone_see_any_integers(self, sampler, names):
        y = np.array(names)[Y[SEEN]]
        bare, ours = clone(sampler), LabeledSampler(sampler)
        _, y_expected = bare.fit_resample(X[SEEN], y)
        _, y_new = ours.fit_resample(X[SEEN], y)
        np.testing.assert_array_equal(np.sort(y_new), np.sort(y_expected))
        assert y_new.dtype == y.dtype
        assert ours.sampling_strategy_ == bare.sampling_strategy_
        strategy = {names[0]: 60, names[1]: 20 if sampler is UNDER[0] else 30}
        named = LabeledSampler(clone(sampler).set_params(sampling_strategy=strategy))
        counts = np.unique(named.fit_resample(X[SEEN], y)[1], return_counts=True)
        assert dict(zip(*counts, strict=True)) == strategy | {names[2]: 12}

    @pytest.mark.parametrize("sampler", [OVER[5], UNDER[0]], ids=label)
    def test_a_function_of_the_labels_sees_them_as_they_are(self, sampler):
        seen = []

        def strategy(y):
            seen.append(y.dtype)
            return {0: 60, 1: 20}

        ours = LabeledSampler(clone(sampler).set_params(sampling_strategy=strategy))
        ours.fit_resample(X, Y)
        assert seen == [Y.dtype]

    @pytest.mark.parametrize("sampler", [*OVER, *UNDER, *OTHER], ids=label)
    def test_unlabeled_rows_pass_between_the_labelled_ones(self, sampler):
        ours = LabeledSampler(sampler)
        X_new, y_new = ours.fit_resample(X, Y)
        expected = LabeledSampler(sampler).fit_resample(X[SEEN], Y[SEEN])
        labeled = is_labeled(y_new)
        np.testing.assert_array_equal(X_new[~labeled], X[~SEEN])
        np.testing.assert_array_equal(X_new[labeled], expected[0])
        np.testing.assert_array_equal(y_new[labeled], expected[1])
        known = ours.sample_indices_[ours.sample_indices_ >= 0]
        stay = known[: len(np.unique(known))]
        assert (np.diff(stay) > 0).all()
        np.testing.assert_array_equal(ours.classes_, [0, 1, 2])

    def test_sampling_strategy_names_the_classes(self):
        names = np.array(["c", "a", "b", None], dtype=object)[Y]
        sampler = LabeledSampler(SMOTE(sampling_strategy={"a": 50}, random_state=0))
        _, y_new = sampler.fit_resample(X, names)
        assert (y_new == "a").sum() == 50
        assert sampler.sampling_strategy_ == {"a": 30}

    def test_any_object_with_fit_resample_will_do(self):
        class FirstRows(SMOTE):
            def fit_resample(self, X, y):
                return X[:50], y[:50]

        ours = LabeledSampler(FirstRows())
        X_new, _ = ours.fit_resample(X[SEEN], Y[SEEN])
        np.testing.assert_array_equal(ours.sample_indices_, np.arange(50))
        np.testing.assert_array_equal(X_new, X[SEEN][:50])

    def test_fit_only_checks(self):
        sampler = LabeledSampler(SMOTE()).fit(X, Y)
        assert sampler.sampling_strategy_ == {1: 40, 2: 48}
        assert not hasattr(sampler, "sample_indices_")


class TestWhatFollowsTheRows:
    def test_weights(self):
        sampler = LabeledSampler(SMOTE(random_state=0))
        _, y_new = sampler.fit_resample(X, Y, sample_weight=WEIGHT)
        made = sampler.sample_indices_ < 0
        kept = sampler.sample_indices_[~made]
        np.testing.assert_array_equal(sampler.sample_weight_[~made], WEIGHT[kept])
        for label_ in (1, 2):
            np.testing.assert_allclose(
                sampler.sample_weight_[made & (y_new == label_)],
                WEIGHT[label_ == Y].mean(),
            )
        assert not hasattr(sampler.fit_resample(X, Y) and sampler, "sample_weight_")

    def test_copies_weigh_what_their_row_does(self):
        sampler = LabeledSampler(RandomOverSampler(random_state=0))
        X_new, y_new = sampler.fit_resample(X, Y, sample_weight=WEIGHT)
        np.testing.assert_array_equal(
            sampler.sample_weight_, WEIGHT[sampler.sample_indices_]
        )
        np.testing.assert_array_equal(X_new, X[sampler.sample_indices_])
        np.testing.assert_array_equal(y_new, Y[sampler.sample_indices_])

    def test_dtypes_of_arrays(self):
        y = Y.astype(np.int8)
        single, y_new = LabeledSampler(SMOTE(random_state=0)).fit_resample(
            X.astype(np.float32), y
        )
        assert (single.dtype, y_new.dtype) == (np.float32, np.int8)
        whole, _ = LabeledSampler(SMOTE(random_state=0)).fit_resample(
            (X * 10).astype(np.int16), y
        )
        assert whole.dtype == np.int16

    def test_sparse_rows(self):
        sparse_X = sparse.csr_matrix(np.where(X > 0, X, 0))
        for sampler in (SMOTE(random_state=0), TomekLinks(), SMOTETomek()):
            ours = LabeledSampler(sampler, random_state=0)
            expected, y_expected = ours.fit_resample(sparse_X.toarray(), Y)
            given, y_given = ours.fit_resample(sparse_X, Y)
            assert sparse.issparse(given)
            np.testing.assert_allclose(given.toarray(), expected)
            np.testing.assert_array_equal(y_given, y_expected)

    def test_seeds(self):
        sampler = LabeledSampler(SMOTE(), random_state=3)
        first, second = (sampler.fit_resample(X, Y)[0] for _ in range(2))
        np.testing.assert_array_equal(first, second)
        other, _ = LabeledSampler(SMOTE(), random_state=4).fit_resample(X, Y)
        assert (first != other).any()
        its_own = LabeledSampler(SMOTE(random_state=0), random_state=4)
        assert its_own.fit(X, Y).sampler_.random_state == 0


def first_column(X):
    return np.asarray(X)[:, :1]


class TestEmbeddingSpace:
    @pytest.mark.parametrize("offset", [0, 100])
    def test_digits_disturb_no_distance(self, offset):
        """In a space that is the table, the sampler makes what it makes in it."""
        for sampler in [*OVER[:5], *UNDER, *OTHER[:2]]:
            expected, y_expected = LabeledSampler(sampler).fit_resample(X + offset, Y)
            ours = LabeledSampler(sampler, space=FunctionTransformer())
            given, y_given = ours.fit_resample(X + offset, Y)
            np.testing.assert_allclose(given, expected, rtol=1e-12, atol=1e-12)
            np.testing.assert_array_equal(y_given, y_expected)

    def test_neighbours_are_found_in_the_vectors_and_rows_made_in_the_table(self):
        n_neighbors = 3
        sampler = LabeledSampler(
            SMOTE(k_neighbors=n_neighbors, random_state=0),
            space=FunctionTransformer(first_column),
        )
        X_new, y_new = sampler.fit_resample(X, Y)
        rows = X[Y == 2]
        order = np.abs(rows[:, None, 0] - rows[None, :, 0]).argsort(axis=1)
        made = X_new[(sampler.sample_indices_ < 0) & (y_new == 2)]
        for row in made:
            on_a_segment = [
                np.allclose(row, a + step * (b - a))
                for near, a in zip(order[:, 1 : n_neighbors + 1], rows, strict=True)
                for b in rows[near]
                for step in [(row[0] - a[0]) / (b[0] - a[0])]
                if -1e-9 <= step <= 1
            ]
            assert any(on_a_segment)

    def test_embedding_learns_from_all_rows(self):
        class Counting(PCA):
            def fit(self, X, y=None):
                self.n_seen_ = len(X)
                return super().fit(X)

        sampler = LabeledSampler(SMOTE(), space=Counting(2)).fit(X, Y)
        assert sampler.embedding_.n_seen_ == 200
        frozen = FrozenEstimator(PCA(2).fit(X))
        assert LabeledSampler(SMOTE(), space=frozen).fit(X, Y).embedding_.n_components
        random = LabeledSampler(RandomUnderSampler(), space=Counting(2)).fit(X, Y)
        assert not hasattr(random, "embedding_")

    @pytest.mark.slow
    def test_our_own_embedding(self):
        embedding = EmbeddingTransformer(effort="low", max_steps=3)
        sampler = LabeledSampler(SMOTE(), space=embedding, random_state=0)
        X_new, y_new = sampler.fit_resample(X, Y)
        assert np.bincount(y_new[y_new >= 0]).tolist() == [60, 60, 60]
        np.testing.assert_array_equal(X_new, sampler.fit_resample(X, Y)[0])

    @pytest.mark.slow
    def test_by_name(self):
        sampler = LabeledSampler(SMOTE(), space="embedding", random_state=0).fit(X, Y)
        assert isinstance(sampler.embedding_, EmbeddingTransformer)

    def test_sparse_rows(self):
        sparse_X = sparse.csr_matrix(np.where(X > 0, X, 0))
        space = FunctionTransformer(abs, accept_sparse=True)
        ours = LabeledSampler(SMOTE(random_state=0), space=space)
        expected, _ = ours.fit_resample(sparse_X.toarray(), Y)
        given, _ = ours.fit_resample(sparse_X, Y)
        np.testing.assert_allclose(given.toarray(), expected)


CHEAP_VOTE = SemiSupervisedClassifier(
    embedding=None, members=[("linear", LogisticRegression(), "linear")]
)


class TestInPipelines:
    @pytest.mark.parametrize(
        "classifier",
        [
            LabeledOnly(LogisticRegression()),
            SelfTrainingClassifier(LogisticRegression(), n_folds=None),
            CHEAP_VOTE,
        ],
        ids=label,
    )
    def test_search_over_its_parameters(self, classifier):
        pipeline = make_pipeline(LabeledSampler(SMOTE(random_state=0)), classifier)
        search = GridSearchCV(
            pipeline,
            {
                "labeledsampler__sampler__k_neighbors": [1, 3],
                "labeledsampler__space": ["table", FunctionTransformer()],
            },
            cv=LabeledSplit(2),
            error_score="raise",
        )
        search.fit(X, Y)
        assert search.best_score_ > 0.5
        assert set(search.predict(X)) <= {0, 1, 2}
        np.testing.assert_array_equal(search.classes_, [0, 1, 2])


class TestWrongInput:
    @pytest.mark.parametrize("sampler", [PCA(), SMOTE, None, "smote"])
    def test_no_sampler(self, sampler):
        with pytest.raises(TypeError, match="fit_resample, such as"):
            LabeledSampler(sampler).fit_resample(X, Y)

    def test_fewer_rows_than_neighbours(self):
        y = np.where(Y == 2, -1, Y)
        y[np.flatnonzero(Y == 2)[:3]] = 2
        message = r"SMOTE .*k_neighbors=5.*60 of 0, 20 of 1, 3 of 2\. Label more"
        with pytest.raises(ValueError, match=message):
            LabeledSampler(SMOTE()).fit_resample(X, y)
        with pytest.raises(ValueError, match=r"SMOTETomek .*3 of 2\. Label more"):
            LabeledSampler(SMOTETomek()).fit_resample(X, y)
        LabeledSampler(SMOTE(k_neighbors=2)).fit_resample(X, y)

    def test_other_errors_of_the_sampler_stay_what_they_are(self):
        sampler = LabeledSampler(SMOTE(sampling_strategy={7: 100}))
        with pytest.raises(ValueError, match=r"7.* not present"):
            sampler.fit_resample(X, Y)

    def test_no_label(self):
        with pytest.raises(ValueError, match="no label at all"):
            LabeledSampler(SMOTE()).fit_resample(X, np.full(200, -1))

    def test_own_mark(self):
        sampler = LabeledSampler(SMOTE(), unlabeled=0).fit(X, np.abs(Y))
        np.testing.assert_array_equal(sampler.classes_, [1, 2])

    def test_nominal_samplers_have_nothing_to_do_in_an_embedding(self):
        for sampler in (SMOTENC([0]), SMOTEN()):
            with pytest.raises(ValueError, match="an embedding has none"):
                LabeledSampler(sampler, space=PCA(2)).fit(X, Y)
