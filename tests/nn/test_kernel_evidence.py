import numpy as np
import pytest
import torch
from scipy.special import logit
from sklearn.kernel_ridge import KernelRidge

from sklearn_featrix.nn import KernelEvidence
from sklearn_featrix.nn._kernel_evidence import N_KERNEL_EVIDENCE

N_LABELED, N_COLUMNS = 14, 4
KERNELS, MEANS = 5, 3
EACH = slice(0, KERNELS * MEANS)
GAINS = slice(KERNELS * MEANS, 2 * KERNELS * MEANS)
LINE_OF_RANKS, ROUGH = 0, 12  # with plain means
NAN = float("nan")


def make_rows(n_rows=30, seed=0):
    g = torch.Generator().manual_seed(seed)
    q = torch.rand(2, n_rows, N_COLUMNS, generator=g) * 2 - 1
    q[..., 0] = (2 * q[..., 0]).round() / 2
    q[:, ::5, 2] = NAN
    return 1.6 * q, q


@pytest.fixture
def nominal():
    return torch.tensor([[True, False, False, False]] * 2)


@pytest.fixture
def y():
    """One question about two tables."""
    y = torch.tensor([[0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]]).float()
    return torch.stack([y, 1 - y.roll(3, 1)])


def evidence_of(nominal, y, trust=None, columns=slice(None), labeled=None):
    z, q = make_rows()
    labeled = slice(N_LABELED) if labeled is None else labeled
    if trust is None:
        trust = torch.ones(2, y.shape[1], N_COLUMNS)
    own = KernelEvidence(
        z[:, labeled][..., columns],
        q[:, labeled][..., columns],
        nominal[:, columns],
        y,
        trust[..., columns],
    )
    rows = slice(N_LABELED, None)
    return own, own(z[:, rows][..., columns], q[:, rows][..., columns])


def test_sizes(nominal, y):
    own, others = evidence_of(nominal, y)
    assert own.labeled.shape == (2, 1, N_LABELED, N_KERNEL_EVIDENCE)
    assert others.shape == (2, 1, 30 - N_LABELED, N_KERNEL_EVIDENCE)
    assert torch.isfinite(own.labeled).all()
    assert others[..., EACH].std() > 0.1


def test_answers_are_those_of_scikit_learn(nominal, y):
    """Of the line of ranks, averaged over the penalties by the left-out loss."""
    own, others = evidence_of(nominal, y)
    q = make_rows()[1]
    table, labels = 1, y[1, 0].numpy()
    kernel = _line_kernel(q[table].double().numpy(), nominal[table].numpy())
    inside = kernel[:N_LABELED, :N_LABELED]
    mean = (labels.sum() + 0.5) / (N_LABELED + 1)
    answers, left_out, gains = [], [], []
    for penalty in (0.03, 0.2, 1.5):
        model = KernelRidge(alpha=penalty + 1e-4, kernel="precomputed")
        model.fit(inside, labels - mean)
        answers.append(model.predict(kernel[N_LABELED:, :N_LABELED]))
        left_out.append([_without(model, inside, labels - mean, i) for i in range(14)])
        log_odds = logit(mean) + left_out[-1] / (mean * (1 - mean))
        gains.append(_log_likelihood(log_odds, labels))
    gains = np.array(gains) - _log_likelihood(np.full(14, logit(mean)), labels)
    weights = np.exp(N_LABELED * gains / 2)
    weights /= weights.sum()
    scale = mean * (1 - mean)
    for found, expected in (
        (others[table, 0, :, LINE_OF_RANKS], weights @ answers / scale),
        (own.labeled[table, 0, :, LINE_OF_RANKS], weights @ left_out / scale),
        (others[table, 0, :1, GAINS][:, LINE_OF_RANKS], [4 * weights @ gains]),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def _line_kernel(q, nominal):
    kernel = np.zeros((len(q), len(q)))
    for column, is_code in zip(q.T, nominal, strict=True):
        both_lost = np.isnan(column)[:, None] & np.isnan(column)
        equal = (column[:, None] == column) | both_lost
        products = 3 * np.nan_to_num(column)[:, None] * np.nan_to_num(column)
        kernel += equal if is_code else products + both_lost
    return kernel / q.shape[1]


def _without(model, kernel, centred, row):
    kept = np.delete(np.arange(len(kernel)), row)
    model.fit(kernel[np.ix_(kept, kept)], centred[kept])
    return model.predict(kernel[[row]][:, kept])[0]


def _log_likelihood(log_odds, labels):
    return -np.log1p(np.exp(np.where(labels == 1, -log_odds, log_odds))).mean()


def test_order_of_columns_does_not_matter(nominal, y):
    trust = torch.rand(2, 1, N_COLUMNS, generator=torch.Generator().manual_seed(2))
    order = [2, 0, 3, 1]
    one, other = (
        evidence_of(nominal, y, trust + 0.1, columns)[1]
        for columns in (slice(None), order)
    )
    torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)


