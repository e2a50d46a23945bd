import pickle
import re
import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from sklearn_featrix.exceptions import DroppedColumnWarning
from sklearn_featrix.preprocessing import TableEncoder
from sklearn_featrix.preprocessing import _table_encoder as module
from sklearn_featrix.preprocessing._datetime import DatetimeEncoder
from sklearn_featrix.preprocessing._table import Table

ENCODINGS = ["linear", "tree"]
KINDS = {
    "amount": "numeric",
    "count": "numeric",
    "color": "category",
    "member": "boolean",
    "when": "datetime",
    "street": "text",
}

both_encodings = pytest.mark.parametrize("encoding", ENCODINGS)


def reordered(columns, rows):
    return {name: [values[i] for i in rows] for name, values in columns.items()}


@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{encoding}-{i}")
        for encoding in ENCODINGS
        for i, (estimator, check) in enumerate(
            estimator_checks_generator(TableEncoder(encoding))
        )
    ],
)
@pytest.mark.filterwarnings("default")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@both_encodings
def test_shape_of_output(container, columns, encoding):
    encoder = TableEncoder(encoding, random_state=0)
    out = encoder.fit_transform(container(columns))
    assert out.dtype == np.float32
    assert out.shape[1] == len(encoder.get_feature_names_out())
    assert np.isnan(out).any() == (encoding == "tree")
    assert not np.isinf(out).any()
    assert list(encoder.column_kinds_.values()) == list(KINDS.values())


@both_encodings
def test_container_does_not_matter(container, columns, encoding):
    encoder = TableEncoder(encoding, random_state=0)
    wanted = encoder.fit_transform(pd.DataFrame(columns))
    np.testing.assert_array_equal(encoder.fit_transform(container(columns)), wanted)


@both_encodings
def test_row_order_does_not_matter(container, columns, encoding):
    order = np.random.default_rng(1).permutation(120)
    X = container(columns)
    wanted = TableEncoder(encoding, random_state=0).fit_transform(X)
    shuffled = container(reordered(columns, order))
    encoder = TableEncoder(encoding, random_state=0).fit(shuffled)
    np.testing.assert_array_equal(encoder.transform(X), wanted)


@both_encodings
def test_batches_of_rows_do_not_matter(container, columns, encoding):
    encoder = TableEncoder(encoding, random_state=0).fit(container(columns))
    wanted = encoder.transform(container(columns))
    parts = [
        encoder.transform(container(reordered(columns, range(start, start + 7))))
        for start in range(0, 112, 7)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), wanted[:112])


def test_one_fit_serves_both_encodings(columns):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(random_state=0).fit(X)
    for encoding in ENCODINGS:
        wanted = TableEncoder(encoding, random_state=0).fit_transform(X)
        np.testing.assert_array_equal(encoder._encode(X, encoding), wanted)


def test_both_encodings_come_from_one_reading(columns, monkeypatch):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(random_state=0).fit(X)
    wanted = [encoder._encode(X, encoding) for encoding in ENCODINGS]
    read = []
    monkeypatch.setattr(module, "Table", lambda X: read.append(X) or Table(X))
    for found, each in zip(encoder._encode_as(X, *ENCODINGS), wanted, strict=True):
        np.testing.assert_array_equal(found, each)
    assert len(read) == 1


@both_encodings
def test_column_index_names_the_origin(columns, encoding):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(encoding, random_state=0).fit(X)
    origin = encoder.feature_names_in_[encoder.column_index_]
    for name, column in zip(encoder.get_feature_names_out(), origin, strict=True):
        assert name.startswith(column)
    assert set(encoder.column_index_) == set(range(X.shape[1]))


@both_encodings
def test_pickle_and_clone_are_identical(columns, encoding):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(encoding, random_state=0).fit(X)
    wanted = encoder.transform(X)
    copy = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(copy.transform(X), wanted)
    np.testing.assert_array_equal(clone(encoder).fit_transform(X), wanted)


def test_pickle_of_many_numbers_is_small():
    X = np.random.default_rng(0).normal(size=(50_000, 3))
    assert len(pickle.dumps(TableEncoder().fit(X))) < 60_000


def test_columns_are_matched_by_name(columns):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(random_state=0).fit(X)
    wanted = encoder.transform(X)
    np.testing.assert_array_equal(encoder.transform(X[list(X)[::-1]]), wanted)
    np.testing.assert_array_equal(encoder.transform(pl.from_pandas(X)), wanted)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_missing_and_extra_columns(frame):
    X = {"a": [1, 2, 3], "b": ["u", "v", "w"]}
    encoder = TableEncoder().fit(frame(X))
    with pytest.raises(ValueError, match=r"now missing: \['b'\]"):
        encoder.transform(frame(X)[["a"]])
    with pytest.raises(ValueError, match=r"unseen at fit time: \['c'\]"):
        encoder.transform(frame({**X, "c": [1, 2, 3]}))


