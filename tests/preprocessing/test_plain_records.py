import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from sklearn_featrix.preprocessing._plain_records import plain_records, plain_value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int8(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (Decimal("1.5"), 1.5),
        (dt.date(2020, 1, 2), dt.datetime(2020, 1, 2)),
        (np.datetime64("2020-01-02T03"), dt.datetime(2020, 1, 2, 3)),
        (pd.Timestamp("2020-01-02"), dt.datetime(2020, 1, 2)),
        (pd.Timedelta("2min"), dt.timedelta(seconds=120)),
        (np.timedelta64(2, "m"), dt.timedelta(seconds=120)),
        (float("nan"), None),
        (pd.NA, None),
        (np.datetime64("NaT"), None),
    ],
)
def test_values_become_those_of_the_language(value, plain):
    found = plain_value(value)
    assert found == plain
    assert type(found) is type(plain)


def test_rows_with_and_without_labels():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    expected = ["a", "b"], [[1, "x"], [2, None]]
    assert plain_records(frame) == expected
    assert plain_records(frame.to_dict("records")) == expected
    assert plain_records(frame.iloc[0]) == (["a", "b"], [[1, "x"]])
    assert plain_records([1.0, "x"]) == (None, [[1.0, "x"]])
    assert plain_records(np.eye(2)) == (None, [[1.0, 0.0], [0.0, 1.0]])


def test_other_values_are_refused():
    for value in (1j, [1], {"a": 1}, b"a", object()):
        with pytest.raises(TypeError, match="Its values can be"):
            plain_value(value)
