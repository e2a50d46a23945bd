import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, zscore

from sklearn_featrix.exceptions import DroppedColumnWarning
from sklearn_featrix.in_context._cells import CellEncoder


def encode(X):
    """The encoder and its cells, principal components left out."""
    encoder = CellEncoder(seed=0).fit(X)
    cells = encoder.transform(X)
    n_columns = cells.z.shape[1] - encoder.n_components
    return encoder, cells.take(slice(None), slice(0, n_columns))


def components(encoder, X):
    cells = encoder.transform(X)
    n_columns = cells.z.shape[1] - encoder.n_components
    return cells.take(slice(None), slice(n_columns, None))


def test_numbers_become_z_scores_and_mid_ranks():
    X = np.random.default_rng(0).normal(size=(300, 2)).round(1)
    encoder, cells = encode(X)
    np.testing.assert_allclose(cells.z, zscore(X), atol=1e-5)
    np.testing.assert_allclose(cells.q, (2 * rankdata(X, axis=0) - 1) / 300 - 1, 1e-5)
    assert not encoder.nominal.any()
    assert cells.z.dtype == cells.q.dtype == np.float32


def test_ranks_of_many_distinct_values_are_close():
    X = np.random.default_rng(0).normal(size=(5000, 1)) ** 3
    _, cells = encode(X)
    exact = (2 * rankdata(X, axis=0) - 1) / 5000 - 1
    assert np.abs(cells.q - exact).max() < 2e-3
    assert len(np.unique(cells.q)) > 4900


def test_missing_stays_missing_and_counts_in_no_statistic():
    X = np.array([[1.0, 5.0], [np.nan, 5.0], [3.0, 7.0], [2.0, np.nan]])
    _, cells = encode(X)
    np.testing.assert_array_equal(np.isnan(cells.z), np.isnan(X))
    np.testing.assert_array_equal(np.isnan(cells.q), np.isnan(X))
    np.testing.assert_allclose(np.nanmean(cells.z, axis=0), 0, atol=1e-6)


def test_outliers_are_clipped_and_values_beyond_fit_have_the_last_ranks():
    X = np.arange(1000.0)[:, None]
    encoder, _ = encode(X)
    cells = encoder.transform(np.array([[-1e9], [1e9], [np.inf], [-np.inf]]))
    np.testing.assert_array_equal(cells.z[:2].ravel(), [-5, 5])
    np.testing.assert_array_equal(cells.q[:2].ravel(), [-1, 1])
    assert np.isfinite(cells.z).all()


def test_a_row_does_not_depend_on_its_company_nor_on_the_order_of_fit():
    X = np.random.default_rng(0).normal(size=(2000, 3))
    order = np.random.default_rng(1).permutation(2000)
    _, cells = encode(X)
    encoder, _ = encode(X[order])
    again = encoder.transform(X[:7])
    np.testing.assert_array_equal(again.z[:, :3], cells.z[:7])
    np.testing.assert_array_equal(again.q[:, :3], cells.q[:7])


def test_levels_become_codes_without_order():
    colors = ["red", "green", "blue", "green"] * 30
    X = pd.DataFrame({"color": colors, "size": np.arange(120.0)})
    encoder, cells = encode(X)
    assert encoder.nominal.tolist()[:2] == [True, False]
    assert not encoder.nominal[2:].any()
    assert len(np.unique(cells.q[:, 0])) == 3
    ranks = encoder.transform(X[:2].assign(color=["pink", None])).q[:, 0]
    assert ranks[0] not in cells.q[:, 0]
    assert np.isnan(ranks[1])


def test_two_levels_are_no_code_without_order():
    X = pd.DataFrame({"two": ["yes", "no"] * 10, "three": list("abcab") * 4})
    encoder, _ = encode(X)
    assert encoder.nominal.tolist()[:2] == [False, True]


