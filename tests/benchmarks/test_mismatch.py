import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency.mismatch import (
    POOLS,
    foreign_rows,
    report,
    spoil,
    upper_third,
)


@pytest.fixture
def tables():
    rng = np.random.default_rng(0)
    own = pd.DataFrame(
        {
            "size": rng.normal(100, 10, 400),
            "age": rng.integers(20, 60, 400),
            "color": rng.choice(["red", "blue"], 400, p=[0.8, 0.2]),
        }
    )
    other = pd.DataFrame(
        {
            "kind": rng.choice(["x", "y", "z"], 300, p=[0.6, 0.3, 0.1]),
            "income": rng.lognormal(size=300),
        }
    )
    return own, other


def test_foreign_rows_look_like_the_table_column_by_column(tables):
    own, other = tables
    foreign = foreign_rows(own, other, 200, seed=0)
    assert list(foreign) == list(own)
    assert foreign["size"].mean() == pytest.approx(own["size"].mean())
    assert foreign["size"].std(ddof=0) == pytest.approx(own["size"].std())
    assert foreign["size"].skew() > 1  # the shape is foreign
    assert foreign["color"].value_counts().index.tolist() == ["red", "blue", "z"]


def test_columns_of_a_kind_that_the_other_table_lacks_are_its_own(tables):
    own, other = tables
    foreign = foreign_rows(own, other[["kind"]], 50, seed=0)
    assert foreign["size"].isin(own["size"]).all()


@pytest.mark.parametrize("pool", POOLS)
def test_pools(tables, pool):
    own, other = tables
    spoilt = spoil(own, other, pool, seed=0)
    assert spoilt.shape == own.shape
    kept = spoilt["size"].isin(own["size"])
    if pool.startswith("foreign"):
        assert kept.mean() == pytest.approx(1 - int(pool.split()[1]) / 100)
    elif pool in ("own", "biased"):
        pd.testing.assert_frame_equal(spoilt, own)
    elif pool == "shuffled":
        assert sorted(spoilt["size"]) == sorted(own["size"])
        assert (spoilt["size"].to_numpy() != own["size"].to_numpy()).mean() > 0.9
    else:
        assert spoilt["size"].mean() > 1000
        pd.testing.assert_series_equal(spoilt["age"], own["age"])
    again = spoil(own, other, pool, seed=0)
    pd.testing.assert_frame_equal(spoilt, again)


def test_biased_labels_come_from_one_side():
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(300, 2))), rng.integers(0, 2, 300)
    rows = np.arange(0, 300, 2)
    side = upper_third(X, y, rows, seed=0)
    assert np.isin(side, rows).all()
    assert 50 <= len(side) <= 54
    others = np.setdiff1d(rows, side)
    apart = (X.iloc[side].mean() - X.iloc[others].mean()).abs()
    assert apart.max() > 0.7
    np.testing.assert_array_equal(side, upper_third(X, y, rows, seed=0))


def test_report_gives_up_the_full_vote_where_all_folds_speak_against_it():
    results = pd.DataFrame(
        {
            "pool": "units",
            "budget": 20,
            "full_auc": [0.70, 0.70, 0.90, 0.70],
            "labeled_auc": [0.80, 0.80, 0.80, 0.80],
            "differences": ["-0.1 -0.11 -0.1", "-0.1 0.3 -0.1", "0.1 0.1 0.1", None],
            "domain_low": [0.75, 0.75, 0.75, 0.6],
        }
    )
    line = report(results).splitlines()[1].split()
    assert line[:3] == ["units", "20", "4"]
    assert line[3:7] == ["-5.00", "-10.00", "-2.50", "-10.00"]
    assert line[-1] == "25%"
