import numpy as np
import pandas as pd
import polars as pl
import pytest

from sklearn_featrix.covariate_shift import CovariateShiftReport, covariate_shift_report


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, 1200),
            "income": rng.lognormal(size=1200),
            "color": rng.choice(["red", "blue", "green"], 1200),
            "joined": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, 1200), "D"),
        }
    )


def test_rows_drawn_alike_are_not_told_apart(table):
    rng = np.random.default_rng(1)
    reports = []
    for _ in range(6):
        order = rng.permutation(len(table))
        source, target = table.iloc[order[:100]], table.iloc[order[100:300]]
        reports.append(covariate_shift_report(source, target))
    aucs = [report.auc for report in reports]
    assert abs(np.mean(aucs) - 0.5) < 0.05
    assert not any(report.is_notable for report in reports)
    assert sum(report.low > 0.5 for report in reports) <= 2
    columns = [auc for report in reports for auc in report.column_auc.values()]
    assert abs(np.mean(columns) - 0.5) < 0.04


def test_shifted_column_is_named_whatever_its_kind(table):
    source, target = table[:150], table[150:400]
    late = target["joined"] + pd.Timedelta(days=900)
    for name, changed in {
        "age": target["age"] * 12,
        "income": target["income"].mask(target["income"] > 0.7),
        "color": target["color"].replace("red", "black"),
        "joined": late,
    }.items():
        report = covariate_shift_report(source, target.assign(**{name: changed}))
        assert report.is_notable, name
        assert report.unlike_columns == [name]
        assert next(iter(report.column_auc)) == name


def test_broken_dependence_is_found_though_no_column_stands_out():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1500)
    X = np.column_stack([x, x + rng.normal(scale=0.1, size=1500)])
    source, target = X[:500], X[500:]
    target[:, 1] = rng.permutation(target[:, 1])
    report = covariate_shift_report(source, target)
    assert report.is_notable
    assert report.unlike_columns == []
    assert "only their combinations" in repr(report)


def test_ratio_is_the_density_ratio():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(1000, 1)), rng.normal(1, 1, size=(1000, 1))
    report = covariate_shift_report(source, target)
    for rows, ratio in (
        (source, report.source_ratio),
        (target, report.target_ratio),
    ):
        true = np.exp(rows[:, 0] - 0.5)  # of two normals with means 0 and 1
        assert np.corrcoef(np.log(true), np.log(ratio))[0, 1] > 0.85
        inside = np.abs(rows[:, 0] - 0.5) < 1
        assert abs(np.log(ratio / true)[inside].mean()) < 0.2


def test_rows_of_the_folds_are_scored_by_the_forest_that_has_not_seen_them():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(60, 4)), rng.normal(size=(60, 4))
    report = covariate_shift_report(source, target)
    own = np.median(report.source_ratio) / np.median(report.target_ratio)
    assert 0.5 < own < 2  # scored by what has seen them: far below 1


def test_rows_beyond_the_sample_have_a_ratio_too():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(300, 2)), rng.normal(3, 1, size=(400, 2))
    report = covariate_shift_report(source, target, max_rows=50)
    assert report.source_ratio.shape == (300,)
    assert report.target_ratio.shape == (400,)
    assert np.median(report.source_ratio) < 0.5 < 2 < np.median(report.target_ratio)


def test_order_of_rows_copies_and_container_do_not_matter(table):
    source, target = table[:80], table[80:400]
    report = covariate_shift_report(source, target)
    for others in (
        (source[::-1], target.sample(frac=1, random_state=0)),
        (pd.concat([source, source]), target),
        (pl.from_pandas(source), pl.from_pandas(target)),
    ):
        again = covariate_shift_report(*others)
        assert again.auc == report.auc
        assert again.column_auc == report.column_auc


def test_gaps_and_columns_without_information(table):
    source, target = table[:100].copy(), table[100:500].copy()
    target["age"] = None
    source["nothing"] = target["nothing"] = 1
    with pytest.warns(match="nothing"):
        report = covariate_shift_report(source, target)
    assert report.auc > 0.95
    assert report.unlike_columns == ["age"]
    assert "nothing" not in report.column_auc


def test_labels_of_columns_that_are_no_strings():
    rng = np.random.default_rng(0)
    source = pd.DataFrame(rng.normal(size=(50, 2)))
    report = covariate_shift_report(source, source + [0, 5])
    assert report.unlike_columns == [1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_folds": 1}, "n_folds"),
        ({"max_rows": 1}, "max_rows"),
        ({"confidence": 1.0}, "confidence"),
    ],
)
def test_wrong_parameters(wrong, message, table):
    with pytest.raises(ValueError, match=message):
        covariate_shift_report(table, table, **wrong)


def test_wrong_tables(table):
    with pytest.raises(ValueError, match="1 distinct row; two are needed"):
        covariate_shift_report(table[:1], table)
    with pytest.raises(ValueError, match="now missing"):
        covariate_shift_report(table, table.drop(columns="age"))


def test_repr_tells_what_was_found():
    report = CovariateShiftReport(0.9, 0.8, 1.0, 0.9, {"a": 0.85, "b": 0.5}, 20, 3000)
    assert repr(report).splitlines() == [
        "20 source and 3,000 target rows: domain AUC 0.90 [0.80, 1.00] (90 % interval)",
        "  columns that differ most: 'a' 0.85",
    ]
    same = CovariateShiftReport(0.52, 0.4, 0.64, 0.9, {"a": 0.61}, 20, 3000)
    assert "columns" not in repr(same)
