"""Every container and every mark means the same; every wrong y says why."""

import datetime
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.exceptions import DataConversionWarning

from sklearn_featrix.utils import is_labeled
from sklearn_featrix.utils._erase_labels import erase_labels
from sklearn_featrix.utils._label_marks import classes_read_as_marks, mark_beside
from sklearn_featrix.utils._labels import encode_labels

NAN = float("nan")
STRING = np.dtypes.StringDType

# container, its labels, the dtype kind in which classes come back
NUMBERS = {
    "int array": (np.array([1, 0, -1, 1]), "i"),
    "int8 array": (np.array([1, 0, -1, 1], dtype=np.int8), "i"),
    "list": ([1, 0, -1, 1], "i"),
    "tuple": ((1, 0, -1, 1), "i"),
    "list with None": ([1, 0, None, 1], "i"),
    "list with NaN": ([1, 0, NAN, 1], "f"),
    "range-like objects": (np.array([1, 0, None, 1], dtype=object), "i"),
    "objects with NaN": (np.array([1, 0, NAN, 1], dtype=object), "i"),
    "objects with -1": (np.array([1, 0, -1, 1], dtype=object), "i"),
    "objects with '-1'": (np.array([1, 0, "-1", 1], dtype=object), "i"),
    "objects with NA": (np.array([1, 0, pd.NA, 1], dtype=object), "i"),
    "objects with NaT": (np.array([1, 0, pd.NaT, 1], dtype=object), "i"),
    "float objects": (np.array([1.0, 0, None, 1.0], dtype=object), "f"),
    "float array": (np.array([1.0, 0, NAN, 1]), "f"),
    "float32 array": (np.array([1.0, 0, NAN, 1], dtype=np.float32), "f"),
    "masked array": (np.ma.masked_array([1, 0, 7, 1], [0, 0, 1, 0]), "i"),
    "masked, no mask": (np.ma.masked_array([1, 0, -1, 1]), "i"),
    "pandas int": (pd.Series([1, 0, -1, 1]), "i"),
    "pandas float": (pd.Series([1, 0, None, 1]), "f"),
    "pandas object": (pd.Series([1, 0, None, 1], dtype=object), "i"),
    "pandas Int64": (pd.Series([1, 0, None, 1], dtype="Int64"), "i"),
    "pandas Int64 -1": (pd.Series([1, 0, -1, 1], dtype="Int64"), "i"),
    "pandas UInt8": (pd.Series([1, 0, None, 1], dtype="UInt8"), "u"),
    "pandas Float64": (pd.Series([1, 0, None, 1], dtype="Float64"), "f"),
    "pandas int category": (pd.Series([1, 0, -1, 1], dtype="category"), "i"),
    "pandas Index": (pd.Index([1, 0, -1, 1]), "i"),
    "polars int": (pl.Series([1, 0, None, 1]), "i"),
    "polars int -1": (pl.Series([1, 0, -1, 1]), "i"),
    "polars float": (pl.Series([1, 0, None, 1], dtype=pl.Float64), "f"),
    "polars NaN": (pl.Series([1.0, 0.0, NAN, 1.0]), "f"),
    "pyarrow": (pa.array([1, 0, None, 1]), "i"),
    "pyarrow -1": (pa.array([1, 0, -1, 1]), "i"),
    "pyarrow NaN": (pa.array([1.0, 0.0, NAN, 1.0]), "f"),
    "pyarrow chunks": (pa.chunked_array([[1, 0], [None, 1]]), "i"),
}
STRINGS = {
    "str array": (np.array(["b", "a", "-1", "b"]), "U"),
    "str array nan": (np.array(["b", "a", np.nan, "b"]), "U"),
    "str array of None": (np.array(["b", "a", None, "b"], dtype=str), "U"),
    "str array of NA": (
        np.array(["b", "a", pd.NA, "b"], dtype=object).astype(str),
        "U",
    ),
    "StringDType": (np.array(["b", "a", "-1", "b"], dtype=STRING()), "O"),
    "StringDType None": (
        np.array(["b", "a", None, "b"], dtype=STRING(na_object=None)),
        "O",
    ),
    "list None": (["b", "a", None, "b"], "O"),
    "list NaN": (["b", "a", NAN, "b"], "O"),
    "list -1": (["b", "a", -1, "b"], "O"),
    "list '-1'": (["b", "a", "-1", "b"], "O"),
    "objects None": (np.array(["b", "a", None, "b"], dtype=object), "O"),
    "objects NaN": (np.array(["b", "a", NAN, "b"], dtype=object), "O"),
    "objects -1": (np.array(["b", "a", -1, "b"], dtype=object), "O"),
    "objects '-1'": (np.array(["b", "a", "-1", "b"], dtype=object), "O"),
    "pandas str": (pd.Series(["b", "a", None, "b"]), "O"),
    "pandas str '-1'": (pd.Series(["b", "a", "-1", "b"]), "O"),
    "pandas object -1": (pd.Series(["b", "a", -1, "b"], dtype=object), "O"),
    "pandas string": (pd.Series(["b", "a", None, "b"], dtype="string"), "O"),
    "pandas category": (pd.Series(["b", "a", None, "b"], dtype="category"), "O"),
    "pandas category -1": (pd.Series(["b", "a", "-1", "b"], dtype="category"), "O"),
    "polars str": (pl.Series(["b", "a", None, "b"]), "O"),
    "polars '-1'": (pl.Series(["b", "a", "-1", "b"]), "O"),
    "polars Categorical": (
        pl.Series(["b", "a", None, "b"], dtype=pl.Categorical),
        "O",
    ),
    "pyarrow": (pa.array(["b", "a", None, "b"]), "O"),
    "pyarrow dictionary": (pa.array(["b", "a", None, "b"]).dictionary_encode(), "O"),
    "polars Enum": (pl.Series(["b", "a", None, "b"], dtype=pl.Enum(["a", "b"])), "O"),
}
BOOLEANS = {
    "list": ([True, False, None, True], "b"),
    "list -1": (np.array([True, False, -1, True], dtype=object), "b"),
    "pandas boolean": (pd.Series([True, False, None, True], dtype="boolean"), "b"),
    "pandas object": (pd.Series([True, False, None, True], dtype=object), "b"),
    "polars": (pl.Series([True, False, None, True]), "b"),
    "pyarrow": (pa.array([True, False, None, True]), "b"),
}


