import pickle
from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    HalvingGridSearchCV,
    KFold,
    LeaveOneGroupOut,
    LeaveOneOut,
    LeavePGroupsOut,
    LeavePOut,
    PredefinedSplit,
    RandomizedSearchCV,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils.metadata_routing import get_routing_for_object

from sklearn_featrix.compose import LabeledOnly
from sklearn_featrix.datasets import mask_labels
from sklearn_featrix.metrics import make_labeled_scorer
from sklearn_featrix.model_selection import LabeledSplit
from sklearn_featrix.utils import is_labeled

RNG = np.random.RandomState(0)
N = 120
X = RNG.randn(N, 3)
Y = (X[:, 0] + 0.3 * RNG.randn(N) > 0).astype(int)
PARTIAL = mask_labels(Y, n_labeled=40, random_state=0)
LABELED = is_labeled(PARTIAL)
GROUPS = RNG.randint(12, size=N)
MODEL = LabeledOnly(LogisticRegression())

SPLITTERS = [
    3,
    None,
    KFold(4),
    KFold(4, shuffle=True, random_state=0),
    StratifiedKFold(4),
    RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0),
    ShuffleSplit(3, random_state=0),
    StratifiedShuffleSplit(3, test_size=10, random_state=0),
    LeaveOneOut(),
    TimeSeriesSplit(3),
]
GROUP_SPLITTERS = [
    GroupKFold(3),
    StratifiedGroupKFold(3),
    GroupShuffleSplit(4, random_state=0),
    LeaveOneGroupOut(),
    LeavePGroupsOut(2),
]


def _splits(cv, X=X, y=PARTIAL, groups=None, **options):
    return list(LabeledSplit(cv, **options).split(X, y, groups))


@pytest.mark.parametrize("cv", SPLITTERS, ids=repr)
class TestAnySplitter:
    def test_test_parts_are_those_of_the_labelled_table(self, cv):
        inner = StratifiedKFold(cv or 5) if cv in (3, None) else cv
        rows = np.flatnonzero(LABELED)
        expected = list(inner.split(X[LABELED], Y[LABELED]))
        splits = _splits(cv)
        assert len(splits) == len(expected)
        for (train, test), (train_part, test_part) in zip(
            splits, expected, strict=True
        ):
            np.testing.assert_array_equal(test, rows[test_part])
            np.testing.assert_array_equal(
                train[LABELED[train]], np.sort(rows[train_part])
            )

    def test_unlabeled_rows_are_in_every_train_part(self, cv):
        for train, test in _splits(cv, allow_future=True):
            assert LABELED[test].all()
            np.testing.assert_array_equal(
                train[~LABELED[train]], np.flatnonzero(~LABELED)
            )
            assert (np.diff(train) > 0).all()

    def test_dropped_rows_are_nowhere(self, cv):
        for train, test in _splits(cv, unlabeled="drop"):
            assert LABELED[train].all()
            assert LABELED[test].all()

    def test_counts_its_folds(self, cv):
        splitter = LabeledSplit(cv)
        assert splitter.get_n_splits(X, PARTIAL) == len(_splits(cv))

    def test_repeats_itself(self, cv):
        splitter = LabeledSplit(cv)
        first, again = (list(splitter.split(X, PARTIAL)) for _ in range(2))
        for one, other in zip(first, again, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])

    def test_all_rows_labelled_is_the_splitter_itself(self, cv):
        inner = StratifiedKFold(cv or 5) if cv in (3, None) else cv
        for (train, test), (train_, test_) in zip(
            _splits(cv, y=Y), inner.split(X, Y), strict=True
        ):
            np.testing.assert_array_equal(train, np.sort(train_))
            np.testing.assert_array_equal(test, test_)


@pytest.mark.parametrize(
    "y",
    [
        PARTIAL.tolist(),
        np.where(LABELED, Y, np.nan),
        np.where(LABELED, Y.astype(str), "-1"),
        np.where(LABELED, Y.astype(str).astype(object), None),
        pd.Series(PARTIAL, index=np.arange(N) * 2),
        pd.Series(Y).astype("Int64").where(LABELED),
        pd.Series(Y).astype("category").where(LABELED),
        pl.Series(np.where(LABELED, Y.astype(str).astype(object), None).tolist()),
    ],
)
@pytest.mark.parametrize(
    "table",
    [X, pd.DataFrame(X), pl.DataFrame(X), sparse.csr_array(X), X.tolist(), None],
    ids=["numpy", "pandas", "polars", "sparse", "list", "none"],
)
def test_containers_and_marks_give_the_same_folds(y, table):
    for cv in (3, StratifiedKFold(3)):
        for (train, test), expected in zip(
            _splits(cv, table, y), _splits(3), strict=True
        ):
            np.testing.assert_array_equal(train, expected[0])
            np.testing.assert_array_equal(test, expected[1])