def test_wrong_number_of_columns():
    encoder = TableEncoder().fit(np.eye(3))
    with pytest.raises(ValueError, match="X has 1 features, but TableEncoder"):
        encoder.transform(np.ones((3, 1)))


def test_named_and_unnamed_tables():
    X = pd.DataFrame({"a": [1, 2, 3]})
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        TableEncoder().fit(X).transform(X.to_numpy())
    with pytest.warns(UserWarning, match="X has feature names, but"):
        TableEncoder().fit(X.to_numpy()).transform(X)


@pytest.mark.parametrize("labels", [[0, 1], [7, 3], [("a", 1), ("a", 2)]])
def test_labels_that_are_no_strings(labels):
    X = pd.DataFrame([[1, "a"], [2, "b"]])
    X.columns = pd.Index(labels)
    encoder = TableEncoder().fit(X)
    assert encoder.column_kinds_ == {
        labels[0]: "numeric",
        labels[1]: "category",
    }
    assert not hasattr(encoder, "feature_names_in_")
    assert list(encoder.get_feature_names_out()) == ["x0", "x1=b"]
    wanted = [[-1, -1], [1, 1]]
    assert encoder.transform(X).tolist() == wanted
    assert encoder.transform(X[labels[::-1]]).tolist() == wanted
    assert encoder.transform(X.to_numpy()).tolist() == wanted
    with pytest.raises(ValueError, match=re.escape(f"missing: {labels[:1]}")):
        encoder.transform(X[labels[1:]])
    with pytest.raises(ValueError, match=re.escape(f"Column {labels[0]!r} was num")):
        encoder.transform(X.replace(1, "one"))
    assert encoder.fit(X.to_numpy()).transform(X).tolist() == wanted


def test_labels_of_which_one_is_missing():
    X = pd.DataFrame([[1, 2], [3, 4]], columns=[1.0, np.nan])
    assert TableEncoder().fit(X).transform(X.copy()).tolist() == [[-1, -1], [1, 1]]


def test_duplicate_names():
    X = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
    with pytest.raises(ValueError, match=r"more than once: \['a'\]"):
        TableEncoder().fit(X)


def test_dropped_columns_are_named_in_one_warning(container):
    data = {"same": [1, 1, 1], "gone": [None] * 3, "kept": [1, 2, 3]}
    X = container(data)
    with pytest.warns(DroppedColumnWarning) as record:
        encoder = TableEncoder().fit(X)
    (warning,) = record
    same, gone, _ = encoder.column_kinds_
    assert f"{same!r} (constant), {gone!r} (all values are missing)" in str(
        warning.message
    )
    assert encoder.dropped_columns_ == {
        same: "constant",
        gone: "all values are missing",
    }
    assert encoder.transform(X).shape == (3, 2)


@both_encodings
@pytest.mark.parametrize("other", [1.0, -np.inf])
@pytest.mark.parametrize("gap", [0.5, np.nan])
def test_infinity_says_something(container, encoding, other, gap):
    X = container({"a": [np.inf, other] * 20 + [gap] * 4})
    out = TableEncoder(encoding).fit_transform(X)
    assert np.isnan(out).any() == (np.isnan(gap) and encoding == "tree")
    assert out[0, 0] > out[1, 0]


def test_numbers_with_a_few_other_texts_are_warned_of(container):
    data = {"a": [*(str(i / 2) for i in range(60)), "unknown", "?"], "b": range(62)}
    with pytest.warns(UserWarning, match=r"'(a|x0)' \(but for '\?', 'unknown'\)"):
        encoder = TableEncoder().fit(container(data))
    assert next(iter(encoder.column_kinds_.values())) != "numeric"


def test_interrupted_fit_changes_nothing(columns, monkeypatch):
    X = pd.DataFrame(columns)
    encoder = TableEncoder(random_state=0)
    wanted = clone(encoder).fit_transform(X)

    def interrupt(self, column):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DatetimeEncoder, "fit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            encoder.fit(X)
        encoder.fit(X.drop(columns="when"))
        kinds = encoder.column_kinds_
        with pytest.raises(KeyboardInterrupt):
            encoder.fit(X)
        assert encoder.column_kinds_ is kinds
    np.testing.assert_array_equal(encoder.fit_transform(X), wanted)


