"""Tables with categories, dates and gaps."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    RandomOverSampler,
)
from imblearn.under_sampling import ClusterCentroids, RandomUnderSampler, TomekLinks
from scipy.sparse import csr_array
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import FunctionTransformer

from sklearn_featrix import EmbeddingTransformer, LabeledSampler
from sklearn_featrix.sampling._nominal_neighbors import NominalNeighbors

RNG = np.random.default_rng(1)
N = 240
Y = RNG.permutation(np.repeat(["no", "yes", None], [70, 20, 150]))
CODES = RNG.integers(3, size=N)
GAP = RNG.uniform(size=N) < 0.2


def frame():
    numbers = RNG.normal(size=N)
    return pd.DataFrame(
        {
            "float": np.where(GAP, np.nan, numbers),
            "single": numbers.astype(np.float32),
            "whole": RNG.integers(0, 100, size=N).astype(np.int16),
            "nullable": pd.array(np.where(GAP, None, CODES * 10), dtype="Int64"),
            "category": pd.Categorical(
                np.array(["a", "b", "c"])[CODES], categories=["c", "b", "a", "unused"]
            ),
            "text": np.where(GAP, None, np.array(["x", "y", "z"])[CODES]),
            "flag": CODES > 0,
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(CODES * 30, unit="D"),
        }
    )


MIXED = frame()
SAMPLERS = [SMOTE(), SMOTENC(["category"]), SMOTEN(), ADASYN()]


def made_rows(sampler, X=MIXED, y=Y):
    X_new, y_new = sampler.fit_resample(X, y)
    made = sampler.sample_indices_ < 0
    return X_new[made].reset_index(drop=True), y_new[made]


class TestDataFrames:
    @pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
    def test_dtypes_and_old_rows_stay(self, sampler):
        ours = LabeledSampler(sampler, random_state=0)
        X_new, y_new = ours.fit_resample(MIXED, Y)
        assert X_new.dtypes.to_dict() == MIXED.dtypes.to_dict()
        assert X_new.index.tolist() == list(range(len(X_new)))
        known = ours.sample_indices_ >= 0
        pd.testing.assert_frame_equal(
            X_new[known].reset_index(drop=True),
            MIXED.iloc[ours.sample_indices_[known]].reset_index(drop=True),
        )
        assert (~known).sum() > 30
        assert set(y_new[~known]) == {"yes"}

    @pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
    def test_made_cells_are_those_of_their_class(self, sampler):
        made, _ = made_rows(LabeledSampler(sampler, random_state=0))
        source = MIXED[Y == "yes"]
        for name in ("category", "text", "flag"):
            assert set(made[name].dropna()) <= set(source[name].dropna())
        for name in ("float", "single", "whole", "nullable"):
            assert made[name].min() >= source[name].min()
            assert made[name].max() <= source[name].max()

    def test_polars_gives_what_pandas_gives(self):
        columns = ["float", "whole", "category", "text", "flag", "date"]
        table = pl.from_pandas(MIXED[columns])
        for sampler in (SMOTE(), ADASYN(), RandomUnderSampler(), RandomOverSampler()):
            ours = LabeledSampler(sampler, random_state=0)
            X_new, y_new = ours.fit_resample(table, pl.Series(Y.tolist()))
            expected, y_expected = ours.fit_resample(MIXED[columns], Y)
            assert X_new.schema == table.schema
            given = X_new.to_pandas()
            for name in ("float", "whole", "date"):
                np.testing.assert_allclose(
                    given[name].astype("int64" if name == "date" else float),
                    expected[name].astype("int64" if name == "date" else float),
                )
            for name in ("category", "text", "flag"):
                assert given[name].fillna("-").tolist() == [
                    "-" if pd.isna(cell) else cell for cell in expected[name]
                ]
            assert y_new.to_list() == y_expected.tolist()

    def test_series_of_labels_keep_their_dtype_and_name(self):
        y = pd.Series(Y, dtype="category", name="answer", index=np.arange(N) * 3)
        X_new, y_new = LabeledSampler(SMOTE(), random_state=0).fit_resample(MIXED, y)
        assert (y_new.dtype, y_new.name) == (y.dtype, "answer")
        assert y_new.index.equals(X_new.index)
        assert y_new.isna().sum() == 150

    def test_columns_without_names(self):
        table = MIXED[["float", "category"]].set_axis([0, 1], axis=1)
        made, _ = made_rows(LabeledSampler(SMOTE(), random_state=0), table)
        assert made.columns.tolist() == [0, 1]

    def test_object_arrays(self):
        table = MIXED[["single", "whole", "text"]].astype(object).to_numpy()
        ours = LabeledSampler(SMOTE(), random_state=0)
        X_new, _ = ours.fit_resample(table, Y)
        made = X_new[ours.sample_indices_ < 0]
        assert {type(cell) for cell in made[:, 1]} == {int}
        assert {type(cell) for cell in made[:, 0]} == {float}

    def test_random_samplers_take_any_table(self):
        for sampler in (RandomUnderSampler(), RandomOverSampler()):
            ours = LabeledSampler(sampler, random_state=0)
            X_new, _ = ours.fit_resample(MIXED, Y)
            pd.testing.assert_frame_equal(
                X_new, MIXED.iloc[ours.sample_indices_].reset_index(drop=True)
            )

    def test_tomek_links_between_categories(self):
        """Rows of two classes in one place are each other's nearest."""
        table = pd.DataFrame({"text": list("aabbccdd"), "number": [0.0] * 8})
        y = ["no", "no", "no", "yes", "yes", "yes", "no", "no"]
        ours = LabeledSampler(TomekLinks(sampling_strategy="all"))
        _, y_new = ours.fit_resample(table, y)
        np.testing.assert_array_equal(ours.sample_indices_, [0, 1, 4, 5, 6, 7])
        assert y_new == ["no", "no", "yes", "yes", "no", "no"]


