import pickle
import re
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_featrix.embedding import EmbeddingTransformer, _transformer
from sklearn_featrix.embedding._objectives import HiddenClusters
from sklearn_featrix.embedding._objectives import _hidden_clusters as hidden_clusters
from sklearn_featrix.exceptions import TrainingInterruptedWarning
from sklearn_featrix.preprocessing import TableEncoder

OBJECTIVES = ["hidden_clusters", "denoising", "scarf"]


def quick(**parameters):
    return EmbeddingTransformer(
        **{"effort": "low", "max_steps": 20, "random_state": 0, **parameters}
    )


@pytest.fixture(scope="module")
def table():
    """Columns of several kinds, with gaps and copies of rows."""
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "amount": rng.lognormal(size=150),
            "count": rng.poisson(3, size=150).astype(float),
            "color": rng.choice(["red", "green", "blue"], size=150),
            "flag": rng.choice([True, False], size=150),
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.randint(500, size=150), unit="D"),
        }
    )
    frame.loc[::7, "count"] = np.nan
    return pd.concat([frame, frame[:30]], ignore_index=True)


@pytest.fixture(scope="module")
def fitted(table):
    return quick().fit(table)


@parametrize_with_checks(
    [quick(random_state=None), quick(random_state=None, n_components=2)]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


class TestVectors:
    @pytest.mark.parametrize("objective", OBJECTIVES)
    def test_are_float32_of_unit_mean_squared_norm(self, table, objective):
        vectors = quick(objective=objective).fit_transform(table)
        assert vectors.dtype == np.float32
        assert vectors.shape == (180, 384)
        assert (vectors**2).sum(1).mean() == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("n_components", [1, 5, 384])
    def test_can_be_reduced(self, table, n_components):
        vectors = quick(n_components=n_components).fit_transform(table)
        assert vectors.shape == (180, n_components)
        assert (vectors**2).sum(1).mean() == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize(
        ("effort", "n_outputs"), [("low", 384), ("auto", 384), ("high", 768)]
    )
    def test_effort_sets_their_number(self, table, effort, n_outputs):
        embedding = quick(effort=effort, max_steps=2).fit(table)
        assert embedding.transform(table).shape == (180, n_outputs)
        assert len(embedding.get_feature_names_out()) == n_outputs

    def test_of_a_row_do_not_depend_on_other_rows(self, fitted, table):
        vectors = fitted.transform(table)
        for rows in (slice(0, 1), slice(17, 60), slice(None, None, -1)):
            np.testing.assert_array_equal(
                fitted.transform(table.iloc[rows]), vectors[rows]
            )

    def test_of_known_and_new_rows_need_no_labels(self, fitted, table):
        new = table.iloc[:3].assign(color="mauve", amount=[np.inf, np.nan, -1e30])
        assert np.isfinite(fitted.transform(new)).all()

    def test_help_a_linear_classifier(self):
        X, y = load_breast_cancer(return_X_y=True)
        few = np.r_[np.flatnonzero(y == 0)[:10], np.flatnonzero(y == 1)[:10]]
        vectors = quick(max_steps=200).fit_transform(X)
        assert (
            LogisticRegression(C=10).fit(vectors[few], y[few]).score(vectors, y) > 0.9
        )


class TestSameResult:
    def test_for_the_same_seed(self, fitted, table):
        np.testing.assert_array_equal(
            quick().fit(table).transform(table), fitted.transform(table)
        )
        other = quick(random_state=1).fit(table)
        assert (other.transform(table) != fitted.transform(table)).any()

    @pytest.mark.parametrize("objective", OBJECTIVES)
    def test_for_every_order_of_rows(self, table, objective):
        shuffled = table.sample(frac=1, random_state=3)
        first = quick(objective=objective, n_components=8).fit(table)
        second = quick(objective=objective, n_components=8).fit(shuffled)
        np.testing.assert_array_equal(first.transform(table), second.transform(table))

    def test_for_every_container(self, fitted, table):
        frame = pl.from_pandas(table)
        np.testing.assert_array_equal(
            quick().fit(frame).transform(frame), fitted.transform(table)
        )

    @pytest.mark.parametrize("objective", OBJECTIVES)
    def test_and_global_random_states_untouched(self, table, objective):
        numpy_state = pickle.dumps(np.random.mtrand._rand)
        torch_state = torch.get_rng_state()
        quick(objective=objective).fit(table).transform(table)
        assert pickle.dumps(np.random.mtrand._rand) == numpy_state
        assert (torch.get_rng_state() == torch_state).all()

    def test_with_metadata_routing(self, fitted, table):
        with sklearn.config_context(enable_metadata_routing=True):
            vectors = quick().fit(table).transform(table)
        np.testing.assert_array_equal(vectors, fitted.transform(table))

    def test_in_threads(self, table):
        def embed(_):
            # objective without k-means: OpenMP's own threads take no part
            return quick(objective="scarf", max_steps=2).fit(table).transform(table)

        wanted = embed(0)
        with ThreadPoolExecutor(4) as pool:
            for vectors in pool.map(embed, range(16)):
                np.testing.assert_array_equal(vectors, wanted)

    @pytest.mark.parametrize("objective", OBJECTIVES)
    def test_whatever_the_defaults_of_torch_are(self, table, objective):
        wanted = quick(objective=objective).fit(table).transform(table)
        try:
            torch.set_default_dtype(torch.float64)
            torch.set_default_device("meta")
            vectors = quick(objective=objective).fit(table).transform(table)
        finally:
            torch.set_default_dtype(torch.float32)
            torch.set_default_device(None)
        np.testing.assert_array_equal(vectors, wanted)

    def test_whatever_y_says(self, fitted, table):
        vectors = quick().fit(table, np.arange(180)).transform(table)
        np.testing.assert_array_equal(vectors, fitted.transform(table))


class TestPickle:
    def test_round_trip(self, fitted, table):
        loaded = pickle.loads(pickle.dumps(fitted))
        np.testing.assert_array_equal(loaded.transform(table), fitted.transform(table))

    def test_is_small_and_holds_no_tensors(self, fitted):
        raw = pickle.dumps(fitted)
        assert len(raw) < 300_000
        assert b"torch" not in raw
        assert b"skorch" not in raw

    def test_is_applied_without_skorch(self, fitted, table, tmp_path):
        (tmp_path / "embedding.pkl").write_bytes(pickle.dumps(fitted))
        table.to_pickle(tmp_path / "table.pkl")
        np.save(tmp_path / "expected.npy", fitted.transform(table))
        program = """
            import pickle, sys
            import numpy as np, pandas as pd
            embedding = pickle.load(open("embedding.pkl", "rb"))
            vectors = embedding.transform(pd.read_pickle("table.pkl"))
            assert np.array_equal(vectors, np.load("expected.npy"))
            assert "skorch" not in sys.modules
        """
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], cwd=tmp_path, check=True
        )


