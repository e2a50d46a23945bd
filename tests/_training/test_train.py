import time
import warnings

import pytest
import sklearn
import torch
from torch import nn

from sklearn_featrix._training import local_seed, train
from sklearn_featrix.exceptions import TrainingInterruptedWarning


class Sums(torch.utils.data.Dataset):
    """Tell the sum of a row; may do something before a batch."""

    def __init__(self, before_batch=lambda n_made: None):
        self.x = torch.randn(300, 5, generator=torch.Generator().manual_seed(0))
        self.before_batch = before_batch
        self.n_made = 0

    def __len__(self):
        return len(self.x)

    def make_batch(self, rows, generator):
        self.before_batch(self.n_made)
        self.n_made += 1
        return {"input": self.x[rows]}, self.x[rows].sum(1, keepdim=True)


def linear():
    with local_seed(0):
        return nn.Linear(5, 1)


def interrupt_at(step):
    def before_batch(n_made):
        if n_made == step:
            raise KeyboardInterrupt

    return before_batch


def test_learns():
    module = linear()
    record = train(module, nn.MSELoss(), Sums(), n_steps=300, learning_rate=0.05)
    assert record.n_steps == 300
    assert record.history[-1]["loss"] < 1e-3
    torch.testing.assert_close(module.weight, torch.ones(1, 5), atol=0.01, rtol=0)


def test_same_as_a_plain_loop():
    module, twin, source = linear(), linear(), Sums()
    train(module, nn.MSELoss(), source, n_steps=40, batch_size=300, weight_decay=0.01)
    optimizer = torch.optim.AdamW(twin.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=2e-3, total_steps=40, pct_start=0.1
    )
    for _ in range(40):  # batches of all rows: their order does not matter
        optimizer.zero_grad()
        nn.functional.mse_loss(twin(source.x), source.x.sum(1, keepdim=True)).backward()
        optimizer.step()
        schedule.step()
    torch.testing.assert_close(module.weight, twin.weight)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 10, 11, 19, 20, 21, 47])
def test_every_number_of_steps(n_steps):
    record = train(linear(), nn.MSELoss(), Sums(), n_steps=n_steps)
    assert record.n_steps == n_steps
    steps = [block["step"] for block in record.history]
    assert steps[-1] == n_steps
    assert len(steps) <= 20
    assert steps == sorted(set(steps))


def test_same_seed_same_weights():
    modules = [linear() for _ in range(3)]
    for module, seed in zip(modules, (0, 0, 1), strict=True):
        train(module, nn.MSELoss(), Sums(), n_steps=5, batch_size=32, seed=seed)
    assert (modules[0].weight == modules[1].weight).all()
    assert (modules[0].weight != modules[2].weight).any()


def test_global_random_state_is_untouched():
    before = torch.get_rng_state()
    train(linear(), nn.MSELoss(), Sums(), n_steps=5)
    assert (torch.get_rng_state() == before).all()


def test_an_interrupt_keeps_what_was_learnt():
    module = linear()
    with pytest.warns(
        TrainingInterruptedWarning, match="after 13 of 100 steps: it was"
    ):
        record = train(module, nn.MSELoss(), Sums(interrupt_at(13)), n_steps=100)
    assert record.n_steps == 13
    assert record.history[-1]["step"] == 13
    assert (module.weight != linear().weight).any()


def test_an_interrupt_between_blocks_reports_each_block_once():
    with pytest.warns(TrainingInterruptedWarning, match="after 10 of 100 steps"):
        record = train(linear(), nn.MSELoss(), Sums(interrupt_at(10)), n_steps=100)
    assert [block["step"] for block in record.history] == [5, 10]


def test_an_interrupt_before_the_first_step_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        train(linear(), nn.MSELoss(), Sums(interrupt_at(0)), n_steps=100)


def test_a_deadline_in_the_past_allows_one_step():
    with pytest.warns(
        TrainingInterruptedWarning, match="after 1 of 100 steps: the time limit"
    ):
        record = train(
            linear(), nn.MSELoss(), Sums(), n_steps=100, deadline=time.monotonic()
        )
    assert record.n_steps == 1


def test_a_deadline_met_is_no_news():
    with warnings.catch_warnings(action="error"):
        train(linear(), nn.MSELoss(), Sums(), n_steps=5, deadline=time.monotonic() + 60)


def test_progress_is_shown_on_request(capsys):
    train(linear(), nn.MSELoss(), Sums(), n_steps=40)
    assert capsys.readouterr().out == ""
    train(linear(), nn.MSELoss(), Sums(), n_steps=40, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 20
    assert lines[0].startswith("step  2 of 40  loss ")
    assert lines[-1].startswith("step 40 of 40  loss ")
    assert lines[-1].endswith(" s")


def test_other_errors_are_passed_on():
    def fail(n_made):
        raise RuntimeError("broken source")

    with pytest.raises(RuntimeError, match="broken source"):
        train(linear(), nn.MSELoss(), Sums(fail), n_steps=5)


def test_works_while_metadata_routing_is_on():
    with sklearn.config_context(enable_metadata_routing=True):
        assert train(linear(), nn.MSELoss(), Sums(), n_steps=3).n_steps == 3


def test_a_function_is_asked_after_each_block_and_may_end_the_run():
    seen = []

    def after_block(record):
        record["seen"] = True
        seen.append(record["step"])
        return record["step"] >= 9

    with warnings.catch_warnings(action="error"):
        record = train(
            linear(), nn.MSELoss(), Sums(), n_steps=30, block=3, after_block=after_block
        )
    assert seen == [3, 6, 9]
    assert (record.n_steps, record.stopped) == (9, True)
    assert [block["step"] for block in record.history] == [3, 6, 9]
    assert all(block["seen"] for block in record.history)


def test_a_run_that_goes_to_its_end_is_not_stopped():
    record = train(
        linear(), nn.MSELoss(), Sums(), n_steps=7, block=3, after_block=lambda r: False
    )
    assert not record.stopped
    assert [block["step"] for block in record.history] == [3, 6, 7]


def test_without_the_cycle_the_learning_rate_stays():
    module, twin, source = linear(), linear(), Sums()
    train(module, nn.MSELoss(), source, n_steps=20, batch_size=300, cycle=False)
    optimizer = torch.optim.AdamW(twin.parameters(), lr=2e-3, weight_decay=1e-4)
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.mse_loss(twin(source.x), source.x.sum(1, keepdim=True)).backward()
        optimizer.step()
    torch.testing.assert_close(module.weight, twin.weight)


def test_advice_ends_the_warning():
    with pytest.warns(TrainingInterruptedWarning, match=r"better; have patience\.$"):
        train(
            linear(), nn.MSELoss(), Sums(interrupt_at(5)), n_steps=9,
            advice="have patience",
        )  # fmt: skip


def test_progress_shows_what_was_held_out(capsys):
    def after_block(record):
        record["validation_loss"] = 0.25
        return True

    train(
        linear(), nn.MSELoss(), Sums(), n_steps=4, block=2, after_block=after_block,
        verbose=1,
    )  # fmt: skip
    (line,) = capsys.readouterr().out.splitlines()
    assert "held out 0.2500" in line