class TestNominal:
    """SMOTENC and SMOTEN, chosen by the types of the columns."""

    def test_choice(self):
        def chosen(X, sampler=SMOTE):
            return type(LabeledSampler(sampler()).fit(X, Y).sampler_)

        assert chosen(MIXED) is SMOTENC
        assert chosen(MIXED[["category", "text", "flag"]]) is SMOTEN
        assert chosen(MIXED[["single", "whole"]]) is SMOTE
        assert chosen(MIXED[["float", "nullable"]]) is SMOTE
        assert chosen(MIXED, ADASYN) is ADASYN
        names = [f"name {i}" for i in range(N)]  # texts are no kinds of rows
        assert chosen(MIXED.assign(name=names)) is SMOTE

    def test_rows_are_those_of_imbalanced_learn(self):
        table = MIXED[["single", "category", "flag"]]
        labeled = table[Y != None].astype({"flag": "category"})  # noqa: E711
        y = Y[Y != None]  # noqa: E711
        expected, _ = SMOTENC("auto", random_state=5).fit_resample(labeled, y)
        made, _ = made_rows(LabeledSampler(SMOTE(random_state=5)), table)
        theirs = expected[len(labeled) :].reset_index(drop=True)
        np.testing.assert_allclose(made["single"], theirs["single"], rtol=1e-5)
        assert made["category"].tolist() == theirs["category"].tolist()
        assert made["flag"].tolist() == theirs["flag"].astype(bool).tolist()

    def test_named_columns_are_categories_whatever_they_hold(self):
        table = MIXED[["single", "nullable", "float"]]
        for named in (["nullable"], [1], [False, True, False]):
            sampler = LabeledSampler(SMOTENC(named), random_state=0)
            made, _ = made_rows(sampler, table)
            assert set(made["nullable"].dropna()) <= {0, 10, 20}
        with pytest.raises(ValueError, match=r"names \['nothing'\]"):
            LabeledSampler(SMOTENC(["nothing"])).fit(table, Y)

    def test_gaps_in_numbers_are_those_of_the_nearer_row(self):
        """All rows of a class have a gap, or none has, or some."""
        gone = np.where(Y == "yes", np.nan, 1.0 + np.arange(N))
        texts = np.where(Y == "yes", None, "t")
        table = MIXED[["single", "float", "category"]].assign(
            gone=gone, text=texts, there=np.where(Y == "no", np.nan, 3.0)
        )
        made, _ = made_rows(LabeledSampler(SMOTE(), random_state=0), table)
        assert made["gone"].isna().all()
        assert made["text"].isna().all()
        assert (made["there"] == 3).all()
        assert 0 < made["float"].isna().mean() < 0.5

    def test_numbers_are_made_of_numbers(self):
        """A number beside a gap is that of its row: no median comes into it."""
        table = MIXED[["category"]].assign(
            number=RNG.normal(size=N), half=np.where(np.arange(N) % 2, np.nan, 7.0)
        )
        made, _ = made_rows(LabeledSampler(SMOTE(), random_state=0), table)
        assert set(made["half"].dropna()) == {7.0}
        assert made["half"].isna().any()

    def test_settings_are_handed_on(self):
        sampler = SMOTE(k_neighbors=2, random_state=7, sampling_strategy={"yes": 40})
        chosen = LabeledSampler(sampler).fit(MIXED, Y).sampler_
        assert chosen.k_neighbors.k_neighbors == 2
        assert chosen.random_state == 7
        assert chosen.sampling_strategy == {"yes": 40}

    def test_a_finder_of_ones_own(self):
        finder = NearestNeighbors(n_neighbors=4)
        expected, _ = made_rows(LabeledSampler(SMOTE(k_neighbors=3, random_state=0)))
        made, _ = made_rows(LabeledSampler(SMOTE(k_neighbors=finder, random_state=0)))
        pd.testing.assert_frame_equal(made, expected)

    def test_neighbors_see_numbers_and_categories_alone(self):
        X = csr_array([[0.0, 99, 1, 0], [1.0, 0, 1, 0], [0.0, 0, 0, 1]])
        finder = NominalNeighbors(2, n_numbers=1, n_digits=1).fit(X)
        distances, rows = finder.kneighbors(X[[0]])
        unit = np.std([0, 1, 0])
        np.testing.assert_allclose(distances, [[0, unit, 1]])
        np.testing.assert_array_equal(rows, [[0, 2, 1]])
        assert finder.kneighbors_graph(X).sum() == 9


