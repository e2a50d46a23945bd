import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklearn_featrix.neighbors import _coverage, coverage_report
from sklearn_featrix.neighbors._coverage import REGIONS, Coverage, CoverageReport
from sklearn_featrix.neighbors._scaled_table import ScaledTable


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(3000, 4))


def shares(codes):
    return np.bincount(codes, minlength=3) / len(codes)


@pytest.mark.parametrize("seed", range(3))
def test_rows_like_the_reference_are_far_as_rarely_as_promised(seed):
    rows = np.random.default_rng(seed).normal(size=(6000, 4))
    coverage = Coverage(far=0.02, far_from_labels=0.1)
    coverage.fit(rows[:3000], labeled=np.arange(3000) < 300)
    _, unlabeled_only, nothing = shares(coverage.regions(rows[3000:]))
    assert abs(nothing - 0.02) < 0.012
    assert abs(unlabeled_only - 0.1) < 0.07


def test_regions_by_hand():
    rows = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    coverage = Coverage(_Identity()).fit(rows, np.arange(6) < 3)
    assert coverage.radius_ == pytest.approx(1)
    assert coverage.radius_labeled_ == pytest.approx(1)
    new = np.array([[0.0], [2.9], [3.1], [9.5], [12.5], [14.0]])
    assert coverage.regions(new).tolist() == [0, 0, 2, 1, 1, 2]
    to_any, to_labeled = coverage.distances(new)
    np.testing.assert_allclose(to_any, [0, 0.9, 1.1, 0.5, 0.5, 2], atol=1e-6)
    np.testing.assert_allclose(to_labeled, [0, 0.9, 1.1, 7.5, 10.5, 12], atol=1e-6)


class _Identity:
    def transform(self, rows):
        return rows


def test_the_side_without_labels_is_told_apart(X):
    coverage = Coverage().fit(X, labeled=(X[:, 0] > 1) & (X[:, 1] > 0))
    new = np.random.default_rng(1).normal(size=(500, 4))
    codes = coverage.regions(new)
    assert np.mean(codes[(new[:, 0] > 1) & (new[:, 1] > 0)] == 0) > 0.7
    assert np.mean(codes[(new[:, 0] < -1) & (new[:, 1] < 0)] == 1) > 0.8


def test_copies_of_rows_change_nothing(X):
    X = X[:500]
    labeled = np.arange(500) < 50
    table = ScaledTable().fit(X)
    once = Coverage(table).fit(X, labeled)
    copied = Coverage(table).fit(np.repeat(X, 5, axis=0), np.repeat(labeled, 5))
    assert copied.radius_ == once.radius_
    assert copied.radius_labeled_ == once.radius_labeled_


def test_units_and_order_change_nothing(X):
    X, new = X[:1000], X[1000:]
    labeled = np.arange(1000) < 50
    expected = Coverage().fit(X, labeled).regions(new)
    factors = np.array([1e-6, 1.0, 1e3, 7.0])
    scaled = Coverage().fit(X * factors, labeled).regions(new * factors)
    assert np.mean(scaled == expected) > 0.999
    order = np.random.default_rng(0).permutation(1000)
    shuffled = Coverage().fit(X[order], labeled[order]).regions(new)
    assert np.mean(shuffled == expected) > 0.999


def test_large_tables_are_sampled_the_same_way_every_time(X, monkeypatch):
    monkeypatch.setattr(_coverage, "MAX_ROWS", 200)
    labeled = np.arange(len(X)) < 50
    one, two = Coverage().fit(X, labeled), Coverage().fit(X, labeled)
    assert len(one._kept) == 250
    assert one.radius_ == two.radius_
    assert shares(one.regions(X[100:]))[2] < 0.06


def test_one_labelled_row_and_none(X):
    coverage = Coverage().fit(X, labeled=np.arange(len(X)) == 7)
    assert coverage.radius_labeled_ == coverage.radius_
    assert coverage.regions(X[[7, 8]])[0] == 0
    coverage = Coverage().fit(X, labeled=np.zeros(len(X), bool))
    assert np.isnan(coverage.radius_labeled_)
    assert set(coverage.regions(X[:9])) == {1}
    assert np.isinf(coverage.distances(X[:2])[1]).all()