def _cases():
    for classes, cases in (
        ([0, 1], NUMBERS),
        (["a", "b"], STRINGS),
        ([False, True], BOOLEANS),
    ):
        for name, (y, kind) in cases.items():
            yield pytest.param(y, classes, kind, id=f"{classes[0]} {name}")


@pytest.mark.parametrize(("y", "classes", "kind"), list(_cases()))
def test_container_and_mark(y, classes, kind):
    labels = encode_labels(y)
    assert labels.classes.tolist() == classes
    assert labels.classes.dtype.kind == kind
    assert labels.labeled.tolist() == [True, True, False, True]
    assert labels.codes[labels.labeled].tolist() == [1, 0, 1]
    assert labels.n_labeled == 3
    assert labels.labeled_codes.tolist() == [1, 0, 1]
    assert labels.labeled_values.tolist() == [classes[1], classes[0], classes[1]]
    assert labels.labeled_values.dtype == labels.classes.dtype
    assert is_labeled(y).tolist() == [True, True, False, True]
    assert is_labeled(y).dtype == bool


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float32, "<U3", bool, "u1"])
def test_dtype_is_kept_and_full_labels_work(dtype):
    y = np.array([1, 0, 1]).astype(dtype)
    labels = encode_labels(y)
    assert labels.classes.dtype == y.dtype
    assert labels.labeled.all()
    np.testing.assert_array_equal(labels.labeled_values, y)