class TestLargeTables:
    """Tables of more rows than are trained on."""

    @pytest.fixture(autouse=True)
    def few_rows(self, monkeypatch):
        monkeypatch.setattr(_transformer, "MAX_TRAINED_ROWS", 100)

    @pytest.fixture
    def n_encoded(self, monkeypatch):
        encode, lengths = TableEncoder._encode, []

        def count(self, X, encoding):
            encoded = encode(self, X, encoding)
            lengths.append(len(encoded))
            return encoded

        monkeypatch.setattr(TableEncoder, "_encode", count)
        return lengths

    def test_only_what_is_trained_on_is_encoded(self, table, n_encoded):
        embedding = quick(warm_start=True).fit(table).fit(table)
        assert n_encoded == [100, 100]
        assert embedding.n_iter_ == 40

    def test_encoding_is_learnt_from_all_rows(self, table):
        rare = table.assign(color=[*table["color"][:-1], "mauve"])
        assert "mauve" in quick().fit(rare).encoder_._encoders[2].levels

    @pytest.mark.parametrize("make", [pd.DataFrame, pl.from_pandas])
    def test_order_of_rows_and_container_do_not_matter(self, table, make):
        first = quick().fit(table)
        second = quick().fit(make(table.sample(frac=1, random_state=3)))
        np.testing.assert_array_equal(first.transform(table), second.transform(table))

    def test_other_rows_than_the_last_ones_are_left_out(self, table):
        first, all_rows = quick().fit(table), quick().fit(table[:100])
        assert (first.transform(table) != all_rows.transform(table)).any()

    def test_columns_are_matched_by_name_when_going_on(self, table):
        first = quick(warm_start=True).fit(table).fit(table)
        second = quick(warm_start=True).fit(table).fit(table[list(table)[::-1]])
        np.testing.assert_array_equal(first.transform(table), second.transform(table))


class TestDevices:
    @pytest.fixture
    def on(self, monkeypatch):
        """Make "auto" mean some device."""

        def use(device):
            monkeypatch.setattr(
                _transformer, "resolve_device", lambda _: torch.device(device)
            )

        return use

    def test_pickle_knows_nothing_of_the_device_of_fit(self, fitted, table, on):
        on("cpu:0")
        raw = pickle.dumps(quick().fit(table))
        on("cpu")
        loaded = pickle.loads(raw)
        np.testing.assert_array_equal(loaded.transform(table), fitted.transform(table))

    def test_loaded_network_goes_where_the_device_is_now(self, fitted, table, on):
        loaded = pickle.loads(pickle.dumps(fitted))
        on("meta")  # a device that holds no numbers, so that asking for them shows it
        with pytest.raises(NotImplementedError, match="meta"):
            loaded.transform(table)

    @pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
    @pytest.mark.parametrize("objective", OBJECTIVES)
    def test_from_gpu_to_cpu_and_back(self, table, objective):
        embedding = quick(objective=objective, device="cuda").fit(table)
        vectors = embedding.transform(table)
        moved = pickle.loads(pickle.dumps(embedding)).set_params(device="cpu")
        np.testing.assert_allclose(moved.transform(table), vectors, atol=1e-6)
        back = pickle.loads(pickle.dumps(moved)).set_params(device="cuda")
        np.testing.assert_array_equal(back.transform(table), vectors)