class TestGroups:
    @pytest.mark.parametrize("cv", GROUP_SPLITTERS, ids=repr)
    def test_a_held_out_group_is_held_out_altogether(self, cv):
        for train, test in _splits(cv, groups=GROUPS):
            assert not set(GROUPS[train]) & set(GROUPS[test])
            beside = ~np.isin(GROUPS, GROUPS[test]) & ~LABELED
            np.testing.assert_array_equal(
                train[~LABELED[train]], np.flatnonzero(beside)
            )

    def test_groups_without_a_label_always_train(self):
        groups = np.where(np.cumsum(~LABELED) > 70, 99, GROUPS)
        groups[LABELED] = GROUPS[LABELED]
        for train, _ in _splits(GroupKFold(3), groups=groups):
            assert (groups[train] == 99).sum() == (groups == 99).sum()

    @pytest.mark.parametrize(
        "groups",
        [
            GROUPS.tolist(),
            np.array([f"g{group:02}" for group in GROUPS]),
            pd.Series(GROUPS),
            pl.Series(GROUPS),
        ],
    )
    def test_containers(self, groups):
        for one, other in zip(
            _splits(LeaveOneGroupOut(), groups=groups),
            _splits(LeaveOneGroupOut(), groups=GROUPS),
            strict=True,
        ):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])

    def test_counts_groups_with_labels(self):
        cv = LabeledSplit(LeaveOneGroupOut())
        assert cv.get_n_splits(X, PARTIAL, GROUPS) == len(np.unique(GROUPS[LABELED]))

    def test_a_splitter_that_mixes_groups_loses_none(self):
        groups = np.repeat([0, 1], N // 2)

        class Custom:
            def split(self, X, y=None, groups=None):
                return KFold(4, shuffle=True, random_state=0).split(X)

            def get_n_splits(self, X=None, y=None, groups=None):
                return 4

        for train, _ in _splits(Custom(), groups=groups):
            assert (~LABELED[train]).sum() == (~LABELED).sum()

    def test_another_length(self):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            _splits(GroupKFold(2), groups=GROUPS[:-1])

    def test_in_cross_val_score(self):
        scores = cross_val_score(
            MODEL, X, PARTIAL, groups=GROUPS, cv=LabeledSplit(GroupKFold(3))
        )
        assert scores.min() > 0.6

    def test_routing(self):
        with config_context(enable_metadata_routing=True):
            for cv in (GroupKFold(3), GroupKFold(3).set_split_request(groups="clinic")):
                name = "groups" if cv.get_metadata_routing().split.requests[
                    "groups"
                ] is True else "clinic"  # fmt: skip
                routed = cross_val_score(
                    MODEL, X, PARTIAL, cv=LabeledSplit(cv), params={name: GROUPS}
                )
                search = GridSearchCV(MODEL, {"estimator__C": [1]}, cv=LabeledSplit(cv))
                search.fit(X, PARTIAL, **{name: GROUPS})
                assert search.best_score_ == pytest.approx(routed.mean())
            with pytest.raises(TypeError, match="groups"):
                cross_val_score(
                    MODEL, X, PARTIAL, cv=LabeledSplit(), params={"groups": GROUPS}
                )
            with pytest.raises(UnsetMetadataPassedError, match=r"groups.*LabeledSplit"):
                cross_val_score(
                    MODEL, X, PARTIAL, params={"groups": GROUPS},
                    cv=LabeledSplit(GroupKFold(3).set_split_request(groups=None)),
                )  # fmt: skip
        expected = cross_val_score(
            MODEL, X, PARTIAL, groups=GROUPS, cv=LabeledSplit(GroupKFold(3))
        )
        np.testing.assert_array_equal(routed, expected)

    def test_a_splitter_of_somebody_else_is_given_groups(self):
        class Custom:
            def split(self, X, y=None, groups=None):
                assert groups is not None
                return GroupKFold(3).split(X, y, groups)

            def get_n_splits(self, X=None, y=None, groups=None):
                return 3

        with config_context(enable_metadata_routing=True):
            cv = LabeledSplit(Custom())
            assert get_routing_for_object(cv).consumes("split", ["groups"])
            cross_val_score(MODEL, X, PARTIAL, cv=cv, params={"groups": GROUPS})


class TestTime:
    @pytest.mark.parametrize("gap", [0, 1, 3])
    def test_the_future_stays_out(self, gap):
        rows = np.flatnonzero(LABELED)
        for train, test in _splits(TimeSeriesSplit(3, gap=gap)):
            first = np.searchsorted(rows, test[0]) - gap
            before = np.arange(rows[first])
            np.testing.assert_array_equal(train, before)

    def test_unless_asked_for(self):
        for train, test in _splits(TimeSeriesSplit(3), allow_future=True):
            assert set(np.flatnonzero(~LABELED)) <= set(train)
            assert (train[LABELED[train]] < test[0]).all()

    def test_a_window_forgets_unlabeled_rows_too(self):
        splits = _splits(TimeSeriesSplit(3, max_train_size=10))
        for train, test in splits[1:]:
            assert LABELED[train[0]]
            assert LABELED[train].sum() == 10
            np.testing.assert_array_equal(train, np.arange(train[0], test[0]))
        assert splits[0][0][0] == 0  # nothing to forget yet


class TestExplicitFolds:
    FOLD = np.arange(N) % 4 - 1  # -1: always in train

    def test_predefined_split(self):
        for k, (train, test) in enumerate(_splits(PredefinedSplit(self.FOLD))):
            np.testing.assert_array_equal(
                test, np.flatnonzero((k == self.FOLD) & LABELED)
            )
            # Unlabeled rows of the test part stay out: it may be a place or a time.
            np.testing.assert_array_equal(train, np.flatnonzero(k != self.FOLD))

    def test_pairs_are_positions_in_the_whole_table(self):
        pairs = list(PredefinedSplit(self.FOLD).split())
        masks = [(np.isin(range(N), train), np.isin(range(N), test))
                 for train, test in pairs]  # fmt: skip
        for cv in (pairs, iter(pairs), masks):
            splitter = LabeledSplit(cv)
            assert splitter.get_n_splits() == 3
            for _ in range(2):
                for one, other in zip(
                    splitter.split(X, PARTIAL),
                    _splits(PredefinedSplit(self.FOLD)),
                    strict=True,
                ):
                    np.testing.assert_array_equal(one[0], other[0])
                    np.testing.assert_array_equal(one[1], other[1])

    def test_dropped(self):
        for train, test in _splits(PredefinedSplit(self.FOLD), unlabeled="drop"):
            assert LABELED[train].all()
            assert LABELED[test].all()

    def test_a_fold_without_labels(self):
        pairs = [(np.arange(N), np.flatnonzero(LABELED)[:5])]
        pairs.append((np.arange(N), np.flatnonzero(~LABELED)[:5]))
        with pytest.raises(ValueError, match="fold 1 has no labelled row"):
            _splits(pairs)

    def test_in_cross_val_score(self):
        cv = LabeledSplit(PredefinedSplit(self.FOLD))
        assert cross_val_score(MODEL, X, PARTIAL, cv=cv).shape == (3,)


class TestAnywhereInScikitLearn:
    GRID = {"estimator__C": [0.01, 1.0]}
    CV = LabeledSplit(4)

    @pytest.mark.parametrize(
        "search",
        [
            GridSearchCV(MODEL, GRID, cv=CV, scoring="roc_auc"),
            RandomizedSearchCV(MODEL, GRID, n_iter=2, cv=CV, random_state=0),
            HalvingGridSearchCV(
                MODEL,
                GRID,
                cv=CV,
                min_resources=60,
                random_state=0,
                scoring="roc_auc",
                return_train_score=False,
            ),
            HalvingGridSearchCV(
                MODEL,
                GRID,
                cv=CV,
                min_resources=60,
                random_state=0,
                scoring=make_labeled_scorer("roc_auc"),
            ),
        ],
        ids=["grid", "random", "halving", "halving with train scores"],
    )
    def test_searches(self, search):
        search = clone(search).set_params(error_score="raise").fit(X, PARTIAL)
        assert search.n_splits_ == 4
        assert search.best_score_ > 0.7
        assert set(search.predict(X)) == {0, 1}

    def test_halving_asks_for_constant_folds(self):
        search = HalvingGridSearchCV(
            MODEL, self.GRID, cv=LabeledSplit(StratifiedKFold(4, shuffle=True))
        )
        with pytest.raises(ValueError, match="consistent folds"):
            search.fit(X, PARTIAL)
        constant = StratifiedKFold(4, shuffle=True, random_state=0)
        search.set_params(cv=LabeledSplit(constant), min_resources=60).fit(X, PARTIAL)

    def test_cross_validate_with_several_metrics(self):
        result = cross_validate(
            MODEL, X, PARTIAL, cv=self.CV, return_train_score=False,
            scoring=["accuracy", "roc_auc", "neg_log_loss", "balanced_accuracy"],
        )  # fmt: skip
        for name in ("accuracy", "roc_auc", "balanced_accuracy"):
            assert (result[f"test_{name}"] > 0.6).all()
        assert np.isfinite(result["test_neg_log_loss"]).all()

    def test_curves(self):
        _, scores = validation_curve(
            MODEL, X, PARTIAL, cv=self.CV, param_name="estimator__C",
            param_range=[0.1, 1],
        )  # fmt: skip
        assert scores.shape == (2, 4)
        sizes, _, scores = learning_curve(
            MODEL, X, PARTIAL, cv=self.CV, train_sizes=[0.5, 1.0]
        )
        assert sizes.tolist() == [55, 110]
        assert scores.shape == (2, 4)

    def test_a_learning_curve_of_sorted_rows_needs_shuffling(self):
        """A curve takes the first rows of a train part, which can lack a class."""
        order = np.argsort(Y, kind="stable")
        options = {"cv": self.CV, "train_sizes": [0.3, 1.0], "error_score": "raise"}
        with pytest.raises(ValueError, match="hold 1 class"):
            learning_curve(MODEL, X[order], PARTIAL[order], **options)
        _, _, scores = learning_curve(
            MODEL, X[order], PARTIAL[order], shuffle=True, random_state=0, **options
        )
        assert scores.min() >= 0.5
        assert scores.mean() > 0.7

    def test_permutation_test_score_permutes_labels_and_marks(self):
        score, _, _ = permutation_test_score(
            MODEL, X, Y, cv=self.CV, n_permutations=2, random_state=0
        )
        assert score > 0.8

    def test_cross_val_predict_refuses_and_a_loop_serves(self):
        with pytest.raises(ValueError, match="only works for partitions"):
            cross_val_predict(MODEL, X, PARTIAL, cv=self.CV)
        predicted = np.full(N, -1)
        for train, test in self.CV.split(X, PARTIAL):
            model = clone(MODEL).fit(X[train], PARTIAL[train])
            predicted[test] = model.predict(X[test])
        np.testing.assert_array_equal(is_labeled(predicted), LABELED)
        assert (predicted == Y)[LABELED].mean() > 0.8

    def test_strings_with_none(self):
        y = np.where(LABELED, Y.astype(str).astype(object), None)
        scores = cross_val_score(MODEL, X, y, cv=self.CV)
        np.testing.assert_array_equal(
            scores, cross_val_score(MODEL, X, PARTIAL, cv=self.CV)
        )


class TestBreastCancer:
    """90 % of the labels hidden: scikit-learn's own folds report a tenth."""

    @pytest.fixture
    def data(self):
        X, y = load_breast_cancer(return_X_y=True)
        return X, y, mask_labels(y, fraction=0.1, random_state=0)

    @pytest.fixture(
        params=[SelfTrainingClassifier, LabeledOnly], ids=lambda wrap: wrap.__name__
    )
    def model(self, request):
        return make_pipeline(StandardScaler(), request.param(LogisticRegression()))

    @pytest.mark.filterwarnings("ignore:y contains no unlabeled samples")
    @pytest.mark.parametrize("options", [{}, {"unlabeled": "drop"}], ids=str)
    def test_accuracy_is_within_5_points_of_the_truth(self, data, model, options):
        X, y, partial = data
        hidden = ~is_labeled(partial)
        truth = clone(model).fit(X, partial).score(X[hidden], y[hidden])
        scores = cross_val_score(model, X, partial, cv=LabeledSplit(**options))
        assert abs(scores.mean() - truth) < 0.05

    def test_roc_auc_is_within_5_points_of_the_truth(self, data, model):
        from sklearn.metrics import get_scorer

        X, y, partial = data
        hidden = ~is_labeled(partial)
        truth = get_scorer("roc_auc")(
            clone(model).fit(X, partial), X[hidden], y[hidden]
        )
        scores = cross_val_score(
            model, X, partial, cv=LabeledSplit(), scoring="roc_auc"
        )
        assert abs(scores.mean() - truth) < 0.05

    def test_default_folds_are_wrong(self, data):
        X, _, partial = data
        model = make_pipeline(
            StandardScaler(), SelfTrainingClassifier(LogisticRegression())
        )
        assert cross_val_score(model, X, partial).mean() < 0.15


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cv": 1}, "cv=1 is not allowed"),
        ({"cv": True}, "cv=True is not allowed"),
        ({"cv": 2.5}, "cv=2.5 is not allowed"),
        ({"cv": "five"}, "cv='five' is not allowed: pass a number of folds"),
        ({"unlabeled": "auto"}, "unlabeled='auto' is not allowed.*unlabeled_mark"),
        ({"unlabeled": -1}, "unlabeled=-1 is not allowed"),
    ],
)
def test_wrong_parameters(options, message):
    with pytest.raises(ValueError, match=message):
        LabeledSplit(**options)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "LabeledSplit needs y"),
        (np.full(N, -1), "no label at all"),
        (np.where(LABELED, 0, -1), "hold 1 class"),
        (PARTIAL[:-1], "X has 120 rows, y has 119"),
    ],
)
def test_wrong_labels(y, message):
    with pytest.raises(ValueError, match=message):
        _splits(3, y=y)


