import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pulearn")

from benchmarks.label_efficiency.tables import Table
from benchmarks.one_example.__main__ import OURS, RIVALS, main, report, run


@pytest.fixture(scope="module")
def planted():
    rng = np.random.default_rng(0)
    rare = np.arange(300) < 30
    X = pd.DataFrame(
        {
            "a": rng.normal(size=300) + 4 * rare,
            "b": np.where(rare, "x", rng.choice(["y", "z"], size=300)),
        }
    )
    return Table("planted", X, rare.astype(int))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_method_finds_the_planted_class(planted):
    results = pd.DataFrame(run([lambda: planted], n_seeds=1, n_positives=(1, 10)))
    counts = results.groupby("n_positives")["method"].nunique()
    assert counts.to_list() == [len(RIVALS), len(RIVALS) + 1]  # one cannot be held out
    few = results[results["n_positives"] == 10].set_index("method")
    assert (few["average_precision"] > 0.2).all()  # base rate: 0.1
    assert few.loc[OURS, "precision"] == 0.4  # all twenty among the fifty
    ours = results[results["method"] == OURS]
    assert ours[["prior_error", "brier_skill"]].notna().all(axis=None)
    text = report(results)
    assert "| 1 | " in text
    assert "average_precision / base rate" in text


@pytest.mark.filterwarnings("ignore")
def test_tables_without_a_rare_class_are_left_out(tmp_path, planted):
    even = planted.X.assign(target=np.arange(300) % 2)
    even.to_parquet(tmp_path / "even.parquet")
    output = tmp_path / "out.csv"
    options = f"--data-dir {tmp_path} --tables even --output {output}"
    with pytest.raises(KeyError):  # nothing to report
        main(options.split())
