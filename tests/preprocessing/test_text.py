import numpy as np
import pytest

from sklearn_featrix.preprocessing import _text
from sklearn_featrix.preprocessing._table import Table
from sklearn_featrix.preprocessing._text import TextEncoder

NAMES = [f"{first} {last} {i % 7}" for i, (first, last) in enumerate(
    [(a, b) for a in ("Anna", "Boris", "Carla") for b in ("Miller", "Smith", "Jones")]
    * 8
)]  # fmt: skip
PROSE = [f"the {w} dog jumps over the lazy {w} fox, number {i}" for i in range(40)
         for w in ("brown", "yellow")]  # fmt: skip


def text_column(values):
    return Table(np.array(values, dtype=object).reshape(-1, 1)).column(0)


def encode(values, train, encoding="linear", n_components=30):
    encoder = TextEncoder(10, n_components, seed=0).fit(text_column(train))
    out = np.empty(
        (len(values), len(getattr(encoder, f"{encoding}_names")())), np.float32
    )
    getattr(encoder, encoding)(text_column(values), out)
    return out, encoder


def test_similar_texts_are_close():
    out, encoder = encode(["Anna Miller 9", "Anna Miler", "Boris Jones"], NAMES)
    a, b, c = out[:, : encoder.width]
    assert np.linalg.norm(a - b) < 0.5 * np.linalg.norm(a - c)


def test_names_have_variance_one_in_few_components():
    out, encoder = encode(NAMES, NAMES)
    assert encoder.width == 5
    components = out[:, :5]
    np.testing.assert_allclose(components.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(components.var(axis=0).sum(), 1, rtol=1e-4)


def test_strongest_component_of_prose_has_variance_one():
    out, encoder = encode(PROSE, PROSE, n_components=12)
    assert encoder.width == 12
    np.testing.assert_allclose(out[:, :12].var(axis=0).max(), 1, rtol=1e-4)


def test_frequent_levels_stand_beside_components():
    train = NAMES + ["Zoe Zimmer"] * 50
    out, encoder = encode(["Zoe Zimmer", "Nobody"], train)
    names = encoder.linear_names()
    assert out[0, names.index("=Zoe Zimmer")] == 1
    assert out[1, names.index("=<other>")] == 1


@pytest.mark.parametrize(("encoding", "gap"), [("linear", 0), ("tree", np.nan)])
def test_missing(encoding, gap):
    out, encoder = encode([None, "Anna"], [*NAMES, None], encoding)
    np.testing.assert_array_equal(out[0, : encoder.width], gap)
    assert np.isfinite(out[1]).all()


def test_fewer_texts_than_components():
    train = [f"a text that is long enough to count as prose {i}" for i in range(11)]
    _, encoder = encode(train, train)
    assert encoder.width == 10


def test_no_components_wanted():
    out, encoder = encode(NAMES, NAMES, n_components=0)
    assert encoder.width == 0
    assert out.shape[1] == len(encoder.frequent.linear_names())


def test_texts_that_differ_in_case_only():
    train = ["".join(c) for c in zip("aAaAaAaAaAaA" * 2, "bbBB" * 6, strict=True)]
    train = [f"{text}{text}{text}" for text in train]
    out, _ = encode(train, train)
    assert np.isfinite(out).all()


def test_sample_and_chunks_bound_the_work(monkeypatch):
    whole, _ = encode(PROSE, PROSE)
    monkeypatch.setattr(_text, "_CHUNK_CHARS", 60)
    chunked, _ = encode(PROSE, PROSE)
    np.testing.assert_array_equal(chunked, whole)
    monkeypatch.setattr(_text, "_MAX_SAMPLE_CHARS", 1000)
    sampled, _ = encode(PROSE, PROSE)
    assert np.isfinite(sampled).all()