def test_advice_is_in_terms_of_its_own_parameters():
    with pytest.raises(ValueError, match="Pass unlabeled_mark=-1") as caught:
        _splits(3, y=PARTIAL.astype(float))
    assert "unlabeled=" not in str(caught.value)
    assert len(_splits(3, y=PARTIAL.astype(float), unlabeled_mark=-1)) == 3


def test_too_few_labels_for_the_folds():
    few = mask_labels(Y, n_labeled=6, random_state=0)
    message = (
        r"StratifiedKFold\(n_splits=5.* cannot split the 6 labelled rows \(labels "
    )
    with pytest.raises(
        ValueError, match=message + r"per class: \{0: 3, 1: 3\}\).*fewer"
    ):
        _splits(5, y=few)


def test_a_class_with_fewer_labels_than_folds_warns_like_scikit_learn():
    few = np.where(Y == 1, PARTIAL, -1)
    few[np.flatnonzero(Y == 0)[:2]] = 0
    with pytest.warns(UserWarning, match="only 2 members"):
        assert len(_splits(5, y=few)) == 5


def test_minus_one_as_a_class():
    y = np.where(Y > 0, 1, -1)
    for train, test in _splits(3, y=y, unlabeled_mark=None):
        assert len(train) + len(test) == N
    with pytest.raises(ValueError, match="hold 1 class"):
        _splits(3, y=np.where(LABELED & (Y > 0), 1, -1))


