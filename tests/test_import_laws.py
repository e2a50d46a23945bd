"""The laws of the house that the contracts in setup.cfg cannot say."""

import ast
from pathlib import Path

import pytest

import sklearn_featrix

PACKAGE = Path(sklearn_featrix.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT = {
    "faiss": ("neighbors/_backends/",),
    "matplotlib": ("inspection/",),
    "torch": (
        "nn/",
        "losses/",
        "_training/",
        "embedding/",
        "in_context/",
        "neighbors/_backends/_torch.py",
        "neural_network/",
        "utils/_device.py",
        "utils/_threads.py",
    ),
}


def place(file):
    return file.relative_to(PACKAGE).as_posix()


def imported(file):
    """Full names of the modules a file imports, also those that it names as text."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args:
            name, argument = getattr(node.func, "id", ""), node.args[0]
            if name.startswith("import_") and isinstance(argument, ast.Constant):
                yield argument.value


def is_private(module):
    return any(
        part.startswith("_") and not part.startswith("__") for part in module.split(".")
    )


@pytest.mark.parametrize("library", MAY_IMPORT)
def test_library_is_known_in_its_rooms_only(library):
    knowing = {
        place(file)
        for file in FILES
        for module in imported(file)
        if module.split(".")[0] == library
    }
    assert {at for at in knowing if not at.startswith(MAY_IMPORT[library])} == set()


def test_private_api_of_scikit_learn_passes_one_gate():
    private = {
        place(file)
        for file in FILES
        for module in imported(file)
        if module.split(".")[0] == "sklearn" and is_private(module)
    }
    assert private <= {"utils/_compat.py"}


def test_nothing_is_printed():
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert "print" not in {getattr(call, "id", None) for call in calls}, file
