import pytest
import torch

from sklearn_featrix.utils._device import resolve_device


@pytest.fixture
def machine(monkeypatch):
    """A machine on which torch finds the named accelerators."""

    def with_accelerators(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return with_accelerators


@pytest.mark.parametrize(
    ("accelerators", "expected"),
    [((), "cpu"), (("mps",), "mps"), (("cuda",), "cuda"), (("mps", "cuda"), "cuda")],
)
def test_auto_takes_the_best_there_is(machine, accelerators, expected):
    machine(*accelerators)
    assert resolve_device("auto") == torch.device(expected)
    assert resolve_device() == torch.device(expected)


def test_a_named_device_is_taken(machine):
    machine("cuda")
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device("cuda:1") == torch.device("cuda", 1)


def test_an_absent_device(machine):
    machine()
    with pytest.raises(ValueError, match=r"'cuda' is not available.*\['cpu'\]"):
        resolve_device("cuda")


def test_an_unknown_device(machine):
    machine("mps")
    with pytest.raises(ValueError, match=r"'abacus'.*\['mps', 'cpu'\]"):
        resolve_device("abacus")