def test_report_counts_and_shows_examples(X):
    frame = pd.DataFrame(X, columns=list("abcd"))
    new = frame[2000:].copy()
    new.iloc[:7] = 50.0
    report = coverage_report(frame[:100], frame[100:2000], new)
    assert isinstance(report, CoverageReport)
    assert (report.regions[:7] == "near nothing").all()
    assert sum(report.counts.values()) == 1000
    assert sum(report.shares.values()) == pytest.approx(1)
    assert set(report.regions) <= set(REGIONS)
    assert list(report.examples["near nothing"].index) == [2000, 2001, 2002]
    assert len(report.examples["near labelled"]) == 3
    text = repr(report)
    assert "near nothing, examples:" in text
    assert "1% expected" in text
    assert "1,000 new rows" in text


@pytest.mark.parametrize(
    "container",
    [
        pd.DataFrame,
        sparse.csr_array,
        lambda X: pl.DataFrame(X, schema=list("abcd")),
        lambda X: X.tolist(),
    ],
)
def test_report_of_any_container(container, X):
    parts = X[:50], X[50:400], X[400:500]
    expected = coverage_report(*parts)
    report = coverage_report(*map(container, parts))
    assert (report.regions == expected.regions).all()


def test_report_of_a_mixed_table_with_gaps():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "color": rng.choice(["red", "blue", None], size=400),
            "size": np.where(rng.random(400) < 0.2, np.nan, rng.normal(size=400)),
        }
    )
    report = coverage_report(X[:50], X[50:300], X[300:])
    assert report.counts["near nothing"] < 8
    assert coverage_report(X[:300], None, X[300:]).counts["near unlabeled only"] < 20


class TestOptionsOfTheReport:
    """Each changes what it says it does, and nothing else."""

    def report(self, X, **options):
        return coverage_report(X[:100], X[100:1500], X[1500:], **options)

    def test_far(self, X):
        usual, strict = self.report(X), self.report(X, far=0.1)
        assert strict.radius < usual.radius
        assert strict.radius_labeled == usual.radius_labeled
        assert strict.shares["near nothing"] == pytest.approx(0.1, abs=0.03)
        assert "(10% expected" in repr(strict)

    def test_far_from_labels(self, X):
        usual, strict = self.report(X), self.report(X, far_from_labels=0.3)
        assert strict.radius_labeled < usual.radius_labeled
        assert strict.radius == usual.radius
        assert strict.counts["near nothing"] == usual.counts["near nothing"]
        assert strict.shares["near unlabeled only"] == pytest.approx(0.3, abs=0.1)

    def test_n_examples(self, X):
        usual, more = self.report(X), self.report(X, n_examples=5)
        for name, rows in usual.examples.items():
            assert len(rows) == 3
            np.testing.assert_array_equal(more.examples[name][:3], rows)
        assert {len(rows) for rows in more.examples.values()} == {5}
        none = self.report(X, n_examples=0)
        assert none.examples == {}
        assert "examples" not in repr(none)

    def test_random_state_seeds_the_encoding_of_texts(self):
        rng = np.random.default_rng(0)
        # without a structure that any seed would find
        letters = rng.choice(list("abcdefghij "), size=(300, 30))
        X = pd.DataFrame({"text": ["".join(row) for row in letters]})
        zero, again, one = (
            coverage_report(X[:50], X[50:200], X[200:], random_state=seed).distance
            for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(zero, again)
        assert (zero != one).any()


def test_wrong_input_is_refused(X):
    with pytest.raises(ValueError, match="n_examples=-1 must be an int of at least 0"):
        coverage_report(X[:5], X[5:9], X, n_examples=-1)
    with pytest.raises(ValueError, match="far_from_labels=0 must be a share"):
        coverage_report(X[:5], X[5:9], X, far_from_labels=0)
    with pytest.raises(ValueError, match="must be a share between 0 and 1"):
        coverage_report(X[:5], X[5:9], X, far=1)
    with pytest.raises(ValueError, match="same number of columns"):
        coverage_report(X[:5], X[5:9, :3], X)
    with pytest.raises(TypeError, match="tables of one kind"):
        coverage_report(pd.DataFrame(X[:5]), X[5:9], X)
    with pytest.raises(ValueError, match="0 sample"):
        coverage_report(X[:5], X[5:9], X[:0])