def test_input_is_not_changed():
    y = np.array([0, 1, None, -1], dtype=object)
    before = y.copy()
    encode_labels(y)
    is_labeled(y)
    np.testing.assert_array_equal(y, before)


def test_nan_inside_a_nullable_column_is_missing():
    y = pd.Series([0.0, 1.0, 2.0], dtype="Float64")
    y = y / pd.Series([1.0, 1.0, 1.0], dtype="Float64")
    y[2] = pd.NA
    assert is_labeled(y).tolist() == [True, True, False]


def test_dates_as_labels():
    days = np.array(["2024-01-02", "NaT", "2024-01-01"], dtype="M8[D]")
    labels = encode_labels(days)
    assert labels.labeled.tolist() == [True, False, True]
    dates = [datetime.date(2024, 1, 2), None, datetime.date(2024, 1, 1)]
    labels = encode_labels(dates)
    assert labels.classes.tolist() == [dates[2], dates[0]]


def test_several_marks_at_once():
    y = np.array(["a", None, -1, "-1", NAN, "b"], dtype=object)
    assert is_labeled(y).tolist() == [True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("y", "unlabeled", "expected"),
    [
        ([-1, 0, 1], "auto", [False, True, True]),
        ([-1, 0, 1], None, [True, True, True]),
        ([-1, 0, 1], 0, [True, False, True]),
        ([-1, 0, None], -1, [False, True, False]),
        ([-1.0, 0.0, NAN], -1, [False, True, False]),
        ([-1.0, 0.0, NAN], None, [True, True, False]),
        ([-1.0, 0.0, 2.0], NAN, [True, True, True]),
        (["?", "a", "-1"], "?", [False, True, True]),
        (np.array(["?", "a", "nan"]), "?", [False, True, True]),
        (np.array(["a", "nan", "-1"]), None, [True, True, True]),
        (np.array(["a", "None", "<NA>"]), None, [True, True, True]),
        (np.array(["a", "None"]), -1, [True, True]),
        (np.array(["a", "b"]), -1, [True, True]),
        (np.array(["a", "-1"]), -1, [True, False]),
        (["a", "9", "-1"], 9, [True, False, True]),
        (pd.Series(["a", "-1"]), -1, [True, False]),
        (pl.Series(["a", "-1"]), -1, [True, False]),
        ([0, 1], "?", [True, True]),  # other rows of the list may be "?"
        (np.array([0, 1], dtype=object), "?", [True, True]),
        ([True, False, True], None, [True, True, True]),
        (pd.Series([0, 9, None], dtype="Int64"), 9, [True, False, False]),
        (pd.Series(["?", "a"], dtype="category"), "?", [False, True]),
        (pl.Series(["?", "a", None]), "?", [False, True, False]),
    ],
)
def test_unlabeled_parameter(y, unlabeled, expected):
    assert is_labeled(y, unlabeled=unlabeled).tolist() == expected


@pytest.mark.parametrize("text", ["nan", "None", "<NA>"])
def test_a_missing_value_as_text_is_a_class_of_objects(text):
    assert is_labeled(np.array([text, "a"], dtype=object)).all()
    assert is_labeled([text, "a"]).all()
    assert is_labeled(pd.Series([text, "a"])).all()


@pytest.mark.parametrize(
    "y",
    [
        np.array([0, -1]),
        np.array([0.0, NAN]),
        np.array([True, False]),
        pd.Series([0, -1]),
        pd.Series([0, None], dtype="Int64"),
        pl.Series([0, -1]),
    ],
)
def test_text_marks_no_number(y):
    message = r"unlabeled='-1' is text, y holds numbers .* marks no row.*Pass"
    with pytest.warns(UserWarning, match=message):
        is_labeled(y, unlabeled="-1")


