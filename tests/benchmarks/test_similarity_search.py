import numpy as np
import pandas as pd

from benchmarks.similarity_search.__main__ import main, scaled_features


def test_the_rare_class_of_a_planted_table_is_found(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rare = np.arange(1000) < 100
    X = pd.DataFrame(
        {
            "a": rng.normal(size=1000) + 4 * rare,
            "b": np.where(rare, "x", rng.choice(["y", "z"], size=1000)),
            "target": rare.astype(int),
        }
    )
    X.to_parquet(tmp_path / "planted.parquet")
    X.assign(target=np.arange(1000) % 2).to_parquet(tmp_path / "even.parquet")
    output = tmp_path / "out.csv"
    options = f"--data-dir {tmp_path} --tables planted even --seeds 5 --output {output}"
    assert main([*options.split(), "--no-embedding"]) == 0
    results = pd.read_csv(output)
    assert set(results["table"]) == {"planted"}  # no class of the other is rare
    assert (results["precision"] > 0.9).all()
    assert len(results) == 10
    assert "at least 3x the base rate on 1 of 1 tables" in capsys.readouterr().out


def test_features_of_the_rival_are_numbers_without_gaps():
    X = pd.DataFrame(
        {
            "n": [1.0, None, 3.0],
            "t": ["a", None, "b"],
            "d": pd.date_range("2020-01-01", periods=3),
        }
    )
    features = scaled_features(X)
    assert features.shape == (3, 5)
    assert np.isfinite(features).all()
