import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sklearn_featrix import TableEncoder
from sklearn_featrix.neighbors._saving import load_state, save_state


def round_trip(value, folder):
    save_state(value, folder, "state")
    return load_state(folder, "state")


def test_values_of_every_kind_come_back(tmp_path):
    value = {
        "numbers": [1, 2.5, float("inf"), True, None],
        "texts": ("a", "ü"),
        3: np.array([[1, 2]], dtype=np.int16),
        "date": np.datetime64("2020-01-01"),
        "objects": np.array(["a", None, 3], dtype=object),
        "sparse": sparse.csr_array([[0.0, 1.0]]),
    }
    read = round_trip(value, tmp_path)
    assert list(read) == list(value)
    assert read["numbers"] == value["numbers"]
    assert read["texts"] == value["texts"]
    assert read[3].dtype == np.int16
    assert read[3].tolist() == [[1, 2]]
    assert read["date"] == value["date"]
    assert read["objects"].tolist() == ["a", None, 3]
    assert read["sparse"].toarray().tolist() == [[0, 1]]


def test_an_encoder_of_every_kind_of_column_comes_back(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=60),
            "flag": rng.random(60) < 0.5,
            "gap": np.where(np.arange(60) % 2, 1.0, np.nan),
            "level": rng.choice(["a", "b", None], size=60),
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(range(60), unit="D"),
            "text": [
                f"customer number {i} of the shop in the street" for i in range(60)
            ],
        }
    )
    encoder = TableEncoder(random_state=0).fit(X)
    read = round_trip(encoder, tmp_path)
    np.testing.assert_array_equal(read.transform(X), encoder.transform(X))
    np.testing.assert_array_equal(
        read.get_feature_names_out(), encoder.get_feature_names_out()
    )


def test_what_only_pickle_can_write_is_refused(tmp_path):
    for value in (LogisticRegression(), print, np.random.RandomState(0)):
        with pytest.raises(TypeError, match="cannot be saved without pickle"):
            save_state(value, tmp_path, "state")


def test_unknown_content_is_refused(tmp_path):
    save_state(1, tmp_path, "state")
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"format": 1, "value": {"object": "Popen", "state": 1}}))
    with pytest.raises(ValueError, match="something unknown"):
        load_state(tmp_path, "state")
    path.write_text(json.dumps({"format": 99, "value": 1}))
    with pytest.raises(ValueError, match="format 99"):
        load_state(tmp_path, "state")
