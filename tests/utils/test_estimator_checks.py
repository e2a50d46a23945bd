import pytest
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import (
    LabeledOnly,
    LabeledSampler,
    SemiSupervisedClassifier,
    TableEncoder,
)
from sklearn_featrix.utils import _classifier_checks, _sampler_checks, estimator_checks
from sklearn_featrix.utils.estimator_checks import yield_checks

MODULES = estimator_checks, _classifier_checks, _sampler_checks


def names_of_checks(estimator):
    return {check.__name__.split("[")[0] for check in yield_checks(estimator)}


def test_every_check_is_for_somebody():
    written = {
        name
        for module in MODULES
        for name in vars(module)
        if name.startswith("check_") and name not in estimator_checks.__all__
    }
    assert len(written) > 20
    everybody = SemiSupervisedClassifier(), TableEncoder(), LabeledSampler(SMOTE())
    assert set().union(*map(names_of_checks, everybody)) == written


@pytest.mark.parametrize(
    ("estimator", "asked", "spared"),
    [
        (TableEncoder(), "check_set_output", "check_labeled_rows_suffice"),
        (LabeledOnly(LogisticRegression()), "check_wrong_labels", "check_n_jobs"),
        (LabeledSampler(SMOTE()), "check_sample_indices", "check_row_order"),
    ],
)
def test_kind_and_parameters_choose_the_checks(estimator, asked, spared):
    names = names_of_checks(estimator)
    assert asked in names
    assert spared not in names
