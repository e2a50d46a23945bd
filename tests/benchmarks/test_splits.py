import pytest

from benchmarks.label_efficiency import splits


@pytest.mark.parametrize("name", splits.SIDES)
def test_files_hold_what_the_hash_says(name):
    tables = splits.read(splits.FOLDER / f"{name}.txt")
    assert tables == sorted(set(tables))
    assert {splits.side(table) for table in tables} == {name}


def test_tables_of_one_source_stay_together():
    assert splits.side("nsl_kdd") == splits.side("nsl_kdd_u2r")
    assert splits.side("nyc_taxis_color") == splits.side("nyc_taxis_payment")


def test_write_and_read(tmp_path):
    splits.write(["b", "a", "c", "d", "e"], tmp_path)
    found = [splits.read(tmp_path / f"{name}.txt") for name in splits.SIDES]
    assert sorted(found[0] + found[1]) == list("abcde")
    (tmp_path / "some.txt").write_text("# chosen\nadult # large\n\n")
    assert splits.read(tmp_path / "some.txt") == ["adult"]
