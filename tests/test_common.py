"""Every public estimator through every common check: scikit-learn's and our own."""

import warnings
from importlib import import_module
from importlib.util import find_spec

import pytest
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import TomekLinks
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import estimator_checks_generator

import sklearn_featrix
from sklearn_featrix import (
    BoostedLossClassifier,
    CostSensitiveClassifier,
    DomainFilter,
    EmbeddingTransformer,
    GoalThresholdClassifier,
    InContextClassifier,
    LabeledOnly,
    LabeledSampler,
    LabelPropagation,
    LabelSpreading,
    OneExampleClassifier,
    PriorCorrectedClassifier,
    RareEventSampler,
    SelectiveClassifier,
    SelfTrainingClassifier,
    SemiSupervisedClassifier,
    SimilaritySearch,
    TableEncoder,
    TabularNetClassifier,
    TwoPhaseClassifier,
    Waypoint,
    WaypointDistances,
)
from sklearn_featrix.utils.estimator_checks import yield_checks


class DistanceToTheMiddle(WaypointDistances):
    """Has a waypoint in any table: those of the checks have no column in common."""

    def _listed_waypoints(self, X):
        return [Waypoint("middle", X, radius=1)]


# Small parameters in one place: the checks fit each estimator about a hundred times.
SMALL_EMBEDDING = EmbeddingTransformer(effort="low", max_steps=3)
ONE_MEMBER = SemiSupervisedClassifier(
    embedding=None, members=[("linear", LogisticRegression(), "linear")]
)
# by default its bins and leaves count rows whatever their weight
LIGHTGBM = {"min_child_samples": 0, "min_data_in_bin": 1, "verbose": -1}
BOOSTERS = [
    getattr(import_module(library), name)(n_estimators=3, n_jobs=1, **options)
    for library, name, options in (
        ("xgboost", "XGBClassifier", {"tree_method": "exact"}),
        ("lightgbm", "LGBMClassifier", LIGHTGBM),
    )
    if find_spec(library)
]
INSTANCES = {
    "BoostedLossClassifier": [BoostedLossClassifier(model) for model in BOOSTERS],
    "CostSensitiveClassifier": [CostSensitiveClassifier(ONE_MEMBER, "balanced")],
    "DomainFilter": [
        DomainFilter(
            SemiSupervisedClassifier(
                embedding=None, members=[("linear", LogisticRegression(), "linear")]
            ),
            n_estimators=2,
        ),
    ],
    "EmbeddingTransformer": [SMALL_EMBEDDING],
    # of three classes "balanced" needs no threshold; two are in scikit-learn's checks
    "GoalThresholdClassifier": [GoalThresholdClassifier(ONE_MEMBER, cv=2)],
    "InContextClassifier": [
        InContextClassifier(),
        InContextClassifier(n_members=1, max_columns=3, max_context=30),
    ],
    "LabelPropagation": [
        LabelPropagation(gamma=2),
        LabelPropagation("knn", n_neighbors=10),
        LabelPropagation("knn", neighbors="anchors", n_anchors=20),
    ],
    "LabelSpreading": [
        LabelSpreading(),
        LabelSpreading("knn", n_neighbors=10),
        LabelSpreading(neighbors="anchors", n_anchors=20, gamma=0.5),
        *(
            [LabelSpreading("knn", n_neighbors=10, neighbors="faiss")]
            if find_spec("faiss")
            else []
        ),
    ],
    "LabeledOnly": [LabeledOnly(LogisticRegression())],
    "LabeledSampler": [LabeledSampler(SMOTE()), LabeledSampler(TomekLinks())],
    "OneExampleClassifier": [OneExampleClassifier(0.3, n_estimators=10)],
    "PriorCorrectedClassifier": [
        PriorCorrectedClassifier(ONE_MEMBER, "balanced"),
        PriorCorrectedClassifier(ONE_MEMBER, "estimated"),
    ],
    "RareEventSampler": [RareEventSampler()],
    # Both answer every row of the checks, which know no unknown.
    "SelectiveClassifier": [
        SelectiveClassifier(ONE_MEMBER, criterion="confidence", target=0, region=None),
        SelectiveClassifier(ONE_MEMBER, target=0.5),
    ],
    "SelfTrainingClassifier": [
        SelfTrainingClassifier(LogisticRegression()),
        SelfTrainingClassifier(
            ExtraTreesClassifier(10, random_state=0),
            threshold=0,
            class_shares=None,
            pseudo_labels="soft",
            n_folds=None,
        ),
        SelfTrainingClassifier(
            LogisticRegression(), calibration="sigmoid", n_folds=None
        ),
    ],
    "SemiSupervisedClassifier": [
        # each kind of space, with quick members
        SemiSupervisedClassifier(
            embedding=SMALL_EMBEDDING,
            members=[
                ("linear", LogisticRegression(C=10), "linear+embedding"),
                (
                    "trees",
                    ExtraTreesClassifier(10, min_weight_fraction_leaf=0.01),
                    "tree",
                ),
                ("in_context", InContextClassifier(n_members=1), "raw+unlabeled"),
            ],
        ),
        SemiSupervisedClassifier(embedding=SMALL_EMBEDDING),
        SemiSupervisedClassifier(embedding=None),
    ],
    "SimilaritySearch": [SimilaritySearch(), SimilaritySearch("passthrough")],
    "TableEncoder": [TableEncoder(), TableEncoder("tree")],
    "TabularNetClassifier": [
        TabularNetClassifier(
            embedding=None,
            early_stopping=False,
            max_epochs=4,
            learning_rate=0.02,
            n_members=1,
        ),
        TabularNetClassifier(
            SMALL_EMBEDDING, early_stopping=False, max_epochs=10, n_members=2
        ),
    ],
    # converges: the order of the rows, which are drawn at random, leaves no trace
    "TwoPhaseClassifier": [
        TwoPhaseClassifier(
            LogisticRegression(solver="newton-cholesky", C=0.05, tol=1e-6)
        ),
    ],
    "WaypointDistances": [DistanceToTheMiddle([], metric="euclidean")],
}
EXPECTED_FAILURES = {
    "SelfTrainingClassifier": {
        # as scikit-learn says of its own
        "check_non_transformer_estimators_n_iter": "no round without unlabeled rows",
    },
    "TwoPhaseClassifier": {
        # the first phase draws rows: a row of weight two is drawn or not, its two
        # copies are drawn one by one
        "check_sample_weight_equivalence_on_dense_data": "draws rows",
        "check_sample_weight_equivalence_on_sparse_data": "draws rows",
    },
}
# other settings of what the quick run checks anyway
SLOW = {
    "BoostedLossClassifier-1",
    "InContextClassifier-1",
    "LabelPropagation-2",
    "LabelSpreading-3",
    "LabeledSampler-1",
    "PriorCorrectedClassifier-1",
    "SelectiveClassifier-1",
    "SelfTrainingClassifier-1",
    "SelfTrainingClassifier-2",
    "SemiSupervisedClassifier-1",
    "TabularNetClassifier-1",
    "SemiSupervisedClassifier-2",
}
ESTIMATORS = [
    pytest.param(estimator, id=id_, marks=[pytest.mark.slow] if id_ in SLOW else [])
    for name, instances in INSTANCES.items()
    for i, estimator in enumerate(instances)
    for id_ in [f"{name}-{i}"]
]


