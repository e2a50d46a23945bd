"""What is public is documented, and costs nothing until it is used."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sklearn_featrix

ROOT = Path(__file__).parents[1]
ROOMS = [*sklearn_featrix._ROOMS, "utils.estimator_checks"]
HEAVY = {"torch", "skorch", "skrub", "narwhals", "pandas", "polars", "matplotlib"}


def public_names_of_rooms():
    return {
        f"{room}.{name}"
        for room in ROOMS
        for name in import_module(f"sklearn_featrix.{room}").__all__
    }


def loaded_after(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_api_reference_lists_every_public_name_once():
    page = (ROOT / "doc" / "api" / "index.rst").read_text(encoding="utf-8")
    entries = re.findall(r"^    ([a-z_]+(?:\.\w+)+)$", page, flags=re.MULTILINE)
    assert len(entries) == len(set(entries))
    assert set(entries) == public_names_of_rooms()


def test_top_level_names_are_public_in_their_room():
    top = set(sklearn_featrix.__all__) - {"__version__"}
    assert top == set(sklearn_featrix._ROOM_OF)
    for name, room in sklearn_featrix._ROOM_OF.items():
        assert f"{room}.{name}" in public_names_of_rooms()
        inside = import_module(f"sklearn_featrix.{room}")
        assert getattr(sklearn_featrix, name) is getattr(inside, name)


def test_every_room_that_is_no_secret_is_reachable():
    folder = Path(sklearn_featrix.__file__).parent
    rooms = {
        path.stem
        for path in folder.iterdir()
        if not path.name.startswith(("_", "."))
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert rooms - {"nn"} == set(sklearn_featrix._ROOMS)
    assert set(sklearn_featrix._ROOMS) <= set(dir(sklearn_featrix))
    for room in sklearn_featrix._ROOMS:
        assert getattr(sklearn_featrix, room).__name__ == f"sklearn_featrix.{room}"


def test_public_names_have_a_docstring():
    for path in public_names_of_rooms():
        room, _, name = path.rpartition(".")
        assert getattr(import_module(f"sklearn_featrix.{room}"), name).__doc__, path


def test_star_import_gives_the_public_names():
    names = {}
    exec("from sklearn_featrix import *", names)
    assert set(sklearn_featrix.__all__) <= set(names)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = sklearn_featrix.Nonsense


def test_import_loads_nothing_heavy():
    loaded = loaded_after("import sklearn_featrix; dir(sklearn_featrix)")
    assert loaded.isdisjoint(HEAVY | {"sklearn", "numpy", "scipy"})


def test_rooms_without_nets_load_no_torch():
    rooms = "compose, datasets, inspection, metrics, model_selection, preprocessing"
    loaded = loaded_after(f"from sklearn_featrix import {rooms}, utils")
    assert "sklearn_featrix.utils" in loaded
    assert loaded.isdisjoint({"torch", "skorch", "matplotlib", "catboost"})