def test_advice_for_mixed_types():
    """What the error says about labels of mixed types leads to the right classes."""
    y = np.array([1, "a", None, "a", -1], dtype=object)
    with pytest.raises(ValueError, match="convert labelled rows only") as caught:
        encode_labels(y)
    names = {"y": y, "is_labeled": is_labeled}
    advice = str(caught.value).split("labelled rows only: ")[1]
    exec(advice.split(". -1 (integers")[0], names)
    labels = encode_labels(names["y"])
    assert labels.classes.tolist() == ["1", "a"]
    assert labels.labeled.tolist() == [True, True, False, True, False]


def test_minus_one_as_a_class():
    labels = encode_labels([-1, 0, 1, None], unlabeled=None)
    assert labels.classes.tolist() == [-1, 0, 1]
    assert labels.labeled.tolist() == [True, True, True, False]


def test_column_vector_warns_and_works():
    for y in (
        np.array([[0], [1], [-1]]),
        pd.DataFrame({"y": [0, 1, -1]}),
        pl.DataFrame({"y": [0, 1, -1]}),
        pa.table({"y": [0, 1, -1]}),
    ):
        with pytest.warns(DataConversionWarning, match=r"\(3, 1\).*ravel"):
            assert is_labeled(y).tolist() == [True, True, False]


def test_keep_leaves_rows_out():
    labels = encode_labels([0, 1, 2, -1], keep=np.array([True, True, False, True]))
    assert labels.classes.tolist() == [0, 1]
    assert labels.labeled.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("y", "options", "error", "message"),
    [
        (None, {}, ValueError, "requires y to be passed, but the target y is None"),
        ([-1, -1], {}, ValueError, "2 rows and no label at all.*unlabeled=None"),
        ([-1, -1], {}, ValueError, "Label at least one row, or"),
        ([-1], {"min_classes": 2}, ValueError, "at least 2 rows of different classes"),
        ([None, None], {}, ValueError, "no label at all"),
        ([], {}, ValueError, "0 rows and no label at all"),
        ([0, 0, -1], {"min_classes": 2}, ValueError,
         r"hold 1 class \(0; 2 of 3 rows labelled\); at least 2.*unlabeled=None"),
        (["a", "b"], {"min_classes": 3}, ValueError, r"2 classes \('a', 'b'; 2 of 2"),
        ([0, 1], {"n_samples": 3}, ValueError, "X has 3 rows, y has 2"),
        ([[0, 1], [1, 0]], {}, ValueError, r"1d array, got .* shape \(2, 2\)"),
        (pd.DataFrame({"a": [0], "b": [1]}), {}, ValueError, r"shape \(1, 2\)"),
        (pl.DataFrame({"a": [0], "b": [1]}), {}, ValueError, r"shape \(1, 2\)"),
        (3, {}, ValueError, r"1d array, got .* shape \(\)"),
        ("abc", {}, ValueError, "1d array"),
        ([0.5, 1.5, 2.5], {}, ValueError, "Unknown label type: continuous"),
        ([0.0, np.inf], {}, ValueError, "infinity"),
        ([1, "a", None], {}, ValueError, r"mix types .*: int, str\. .*astype\(str\)\."),
        ([0.0, 1.0, -1.0], {}, ValueError,
         "holds -1.0 in 1 rows.*unlabeled=-1 .*unlabeled=None"),
        ([0, 1], {"unlabeled": [-1, -2]}, TypeError, r"a scalar, got \[-1, -2\]"),
        (np.array([b"a", b"-1"]), {}, TypeError, "y holds bytes.*Decode"),
        ([b"a", None], {}, TypeError, "y holds bytes.*Decode"),
        (pl.Series([b"a", b"b"]), {}, TypeError, "y holds bytes.*Decode"),
        (pa.array([[0, 1], [1, 0]]), {}, ValueError, "1d array"),
        (pa.table({"a": [0], "b": [1]}), {}, ValueError, r"shape \(1, 2\)"),
    ],
)  # fmt: skip
def test_error_message(y, options, error, message):
    with pytest.raises(error, match=message):
        encode_labels(y, **options)


