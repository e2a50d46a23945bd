import platform
import weakref
from copy import deepcopy

import numpy as np
import pytest
import torch

from sklearn_featrix.in_context import _inference
from sklearn_featrix.in_context._cells import Cells
from sklearn_featrix.in_context._inference import (
    CHUNK_SIZES,
    Reader,
    chunk_size,
    questions_at_once,
)

NOMINAL = np.array([False, True, False, False, True])


@pytest.fixture(params=[2, 3, 5])
def n_classes(request):
    return request.param


@pytest.fixture
def task(n_classes):
    return make_task(n_classes)


def make_task(n_classes):
    """Labelled rows, their classes, and rows to ask about."""
    rng = np.random.default_rng(0)
    q = rng.uniform(-1, 1, size=(340, 5)).astype(np.float32)
    q[rng.random(q.shape) < 0.1] = np.nan
    cells = Cells(2 * q, q)
    codes = rng.permutation(np.arange(40) % n_classes)
    context, queries = (
        cells.take(rows, slice(None)) for rows in (slice(40), slice(40, None))
    )
    return context, codes, queries


def logits(network, context, codes, queries, size=None):
    n_classes = codes.max() + 1
    reader = Reader(network, context, codes, NOMINAL, n_classes)
    return reader.logits(queries, size=size)


def log_proba(logits):
    return torch.from_numpy(logits).log_softmax(1).numpy()


def of_network(network, context, queries, y):
    z, q = (
        torch.from_numpy(np.concatenate(pair))[None]
        for pair in ((context.z, queries.z), (context.q, queries.q))
    )
    y = torch.as_tensor(y, dtype=torch.float32)[None]
    return network(z, q, torch.from_numpy(NOMINAL)[None], y)[0]


def test_logits_are_those_of_the_network(network, task, n_classes):
    context, codes, queries = task
    answers = logits(network, *task)
    assert answers.shape == (300, n_classes)
    assert answers.dtype == np.float64
    assert answers.std() > 1e-3
    questions = codes == np.arange(n_classes)[:, None]
    expected = of_network(network, context, queries, questions).T
    if n_classes == 2:  # level: that of the larger ranks is asked about
        expected = expected[:, [_of_larger_ranks(context, codes)]]
        expected = expected * _signs(_of_larger_ranks(context, codes))
    found = log_proba(answers) if n_classes > 2 else answers
    expected = expected.log_softmax(1) if n_classes > 2 else expected
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_of_two_level_classes_that_of_larger_ranks_is_asked_about(network):
    context, codes, queries = make_task(2)
    assert np.ptp(np.bincount(codes)) == 0
    asked = _of_larger_ranks(context, codes)
    odds = of_network(network, context, queries, (codes == asked)[None])[0]
    answers = logits(network, context, codes, queries)
    np.testing.assert_allclose(
        answers[:, asked] - answers[:, 1 - asked], odds, atol=1e-5
    )


def _of_larger_ranks(context, codes):
    ranks = np.nan_to_num(context.q)
    return int(ranks[codes == 1].sum() > ranks[codes == 0].sum())


def _signs(asked):
    return torch.tensor([0.5, -0.5] if asked == 0 else [-0.5, 0.5])


def test_of_two_classes_the_rarer_is_asked_about(network):
    context, codes, queries = make_task(2)
    codes = np.where(np.arange(len(codes)) < 2, 1, codes)
    assert codes.mean() > 0.5
    odds = of_network(network, context, queries, (codes == 0)[None])[0]
    answers = logits(network, context, codes, queries)
    np.testing.assert_allclose(answers[:, 0] - answers[:, 1], odds, atol=1e-5)


def test_renaming_the_classes_permutes_their_logits(network, task, n_classes):
    context, codes, queries = task
    renamed = np.roll(np.arange(n_classes), 1)
    permuted = logits(network, context, renamed[codes], queries)[:, renamed]
    np.testing.assert_allclose(permuted, logits(network, *task), atol=1e-5)


def test_a_class_without_a_labeled_row_gets_a_logit(network, task, n_classes):
    context, codes, queries = task
    reader = Reader(network, context, codes, NOMINAL, n_classes + 1)
    assert np.isfinite(reader.logits(queries)).all()