@both_encodings
def test_constant_with_gaps_is_a_flag(container, encoding):
    encoder = TableEncoder(encoding).fit(container({"a": ["x", None, "x"]}))
    out = encoder.transform(container({"a": [None, "x", "y"]}))
    np.testing.assert_array_equal(out, [[1], [0], [0]])
    assert encoder.get_feature_names_out()[0].endswith("__missing")


def test_nothing_left(container):
    with pytest.raises(ValueError, match=r"No column .*\(constant\). All rows"):
        TableEncoder().fit(container({"a": [1, 1]}))


def test_strings_in_a_numeric_column(container):
    encoder = TableEncoder().fit(container({"a": [1, 2, 3], "b": [1, 2, 4]}))
    with pytest.raises(ValueError, match=r"Column '(a|x0)' was numeric"):
        encoder.transform(container({"a": ["u", "v"], "b": [1, 2]}))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, object])
def test_number_types(dtype):
    X = np.random.default_rng(0).integers(0, 9, (50, 3))
    wanted = TableEncoder().fit_transform(X)
    np.testing.assert_array_equal(TableEncoder().fit_transform(X.astype(dtype)), wanted)


@pytest.mark.parametrize("layout", [sparse.csr_array, sparse.csc_matrix])
def test_sparse(layout):
    X = np.random.default_rng(0).integers(0, 3, (50, 3)).astype(float)
    wanted = TableEncoder().fit_transform(X)
    np.testing.assert_array_equal(TableEncoder().fit_transform(layout(X)), wanted)


def test_read_only_memory_map(tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 2))
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    wanted = TableEncoder().fit_transform(X)
    np.testing.assert_array_equal(TableEncoder().fit_transform(mapped), wanted)


def test_lists_of_mixed_values():
    rows = [[1.5, "a"], [2, "b"], [4, "c"]]
    encoder = TableEncoder().fit(rows)
    assert list(encoder.column_kinds_.values()) == ["numeric", "category"]
    assert encoder.transform(rows).shape == (3, 5)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output(columns, library):
    X = pd.DataFrame(columns, index=range(1000, 1120))
    encoder = TableEncoder(random_state=0)
    wanted = encoder.fit_transform(X)
    out = encoder.set_output(transform=library).fit_transform(X)
    assert list(out.columns) == encoder.get_feature_names_out().tolist()
    np.testing.assert_array_equal(out.to_numpy(), wanted)
    if library == "pandas":
        assert out.index.equals(X.index)


def test_output_names_are_unique_and_short():
    long = "w" * 100
    X = pd.DataFrame({"a": [long + "1", long + "2", long + "3"]})
    names = TableEncoder().fit(X).get_feature_names_out()
    assert len(set(names)) == 3
    assert max(map(len, names)) < 70


def test_output_names_of_look_alike_columns_are_unique():
    X = pd.DataFrame({"a": [1, 2, 3], "a__gauss": [0, 1, 0], "a__gauss__2": [1, 2, 1]})
    names = TableEncoder().fit(X).get_feature_names_out().tolist()
    assert names == ["a__gauss", "a__z", "a__gauss__3", "a__gauss__2"]


def test_input_features():
    encoder = TableEncoder().fit(np.array([[1, 4], [2, 5], [3, 6]]))
    assert encoder.get_feature_names_out(["a", "b"])[0] == "a__gauss"
    with pytest.raises(ValueError, match="length equal to number of features"):
        encoder.get_feature_names_out(["a"])
    encoder.fit(pd.DataFrame({"a": [1, 2, 3]}))
    with pytest.raises(ValueError, match="not equal to feature_names_in_"):
        encoder.get_feature_names_out(["b"])


def test_empty_frames():
    with pytest.raises(ValueError, match=r"0 feature\(s\) \(shape=\(2, 0\)\)"):
        TableEncoder().fit(pd.DataFrame(index=[0, 1]))
    with pytest.raises(ValueError, match=r"0 sample\(s\) \(shape=\(0, 1\)\)"):
        TableEncoder().fit(pd.DataFrame({"a": []}))


def test_random_state_decides_texts(columns):
    X = pd.DataFrame({"street": columns["street"]})
    first = TableEncoder(random_state=0).fit_transform(X)
    again = TableEncoder(random_state=0).fit_transform(X)
    np.testing.assert_array_equal(first, again)


@both_encodings
def test_memory_stays_within_twice_the_output(encoding):
    rng = np.random.default_rng(0)
    X = pl.DataFrame({f"n{i}": rng.normal(size=30_000) for i in range(30)})
    X = X.with_columns(
        zone=pl.Series(rng.choice([f"zone {i}" for i in range(99)], 30_000))
    )
    encoder = TableEncoder(encoding).fit(X)
    tracemalloc.start()
    out = encoder.transform(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * out.nbytes