def test_order_of_labelled_rows_does_not_matter(nominal, y):
    order = np.random.default_rng(0).permutation(N_LABELED)
    own, others = evidence_of(nominal, y)
    shuffled, same = evidence_of(nominal, y[..., order], labeled=order)
    torch.testing.assert_close(same, others, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(
        shuffled.labeled, own.labeled[:, :, order], rtol=1e-3, atol=1e-3
    )


def test_swapping_the_classes_swaps_the_signs_and_keeps_the_gains(nominal, y):
    one, other = (evidence_of(nominal, labels)[1] for labels in (y, 1 - y))
    torch.testing.assert_close(one[..., EACH], -other[..., EACH], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(one[..., -1], -other[..., -1], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(one[..., GAINS], other[..., GAINS], rtol=1e-3, atol=1e-3)


def test_questions_are_answered_independently(nominal, y):
    y = torch.cat([y, 1 - y, y.roll(2, 2)], dim=1)
    g = torch.Generator().manual_seed(3)
    trust = torch.rand(2, 3, N_COLUMNS, generator=g) + 0.1
    own, others = evidence_of(nominal, y, trust)
    for i in range(3):
        alone = evidence_of(nominal, y[:, [i]], trust[:, [i]])
        for found, expected in (
            (alone[0].labeled, own.labeled),
            (alone[1], others),
        ):
            torch.testing.assert_close(
                found[:, 0], expected[:, i], rtol=1e-3, atol=1e-3
            )


def test_a_labelled_row_does_not_see_its_own_label(nominal, y, monkeypatch):
    """But through the base rate, which the others are compared with."""
    # the weights of several penalties do see it
    monkeypatch.setattr("sklearn_featrix.nn._kernel_evidence.PENALTIES", (0.2,))
    changed = y.clone()
    changed[:, :, 5] = 1 - changed[:, :, 5]
    one, other = (
        evidence_of(nominal, labels)[0].labeled[..., EACH] for labels in (y, changed)
    )
    direction = (changed - y)[:, 0, 5, None]
    assert ((other - one)[:, 0, 5] * direction < 1e-3).all()
    assert (other - one)[:, 0].abs().amax((0, 2)).median() > 0.3  # the others see it


def test_trusted_columns_decide_in_weighted_means(nominal, y):
    trust = torch.full((2, 1, N_COLUMNS), 0.05)
    trust[..., 3] = 1.05
    z, q = make_rows()
    own = KernelEvidence(z[:, :N_LABELED], q[:, :N_LABELED], nominal, y, trust)
    moved = q[:, N_LABELED:].clone()
    moved[..., 1] = moved[..., 1].flip(1)  # a column that is not trusted
    before = own(z[:, N_LABELED:], q[:, N_LABELED:])
    change = (own(z[:, N_LABELED:], moved) - before)[..., ROUGH : ROUGH + MEANS].abs()
    plain, by_trust, by_cube = change.mean((0, 1, 2))
    assert by_trust < plain / 2
    assert by_cube < 1e-3


def test_codes_are_alike_only_when_equal(nominal, y):
    """Renaming the codes of a nominal column changes nothing."""
    z, q = make_rows()
    renamed = q.clone()
    renamed[..., 0] = -q[..., 0] + (q[..., 0] == 0) * 0.7
    one, other = (
        KernelEvidence(
            z[:, :N_LABELED], ranks[:, :N_LABELED], nominal, y, torch.ones(2, 1, 4)
        )(z[:, N_LABELED:], ranks[:, N_LABELED:])
        for ranks in (q, renamed)
    )
    torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("labels", [[[[1.0]]], [[[1.0, 1.0]]], [[[0.0, 1.0]]]])
def test_few_labels_and_one_class_are_allowed(labels):
    q = torch.tensor([[[0.2, NAN], [0.5, NAN]]])[:, : len(labels[0][0])]
    codes = torch.zeros(1, 2, dtype=torch.bool)
    own = KernelEvidence(q, q, codes, torch.tensor(labels), torch.ones(1, 1, 2))
    assert torch.isfinite(own.labeled).all()
    assert torch.isfinite(own(q, q)).all()


def test_columns_in_blocks_give_the_same(nominal, y, monkeypatch):
    expected = evidence_of(nominal, y)[1]
    monkeypatch.setattr("sklearn_featrix.nn._cell_features.CELLS_AT_ONCE", 1)
    monkeypatch.setattr("sklearn_featrix.nn._cell_features.FEWEST_ROWS", 2)
    torch.testing.assert_close(evidence_of(nominal, y)[1], expected)


def test_gradients_with_regard_to_all_that_is_told(nominal, y):
    z, q = (each[:1, :8, :3].double() for each in make_rows())
    trust = torch.tensor([[[0.5, 1.0, 0.3]]]).double()

    def features(z, q, y, trust):
        own = KernelEvidence(z[:, :6], q[:, :6], nominal[:1, :3], y, trust)
        return own.labeled, own(z[:, 6:], q[:, 6:])

    told = (z.nan_to_num(), q[..., 1:].nan_to_num(0.1), y[:1, :, :6].double(), trust)
    codes = q[..., :1]
    assert torch.autograd.gradcheck(
        lambda z, q, y, trust: features(z, torch.cat([codes, q], 2), y, trust),
        [each.clone().requires_grad_() for each in told],
    )


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_precision_is_that_of_the_rows(nominal, y, dtype, default):
    z, q = (each[:, :N_LABELED].to(dtype) for each in make_rows())
    before = torch.get_default_dtype()
    torch.set_default_dtype(default)
    try:
        trust = torch.ones(2, 1, N_COLUMNS, dtype=dtype)
        own = KernelEvidence(z, q, nominal, y.to(dtype), trust)
        assert own.labeled.dtype == own(z, q).dtype == dtype
    finally:
        torch.set_default_dtype(before)
