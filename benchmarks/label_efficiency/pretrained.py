"""Peers that were trained beforehand and download their weights."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import numpy as np

PACKAGES = {"tabpfn": "TabPFNClassifier", "tabicl": "TabICLClassifier"}

log = logging.getLogger(__name__)


def make(name: str, seed: int) -> Any:
    """Make the classifier of a package with its own defaults, on the CPU."""
    classifier = getattr(import_module(name), PACKAGES[name])
    return classifier(device="cpu", random_state=seed)


def runnable(names: list[str]) -> list[str]:
    """Leave out peers that do not run here, each with a line that says why.

    Parameters
    ----------
    names : list of str
        Names of methods.

    Returns
    -------
    list of str
        The names without those of `PACKAGES` that cannot be imported or cannot answer
        for a toy table, for want of their weights.
    """
    return [name for name in names if name not in PACKAGES or _runs(name)]


def _runs(name: str) -> bool:
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = (X[:, 0] > 0).astype(int)
    try:
        make(name, 0).fit(X, y).predict_proba(X)
    except Exception as error:  # whatever keeps it from running
        log.warning(
            "%s is skipped: %s: %s. It needs `pip install %s` and its weights, which "
            "it downloads when first used.",
            name,
            type(error).__name__,
            " ".join(str(error).split())[:200],
            name,
        )
        return False
    return True