def test_texts_become_components_and_a_code():
    rng = np.random.default_rng(0)
    words = ["some", "words", "of", "which", "prose", "may", "be", "drawn"]
    X = pd.DataFrame(
        {
            "prose": [" ".join(rng.choice(words, 12)) for _ in range(80)],
            "name": [f"{word} {i}" for i in range(10) for word in words],
        }
    )
    encoder, cells = encode(X)
    of_texts = encoder.nominal.tolist()[:20]
    assert of_texts == [*[False] * 16, True, False, False, True]
    assert np.isfinite(cells.z).all()


def test_constant_columns_are_dropped_and_named():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1, 1, 1], "c": [None] * 3})
    with pytest.warns(DroppedColumnWarning, match="'b' .*'c'"):
        _, cells = encode(X)
    assert cells.z.shape == (3, 1)


def test_take_keeps_rows_and_columns():
    _, cells = encode(np.random.default_rng(0).normal(size=(20, 4)))
    taken = cells.take(np.array([3, 5]), np.array([0, 2]))
    np.testing.assert_array_equal(taken.z, cells.z[[3, 5]][:, [0, 2]])
    assert len(taken) == 2


def test_keys_are_those_of_the_rows_whatever_the_order_of_the_columns():
    X = np.random.default_rng(0).integers(3, size=(200, 6)).astype(float)
    X[X[:, 0] == 2, 1] = np.nan
    _, cells = encode(X)
    keys = cells.keys()
    np.testing.assert_array_equal(
        cells.take(slice(None), [3, 5, 0, 1, 4, 2]).keys(), keys
    )
    distinct = len(np.unique(np.nan_to_num(X, nan=9), axis=0))
    assert len(np.unique(keys)) > 0.9 * distinct


def test_components_show_what_the_columns_hide():
    """Columns that differ by little, and in nothing else: one component says it."""
    rng = np.random.default_rng(0)
    common, own = rng.normal(size=(2, 500))
    X = np.column_stack([common + 0.1 * own, common - 0.1 * own] * 8)
    encoder = CellEncoder(seed=0).fit(X)
    shown = components(encoder, X)
    told = [abs(np.corrcoef(component, own)[0, 1]) for component in shown.z.T]
    assert max(told) > 0.95
    assert abs(np.corrcoef(X[:, 0], own)[0, 1]) < 0.2


def test_components_without_variance_are_left_out():
    column = np.random.default_rng(0).normal(size=(100, 1))
    X = pd.DataFrame(np.hstack([column] * 20) > 0)
    assert CellEncoder(seed=0).fit(X).n_components == 1


def test_narrow_tables_have_no_components():
    X = np.random.default_rng(0).normal(size=(50, 16))
    assert CellEncoder(seed=0).fit(X[:, :15]).n_components == 0
    assert CellEncoder(seed=0).fit(X).n_components == 8
    assert CellEncoder(seed=0, n_principal=3).fit(X).n_components == 3
    assert CellEncoder(seed=0, n_principal=0).fit(X).n_components == 0


def test_components_of_missing_values_are_finite():
    X = np.random.default_rng(0).normal(size=(60, 16))
    X[::3, 1] = np.nan
    assert np.isfinite(components(CellEncoder(seed=0).fit(X), X).q).all()


def test_components_do_not_depend_on_company_nor_on_the_order_of_fit():
    X = np.random.default_rng(0).normal(size=(900, 16))
    order = np.random.default_rng(1).permutation(900)
    one, other = CellEncoder(seed=0).fit(X), CellEncoder(seed=0).fit(X[order])
    np.testing.assert_allclose(
        components(other, X[:7]).z, components(one, X).z[:7], atol=1e-4
    )


def test_components_of_a_large_table_come_from_a_sample(monkeypatch):
    monkeypatch.setattr("sklearn_featrix.in_context._cells.PCA_ROWS", 300)
    X = np.random.default_rng(0).normal(size=(900, 16)) * np.arange(1, 17)
    shown = components(CellEncoder(seed=0).fit(X), X)
    assert shown.z.shape == (900, 8)
    np.testing.assert_allclose(shown.z.mean(0), 0, atol=1e-5)