class TestBetweenTwoRows:
    """Numbers lie between; all else is from the nearer row."""

    TABLE = pd.DataFrame(
        {
            "x": [0.0, 10.0, 50.0, 51.0, 52.0, 53.0],
            "gap": [4.0, np.nan, 1.0, 1.0, 1.0, 1.0],
            "text": ["left", "right", "o", "o", "o", "o"],
            "date": pd.to_datetime(["2020-01-01", "2021-01-01"] + ["2019-01-01"] * 4),
            "whole": pd.array([0, 100, 1, 1, 1, 1], dtype="Int8"),
        }
    )
    Y = np.array([1, 1, 0, 0, 0, 0])

    @pytest.mark.parametrize("space", ["table", "vectors"])
    def test_the_nearer_row_gives_what_cannot_be_between(self, space):
        if space == "vectors":
            space = FunctionTransformer(lambda X: X[["x"]].to_numpy())
        sampler = SMOTE(k_neighbors=1, sampling_strategy={1: 60}, random_state=0)
        # ADASYN asks for neighbours of other classes; SVMSMOTE and others for more rows
        ours = LabeledSampler(sampler, space=space)
        table, y = self.TABLE, self.Y
        if isinstance(space, str):  # texts in plenty, so that SMOTENC is not chosen
            table = pd.concat([table, table.iloc[[2] * 60].assign(
                text=[f"text {i}" for i in range(60)])])  # fmt: skip
            y = np.r_[y, np.zeros(60, int)]
            sampler.set_params(sampling_strategy={1: 62})
        made, _ = made_rows(ours, table, y)
        is_left = made["x"] < 5
        assert 10 < is_left.sum() < 50
        assert (made.loc[is_left, "gap"] == 4).all()
        assert made.loc[~is_left, "gap"].isna().all()
        assert set(made.loc[is_left, "text"]) == {"left"}
        assert set(made.loc[~is_left, "text"]) == {"right"}
        assert set(made.loc[is_left, "date"].dt.year) == {2020}
        assert set(made.loc[~is_left, "date"].dt.year) == {2021}
        np.testing.assert_array_equal(made["whole"], np.rint(made["x"] * 10))

    def test_arrays_with_gaps(self):
        X = np.where(GAP[:, None], [[np.nan, 1]], RNG.normal(size=(N, 2)))
        ours = LabeledSampler(SMOTE(), random_state=0)
        X_new, _ = ours.fit_resample(X, Y)
        made = X_new[ours.sample_indices_ < 0]
        assert np.isnan(made[:, 0]).any()
        assert not np.isnan(made[:, 0]).all()
        assert not np.isnan(made[:, 1]).any()

    def test_an_embedding_of_the_mixed_table(self):
        embedding = EmbeddingTransformer(effort="low", max_steps=3)
        ours = LabeledSampler(SMOTE(), space=embedding, random_state=0)
        made, _ = made_rows(ours)
        assert len(made) == 50
        assert made.dtypes.to_dict() == MIXED.dtypes.to_dict()

    def test_rows_between_no_two(self):
        with pytest.raises(ValueError, match="do not lie between two rows"):
            LabeledSampler(ClusterCentroids(random_state=0)).fit_resample(MIXED, Y)
        smooth = RandomOverSampler(shrinkage=1.0, random_state=0)
        with pytest.raises(ValueError, match=r"RandomOverSampler.* do not lie between"):
            LabeledSampler(smooth).fit_resample(MIXED, Y)