def test_unlabeled_none_is_not_advised_when_all_rows_have_labels():
    with pytest.raises(ValueError, match=r"are needed\.$"):
        encode_labels([0, 0], min_classes=2)


def test_integers_beyond_64_bits_stay_objects():
    with pytest.raises(ValueError, match="Unknown label type"):
        encode_labels([2**70, 1, None])


class TestSignCoded:
    def test_balanced_signs_are_two_classes(self):
        message = r"only -1 and 1.*unlabeled=None .*unlabeled_mark=None.*before any"
        with pytest.warns(UserWarning, match=message):
            labels = encode_labels([1, -1, 1, -1], min_classes=2)
        assert labels.classes.tolist() == [-1, 1]
        assert labels.labeled.all()

    def test_saying_so_does_not_warn(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            labels = encode_labels([1, -1], unlabeled=None, min_classes=2)
        assert labels.classes.tolist() == [-1, 1]

    @pytest.mark.parametrize(
        "y",
        [
            [1, -1, -1],  # few labels, all of one class
            [0, -1, 0],
            [2, -1, 2],
            [1, -1, None],
            np.array([1, -1, 1], dtype=object).astype(str),
        ],
    )
    def test_anything_else_is_one_class(self, y):
        with pytest.raises(ValueError, match="hold 1 class"):
            encode_labels(y, min_classes=2)

    def test_a_stated_mark_is_believed(self):
        with pytest.raises(ValueError, match="hold 1 class"):
            encode_labels([1, -1], unlabeled=-1, min_classes=2)

    def test_is_labeled_never_guesses(self):
        assert is_labeled([1, -1, 1]).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("classes", "unlabeled", "expected"),
    [
        ([0, 1], "auto", "auto"),
        ([-1, 1], "auto", None),
        ([-1, 1], -1, None),  # a mark that is learnt as a class, as of one example
        ([0, 1], None, None),
        (["a", "-1"], "auto", None),
        ([-1.0, 1.0], "auto", "auto"),
        ([], "auto", "auto"),
    ],
)
def test_mark_beside_known_classes(classes, unlabeled, expected):
    assert mark_beside(np.array(classes), unlabeled) == expected


@pytest.mark.parametrize(
    ("classes", "unlabeled", "expected"),
    [
        ([-1, 0, 1], "auto", [-1]),
        ([-1, 0, 1], None, []),
        ([-1, 0, 1], 1, [1]),
        ([-1, 0, 1], 99, []),
        ([-1.0, 0.0], "auto", []),
        ([-1.0, 0.0], -1, [-1.0]),
        (["-1", "None", "a", "nan"], "auto", ["-1", "None", "nan"]),
        (["?", "a"], "?", ["?"]),
        ([], "auto", []),
    ],
)
def test_classes_read_as_marks(classes, unlabeled, expected):
    assert classes_read_as_marks(np.array(classes), unlabeled).tolist() == expected


