"""The code that people copy from the documentation runs, and the figures are true."""

import doctest
import re
from functools import partial
from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer

from sklearn_featrix import EmbeddingTransformer, mask_labels

ROOT = Path(__file__).parents[1]
BUILT = {"_build", "auto_examples", "generated"}
FITS_NETS = re.compile(
    r">>>.*(SemiSupervisedClassifier|EmbeddingTransformer|TabularNetClassifier)\("
)


def pages_with_code():
    for page in sorted((ROOT / "doc").rglob("*.rst")):
        text = page.read_text(encoding="utf-8")
        if BUILT.isdisjoint(page.parts) and ">>>" in text:
            marks = [pytest.mark.slow] if FITS_NETS.search(text) else []
            yield pytest.param(page, marks=marks, id=page.stem)


@pytest.mark.parametrize("page", list(pages_with_code()))
def test_code_of_page_runs(page):
    result = doctest.testfile(
        str(page),
        module_relative=False,
        encoding="utf-8",
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
    )
    assert result.failed == 0


def rows_of_simple_tables(text):
    """Each line of a table between lines of "=", with where the columns end."""
    blocks = re.findall(r"^(=+(?: +=+)+)\n((?:.+\n)+)", text, flags=re.MULTILINE)
    for border, block in blocks:
        lines = block.splitlines()
        if any(re.fullmatch(r"-+(?: +-+)*", line) for line in lines):
            continue  # columns are joined
        ends = [match.start() for match in re.finditer(r"(?<==) ", border)]
        for line in lines:
            if line != border:
                yield line, ends


@pytest.mark.parametrize(
    "page",
    [
        page
        for page in sorted((ROOT / "doc").rglob("*.rst"))
        if BUILT.isdisjoint(page.parts)
    ],
    ids=lambda page: page.stem,
)
def test_tables_keep_within_their_columns(page):
    for line, ends in rows_of_simple_tables(page.read_text(encoding="utf-8")):
        assert all(line[end : end + 1] in ("", " ") for end in ends), line


def test_code_of_readme_runs(monkeypatch):
    """The five lines, on a small table in place of the reader's, with a short fit."""
    monkeypatch.setattr(
        "sklearn_featrix.semi_supervised._classifier.EmbeddingTransformer",
        partial(EmbeddingTransformer, effort="low", max_steps=5),
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    names = {"X": X, "y": mask_labels(y, n_labeled=60, random_state=0), "X_new": X[:5]}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert blocks
    assert names["probabilities"].shape == (5, 2)


def test_readme_says_what_it_must():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Not affiliated with Featrix, Inc." in readme
    commands = re.findall(r"```(?:sh|bash|console)\n(.*?)```", readme, flags=re.DOTALL)
    lines = [line.partition("#")[0].strip() for line in "".join(commands).splitlines()]
    assert [line for line in lines if line] == ["make demo", "make test"]
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", readme):
        assert (ROOT / target).exists(), target
