"""Texts of many levels: components of hashed n-grams beside the frequent levels."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.utils.extmath import randomized_svd

from ._category import CategoryEncoder

_PROSE = 40  # mean characters; shorter texts are names
_NAMES_SHARE = 6  # names get one in six of the components
_N_BUCKETS = 2**13
_MAX_SAMPLE_LEVELS = 10_000
_MAX_SAMPLE_CHARS = 500_000
_CHUNK_CHARS = 250_000  # what is held as n-grams at a time


class TextEncoder:
    """Encode texts by what they are made of, so that similar texts come out similar.

    Character n-grams are hashed, weighted by TF-IDF and projected on their leading
    singular vectors, fitted on a bounded sample of the distinct texts. Names (short
    texts) get few components of total variance 1, like one number; prose gets all,
    its strongest with variance 1.

    Parameters
    ----------
    max_categories : int
        Most levels, "other" included, that get an indicator.
    n_components : int
        Components of prose; names get a sixth of them.
    seed : int
        Seed of the sample and of the singular vectors.
    """

    def __init__(self, max_categories, n_components, seed):
        self.max_categories = max_categories
        self.n_components = n_components
        self.seed = seed

    def fit(self, column):
        """Store the frequent levels and the projection of n-grams."""
        self.frequent = CategoryEncoder(self.max_categories).fit(column)
        sample = self._sample(column.levels)
        texts = [column.levels[i] for i in sample]
        is_prose = np.mean([len(text) for text in texts]) >= _PROSE
        self.width = self._width(len(texts), is_prose)
        if self.width:
            counts = np.bincount(column.values[~column.missing])[sample]
            self._fit_projection(texts, counts / counts.sum(), is_prose)
        return self

    def linear_names(self):
        """Name what `linear` writes."""
        return self._component_names() + self.frequent.linear_names()

    def tree_names(self):
        """Name what `tree` writes."""
        return self._component_names() + self.frequent.tree_names()

    def linear(self, column, out):
        """Write components, 0 where missing, and the frequent levels one-hot."""
        out[:, : self.width] = self._components(column, missing=0)
        self.frequent.linear(column, out[:, self.width :])

    def tree(self, column, out):
        """Write components and the ordinal code, NaN where missing."""
        out[:, : self.width] = self._components(column, missing=np.nan)
        self.frequent.tree(column, out[:, self.width :])

    def _component_names(self):
        return [f"__text{i}" for i in range(self.width)]

    def _width(self, n_texts, is_prose):
        wanted = self.n_components
        if not is_prose and wanted:
            wanted = max(wanted // _NAMES_SHARE, 1)
        return min(wanted, n_texts - 1)

    def _sample(self, levels):
        order = np.random.RandomState(self.seed).permutation(len(levels))
        lengths = np.cumsum([len(levels[i]) for i in order[:_MAX_SAMPLE_LEVELS]])
        n_kept = max(int(np.searchsorted(lengths, _MAX_SAMPLE_CHARS)), 2)
        return np.sort(order[:n_kept])

    def _fit_projection(self, texts, weights, is_prose):
        """Fit TF-IDF and singular vectors; `weights` are the shares of rows."""
        counts = _ngrams().transform(texts)
        self.tfidf = TfidfTransformer(sublinear_tf=True).fit(counts)
        grams = self.tfidf.transform(counts)
        _, _, axes = randomized_svd(grams, self.width, random_state=self.seed)
        components = grams @ axes.T
        center = weights @ components
        variance = weights @ (components - center) ** 2
        scale = np.sqrt(variance.max() if is_prose else variance.sum()) or 1.0
        self.axes = (axes.T / scale).astype(np.float32)
        self.center = center / scale

    def _components(self, column, missing):
        """Components of every row, computed once per distinct text."""
        table = np.full((len(column.levels) + 1, self.width), missing, np.float32)
        if self.width:
            ngrams, start = _ngrams(), 0
            for texts in _chunks(column.levels):
                grams = self.tfidf.transform(ngrams.transform(texts))
                table[start : start + len(texts)] = grams @ self.axes - self.center
                start += len(texts)
        return table[column.values]


def _ngrams():
    return HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        n_features=_N_BUCKETS,
        alternate_sign=False,
        norm=None,
    )


def _chunks(texts):
    """Consecutive parts of at most about _CHUNK_CHARS characters."""
    lengths = np.cumsum([len(text) for text in texts])
    start = 0
    while start < len(texts):
        read = lengths[start - 1] if start else 0
        stop = max(int(np.searchsorted(lengths, read + _CHUNK_CHARS)), start + 1)
        yield texts[start:stop]
        start = stop