class TestEraseLabels:
    @pytest.mark.parametrize(("y", "classes", "kind"), list(_cases()))
    def test_is_read_back_as_unlabeled(self, y, classes, kind):
        erased = erase_labels(y, [True, False, False, False])
        assert is_labeled(erased).tolist() == [False, True, False, True]
        assert is_labeled(y).tolist() == [True, True, False, True]
        labels = encode_labels(erased)
        assert labels.classes.tolist() == classes
        assert labels.classes.dtype.kind == kind
        if isinstance(y, (np.ma.MaskedArray, pd.Index, pa.Array, pa.ChunkedArray)):
            assert type(erased) is np.ndarray
        else:
            assert type(erased) is type(y)

    @pytest.mark.parametrize(
        ("y", "expected"),
        [
            (np.array([3, 4]), np.array([-1, 4])),
            (np.array([3, 4], dtype=np.int8), np.array([-1, 4], dtype=np.int8)),
            (np.array([3, 4], dtype=np.uint8), np.array([-1, 4], dtype=np.int16)),
            (np.array([3, 4], dtype=np.uint64), np.array([None, 4], dtype=object)),
            (np.array([3, 4], dtype=np.float32), np.array([NAN, 4], dtype=np.float32)),
            (np.array([True, False]), np.array([None, False], dtype=object)),
            (np.array(["a", "b"]), np.array(["-1", "b"])),
            (np.array(["a", "b"], dtype=object), np.array([None, "b"], dtype=object)),
        ],
    )
    def test_array(self, y, expected):
        erased = erase_labels(y, [True, False])
        np.testing.assert_array_equal(erased, expected)
        assert erased.dtype == expected.dtype

    @pytest.mark.parametrize(
        ("dtype", "expected"),
        [
            ("int32", "int32"), ("uint16", "UInt16"), ("bool", "boolean"),
            ("float64", "float64"), ("Int8", "Int8"), ("boolean", "boolean"),
            ("category", "category"), ("str", "str"), ("object", "object"),
        ],
    )  # fmt: skip
    def test_pandas_keeps_index_and_name(self, dtype, expected):
        y = pd.Series([1, 0], index=["p", "q"], name="late").astype(dtype)
        erased = erase_labels(y, [False, True])
        assert erased.dtype == expected
        assert erased.index.tolist() == ["p", "q"]
        assert erased.name == "late"
        assert is_labeled(erased).tolist() == [True, False]

    def test_polars_keeps_name_and_dtype(self):
        y = pl.Series("late", ["a", "b"], dtype=pl.Enum(["a", "b"]))
        erased = erase_labels(y, [False, True])
        assert (erased.name, erased.dtype) == (y.name, y.dtype)
        assert erased.to_list() == ["a", None]

    @pytest.mark.parametrize(
        ("y", "unlabeled", "expected"),
        [
            ([-1, 1], None, [None, 1]),
            ([-1, 1], 9, [9, 1]),
            ([-1, 1], 300, [300, 1]),
            ([-1, 1], "?", [None, 1]),
            (np.array(["a", "b"]), None, [None, "b"]),
            (np.array(["a", "b"]), "?", ["?", "b"]),
            (np.array(["a", "b"]), "missing", ["missing", "b"]),
            (pd.Series([-1, 1]), 9, [9, 1]),
            (pl.Series([-1, 1]), 9, [None, 1]),
        ],
    )
    def test_other_marks(self, y, unlabeled, expected):
        erased = erase_labels(y, [True, False], unlabeled=unlabeled)
        assert list(erased) == expected
        assert is_labeled(erased, unlabeled=unlabeled).tolist() == [False, True]

    def test_pandas_integers_without_a_mark_become_nullable(self):
        erased = erase_labels(pd.Series([-1, 1]), [True, False], unlabeled=None)
        assert erased.dtype == "Int64"
        assert is_labeled(erased, unlabeled=None).tolist() == [False, True]

    def test_rows_of_another_length(self):
        with pytest.raises(ValueError, match=r"rows has shape \(1,\), y has 2 rows"):
            erase_labels([0, 1], [True])


@pytest.mark.parametrize("dtype", [bool, "i1", "u1", "i8", "u8", "f8", "U3"])
def test_classes_and_codes_are_those_of_unique(dtype):
    rng = np.random.default_rng(0)
    largest = {"i1": 127, "u1": 255, "i8": 2**63 - 1, "u8": 2**64 - 1}.get(dtype, 9)
    lowest = {"i1": -128, "i8": -(2**63)}.get(dtype, 0)
    for values in (
        rng.integers(3, size=500),
        np.array([lowest, largest] * 200, dtype=object),
        largest - rng.integers(3, size=500).astype(object),
    ):
        y = values.astype(dtype)
        labels = encode_labels(y, unlabeled=None)
        classes, codes = np.unique(y, return_inverse=True)
        np.testing.assert_array_equal(labels.classes, classes)
        np.testing.assert_array_equal(labels.codes, codes)
        assert labels.classes.dtype == y.dtype