def _name(check):
    return getattr(check, "__name__", None) or check.func.__name__


def test_every_public_estimator_is_checked():
    public = {
        name
        for name in sklearn_featrix.__all__
        if isinstance(getattr(sklearn_featrix, name), type)
        and issubclass(getattr(sklearn_featrix, name), BaseEstimator)
    }
    assert public == set(INSTANCES)


def _sklearn_checks():
    for param in ESTIMATORS:
        (estimator,) = param.values
        with warnings.catch_warnings():
            warnings.simplefilter("error", SkipTestWarning)
            for position, (_, check) in enumerate(
                estimator_checks_generator(estimator)
            ):
                failures = EXPECTED_FAILURES.get(type(estimator).__name__, {})
                reason = failures.get(_name(check))
                xfail = pytest.mark.xfail(reason=reason, strict=True)
                marks = [xfail] if reason else []
                marks.extend(param.marks)
                yield pytest.param(
                    estimator,
                    check,
                    id=f"{param.id}-{_name(check)}-{position}",
                    marks=marks,
                )


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("estimator", "check"), list(_sklearn_checks()))
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:y contains no unlabeled samples")
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(
            param.values[0], check, id=f"{param.id}-{_name(check)}", marks=param.marks
        )
        for param in ESTIMATORS
        for check in yield_checks(param.values[0])
    ],
)
def test_our_own(estimator, check):
    check(estimator)
