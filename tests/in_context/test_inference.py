import numpy as np
import pytest
import torch

from sklearn_featrix.in_context._cells import Cells
from sklearn_featrix.in_context._inference import chunk_size, predict_logits


@pytest.fixture
def task():
    rng = np.random.default_rng(0)
    q = rng.uniform(-1, 1, size=(340, 5)).astype(np.float32)
    q[rng.random(q.shape) < 0.1] = np.nan
    cells = Cells(2 * q, q)
    targets = rng.integers(2, size=(3, 40))
    context, queries = (
        cells.take(rows, slice(None)) for rows in (slice(40), slice(40, None))
    )
    return context, targets, queries


NOMINAL = np.array([False, True, False, False, True])


def logits(network, context, targets, queries):
    return predict_logits(network, context, targets, NOMINAL, queries)


def test_logits_are_those_of_the_network_in_both_label_orders(network, task):
    context, targets, queries = task
    answers = logits(network, *task)
    z, q = (
        torch.from_numpy(np.concatenate(pair))[None]
        for pair in ((context.z, queries.z), (context.q, queries.q))
    )
    nominal = torch.from_numpy(NOMINAL)[None]
    for target, answer in zip(targets, answers.T, strict=True):
        y = torch.as_tensor(target, dtype=torch.float32)[None]
        expected = (network(z, q, nominal, y) - network(z, q, nominal, 1 - y)) / 2
        np.testing.assert_allclose(answer, expected[0], atol=1e-5)
    assert answers.std() > 1e-3


def test_one_order_of_the_classes(network, task):
    context, targets, queries = task
    once, other_way_round = (
        predict_logits(
            network, context, asked, NOMINAL, queries, in_both_orders=False, size=64
        )
        for asked in (targets, 1 - targets)
    )
    np.testing.assert_allclose(
        (once - other_way_round) / 2, logits(network, *task), atol=1e-5
    )


def test_exchanging_the_classes_changes_the_sign(network, task):
    context, targets, queries = task
    np.testing.assert_array_equal(
        logits(network, context, 1 - targets, queries), -logits(network, *task)
    )


@pytest.mark.parametrize("n_queries", [1, 2, 127, 128, 129, 299])
def test_a_row_does_not_depend_on_its_company(network, task, n_queries):
    context, targets, queries = task
    last = queries.take(slice(-n_queries, None), slice(None))
    np.testing.assert_array_equal(
        logits(network, context, targets, last), logits(network, *task)[-n_queries:]
    )


def test_the_order_of_labeled_rows_and_of_columns_does_not_matter(network, task):
    context, targets, queries = task
    rows = np.random.default_rng(1).permutation(40)
    columns = np.array([3, 1, 0, 4, 2])  # nominal ones stay nominal
    columns = np.array([2, 4, 3, 0, 1])
    permuted = predict_logits(
        network,
        context.take(rows, columns),
        targets[:, rows],
        NOMINAL[columns],
        queries.take(slice(None), columns),
    )
    np.testing.assert_allclose(permuted, logits(network, *task), atol=1e-4)


def test_large_contexts_go_in_small_chunks():
    assert chunk_size(100, 10) == 512
    assert chunk_size(500, 10) == 1024
    assert chunk_size(500, 64) == 128
    assert chunk_size(2000, 64) == chunk_size(5000, 32) == chunk_size(2, 2) == 64


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_gives_the_same_probabilities(network, task):
    from copy import deepcopy

    on_gpu = logits(deepcopy(network).to("cuda"), *task)
    expected = logits(network, *task)
    np.testing.assert_allclose(
        1 / (1 + np.exp(-on_gpu)), 1 / (1 + np.exp(-expected)), atol=1e-3
    )
