import math

import pytest
import torch

from benchmarks.prior.families import FAMILIES
from benchmarks.prior.tasks import draw_batch, draw_tables, generator_of
from benchmarks.prior.variants import BASE, VARIANTS, HybridMask
from sklearn_featrix.nn import InContextNetwork

CONFIG = {"width": 16, "n_layers": 2, "n_heads": 2, "n_row_layers": 1, "n_readout": 2}
NETWORKS = [
    name
    for name, variant in VARIANTS.items()
    if name == BASE or (variant.network is not InContextNetwork)
]


def make(name, stirred=True):
    """A network whose layers do something, the same for all variants."""
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(0)
        network = VARIANTS[name].network(**CONFIG)
    random = generator_of(1)
    with torch.no_grad():
        for _, parameter in sorted(network.named_parameters()):
            noise = 0.2 * torch.randn(parameter.shape, generator=random)
            parameter += stirred * parameter.requires_grad * noise
    return network


@pytest.fixture
def batch():
    return draw_batch(generator_of(0), 1500, n_labeled=12)


@pytest.mark.parametrize("name", NETWORKS)
def test_variants_have_the_first_weights_of_the_base(name):
    base = make(BASE, stirred=False).state_dict()
    variant = make(name, stirred=False)
    for key, tensor in variant.state_dict().items():
        fixed = not variant.get_parameter(key).requires_grad
        starts_at_1 = name == "linear_head" and key == "head.base_gain"
        if fixed:
            assert not tensor.any()
        elif not starts_at_1:
            torch.testing.assert_close(tensor, base[key], rtol=0, atol=0)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != BASE])
def test_variants_answer_otherwise_and_learn(name, batch):
    network = make(name)
    logits = network(batch.z, batch.q, batch.nominal, batch.y)
    assert torch.isfinite(logits).all()
    logits.square().mean().backward()
    learnt = [p for p in network.parameters() if p.requires_grad]
    gradients = [p.grad for p in learnt if p.grad is not None]
    assert len(gradients) > len(learnt) / 2
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    plain = InContextNetwork(**CONFIG)
    plain.load_state_dict(make(BASE).state_dict())
    if name == "linear_head":
        return  # the same weights mean other things
    base = plain(batch.z, batch.q, batch.nominal, batch.y)
    assert (base - logits).abs().max() > 1e-3


def test_ranks_alone_do_not_see_values(batch):
    network = make("ranks_alone")
    moved = torch.where(batch.z.isnan(), batch.z, batch.z**3 - 1)
    rest = (batch.q, batch.nominal, batch.y)
    torch.testing.assert_close(network(batch.z, *rest), network(moved, *rest))


def test_values_alone_do_not_see_ranks(batch):
    network = make("standardised_alone")
    rest = (batch.nominal, batch.y)
    torch.testing.assert_close(
        network(batch.z, batch.q, *rest), network(batch.z, batch.q / 2, *rest)
    )


def test_a_normal_column_has_the_same_values_and_ranks_from_either():
    q = torch.linspace(-0.9, 0.9, 19)[None, :, None]
    z = math.sqrt(2) * torch.erfinv(q)
    for name in ("ranks_alone", "standardised_alone"):
        seen = make(name)._cells(z, q)
        torch.testing.assert_close(seen, (z, q))


def test_labels_on_rows_still_count(batch):
    network = make("labels_on_rows")
    flipped = network(batch.z, batch.q, batch.nominal, 1 - batch.y)
    logits = network(batch.z, batch.q, batch.nominal, batch.y)
    assert (logits - flipped).abs().max() > 1e-2


def test_without_regressions_they_are_not_heard(batch, monkeypatch):
    """Nor is anything else where they are alone."""
    rest = (batch.z, batch.q, batch.nominal, batch.y)
    before = {
        name: make(name)(*rest) for name in ("without_regressions", "regressions_alone")
    }
    monkeypatch.setattr("sklearn_featrix.nn._kernel_evidence.PENALTIES", (1e6,))
    after = {name: make(name)(*rest) for name in before}
    same = "without_regressions"
    torch.testing.assert_close(after[same], before[same])
    moved = after["regressions_alone"] - before["regressions_alone"]
    assert moved.abs().max() > 1e-3
    monkeypatch.undo()
    monkeypatch.setattr("sklearn_featrix.nn._cell_features.SHARPNESS", (0.1, 0.1))
    assert (make(same)(*rest) - before[same]).abs().max() > 1e-4
    torch.testing.assert_close(
        make("regressions_alone")(*rest), before["regressions_alone"]
    )


def test_hybrid_mask_lets_queries_and_nobody_else_see_queries(batch):
    hybrid, n_labeled = make("hybrid_mask"), batch.y.shape[2]
    assert isinstance(hybrid, HybridMask)
    labeled, asking = slice(n_labeled), slice(n_labeled, None)
    rest = (batch.z[:, labeled], batch.q[:, labeled], batch.nominal, batch.y)
    plain = make(BASE)
    both = zip(hybrid.read(*rest).of_rows, plain.read(*rest).of_rows, strict=True)
    for one, other in both:
        torch.testing.assert_close(one.key, other.key)
    memory = hybrid.read(*rest)
    z, q = batch.z[:, asking], batch.q[:, asking]
    together, alone = (
        hybrid.answer(memory, z, q),
        hybrid.answer(memory, z[:, :1], q[:, :1]),
    )
    assert (together[..., :1] - alone).abs().max() > 1e-4


def test_hybrid_mask_predicts_a_few_rows_at_a_time(batch, monkeypatch):
    hybrid, n_labeled = make("hybrid_mask").eval(), batch.y.shape[2]
    monkeypatch.setattr("benchmarks.prior.variants.QUERIES_TOGETHER", 8)
    logits = hybrid(batch.z, batch.q, batch.nominal, batch.y)
    rows = slice(n_labeled + 8)
    first = hybrid(batch.z[:, rows], batch.q[:, rows], batch.nominal, batch.y)
    torch.testing.assert_close(logits[..., :8], first)
    assert logits.shape[2] == batch.z.shape[1] - n_labeled


@pytest.mark.parametrize("left_out", FAMILIES)
def test_a_family_can_be_left_out(left_out, monkeypatch):
    families = VARIANTS[f"without_{left_out.__name__}"].families
    assert left_out not in families
    assert len(families) == len(FAMILIES) - 1
    drawn = []

    def record(family):
        def draw(g, *size):
            drawn.append(family)
            return family(g, *size)

        return draw

    recorded = {record(family): share for family, share in families.items()}
    draw_tables(generator_of(0), 64, 40, 3, families=recorded)
    assert left_out not in drawn
    assert len(drawn) > len(FAMILIES) / 2