def test_signs_say_so_before_any_cross_validation():
    """Balanced signs are read by their balance, which a fold can tip."""
    signs = np.repeat([-1, 1], 30)[np.random.RandomState(1).permutation(60)]
    table, cv = X[:60], KFold(5, shuffle=True, random_state=0)
    trains = [signs[train] for train, _ in cv.split(table)]
    assert any(train.sum() < 0 for train in trains)
    sure = LabeledSplit(cv, unlabeled_mark=None)
    model = LabeledOnly(LogisticRegression(), unlabeled=None)
    scores = cross_val_score(model, table, signs, cv=sure, error_score="raise")
    assert np.isfinite(scores).all()


def test_number_of_folds_without_data():
    assert LabeledSplit().get_n_splits() == 5
    assert LabeledSplit(None).get_n_splits() == 5
    assert LabeledSplit(7).get_n_splits(X, PARTIAL) == 7
    assert LabeledSplit(KFold(4)).get_n_splits() == 4
    assert LabeledSplit(LeavePOut(2)).get_n_splits(X, PARTIAL) == 40 * 39 / 2


@pytest.mark.parametrize(
    ("splitter", "expected"),
    [
        (LabeledSplit(), "LabeledSplit(5)"),
        (
            LabeledSplit(TimeSeriesSplit(3), unlabeled="drop", allow_future=True),
            f"LabeledSplit({TimeSeriesSplit(3)!r}, unlabeled='drop', "
            "allow_future=True)",
        ),
        (LabeledSplit(3, unlabeled_mark="?"), "LabeledSplit(3, unlabeled_mark='?')"),
    ],
)
def test_repr(splitter, expected):
    assert repr(splitter) == expected


def test_pickle():
    cv = pickle.loads(pickle.dumps(LabeledSplit(KFold(3), unlabeled="drop")))
    assert repr(cv) == repr(LabeledSplit(KFold(3), unlabeled="drop"))


@pytest.mark.parametrize(("seed", "n_labeled"), list(product(range(5), [15, 60])))
def test_invariants_of_random_tables(seed, n_labeled):
    rng = np.random.RandomState(seed)
    y = mask_labels(rng.randint(3, size=N), n_labeled=n_labeled, random_state=rng)
    tested = []
    for train, test in _splits(3, y=y):
        assert not set(train) & set(test)
        assert len(train) + len(test) == N
        tested.extend(test)
    assert sorted(tested) == np.flatnonzero(is_labeled(y)).tolist()
