import pytest
import torch

from benchmarks.prior.labels import (
    MAX_CLASSES,
    draw_classes,
    draw_labeled_first,
    draw_n_classes,
    draw_two_sides,
    shift_by_class,
)


@pytest.fixture
def g():
    return torch.Generator().manual_seed(0)


def test_half_of_the_tables_have_two_classes(g):
    n_classes = draw_n_classes(g, 4000)
    assert n_classes.min() == 2
    assert n_classes.max() == MAX_CLASSES
    assert (n_classes == 2).float().mean() == pytest.approx(0.5, abs=0.03)


def test_classes_stay_below_their_number(g):
    n_classes = draw_n_classes(g, 200)
    classes = draw_classes(g, torch.randn(200, 50, 10, generator=g), n_classes)
    assert classes.min() == 0
    assert (classes < n_classes[:, None]).all()


def test_classes_follow_the_scores(g):
    """The first score, or the largest, tells more than chance about the class."""
    scores = torch.randn(300, 400, 10, generator=g)
    two = torch.full((300,), 2)
    classes = draw_classes(g, scores, two).float()
    signal = scores[..., 0] - scores[..., 1]
    apart = [
        (s[c == 1].mean() - s[c == 0].mean()).abs()
        for s, c in zip(signal, classes, strict=True)
        if 20 < c.sum() < 380
    ]
    assert torch.stack(apart).median() > 0.7


def test_some_second_classes_are_as_rare_as_one_in_two_hundred(g):
    two = torch.full((400,), 2)
    classes = draw_classes(g, torch.randn(400, 400, 10, generator=g), two)
    shares = classes.float().mean(1)
    assert ((shares > 0) & (shares <= 0.01)).any()


def test_both_sides_occur_at_least_twice(g):
    classes = torch.zeros(50, 30, dtype=torch.long)
    y = draw_two_sides(g, classes, torch.full((50,), 4))
    assert set(y.unique().tolist()) == {0.0, 1.0}
    assert (y.sum(1) >= 2).all()
    assert ((1 - y).sum(1) >= 2).all()


def test_sides_are_unions_of_classes(g):
    classes = torch.arange(60).remainder(6).expand(500, 60)
    y = draw_two_sides(g, classes, torch.full((500,), 6))
    per_class = y.unflatten(1, (10, 6))
    assert (per_class == per_class[:, :1]).all()
    size = per_class[:, 0].sum(1)
    alone = ((size == 1) | (size == 5)).float().mean()
    assert 0.5 < alone < 0.8  # one against the rest, or a random set of size 1 or 5
    assert set(size.tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_labeled", [2, 9])
def test_each_side_has_a_labelled_row(seed, n_labeled):
    g = torch.Generator().manual_seed(seed)
    y = torch.zeros(20, 50)
    y[:, 7] = y[:, 40] = 1
    order = draw_labeled_first(g, y, n_labeled)
    assert (order.sort(1)[0] == torch.arange(50)).all()
    labelled = y.gather(1, order)[:, :n_labeled]
    assert (labelled.sum(1) >= 1).all()
    assert ((1 - labelled).sum(1) >= 1).all()


def test_half_of_the_draws_are_stratified(g):
    y = (torch.arange(100) < 30).float().expand(10, 100)
    shares = []
    for _ in range(40):
        order = draw_labeled_first(g, y, 20)
        shares.append(y.gather(1, order)[:, :20].mean(1))
    spread = torch.stack([share.std() for share in shares])
    stratified = (spread < 0.03).float().mean()
    assert 0.25 < stratified < 0.75


def test_labelled_rows_are_in_random_order(g):
    y = (torch.arange(40) < 20).float().expand(200, 40)
    first = torch.cat(
        [y.gather(1, draw_labeled_first(g, y, 10))[:, 0] for _ in range(5)]
    )
    assert first.mean() == pytest.approx(0.5, abs=0.08)


def test_shifts_make_some_tables_easy(g):
    x = torch.randn(200, 100, 4, generator=g)
    classes = torch.arange(100).remainder(2).expand(200, 100)
    moved = shift_by_class(g, x, classes)
    apart = (moved[:, ::2].mean(1) - moved[:, 1::2].mean(1)).abs().amax(1)
    assert 0.1 < (apart > 1).float().mean() < 0.35
    assert (apart > 4).any()
