import numpy as np

from sklearn_featrix.embedding._rows import canonical_order, order_of_keys


def test_any_order_in_same_order_out():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 3)).astype(np.float32)
    rows = np.concatenate([rows, rows[:20], rows[:10]])
    expected = rows[canonical_order(rows)]
    for _ in range(5):
        shuffled = rng.permutation(rows)
        np.testing.assert_array_equal(shuffled[canonical_order(shuffled)], expected)


def test_is_a_permutation():
    rows = np.zeros((20, 2), dtype=np.float32)
    assert sorted(canonical_order(rows)) == list(range(20))


def test_zero_has_no_sign():
    rows = np.array([[0.0], [1.0], [2.0]], dtype=np.float32)
    np.testing.assert_array_equal(
        canonical_order(rows), canonical_order(np.where(rows == 0, -0.0, rows))
    )


def test_first_rows_are_a_fair_sample_despite_copies():
    # 9 of 10 rows are copies of one row: so are 9 of 10 in a sample.
    rows = np.zeros((5000, 1), dtype=np.float32)
    rows[:500, 0] = np.arange(1, 501)
    sample = rows[canonical_order(rows)[:1000]]
    assert 0.87 < (sample == 0).mean() < 0.93


def test_columns_are_not_interchangeable():
    rows = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    assert (canonical_order(rows) != canonical_order(rows[:, ::-1])).any()


def test_order_of_keys_sets_copies_apart():
    hashes = np.random.default_rng(0).integers(2**63, size=10, dtype=np.uint64)
    keys = np.repeat(hashes, 300)
    in_order = keys[order_of_keys(keys)]
    np.testing.assert_array_equal(keys[::-1][order_of_keys(keys[::-1])], in_order)
    assert np.unique(in_order[:600], return_counts=True)[1].min() > 30
