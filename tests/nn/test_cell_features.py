import math

import numpy as np
import pytest
import torch

from sklearn_featrix.nn import EvidenceFeatures, LabelEvidence, place_features

NAN = float("nan")
WAYS = {"equal": 0, "near": 1, "wide": 2, "line": 3}


def draw(n_rows=30, n_columns=4, n_labeled=12, seed=0):
    g = torch.Generator().manual_seed(seed)
    q = torch.rand(2, n_rows, n_columns, generator=g) * 2 - 1
    q[..., 0] = (q[..., 0] * 2).round() / 2  # some equal values
    q[:, ::5, 1] = NAN
    nominal = torch.zeros(2, n_columns, dtype=torch.bool)
    nominal[:, 0] = True
    y = (torch.rand(2, 3, n_labeled, generator=g) < 0.4).float()
    y[..., :2] = torch.tensor([0.0, 1.0])
    return q, nominal, y


def describe(q, nominal, y):
    """Features of all rows, of which the first are labelled."""
    n_labeled = y.shape[2]
    evidence = LabelEvidence(q[:, :n_labeled], nominal, y)
    others = evidence(q[:, n_labeled:])
    both = zip(evidence.labeled, others, strict=True)
    return EvidenceFeatures(*(torch.cat(parts, dim=2) for parts in both))


def cell(evidence, way, number, row, column, table=0, question=0):
    features = evidence.cells[table, question, row, column]
    return features[4 * WAYS[way] + number].item()


def logit(p):
    return math.log(p / (1 - p))


def test_places_of_missing_values_are_0_but_for_the_flags():
    q = torch.tensor([[[NAN], [0.5]]])
    features = place_features(q, q, torch.tensor([[True]]))
    assert features[0, 0, 0].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0] + [0.0] * 6
    angle = torch.tensor([1.0, 2.0, 4.0]) * 0.5 * math.pi
    torch.testing.assert_close(features[0, 1, 0, 5:8], angle.sin())
    torch.testing.assert_close(features[0, 1, 0, 8:], angle.cos())


def test_weight_of_evidence_of_equal_values_follows_its_formula():
    q = torch.tensor([[-1.0, -1.0, -1.0, 1.0, -1.0]])[..., None]
    y = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    evidence = describe(q, torch.tensor([[True]]), y)
    mean = 2.5 / 5
    expected = logit((2 + mean) / 4) - logit(mean)
    assert cell(evidence, "equal", 0, 4, 0) == pytest.approx(expected, abs=1e-5)
    deviations = (2 - 3 * mean) / math.sqrt(mean * (1 - mean) * 3.5)
    assert cell(evidence, "equal", 1, 4, 0) == pytest.approx(math.asinh(deviations))
    assert cell(evidence, "equal", 2, 4, 0) == pytest.approx(math.log(4))


@pytest.mark.parametrize(("way", "width"), [("near", 0.2), ("wide", 0.7)])
def test_kernel_counts_follow_their_formula(way, width):
    q, nominal, y = draw()
    evidence = describe(q, nominal, y)
    gaps = (q[0, 20, 2] - q[0, :12, 2]) / width
    count = (1 - gaps**2).clamp(min=0).square().sum()
    assert cell(evidence, way, 2, 20, 2) == pytest.approx(math.log1p(count), abs=1e-5)


def test_size_of_the_correlation_grows_with_the_correlation():
    y = (torch.arange(20) % 2).float()[None, None]
    noise = torch.rand(20, generator=torch.Generator().manual_seed(0)) - 0.5
    columns = [noise, 0.3 * (2 * y[0, 0] - 1) + noise, 2 * y[0, 0] - 1]
    q = torch.stack([column / 2 for column in columns], dim=-1)
    q = torch.cat([q, q[:1]])[None]
    cells = describe(q, torch.zeros(1, 3, dtype=torch.bool), y).cells
    weak, strong, perfect = cells[0, 0, 20, :, 4 * WAYS["line"] + 2].tolist()
    assert weak < strong < perfect


@pytest.mark.parametrize("row", [0, 5, 11])
def test_a_labelled_row_leaves_its_own_label_out(row):
    q, nominal, y = draw()
    changed = y.clone()
    changed[..., row] = 1 - changed[..., row]
    before = describe(q, nominal, y)
    after = describe(q, nominal, changed)
    gains = [3, 7, 11, 15]
    others = [i for i in range(16) if i not in gains]
    torch.testing.assert_close(
        before.cells[:, :, row][..., others], after.cells[:, :, row][..., others]
    )
    assert not torch.allclose(before.cells[:, :, 20], after.cells[:, :, 20])


def test_a_labelled_row_is_described_like_a_query_row_of_the_others():
    q, nominal, y = draw()
    evidence = describe(q, nominal, y)
    moved = torch.cat([q[:, 1:], q[:, :1]], dim=1)
    without = describe(moved, nominal, y[..., 1:])
    others = [i for i in range(16) if i % 4 != 3]
    torch.testing.assert_close(
        evidence.cells[:, :, 0][..., others], without.cells[:, :, -1][..., others]
    )