@pytest.mark.parametrize("n_queries", [1, 2, 127, 255, 256, 257, 299])
def test_a_row_does_not_depend_on_its_company(network, task, n_queries):
    context, codes, queries = task
    last = queries.take(slice(-n_queries, None), slice(None))
    np.testing.assert_array_equal(
        logits(network, context, codes, last), logits(network, *task)[-n_queries:]
    )


@pytest.mark.parametrize("size", [1, 64, 299, 1000])
def test_chunks_of_any_size_give_the_same(network, task, size):
    np.testing.assert_allclose(
        logits(network, *task, size=size), logits(network, *task), atol=1e-5
    )


def test_no_row_to_ask_about(network, task, n_classes):
    context, codes, queries = task
    nobody = queries.take(slice(0), slice(None))
    assert logits(network, context, codes, nobody).shape == (0, n_classes)


def test_the_order_of_labeled_rows_and_of_columns_does_not_matter(
    network, task, n_classes
):
    context, codes, queries = task
    rows = np.random.default_rng(1).permutation(40)
    columns = np.array([2, 4, 3, 0, 1])
    reader = Reader(
        network, context.take(rows, columns), codes[rows], NOMINAL[columns], n_classes
    )
    permuted = reader.logits(queries.take(slice(None), columns))
    np.testing.assert_allclose(permuted, logits(network, *task), atol=1e-4)


def test_large_contexts_go_in_small_chunks():
    assert chunk_size(500, 10) == CHUNK_SIZES[0]
    assert chunk_size(500, 64) == 512
    assert chunk_size(2000, 64) == chunk_size(5000, 32) == 128
    assert chunk_size(1_000_000, 64) == CHUNK_SIZES[-1]


def test_chunks_are_not_much_larger_than_the_context():
    assert chunk_size(100, 10) == 512
    assert chunk_size(4, 60) == 64


def test_chunks_are_worth_their_calls():
    assert chunk_size(40, 10) == chunk_size(4, 2) == 256
    assert chunk_size(4, 28) == 128


def test_many_questions_go_in_small_chunks():
    sizes = [chunk_size(500, 10, n_questions) for n_questions in (2, 10, 40)]
    assert sizes == [1024, 512, 128]


def test_questions_are_asked_in_groups_that_fit_into_memory():
    assert questions_at_once(20, 10) > 100
    assert questions_at_once(500, 20) == 9
    assert questions_at_once(500, 64) == 3
    assert questions_at_once(1_000_000, 64) == 1


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_groups_of_questions_change_nothing(network, monkeypatch, at_once):
    task = make_task(5)
    expected = logits(network, *task)
    monkeypatch.setattr(_inference, "MAX_TOKENS", at_once * 40 * 7)
    np.testing.assert_allclose(logits(network, *task), expected, atol=1e-5)


def test_memory_of_one_group_is_kept_at_a_time(network, monkeypatch):
    """What the network keeps of the labelled rows does not grow with the classes."""
    kept = []
    read = network.read

    def watched(*arguments):
        memory = read(*arguments)
        assert all(each() is None for each in kept)
        kept.append(weakref.ref(memory.key))
        return memory

    monkeypatch.setattr(network, "read", watched)
    monkeypatch.setattr(_inference, "MAX_TOKENS", 2 * 40 * 7)
    logits(network, *make_task(5))
    assert len(kept) == 3


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_memory_freed_between_steps_is_not_asked_for_again(network):
    resource = pytest.importorskip("resource")

    def new_pages_of_a_step():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        arrays = [torch.ones(1 << 20) for _ in range(3)]
        assert len(arrays) == 3
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    logits(network, *make_task(2))
    assert min(new_pages_of_a_step() for _ in range(8)) < 300  # of 3072


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_gives_the_same_probabilities(network, task):
    on_gpu = logits(deepcopy(network).to("cuda"), *task)
    np.testing.assert_allclose(
        np.exp(log_proba(on_gpu)), np.exp(log_proba(logits(network, *task))), atol=1e-3
    )