class TestStops:
    def test_at_the_time_limit_and_can_be_used(self, table):
        embedding = quick(time_limit=1e-3, max_steps=1000)
        with pytest.warns(TrainingInterruptedWarning, match="1 of 1000 steps"):
            embedding.fit(table)
        assert embedding.n_iter_ == 1
        assert np.isfinite(embedding.transform(table)).all()

    def test_on_interrupt_and_can_be_used(self, table, monkeypatch):
        make_batch, calls = HiddenClusters.make_batch, []

        def make_few(self, rows, generator):
            calls.append(None)
            if len(calls) > 6:
                raise KeyboardInterrupt
            return make_batch(self, rows, generator)

        monkeypatch.setattr(HiddenClusters, "make_batch", make_few)
        with pytest.warns(TrainingInterruptedWarning, match="after 6 of 20 steps"):
            embedding = quick().fit(table)
        assert embedding.n_iter_ == 6
        assert np.isfinite(embedding.transform(table)).all()

    @pytest.fixture
    def slow_clusters(self, monkeypatch):
        cluster = hidden_clusters._cluster

        def cluster_slowly(points, rng):
            time.sleep(0.02)
            return cluster(points, rng)

        monkeypatch.setattr(hidden_clusters, "_cluster", cluster_slowly)

    def test_making_groups_when_half_of_the_time_is_over(self, table, slow_clusters):
        # all groups would take 2.6 s; one step is done however late it is
        embedding = quick(effort="auto", time_limit=1, max_steps=1)
        with pytest.warns(TrainingInterruptedWarning, match=r"on \d+ of 32 groups"):
            embedding.fit(table)
        assert embedding.n_iter_ == 1

    def test_not_before_the_limit(self, fitted, table):
        vectors = quick(time_limit=1000).fit(table).transform(table)
        np.testing.assert_array_equal(vectors, fitted.transform(table))

    @pytest.fixture
    def interrupted_clusters(self, monkeypatch):
        """Interrupt the next fit while it makes its tasks."""

        def interrupt(points, rng):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(hidden_clusters, "_cluster", interrupt)
            yield

    def test_before_the_first_step_is_not_fitted(self, table, interrupted_clusters):
        embedding = quick()
        with pytest.raises(KeyboardInterrupt):
            embedding.fit(table)
        with pytest.raises(NotFittedError):
            embedding.transform(table)

    @pytest.mark.parametrize("warm_start", [False, True])
    def test_before_the_first_step_keeps_the_former_fit(
        self, table, monkeypatch, warm_start
    ):
        embedding = quick(warm_start=warm_start).fit(table)
        vectors, before = embedding.transform(table), dict(vars(embedding))
        other = table if warm_start else table[["amount", "color"]]

        def interrupt(self, rows, generator):
            raise KeyboardInterrupt

        monkeypatch.setattr(HiddenClusters, "make_batch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            embedding.fit(other)
        assert vars(embedding) == before
        np.testing.assert_array_equal(embedding.transform(table), vectors)

    def test_one_fit_of_a_cross_validation(self, table, monkeypatch):
        make_batch, calls = HiddenClusters.make_batch, []

        def make_few(self, rows, generator):
            calls.append(None)
            if len(calls) == 6:
                raise KeyboardInterrupt
            return make_batch(self, rows, generator)

        monkeypatch.setattr(HiddenClusters, "make_batch", make_few)
        pipeline = make_pipeline(quick(), LogisticRegression())
        y = table["amount"] > 1
        with pytest.warns(TrainingInterruptedWarning, match="after 5 of 20 steps"):
            scores = cross_val_score(pipeline, table, y, cv=3, error_score="raise")
        assert np.isfinite(scores).all()
        assert len(calls) == 6 + 2 * 20

    def test_after_max_steps(self, fitted):
        assert fitted.n_iter_ == 20
        assert [block["step"] for block in fitted.history_] == list(range(1, 21))


class TestWarmStart:
    def test_goes_on_from_the_weights(self, table):
        embedding = quick(warm_start=True, max_steps=150).fit(table)
        first_loss = embedding.history_[0]["loss"]
        encoder = embedding.encoder_
        embedding.set_params(max_steps=1).fit(table)
        assert embedding.encoder_ is encoder
        assert embedding.n_iter_ == 151
        assert embedding.history_[-1]["step"] == 151
        assert embedding.history_[-1]["seconds"] > embedding.history_[-2]["seconds"]
        # Heads are new each time, the representation is not.
        fresh = quick(max_steps=1).fit(table)
        assert fresh.history_[0]["loss"] == pytest.approx(first_loss, rel=0.5)
        moved = np.abs(embedding.transform(table) - fresh.transform(table)).mean()
        assert moved > 1e-3

    def test_of_another_table_is_refused(self, table):
        embedding = quick(warm_start=True).fit(table)
        with pytest.raises(ValueError, match="shade"):
            embedding.fit(table.rename(columns={"color": "shade"}))

    def test_of_another_size_is_refused(self, table):
        embedding = quick(warm_start=True).fit(table)
        with pytest.raises(ValueError, match="network of width 128, but effort='high'"):
            embedding.set_params(effort="high").fit(table)

    def test_without_it_a_second_fit_begins_anew(self, fitted, table):
        embedding = quick(random_state=1).fit(table).set_params(random_state=0)
        np.testing.assert_array_equal(
            embedding.fit(table).transform(table), fitted.transform(table)
        )
        assert embedding.n_iter_ == 20


class TestSmallTables:
    @pytest.mark.parametrize("objective", OBJECTIVES)
    @pytest.mark.parametrize("n_rows", [2, 3, 10])
    def test_of_few_rows(self, objective, n_rows):
        X = np.random.RandomState(0).normal(size=(n_rows, 3))
        vectors = quick(objective=objective, n_components=4).fit_transform(X)
        assert vectors.shape == (n_rows, 4)
        assert np.isfinite(vectors).all()

    @pytest.mark.parametrize("objective", OBJECTIVES)
    @pytest.mark.parametrize("values", [np.arange(30.0), list("ab") * 15, list("abc")])
    def test_of_one_column(self, objective, values):
        X = pd.DataFrame({"only": values})
        vectors = quick(objective=objective).fit_transform(X)
        assert np.isfinite(vectors).all()
        assert (vectors[0] != vectors[1]).any()

    def test_one_row_is_refused(self):
        with pytest.raises(ValueError, match="1 sample"):
            quick().fit(np.ones((1, 3)))

    def test_one_row_is_refused_when_going_on(self, table):
        embedding = quick(warm_start=True).fit(table)
        with pytest.raises(ValueError, match="minimum of 2 is required"):
            embedding.fit(table[:1])


class TestParameters:
    def test_too_many_components(self, table):
        with pytest.raises(ValueError, match="n_components=385 is more than the 384"):
            quick(n_components=385).fit(table)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("objective", "contrast"),
            ("n_components", 0),
            ("effort", "huge"),
            ("max_steps", 0),
            ("time_limit", 0),
            ("device", None),
        ],
    )
    def test_out_of_range(self, table, name, value):
        with pytest.raises(ValueError, match=f"The '{name}' parameter"):
            quick(**{name: value}).fit(table)

    def test_unknown_device(self, table):
        with pytest.raises(ValueError, match="Unknown device 'abacus'"):
            quick(device="abacus").fit(table)

    def test_verbose_shows_progress(self, table, capsys):
        quick(verbose=1).fit(table)
        out = capsys.readouterr().out
        assert re.match(r"encoded 180 rows as \d+ columns +[\d.]+ s\n", out)
        assert "prepared hidden_clusters" in out
        assert "step 20 of 20  loss" in out


class TestComposition:
    def test_not_fitted(self, table):
        with pytest.raises(NotFittedError):
            quick().transform(table)

    def test_output_container(self, table):
        vectors = quick(n_components=2).set_output(transform="pandas").fit(table)
        assert list(vectors.transform(table).columns) == [
            "embeddingtransformer0",
            "embeddingtransformer1",
        ]

    def test_feature_names(self, fitted, table):
        assert list(fitted.feature_names_in_) == list(table.columns)
        assert fitted.n_features_in_ == 5
        refitted = clone(fitted).fit(table).fit(np.ones((4, 1)) * [[1], [2], [3], [4]])
        assert not hasattr(refitted, "feature_names_in_")

    def test_search_in_a_pipeline(self, table):
        y = (table["amount"] > 1).astype(int)
        pipeline = make_pipeline(quick(), LogisticRegression())
        grid = {"embeddingtransformer__n_components": [2, None]}
        search = GridSearchCV(pipeline, grid, cv=2).fit(table, y)
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_result_does_not_depend_on_the_number_of_threads(fitted, table):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        vectors = quick().fit(table).transform(table)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(vectors, fitted.transform(table))