def test_swapping_the_classes_changes_the_sign_of_the_evidence_alone():
    q, nominal, y = draw()
    one, other = describe(q, nominal, y), describe(q, nominal, 1 - y)
    odd = [i for i in range(16) if i % 4 < 2]
    even = [i for i in range(16) if i % 4 >= 2]
    close = {"rtol": 1e-4, "atol": 1e-4}
    torch.testing.assert_close(one.cells[..., odd], -other.cells[..., odd], **close)
    torch.testing.assert_close(one.cells[..., even], other.cells[..., even], **close)
    torch.testing.assert_close(one.rows, -other.rows, **close)


def test_missing_counts_as_a_value():
    q = torch.tensor([[NAN, NAN, 0.5, -0.5, NAN, 0.0]])[..., None]
    y = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    for codes in (True, False):
        evidence = describe(q, torch.tensor([[codes]]), y)
        assert cell(evidence, "equal", 0, 4, 0) > 1
        assert cell(evidence, "equal", 2, 5, 0) == 0
        assert torch.isfinite(evidence.cells).all()


def test_codes_have_no_neighbours():
    q, nominal, y = draw()
    cells = describe(q, nominal, y).cells[..., 0, :].unflatten(-1, (4, 4))
    torch.testing.assert_close(cells[..., 1, :], cells[..., 0, :])
    torch.testing.assert_close(cells[..., 2, :], cells[..., 0, :])
    assert (cells[..., 3, :3] == 0).all()


def test_the_column_that_decides_has_the_largest_gain():
    g = torch.Generator().manual_seed(0)
    q = torch.rand(1, 60, 6, generator=g) * 2 - 1
    y = (q[:, None, :40, 4] > 0).float()
    gains = describe(q, torch.zeros(1, 6, dtype=torch.bool), y).cells
    gains = gains[0, 0, 0, :, [4 * way + 3 for way in (1, 2, 3)]]
    assert (gains.argmax(0) == 4).all()
    assert (gains[4] > 0.1).all()


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15])
def test_row_evidence_finds_the_class(number):
    """All but that of equal values, of which there are none."""
    g = torch.Generator().manual_seed(0)
    q = torch.rand(1, 200, 3, generator=g) * 2 - 1
    truth = (q[0, :, 1] > 0).float()
    rows = describe(q, torch.zeros(1, 3, dtype=torch.bool), truth[None, None, :80]).rows
    agreement = ((rows[0, 0, 80:, number] > 0) == (truth[80:] > 0)).float().mean()
    assert agreement > 0.75


def test_questions_are_described_independently():
    q, nominal, y = draw()
    together = describe(q, nominal, y)
    for question in range(3):
        alone = describe(q, nominal, y[:, [question]])
        torch.testing.assert_close(together.cells[:, [question]], alone.cells)
        torch.testing.assert_close(together.rows[:, [question]], alone.rows)
    assert not torch.allclose(together.cells[:, 0], together.cells[:, 1])


def test_rows_asked_about_do_not_influence_one_another():
    q, nominal, y = draw()
    evidence = LabelEvidence(q[:, :12], nominal, y)
    whole, part = evidence(q[:, 12:]), evidence(q[:, [20, 14]])
    torch.testing.assert_close(whole.cells[:, :, [8, 2]], part.cells)
    torch.testing.assert_close(whole.rows[:, :, [8, 2]], part.rows)


def test_one_label_gives_finite_features():
    q, nominal, _ = draw()
    evidence = describe(q, nominal, torch.ones(2, 1, 1))
    assert torch.isfinite(evidence.cells).all()
    assert torch.isfinite(evidence.rows).all()
    torch.testing.assert_close(evidence.rows[:, :, 0], torch.zeros(2, 1, 16))


def test_evidence_is_invariant_to_the_order_of_labelled_rows():
    q, nominal, y = draw()
    order = np.random.default_rng(0).permutation(12)
    shuffled = q.clone()
    shuffled[:, :12] = q[:, order]
    one = describe(q, nominal, y)
    other = describe(shuffled, nominal, y[..., order])
    torch.testing.assert_close(one.cells[:, :, 12:], other.cells[:, :, 12:])
    torch.testing.assert_close(one.rows[:, :, 12:], other.rows[:, :, 12:])


def test_rows_in_blocks_give_the_same(monkeypatch):
    whole = describe(*draw())
    monkeypatch.setattr("sklearn_featrix.nn._cell_features.CELLS_AT_ONCE", 1)
    monkeypatch.setattr("sklearn_featrix.nn._cell_features.FEWEST_ROWS", 2)
    torch.testing.assert_close(describe(*draw()), whole)


def test_gradients_of_evidence():
    q, nominal, y = draw(n_rows=9, n_labeled=6)
    told, q = torch.tensor_split(q[:1].double(), [2], dim=2)  # equal and missing ones

    def features(q):
        rows = torch.cat([told, q], dim=2)
        own = LabelEvidence(rows[:, :6], nominal[:1], y[:1].double())
        return *own.labeled, *own(rows[:, 6:])

    assert torch.autograd.gradcheck(features, [q.requires_grad_()])
